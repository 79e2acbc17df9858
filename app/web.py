"""The one aiohttp application: health, metrics, webhook, API, and in the demo the sandbox."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson
from aiohttp import web

from api import web as api
from app import metrics
from app.clock import ClockBackwards, TimeMachine, real_now
from app.files import PATH as FILES
from app.files import Files
from app.health import readiness
from app.logs import route_of
from app.redirecting import PATH as REDIRECT
from app.redirecting import Redirects
from app.wiring import Club
from bot.state import StoreUnavailable
from bot.telegram.webhook import PATH, Webhook
from scheduler.lending import Owner, Source
from scheduler.worker import Worker
from services.ports.post import Route
from storage import lag
from storage.answers import Collision
from storage.work import Work

log = logging.getLogger(__name__)
LARGEST_BODY = 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Site:
    """What the routes share. The webhook comes when the platform has been asked who we are."""

    club: Club
    counts: metrics.Counts = field(default_factory=metrics.Counts)
    webhook: Webhook | None = None
    connected: bool = False
    started: bool = False
    machine: TimeMachine | None = None
    worker: Worker | None = None
    sources: dict[Owner, Source] = field(default_factory=dict)


SITE = web.AppKey("site", Site)


def create_app(site: Site) -> web.Application:
    """The application with all routes that every installation has."""
    app = web.Application(middlewares=[_plain_errors], client_max_size=LARGEST_BODY)
    app[SITE] = site
    app.router.add_get("/health/live", _live)
    app.router.add_get("/health/ready", _ready)
    app.router.add_get("/metrics", _metrics)
    units, clock = site.club.units, site.club.clock
    api.add_routes(
        app,
        units,
        clock.now,
        real=lambda: datetime.now(UTC),
        unavailable=StoreUnavailable,
        collided=Collision,
    )
    served = Files(units, site.club.shared.vault.file_key, real_now, site.sources)
    app.router.add_get(FILES, served.handle, allow_head=False)
    _count_clicks(app, site.club)
    if site.club.settings.telegram_mode == "webhook":
        app.router.add_post(PATH, _webhook)
    return app


def _count_clicks(app: web.Application, club: Club) -> None:
    """Leads readers of campaigns on, and counts what they follow and tap."""

    def words(language: str) -> tuple[str, str]:
        say = partial(club.renderer.words, values={}, locale=language)
        return say("outcome.club"), say("outcome.link_gone")

    leading = Redirects(club.units, club.shared.vault.link_key, club.clock.now, words)
    app.router.add_get(REDIRECT, leading.handle)
    club.dispatch.tapped = leading.tapped

    async def close(_: web.Application) -> None:
        await leading.close()

    app.on_cleanup.append(close)


def add_demo(app: web.Application, machine: TimeMachine) -> None:
    """Adds the time machine."""
    app[SITE].machine = machine
    app.router.add_get("/demo/clock", _clock)
    app.router.add_post("/demo/clock", _move_clock)


def answer(data: Any, status: int = 200) -> web.Response:
    """A JSON response."""
    return web.Response(
        body=orjson.dumps(data),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


@web.middleware
async def _plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever breaks, the caller sees no internals."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        log.exception("%s %s failed", request.method, route_of(request))
        return answer({"error": "something went wrong here; it has been noted"}, 500)


async def _live(_: web.Request) -> web.Response:
    return answer({"live": True})


async def _ready(request: web.Request) -> web.Response:
    site = request.app[SITE]
    ready, facts = await readiness(
        site.club, _routes(site), started=site.started, connected=site.connected
    )
    return answer(facts, 200 if ready else 503)


async def _metrics(request: web.Request) -> web.Response:
    site = request.app[SITE]
    counts, routes = site.counts, _routes(site)
    senders = site.worker.senders if site.worker else []
    for outcome in ("sent", "retried", "dead", "unknown"):
        done = (getattr(sender.carrier.counts, outcome) for sender in senders)
        counts.deliveries[outcome] = sum(done)
    now = site.club.clock.now()
    gauges = {"memberbot_connected": ("Whether the chat platform answers", float(site.connected))}
    with suppress(StoreUnavailable):
        late = await site.club.units.read(lambda work: lag.seconds(work.db, routes, now))
        meaning = "Age of the oldest message that is due"
        gauges["memberbot_delivery_lag_seconds"] = (meaning, late)
    units = site.club.units
    totals = {
        "memberbot_commits": ("COMMITs of the database", float(units.commits)),
        "memberbot_committed_units": ("Transactions in them", float(units.committed)),
    }
    text = metrics.exposition(counts, totals, gauges)
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})


def _routes(site: Site) -> list[Route]:
    return [sender.route for sender in site.worker.senders] if site.worker else []


async def _webhook(request: web.Request) -> web.Response:
    webhook = request.app[SITE].webhook
    if webhook is None:
        return answer({"error": "starting; try again"}, 503)
    return await webhook.handle(request)


async def _clock(request: web.Request) -> web.Response:
    site = request.app[SITE]
    zone = await site.club.units.read(_zone)
    now = site.club.clock.now().astimezone(ZoneInfo(zone))
    return answer({"now": now.isoformat(timespec="seconds"), "zone": zone})


def _zone(work: Work) -> str:
    return work.programmes.current().zone


async def _move_clock(request: web.Request) -> web.Response:
    """`{"to": ISO}`; a time without an offset is in the programme's zone."""
    site = request.app[SITE]
    assert site.machine is not None
    if not site.started:
        return answer({"error": "starting; try again"}, 503)
    if _foreign(request):
        return answer({"error": "other origins may not do this"}, 403)
    to = _moment(await request.read(), ZoneInfo(await site.club.units.read(_zone)))
    if to is None:
        return answer({"error": 'send {"to": "2018-03-01T09:00:00-05:00"}'}, 400)
    try:
        await site.machine.move(to)
    except ClockBackwards as error:
        sentence = f"the club's clock only goes forward; it stands at {error.now.isoformat()}"
        return answer({"error": sentence}, 409)
    return await _clock(request)


def _foreign(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(str(origin)).netloc != request.host


def _moment(body: bytes, zone: ZoneInfo) -> datetime | None:
    try:
        given = orjson.loads(body)["to"]
        to = datetime.fromisoformat(given)
        return to if to.tzinfo else to.replace(tzinfo=zone)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None

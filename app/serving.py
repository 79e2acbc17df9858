"""A web server with a club behind it, from its start to its end."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from app import calendar_file, files, guest_file, marking, recipient_file
from app.clock import real_now
from app.logs import Access
from app.running import Tasks, settle_memory, stop_event
from app.settings import PREFIX, Settings
from app.telegram_bot import Telegram
from app.web import Site, create_app
from app.wiring import Club, opened
from bot.channel import Channel
from bot.messages import Media, Reply
from bot.telegram.channel import TelegramChannel
from scheduler import counted
from scheduler.clocks import Clocks
from scheduler.lending import LendingChannel, Owner, Source
from scheduler.making import MakingChannel
from scheduler.worker import Worker
from templates import catalogue
from templates.sheets import campaigns, closing, desk_report, insight, outcome, results, statement

log = logging.getLogger(__name__)
SHUTDOWN_SECONDS = 5.0
FIRST_TEXTS = ("join.invitation", "card.shown", "points.balance", "general.unknown")
Told = Callable[[str], object]


class PortTaken(Exception):
    """Nothing can listen there; the text says what to do."""


async def serve(settings: Settings, *, with_work: bool, told: Told) -> None:
    """Serves until it is asked to stop; `told` gets the line that says it is ready."""
    stop = stop_event()
    async with opened(settings) as club:
        site = Site(club)
        app = create_app(site)
        tasks = Tasks(stop)
        async with listening(app, settings) as url, bot(site, tasks, work=with_work):
            settle_memory()
            site.started = True
            told(f"memberbot is ready on {url}")
            await tasks.until_stopped()
            log.info("stopping")


async def work(settings: Settings, *, told: Told) -> None:
    """Does what happens by itself until it is asked to stop; no port is opened."""
    stop = stop_event()
    async with opened(settings) as club:
        tasks = Tasks(stop)
        async with bot(Site(club), tasks, chat=False, work=True):
            settle_memory()
            told("memberbot is working")
            await tasks.until_stopped()
            log.info("stopping")


@asynccontextmanager
async def bot(
    site: Site, tasks: Tasks, *, chat: bool = True, work: bool = False
) -> AsyncIterator[Telegram | None]:
    """The chat side: the clock is followed, updates come in, deliveries go out."""
    club = site.club
    telegram = Telegram(site, tasks) if club.settings.telegram_token else None
    if telegram is None:
        log.warning("%sTELEGRAM_TOKEN is not set: nobody can chat with this club", PREFIX)
    channels = [telegram.channel] if telegram else []
    site.worker = worker = make_worker(club, channels)
    site.sources.update(sources_of(channels))
    club.shared.after_commit = worker.push
    tasks.start("clock", club.clock.follow(club.units))
    try:
        warm()
        if telegram:
            await telegram.start(chat=chat)
        if work:
            tasks.start("the mark", marking.follow(club.units, club.settings.data, club.clock.now))
            tasks.start("working", worker.run())
        yield telegram
    finally:
        if telegram:
            await telegram.quiet()
        await worker.stop()
        await tasks.close()
        if telegram:
            await telegram.close()


def warm() -> None:
    """Reads the texts and compiles those that everybody meets first."""
    for language in catalogue.LANGUAGES:
        compiled = catalogue.compiled(language)
        for key in FIRST_TEXTS:
            compiled[key]


def make_worker(club: Club, channels: Sequence[Channel]) -> Worker:
    """What sends, cares and campaigns for a club; it does nothing before `run`."""
    words = club.renderer.words
    makers: dict[str, Callable[[bytes, str], bytes]] = {
        "statement": partial(statement.pdf, words),
        "closing": partial(closing.xlsx, words),
        "results": partial(results.made, words),
        "desk_report": partial(desk_report.made, words),
        "insight": partial(insight.made, words),
        "calendar": calendar_file.entry,
        "event_guests": partial(guest_file.table, words),
        "recipients": partial(recipient_file.table, words),
        "outcome": partial(outcome.made, words),
        "campaigns": partial(campaigns.made, words),
    }
    return Worker(
        club.units,
        club.renderer,
        [_lending(club, MakingChannel(channel, makers), channels) for channel in channels],
        clocks=Clocks(club.clock.now, real_now, time.monotonic),
        rate=club.settings.rate_per_second,
        paid=club.settings.paid_per_second,
        holder=club.name,
        lead=counted.leading(club.shared.vault.link_key, club.settings.public_url),
    )


def _lending(club: Club, channel: Channel, channels: Sequence[Channel]) -> Channel:
    """The channel with what any of them was sent."""

    def told(media: Media, locale: str) -> str:
        reply = Reply("file.waiting", {"kind": media.kind, "name": media.name})
        return club.renderer.render(reply, locale, "", 0).text

    link = files.links(club.shared.vault.file_key, club.settings.public_url, real_now)
    return LendingChannel(channel, sources_of(channels), link, told)


def sources_of(channels: Sequence[Channel]) -> dict[Owner, Source]:
    """Those of the channels that can fetch what they were sent."""
    able = (channel for channel in channels if isinstance(channel, TelegramChannel))
    return {(channel.name, channel.account): channel for channel in able}


@asynccontextmanager
async def listening(app: web.Application, settings: Settings) -> AsyncIterator[str]:
    """The application on its port; gives its URL. Open requests are ended in peace."""
    runner = web.AppRunner(
        app,
        access_log_class=Access,
        handle_signals=False,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        yield await _listen(runner, settings)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> str:
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        # Names that cannot be resolved have negative numbers of their own.
        number = error.errno or 0
        reason = os.strerror(number).lower() if number > 0 else str(error.strerror or error)
        raise PortTaken(
            f"cannot listen on {settings.host}:{settings.port}: {reason};"
            f" end what uses that port or give another with --port"
        ) from error
    port = runner.addresses[0][1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}/"

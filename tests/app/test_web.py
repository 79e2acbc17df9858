"""The web application: health, metrics, errors without internals."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from app.metrics import Counted
from app.serving import make_worker
from app.settings import FixedSettings
from app.web import Site, create_app
from app.wiring import opened
from bot.messages import Address, Inbound, Kind
from bot.state import StoreUnavailable
from bot.telegram.startup import offline
from services.ports.post import Notice
from storage.work import Work

Client = TestClient[web.Request, web.Application]
SETTINGS = {
    "secret_key": "secret key of the club",
    "telegram_mode": "webhook",
    "telegram_secret": "webhook-secret",
    "telegram_token": "4242:the_token",
}


@pytest.fixture
async def site(tmp_path: Path, database_url: str) -> AsyncIterator[Site]:
    """A club with all but the platform."""
    given = {**SETTINGS, "data": tmp_path, "database_url": database_url}
    async with opened(FixedSettings.model_validate(given)) as club:
        made = Site(club)
        made.worker = make_worker(club, [offline("4242:the_token")])
        yield made


@pytest.fixture
async def client(site: Site) -> AsyncIterator[Client]:
    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("canary: something of the inside")

    app = create_app(site)

    async def size(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    app.router.add_get("/broken", broken)
    app.router.add_post("/size", size)
    async with TestClient(TestServer(app)) as opened_client:
        yield opened_client


async def test_it_is_ready_when_it_is_started(site: Site, client: Client) -> None:
    assert (await client.get("/health/live")).status == 200
    assert (await client.get("/health/ready")).status == 503
    site.started = True
    answer = await client.get("/health/ready")
    assert answer.status == 200
    facts = await answer.json()
    assert facts["database"] == "reachable"
    assert facts["platform"] == "not connected"


async def test_it_is_not_ready_without_its_database(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.started = True

    async def away(_: object) -> None:
        raise StoreUnavailable("canary: the address of the database")

    monkeypatch.setattr(site.club.units, "read", away)
    answer = await client.get("/health/ready")
    assert answer.status == 503
    assert await answer.json() == {"ready": False, "database": "unreachable"}
    assert (await client.get("/health/live")).status == 200
    assert (await client.get("/metrics")).status == 200


async def test_it_is_not_ready_at_another_level(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.started = True
    monkeypatch.setattr("storage.migrations.newest", lambda: "9999")
    answer = await client.get("/health/ready")
    assert answer.status == 503
    assert (await answer.json())["needed_level"] == "9999"


async def test_what_breaks_shows_nothing_of_the_inside(client: Client) -> None:
    answer = await client.get("/broken")
    assert answer.status == 500
    text = await answer.text()
    assert "canary" not in text
    assert "Traceback" not in text
    assert "RuntimeError" not in text


@pytest.mark.parametrize("path", ["/", "/nothing", "/sandbox/persons", "/demo/clock", "/console/"])
async def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_the_webhook_asks_to_come_again_until_it_can_take_updates(client: Client) -> None:
    assert (await client.post("/telegram/webhook", json={})).status == 503


async def test_the_api_is_mounted(client: Client) -> None:
    assert (await client.get("/api/v1/openapi.json")).status == 200
    refused = await client.get("/api/v1/members/123")
    assert refused.status == 401
    assert refused.content_type == "application/problem+json"


async def test_a_body_has_at_most_1_mb(client: Client) -> None:
    assert (await client.post("/size", data=io.BytesIO(b"x" * 1024 * 1024))).status == 200
    assert (await client.post("/size", data=io.BytesIO(b"x" * (1024 * 1024 + 1)))).status == 413


async def test_metrics_count_what_came_in_and_what_was_answered(
    site: Site, client: Client
) -> None:
    core = Counted(site.club.dispatch, site.counts)
    address = Address("telegram", "4242", "77", "77")
    for number, text in enumerate(("/start", "/points"), 1):
        await core.handle(Inbound(address, str(number), Kind.TEXT, text=text, name="Mei-canary"))
    answer = await client.get("/metrics")
    text = await answer.text()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["memberbot_updates_total", "telegram", "text"] == 2.0
    assert found["memberbot_replies_total", "telegram"] == 2.0
    assert found["memberbot_connected",] == 0.0
    assert 0 < found["memberbot_commits_total",] <= found["memberbot_committed_units_total",]
    for canary in ("canary", "the_token", "webhook-secret", "secret key", '"77"'):
        assert canary not in text


async def test_the_lag_is_the_age_of_the_oldest_message_that_is_due(
    site: Site, client: Client
) -> None:
    site.started = True
    before = (await (await client.get("/health/ready")).json())["delivery_lag_seconds"]
    await site.club.units.write(lambda work: _late(work, site))
    after = (await (await client.get("/health/ready")).json())["delivery_lag_seconds"]
    assert before == 0.0
    assert 60 <= after < 120


def _late(work: Work, site: Site) -> None:
    from datetime import timedelta

    now = site.club.clock.now()
    where = Address("telegram", "4242", "77", "77")
    address_id = work.conversations.lock(where, "en").person.address_id
    assert address_id is not None
    work.deliveries.to_address(address_id, Notice("general.unknown"), now - timedelta(seconds=60))


async def test_a_broken_core_is_counted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    core = Counted(site.club.dispatch, site.counts)
    inbound = Inbound(Address("telegram", "4242", "77", "77"), "1", Kind.TEXT, text="/start")

    async def away(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(type(site.club.dispatch), "handle", away)
    with pytest.raises(StoreUnavailable):
        await core.handle(inbound)
    assert site.counts.errors["store_unavailable"] == 1

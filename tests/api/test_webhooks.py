"""Signed webhooks: who signs is let in, nobody learns why another is not, nothing counts twice."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.pushing import SIGNATURE, TIMESTAMP
from api.web import LARGEST_BODY, add_routes
from bot.state import StoreUnavailable
from domain.club_errors import BadSource, WebhookExists, WebhookNotFound
from domain.members import Member
from services import webhooks
from services.ports.club import Actor
from services.webhooks import Made
from storage.answers import Collision
from storage.work import Work
from tests.api.support import Answered, Client, purchase, refund
from tests.support.club import NOW, Clock, Club

STAFF = Actor("test")


async def made(club: Club, source: str = "pos-1", name: str = "") -> Made:
    name = name or f"shop {secrets.token_hex(4)}"
    found = await club.write(lambda w: webhooks.add(w, name, source, STAFF, NOW))
    assert isinstance(found, Made)
    return found


@pytest.fixture
def real() -> Clock:
    """The world's clock, which the club's need not follow."""
    return Clock(NOW + timedelta(days=400))


@pytest.fixture
async def server(club: Club, real: Clock) -> AsyncIterator[TestServer]:
    app = web.Application(client_max_size=LARGEST_BODY)
    add_routes(
        app, club.units, club.clock, real=real, unavailable=StoreUnavailable, collided=Collision
    )
    async with TestServer(app) as running:
        yield running


class Shop:
    """Pushes to one source with one secret."""

    def __init__(self, server: TestServer, session: ClientSession, real: Clock, key: str) -> None:
        self.client = Client(session, server, "")
        self.real, self.secret = real, key

    def signed(self, raw: bytes, *, late: float = 0) -> dict[str, str]:
        stamp = str(int(self.real.now.timestamp() + late))
        return {TIMESTAMP: stamp, SIGNATURE: webhooks.sign(self.secret, stamp, raw)}

    async def push(
        self,
        body: Any,
        to: str = "/webhooks/pos-1/purchases",
        *,
        late: float = 0,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answered:
        raw = json.dumps(body).encode() if raw is None else raw
        sent = self.signed(raw, late=late) if headers is None else headers
        return await self.client.post(to, raw=raw, headers=sent)


@pytest.fixture
async def shop(club: Club, server: TestServer, real: Clock) -> AsyncIterator[Shop]:
    async with ClientSession() as session:
        yield Shop(server, session, real, (await made(club)).secret)


async def counted(club: Club) -> int:
    asked = "SELECT count(*) FROM purchases"
    return int(await club.read(lambda w: w.db.exec_driver_sql(asked).scalar_one()))


# -- let in -----------------------------------------------------------------------------


async def test_a_signed_purchase_and_its_refund_are_booked(
    shop: Shop, club: Club, member: Member
) -> None:
    booked = await shop.push(purchase(member="ext:c-1"))
    assert booked.status == 201
    assert booked.body["points"] > 0
    back = await shop.push(refund(order_id="A-17"), "/webhooks/pos-1/refunds")
    assert (back.status, back.body["points"]) == (201, -booked.body["points"])


async def test_the_same_again_gets_the_first_answer(
    shop: Shop, club: Club, api: Client, member: Member
) -> None:
    first = await shop.push(purchase(member="ext:c-1"))
    again = await shop.push(purchase(member="ext:c-1"))
    by_key = await api.buys(member="ext:c-1")
    assert (first.status, again.status, by_key.status) == (201, 200, 200)
    assert first.body == again.body == by_key.body
    assert (await shop.push(purchase(member="ext:c-1", amount="1.00", lines=...))).status == 409
    assert await counted(club) == 1


async def test_a_recorded_request_sent_again_does_nothing(
    shop: Shop, club: Club, member: Member
) -> None:
    raw = json.dumps(purchase(member="ext:c-1")).encode()
    headers = shop.signed(raw)
    answers = [await shop.push(None, raw=raw, headers=headers) for _ in range(3)]
    assert [one.status for one in answers] == [201, 200, 200]
    assert await counted(club) == 1


async def test_fifty_copies_at_once_book_once(shop: Shop, club: Club, member: Member) -> None:
    raw = json.dumps(purchase(member="ext:c-1")).encode()
    headers = shop.signed(raw)
    answers = await asyncio.gather(*(shop.push(None, raw=raw, headers=headers) for _ in range(50)))
    assert sorted(one.status for one in answers) == [200] * 49 + [201]
    assert all(one.body == answers[0].body for one in answers)
    assert await counted(club) == 1


@pytest.mark.parametrize("late", [0, 299, 300, -299, -300])
async def test_the_time_may_be_five_minutes_off(shop: Shop, late: float) -> None:
    assert (await shop.push(purchase(), late=late)).status == 201


async def test_what_came_with_an_odd_layout_is_signed_as_it_is(shop: Shop) -> None:
    raw = json.dumps(purchase(), indent=4, ensure_ascii=False).encode() + b"\n \n"
    assert (await shop.push(None, raw=raw)).status == 201


async def test_secrets_change_without_a_gap(shop: Shop, club: Club, server: TestServer) -> None:
    old = shop.secret
    fresh = await made(club, name="new one")
    for number, secret in enumerate((old, fresh.secret, old)):
        shop.secret = secret
        assert (await shop.push(purchase(order_id=f"B-{number}"))).status == 201
    everything = await club.read(webhooks.all_webhooks)
    before = next(one for one in everything if one.name != "new one")
    await club.write(lambda w: webhooks.revoke(w, before.name, STAFF, NOW))
    assert (await shop.push(purchase(order_id="B-4"))).code == "key.signature"
    shop.secret = fresh.secret
    assert (await shop.push(purchase(order_id="B-4"))).status == 201


async def test_changes_are_on_record_under_the_webhook(club: Club, shop: Shop) -> None:
    def read(work: Work) -> list[str]:
        sql = "SELECT action FROM audit WHERE subject_kind = 'webhook'"
        return list(work.db.exec_driver_sql(sql).scalars())

    await made(club, name="second")
    await club.write(lambda w: webhooks.revoke(w, "second", STAFF, NOW))
    assert sorted(await club.read(read)) == ["webhook.add", "webhook.add", "webhook.revoke"]


# -- kept out ---------------------------------------------------------------------------


def _without(name: str) -> Any:
    return lambda sent, _: {k: v for k, v in sent.items() if k != name}


def _signature(change: Any) -> Any:
    return lambda sent, _: {**sent, SIGNATURE: change(sent[SIGNATURE])}


def _stamp(change: Any) -> Any:
    """Another time under the signature of the old one."""
    return lambda sent, _: {**sent, TIMESTAMP: change(sent[TIMESTAMP])}


def _signed_again(change: Any) -> Any:
    """An odd time, signed as it is."""

    def use(sent: dict[str, str], shop: Shop) -> dict[str, str]:
        stamp = change(sent[TIMESTAMP])
        raw = json.dumps(purchase()).encode()
        return {TIMESTAMP: stamp, SIGNATURE: webhooks.sign(shop.secret, stamp, raw)}

    return use


WRONG = {
    "nothing": lambda sent, _: {},
    "no time": _without(TIMESTAMP),
    "no signature": _without(SIGNATURE),
    "empty": _signature(lambda s: ""),
    "another digit": _signature(lambda s: s[:-1] + ("0" if s[-1] != "0" else "1")),
    "first digit": _signature(lambda s: s[:7] + ("0" if s[7] != "0" else "1") + s[8:]),
    "too short": _signature(lambda s: s[:-1]),
    "too long": _signature(lambda s: s + "0"),
    "capitals": _signature(lambda s: s.replace("sha256=", "") and "sha256=" + s[7:].upper()),
    "no scheme": _signature(lambda s: s[7:]),
    "another scheme": _signature(lambda s: "sha1=" + s[7:]),
    "two": _signature(lambda s: f"{s},{s}"),
    "no hex": _signature(lambda s: "sha256=" + "z" * 64),
    "all zero": _signature(lambda s: "sha256=" + "0" * 64),
    "a second later": _stamp(lambda s: str(int(s) + 1)),
    "leading zero": _stamp(lambda s: "0" + s),
    "a sign": _signed_again(lambda s: "+" + s),
    "a space": _signed_again(lambda s: s + ".0"),
    "milliseconds": _signed_again(lambda s: s + "000"),
    "words": _signed_again(lambda s: "now"),
    "other digits": _signed_again(lambda s: "1e9"),
    "five minutes ago": _signed_again(lambda s: str(int(s) - 301)),
    "in five minutes": _signed_again(lambda s: str(int(s) + 301)),
}


async def test_nobody_is_told_what_is_wrong_with_a_signature(shop: Shop, club: Club) -> None:
    raw = json.dumps(purchase()).encode()
    plain = await shop.push(None, raw=raw, headers={})
    for how, change in WRONG.items():
        club.clock.move(minutes=1)
        answer = await shop.push(None, raw=raw, headers=change(shop.signed(raw), shop))
        assert (answer.status, answer.code) == (401, "key.signature"), how
        assert answer.body == plain.body
        assert answer.headers["WWW-Authenticate"].startswith("Memberbot-Signature")
    assert await counted(club) == 0


async def test_a_header_that_is_there_twice_is_none(shop: Shop) -> None:
    raw = json.dumps(purchase()).encode()
    sent = shop.signed(raw)
    twice = [*sent.items(), (SIGNATURE, sent[SIGNATURE]), ("Content-Type", "application/json")]
    url = shop.client.server.make_url("/api/v1/webhooks/pos-1/purchases")
    async with shop.client.session.post(url, data=raw, headers=twice) as answer:
        assert answer.status == 401


async def test_every_byte_of_the_body_is_signed(shop: Shop, club: Club) -> None:
    raw = json.dumps(purchase()).encode()
    sent = shop.signed(raw)
    others = [raw[:n] + bytes([raw[n] ^ 1]) + raw[n + 1 :] for n in range(len(raw))]
    for changed in [*others, raw[:-1], raw + b"}", b"", raw + b" "]:
        club.clock.move(minutes=1)
        answer = await shop.push(None, raw=changed, headers=sent)
        assert answer.status == 401
    assert await counted(club) == 0


async def test_the_dot_cannot_be_moved(shop: Shop, real: Clock) -> None:
    stamp = str(int(real.now.timestamp()))
    raw = json.dumps(purchase()).encode()
    signature = webhooks.sign(shop.secret, stamp, b"1." + raw)
    headers = {TIMESTAMP: f"{stamp}.1", SIGNATURE: signature}
    assert (await shop.push(None, raw=raw, headers=headers)).status == 401


async def test_a_secret_opens_its_own_source_only(shop: Shop, club: Club) -> None:
    other = await made(club, "pos-2")
    to = "/webhooks/pos-2/purchases"
    assert (await shop.push(purchase(source="pos-2"), to)).status == 401
    assert (await shop.push(purchase(), "/webhooks/nobody/purchases")).status == 401
    shop.secret = other.secret
    answer = await shop.push(purchase(), to)
    assert (answer.status, answer.code) == (422, "request.other_source")
    assert answer.places == ["/source"]
    assert await counted(club) == 0


async def test_a_key_opens_no_webhook_and_a_secret_no_operation(
    shop: Shop, api: Client, club: Club
) -> None:
    answer = await api.post("/webhooks/pos-1/purchases", purchase())
    assert answer.code == "key.signature"
    assert (await api.with_key(shop.secret).buys()).code == "key.unknown"


async def test_wrong_signatures_are_limited_and_right_ones_go_on(shop: Shop, club: Club) -> None:
    for _ in range(10):
        assert (await shop.push(purchase(), headers={})).status == 401
    stopped = await shop.push(purchase(), headers={})
    assert (stopped.status, stopped.code) == (429, "key.too_many_tries")
    assert (await shop.push(purchase())).status == 201
    club.clock.move(minutes=1)
    assert (await shop.push(purchase(), headers={})).status == 401


# -- bad input --------------------------------------------------------------------------


async def test_what_is_signed_is_checked_like_everything_else(shop: Shop, club: Club) -> None:
    for raw, status, code in (
        (b"{", 400, "request.not_json"),
        (b"[]", 400, "request.invalid"),
        (json.dumps(purchase(amount="1e3")).encode(), 400, "request.invalid"),
        (json.dumps(purchase(currency="XYZ")).encode(), 422, "currency.wrong"),
        (b" " * (LARGEST_BODY + 1), 413, "request.too_large"),
    ):
        answer = await shop.push(None, raw=raw)
        assert (answer.status, answer.code) == (status, code), raw[:40]
    unknown = await shop.push(refund(order_id="none"), "/webhooks/pos-1/refunds")
    assert (unknown.status, unknown.code) == (404, "purchase.not_found")
    missing = await shop.push(refund(), "/webhooks/pos-1/refunds")
    assert missing.places == ["/order_id"]
    assert await counted(club) == 0


@pytest.mark.parametrize("path", ["/webhooks/%00/purchases", "/webhooks/a%0ab/purchases"])
async def test_what_no_source_can_be_called_is_refused(shop: Shop, path: str) -> None:
    assert (await shop.push(purchase(), path)).status == 400


async def test_other_media_types_are_refused(shop: Shop) -> None:
    raw = json.dumps(purchase()).encode()
    sent = {**shop.signed(raw), "Content-Type": "text/plain"}
    assert (await shop.push(None, raw=raw, headers=sent)).code == "request.media_type"


async def test_anything_signed_is_answered(shop: Shop) -> None:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=5,
    )
    bodies: list[Any] = []

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from([*purchase(), "tip"]), values, max_size=3))
    def collect(value: dict[str, Any]) -> None:
        bodies.append(purchase() | value)

    collect()
    for body in bodies:
        for to in ("purchases", "refunds"):
            answer = await shop.push(body, f"/webhooks/pos-1/{to}")
            assert answer.status in (200, 201, 400, 409, 422), (body, answer.body)


# -- making them ------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["", " a", "a ", "a/b", "a\nb", "x" * 101])
async def test_a_source_must_be_able_to_stand_in_a_path(club: Club, source: str) -> None:
    with pytest.raises(BadSource):
        await made(club, source)


async def test_a_name_is_in_use_once(club: Club) -> None:
    first = await made(club, name="shop")
    with pytest.raises(WebhookExists):
        await made(club, name="shop")
    gone = await club.write(lambda w: webhooks.revoke(w, "shop", STAFF, NOW))
    assert gone == replace(first.webhook, revoked_at=NOW)
    with pytest.raises(WebhookNotFound):
        await club.write(lambda w: webhooks.revoke(w, "shop", STAFF, NOW))
    await made(club, name="shop")


async def test_secrets_are_sealed_and_forgotten(club: Club) -> None:
    first = await made(club, name="shop")

    def stored(work: Work) -> str:
        return str(work.db.exec_driver_sql("SELECT secret FROM webhooks").scalar_one())

    assert first.secret not in await club.read(stored)
    await club.write(lambda w: webhooks.revoke(w, "shop", STAFF, NOW))
    assert await club.read(stored) == ""
    assert first.secret.startswith("mbw_")
    assert len(first.secret) == 68

"""One inbound event = one transaction, on real databases and with handlers that go wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from bot.dispatch import TRIES, Dispatch
from bot.flow import Flow, Step
from bot.messages import Address, Inbound, Kind, Reply
from bot.router import Route, Router
from bot.state import StoreUnavailable
from domain.errors import NotEnoughPoints, Refused
from tests.support.club import Club, Person, programme

FLOW = Flow("quiz", (Step("one"), Step("two")))


@dataclass
class Stage:
    """A club whose handlers a test writes itself."""

    club: Club
    person: Person

    def plays(self, *routes: Route, units: Any = None) -> None:
        always = [
            Route(
                intent,
                lambda turn: Reply("general.unknown"),
                anyone=True,
            )
            for intent in ("unknown", "stranger", "expired", "cancel")
        ]
        router = Router([*routes, *always], [FLOW], {}, self.club.signer)
        self.club.dispatch = Dispatch(
            units or self.club.units, router, self.club.renderer, self.club.clock, Refused
        )


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    club = await Club(database_url, programme()).open()
    yield Stage(club, club.person())
    await club.close()


def _writes(intent: str, handle: Callable[[Any], Reply | None]) -> Route:
    return Route(intent, handle, writes=True, anyone=True)


def _said(key: str = "general.cancelled") -> Reply:
    return Reply(key, {"unsent": False})


async def _rows(club: Club, table: str) -> int:
    count = text(f"SELECT count(*) FROM {table}")
    return int(await club.read(lambda work: work.db.execute(count).scalar_one()))


async def test_a_reading_route_leaves_no_trace(stage: Stage) -> None:
    stage.plays(Route("look", lambda turn: _said(), anyone=True))
    await stage.person.says("/look")
    assert await _rows(stage.club, "inbox") == await _rows(stage.club, "addresses") == 0


async def test_a_writing_route_runs_once_per_update(stage: Stage) -> None:
    seen: list[str] = []

    def handle(turn: Any) -> Reply:
        seen.append(turn.nonce)
        return _said()

    stage.plays(_writes("do", handle))
    answers = [await stage.person.sends(text="/do", update_id="5") for _ in range(3)]
    assert len(seen) == 1
    assert answers[0] == answers[1] == answers[2]
    assert await _rows(stage.club, "inbox") == 1


async def test_a_refusal_undoes_the_unit_and_is_the_answer(stage: Stage) -> None:
    def handle(turn: Any) -> Reply:
        turn.work.settings.put("half", 1)
        turn.start(FLOW)
        raise NotEnoughPoints(3, 10)

    stage.plays(_writes("buy", handle))
    first = await stage.person.sends(text="/buy", update_id="6")
    again = await stage.person.sends(text="/buy", update_id="6")
    assert first is not None
    assert first.key == "points.too_few"
    assert first == again
    assert await stage.club.read(lambda work: work.settings.get("half")) is None
    assert await _rows(stage.club, "conversations") == 0


async def test_what_fails_three_times_is_buried_and_the_person_told(stage: Stage) -> None:
    tries: list[int] = []

    def handle(turn: Any) -> Reply:
        tries.append(1)
        turn.work.settings.put("half", 1)
        raise ZeroDivisionError

    stage.plays(_writes("do", handle))
    answer = await stage.person.says("/do")
    assert len(tries) == TRIES
    assert answer.key == "error.broken"
    count, letters = await stage.club.read(lambda work: work.inbox.dead_letters(10))
    assert count == 1
    assert "ZeroDivisionError" in letters[0]["why"]
    assert await stage.club.read(lambda work: work.settings.get("half")) is None


async def test_what_fails_once_succeeds_at_the_second_try(stage: Stage) -> None:
    tries: list[int] = []

    def handle(turn: Any) -> Reply:
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError
        return _said()

    stage.plays(_writes("do", handle))
    assert (await stage.person.says("/do")).key == "general.cancelled"
    assert await _rows(stage.club, "dead_letters") == 0


async def test_a_store_that_cannot_commit_is_told_to_the_platform(stage: Stage) -> None:
    class Away:
        async def read(self, use: Any) -> Any:
            return await stage.club.units.read(use)

        async def write(self, use: Any) -> Any:
            raise StoreUnavailable

    stage.plays(_writes("do", lambda turn: _said()), units=Away())
    with pytest.raises(StoreUnavailable):
        await stage.person.sends(text="/do")


async def test_a_conversation_is_kept_and_goes_on_in_another_process(stage: Stage) -> None:
    def begin(turn: Any) -> Reply:
        turn.start(FLOW, asked=1)
        return _said()

    def one(turn: Any) -> Reply:
        turn.go("two", said=turn.text)
        return _said()

    def two(turn: Any) -> Reply:
        answered = f"{turn.data['asked']} {turn.data['said']} {turn.text}"
        turn.end()
        return Reply("points.too_few", {"missing": 1, "have": 1, "price": 1, "x": answered})

    routes = (_writes("begin", begin), _writes("quiz.one", one), _writes("quiz.two", two))
    stage.plays(*routes)
    await stage.person.says("/begin")
    stage.plays(*routes)
    await stage.person.says("first")
    stage.plays(*routes)
    assert (await stage.person.says("second")).key == "points.too_few"
    assert (await stage.person.says("third")).key == "general.unknown"


async def test_one_persons_updates_never_run_side_by_side_and_keep_their_order(
    stage: Stage,
) -> None:
    seen: list[str] = []

    def handle(turn: Any) -> Reply:
        seen.append(turn.arg())
        return _said()

    stage.plays(_writes("do", handle))
    await asyncio.gather(*(stage.person.says(f"/do {n}") for n in range(50)))
    assert seen == [str(n) for n in range(50)]


async def test_two_processes_moving_one_conversation_lose_no_move(
    stage: Stage, database_url: str
) -> None:
    def handle(turn: Any) -> Reply:
        turn.start(FLOW, count=int(turn.data.get("count", 0)) + 1)
        return _said()

    other = Stage(await Club(database_url, programme()).open(), stage.person)
    for each in (stage, other):
        each.plays(_writes("do", handle))
    address: Address = stage.person.address
    updates = [Inbound(address, f"u{n}", Kind.TEXT, "/do") for n in range(60)]
    clubs = (stage.club, other.club)
    await asyncio.gather(
        *(clubs[n % 2].dispatch.handle(update) for n, update in enumerate(updates))
    )
    state = await stage.club.read(lambda work: work.conversations.load(address, ""))
    assert state.conversation.data["count"] == state.conversation.version == 60
    await other.club.close()


async def test_further_messages_become_deliveries_of_the_same_unit(stage: Stage) -> None:
    more = (Reply("general.unknown"), Reply("general.expired"))
    stage.plays(
        _writes("do", lambda turn: Reply("general.cancelled", {"unsent": False}, more=more))
    )
    await stage.person.says("/do")
    waiting = await stage.person.hears()
    assert [message.key for message in waiting] == ["general.unknown", "general.expired"]
    assert len(stage.club.written) == 2


async def test_what_counts_a_lot_is_read_beside_everything_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    units, long = stage.club.units, []

    async def read_long(use: Callable[[Any], Any]) -> Any:
        long.append(use)
        return await units.read(use)

    monkeypatch.setattr(units, "read_long", read_long)
    counted: list[Any] = []

    def handle(turn: Any) -> Reply:
        counted.append(turn.counted)
        return _said()

    show = Route("show", handle, writes=True, anyone=True, long=True, counts=lambda turn: 7)
    stage.plays(Route("count", handle, anyone=True, long=True), show)
    await stage.person.says("/count")
    assert (counted, len(long)) == ([None], 1)
    await stage.person.says("/show")
    assert (counted, len(long)) == ([None, 7], 2)

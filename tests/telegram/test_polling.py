"""The polling loop: the offset moves only past what is done, order is kept, nothing sticks."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError

from bot.channel import Rejected, RetryLater, Unknown, Unreachable
from bot.messages import Inbound, Rendered
from bot.state import StoreUnavailable
from bot.telegram.polling import Pace, Poller
from bot.telegram.transport import Flood
from tests.telegram.doubles import App, Core, Wire
from tests.telegram.updates import message, private, tap, user

NOTE = Rendered("note.shown", "en", "Saved.", toast="Done")
QUICK = Pace(wait=0, beat=0.02, first=0.01, most=0.02)


class Server:
    """getUpdates as Telegram does it: an offset confirms all before. `trouble` is raised first."""

    def __init__(self, updates: Sequence[Any], trouble: Sequence[Exception] = ()) -> None:
        self.waiting = list(updates)
        self.trouble = list(trouble)
        self.offsets: list[int] = []

    async def raw_updates(self, offset: int, wait: int, allowed: tuple[str, ...]) -> Any:
        await asyncio.sleep(0)
        self.offsets.append(offset)
        if self.trouble:
            raise self.trouble.pop(0)
        if offset:
            self.waiting = [
                update
                for update in self.waiting
                if not isinstance(update.get("update_id"), int) or update["update_id"] >= offset
            ]
        if not self.waiting:
            await asyncio.sleep(0.005)
        return list(self.waiting[:100])


def polling(core: Core, server: Any, app: App | None = None, wire: Wire | None = None) -> Poller:
    wire, app = wire or Wire(), app or App()
    wire.client = server
    return Poller(core, channel=wire, bury=app.bury, answers=app, lease=app, pace=QUICK)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if holds():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not come to that")


async def until_empty(poller: Poller, server: Server) -> None:
    running = asyncio.create_task(poller.run())
    await until(lambda: not server.waiting)
    poller.stop()
    await running


def said(update_id: int, person: int = 77, text: str = "x") -> Any:
    return message(update_id, text=text, chat=private(person), **{"from": user(person)})


async def test_updates_are_handled_answered_and_confirmed() -> None:
    core, server, wire = Core(NOTE), Server([said(5), said(6, 78)]), Wire()
    await until_empty(polling(core, server, wire=wire), server)
    assert sorted(inbound.update_id for inbound in core.seen) == ["5", "6"]
    assert sorted(call.params["chat_id"] for call in wire.calls) == [77, 78]
    assert server.offsets[:2] == [0, 7]


async def test_an_offset_is_forgotten_once_it_has_confirmed() -> None:
    core, server = Core(NOTE), Server([said(900)])
    poller = polling(core, server)
    running = asyncio.create_task(poller.run())
    await until(lambda: 901 in server.offsets)
    await asyncio.sleep(0.02)
    server.waiting.append(said(3))  # ids turn random after a quiet week
    await until(lambda: len(core.seen) == 2)
    poller.stop()
    await running
    assert [inbound.update_id for inbound in core.seen] == ["900", "3"]


async def test_one_persons_updates_keep_their_order_beside_others() -> None:
    log: list[tuple[str, str]] = []

    async def answer(inbound: Inbound) -> Rendered:
        log.append(("in", inbound.text))
        await asyncio.sleep(0.02 if inbound.text.startswith("slow") else 0)
        log.append(("out", inbound.text))
        return NOTE

    updates = [said(1, 77, "slow 1"), said(2, 78, "quick"), said(3, 77, "slow 2")]
    server = Server(updates)
    await until_empty(polling(Core(answer), server), server)
    assert [text for way, text in log if way == "out"] == ["quick", "slow 1", "slow 2"]
    assert log.index(("out", "slow 1")) < log.index(("in", "slow 2"))


async def test_the_reply_is_out_before_the_offset_moves() -> None:
    server, wire = Server([said(5)]), Wire()
    seen: list[int] = []
    ask = server.raw_updates

    async def raw_updates(offset: int, *more: Any) -> Any:
        seen.append(len(wire.calls) if offset == 6 else -1)
        return await ask(offset, *more)

    server.raw_updates = raw_updates
    await until_empty(polling(Core(NOTE), server, wire=wire), server)
    assert seen[1] == 1


async def test_a_tap_gets_its_answer_and_its_reply() -> None:
    server, wire = Server([tap()]), Wire()
    await until_empty(polling(Core(NOTE), server, wire=wire), server)
    assert {call.method for call in wire.calls} == {"sendMessage", "answerCallbackQuery"}


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (RetryLater(timedelta(seconds=9), flood=True), [("Saved.", timedelta(seconds=9), False)]),
        (RetryLater(), [("Saved.", None, False)]),
        (Unknown(), [("Saved.", None, True)]),
        (Unreachable(), []),
        (Rejected(), []),
    ],
)
async def test_an_answer_that_is_not_out_becomes_a_delivery(error: Any, kept: Any) -> None:
    server, app = Server([said(5)]), App()
    await until_empty(polling(Core(NOTE), server, app, Wire([error])), server)
    assert app.kept == kept


async def test_in_a_wait_an_answer_is_kept_and_not_tried() -> None:
    server, app, wire = Server([said(5)]), App(), Wire()
    app.silent = timedelta(seconds=9)
    await until_empty(polling(Core(NOTE), server, app, wire), server)
    assert (wire.calls, app.kept) == ([], [("Saved.", app.silent, False)])


async def test_what_cannot_be_read_is_buried_and_passed() -> None:
    bad = {"update_id": 6, "message": 5}
    core, server, app = Core(NOTE), Server([said(5), bad, said(7)]), App()
    await until_empty(polling(core, server, app), server)
    assert [(found[0], found[2]) for found in app.buried] == [("6", "bad update: message")]
    assert [inbound.update_id for inbound in core.seen] == ["5", "7"]


async def test_a_core_that_breaks_holds_up_nobody() -> None:
    async def answer(inbound: Inbound) -> Rendered:
        if inbound.text == "poison":
            raise RuntimeError("bug")
        return NOTE

    core, server, app = Core(answer), Server([said(5, text="poison"), said(6)]), App()
    await until_empty(polling(core, server, app), server)
    assert [found[0] for found in app.buried] == ["5"]
    assert [inbound.update_id for inbound in core.seen] == ["5", "6"]


async def test_what_cannot_be_committed_is_not_confirmed_nor_overtaken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    down = True
    done: list[str] = []

    async def answer(inbound: Inbound) -> Rendered:
        nonlocal down
        if inbound.update_id == "6" and down:
            down = False
            raise StoreUnavailable
        done.append(inbound.update_id)
        return NOTE

    updates = [said(5, 77), said(6, 78), said(7, 78), said(8, 79)]
    server = Server(updates)
    await until_empty(polling(Core(answer), server), server)
    assert server.offsets[:3] == [0, 6, 9]
    assert [update_id for update_id in done if update_id in "67"] == ["6", "7"]
    assert sorted(done) == ["5", "6", "7", "8", "8"]  # a repeat of 8 changes nothing
    assert "cannot commit" in caplog.text


async def test_an_answer_that_cannot_be_kept_is_not_confirmed() -> None:
    app = App(fails=StoreUnavailable())
    core, server = Core(NOTE), Server([said(5)])
    running = polling(core, server, app, Wire([RetryLater()]))
    await until_empty(running, server)
    assert len(core.seen) == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Conflict("terminated by other getUpdates request"), "another program"),
        (InvalidToken("Unauthorized"), "refuses the token"),
        (NetworkError("reset"), "fetching updates failed"),
        (Flood(timedelta(seconds=0)), "asks to wait"),
        (ValueError("surprise"), "polling failed"),
    ],
)
async def test_trouble_is_told_and_survived(
    error: Exception, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    core, server = Core(NOTE), Server([said(5)], [error])
    await until_empty(polling(core, server), server)
    assert len(core.seen) == 1
    assert words in caplog.text


async def test_pauses_grow_up_to_a_bound() -> None:
    server = Server([said(5)], [NetworkError("x")] * 6)
    begun = asyncio.get_running_loop().time()
    await until_empty(polling(Core(NOTE), server), server)
    assert asyncio.get_running_loop().time() - begun >= 0.01 + 5 * 0.02


async def test_an_answer_that_is_no_list_is_survived() -> None:
    server = Server([said(5)])
    ask, broken = server.raw_updates, [{"a": 1}, None, "x"]

    async def raw_updates(*given: Any) -> Any:
        return broken.pop() if broken else await ask(*given)

    server.raw_updates = raw_updates
    core = Core(NOTE)
    await until_empty(polling(core, server), server)
    assert len(core.seen) == 1


async def test_updates_without_ids_do_not_spin() -> None:
    app, server = App(), Server([{"message": {}}])
    poller = polling(Core(), server, app)
    running = asyncio.create_task(poller.run())
    await asyncio.sleep(0.1)
    poller.stop()
    await running
    assert 1 <= len(app.buried) < 15


async def test_only_the_holder_of_the_lease_polls() -> None:
    app, server = App(), Server([said(5)])
    app.held = False
    poller = polling(Core(NOTE), server, app)
    running = asyncio.create_task(poller.run())
    await asyncio.sleep(0.06)
    assert server.offsets == []
    app.held = True
    await until(lambda: not server.waiting)
    poller.stop()
    await running
    assert app.holds > 2


async def test_a_lost_lease_breaks_off_the_long_poll() -> None:
    app, server = App(), Server([])
    broken_off = asyncio.Event()

    async def raw_updates(*given: Any) -> Any:
        try:
            await asyncio.sleep(60)
        finally:
            broken_off.set()

    server.raw_updates = raw_updates
    poller = polling(Core(NOTE), server, app)
    running = asyncio.create_task(poller.run())
    await asyncio.sleep(0.03)
    app.held = False
    await asyncio.wait_for(broken_off.wait(), 2)
    poller.stop()
    await running


async def test_a_stop_ends_an_open_poll_but_finishes_what_was_fetched() -> None:
    entered, go = asyncio.Event(), asyncio.Event()

    async def answer(inbound: Inbound) -> Rendered:
        entered.set()
        await go.wait()
        return NOTE

    server, wire = Server([said(5)]), Wire()
    poller = polling(Core(answer), server, wire=wire)
    running = asyncio.create_task(poller.run())
    await entered.wait()
    poller.stop()
    await asyncio.sleep(0.03)
    assert not running.done()
    go.set()
    await asyncio.wait_for(running, 2)
    assert len(wire.calls) == 1
    assert server.offsets[-1] == 6  # confirmed before leaving
    assert server.waiting == []

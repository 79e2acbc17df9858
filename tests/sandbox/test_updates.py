"""getUpdates: offsets, waiting, kinds, second pollers."""

import asyncio

from sandbox.world import World
from tests.sandbox.support import ANN, Phone, Session


async def test_an_offset_confirms_all_before(session: Session, ann: Phone) -> None:
    for text in "abc":
        await ann.write(text)
    first, second, third = (await session.call("getUpdates")).result
    again = (await session.call("getUpdates", limit=1)).result
    assert again == [first]
    rest = (await session.call("getUpdates", offset=second["update_id"])).result
    assert rest == [second, third]
    assert (await session.call("getUpdates", offset=third["update_id"] + 1)).result == []


async def test_a_negative_offset_keeps_the_last(session: Session, ann: Phone) -> None:
    for text in "abc":
        await ann.write(text)
    (last,) = (await session.call("getUpdates", offset=-1)).result
    assert last["message"]["text"] == "c"


async def test_a_waiting_poll_gets_a_message_at_once(session: Session, ann: Phone) -> None:
    poll = asyncio.create_task(session.call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    await ann.write("hi")
    (update,) = (await asyncio.wait_for(poll, 5)).result
    assert update["message"]["text"] == "hi"


async def test_a_second_poller_ends_the_first(session: Session, ann: Phone) -> None:
    first = asyncio.create_task(session.call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(session.call("getUpdates", timeout=30))
    refused = await asyncio.wait_for(first, 5)
    assert refused.status == 409
    assert "terminated by other getUpdates" in refused.refusal
    await ann.write("hi")
    assert len((await asyncio.wait_for(second, 5)).result) == 1


async def test_only_allowed_kinds_are_kept(session: Session, ann: Phone) -> None:
    await session.call("getUpdates", allowed_updates=["message"])
    await ann.write("a")
    await ann.post("block", status=200)
    await ann.post("unblock", status=200)
    assert len(await session.drain()) == 1
    await session.call("getUpdates", allowed_updates=[])
    await ann.post("block", status=200)
    assert len(await session.drain()) == 1


async def test_updates_expire(session: Session, ann: Phone, world: World) -> None:
    await ann.write("a")
    await ann.tap(1, "x", force=True)
    since = world.real_time()
    world.real_time = lambda: since + 200
    kinds = [sorted(update)[0] for update in (await session.call("getUpdates")).result]
    assert kinds == ["message"]
    world.real_time = lambda: since + 90_000
    assert (await session.call("getUpdates")).result == []


async def test_update_ids_count_up_without_gaps(session: Session, ann: Phone) -> None:
    for _ in range(3):
        await ann.write("x")
    ids = [update["update_id"] for update in await session.drain()]
    assert ids == list(range(ids[0], ids[0] + 3))


async def test_a_bot_hears_only_its_own_chats(session: Session, ann: Phone, world: World) -> None:
    world.add_bot("2000002:other", "second_bot", "Second")
    path = f"/sandbox/persons/{ANN}/messages?bot=second_bot"
    await session.post(path, {"text": "to the second"})
    assert await session.drain() == []
    session.token = "2000002:other"
    assert len(await session.drain()) == 1
    assert (await session.get(f"/sandbox/persons/{ANN}/chat"))["messages"] == []

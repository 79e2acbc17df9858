"""Faults that are switched on, and the log of calls."""

import asyncio
import time

import pytest

from tests.sandbox.support import ANN, BOB, Phone, Session


async def _send(session: Session, chat_id: int = ANN) -> int:
    return (await session.call("sendMessage", chat_id=chat_id, text="x")).status


async def test_too_many_requests_name_the_wait(session: Session, started: Phone) -> None:
    await session.fault(kind="429", retry_after=3600, count=1)
    answer = await session.call("sendMessage", chat_id=ANN, text="x")
    assert answer.status == 429
    assert answer.body["parameters"] == {"retry_after": 3600}
    assert answer.refusal == "Too Many Requests: retry after 3600"
    assert await _send(session) == 200
    assert len((await started.chat())["messages"]) == 2


@pytest.mark.parametrize(("kind", "status"), [("403", 403), ("400", 400), ("500", 500)])
async def test_refusals_leave_no_message(
    session: Session, started: Phone, kind: str, status: int
) -> None:
    await session.fault(kind=kind, count=2)
    assert [await _send(session) for _ in range(3)] == [status, status, 200]
    assert len((await started.chat())["messages"]) == 2


async def test_a_refusal_may_come_although_the_call_was_carried_out(
    session: Session, started: Phone
) -> None:
    await session.fault(kind="500", count=1, effect=True, description="Bad Gateway")
    answer = await session.call("sendMessage", chat_id=ANN, text="there after all")
    assert (answer.status, answer.refusal) == (500, "Bad Gateway")
    assert (await started.last())["text"] == "there after all"


async def test_faults_keep_to_their_method_and_chat(
    session: Session, started: Phone, bob: Phone
) -> None:
    await bob.write("/start")
    await session.fault(kind="403", chat_id=BOB)
    await session.fault(kind="500", method="sendPhoto")
    assert [await _send(session), await _send(session, BOB)] == [200, 403]


async def test_slow_answers_come_late(session: Session, started: Phone) -> None:
    await session.fault(kind="slow", ms=200, count=1)
    before = time.monotonic()
    assert await _send(session) == 200
    assert time.monotonic() - before >= 0.2


async def test_a_hanging_call_is_carried_out_and_logged_but_never_answered(
    session: Session, started: Phone
) -> None:
    await session.fault(kind="hang", count=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(_send(session), 0.2)
    assert (await started.last())["from"] == "bot"
    entry = (await session.log("sendMessage"))[-1]
    assert (entry["status"], entry["fault"]) == ("unanswered", "hang")


async def test_faults_strike_by_chance(session: Session, started: Phone) -> None:
    await session.fault(kind="500", probability=0.5)
    outcomes = [await _send(session) for _ in range(60)]
    assert {200, 500} == set(outcomes)


async def test_faults_are_listed_counted_and_switched_off(
    session: Session, started: Phone
) -> None:
    await session.fault(kind="500", method="sendMessage", count=3)
    await session.fault(kind="slow", ms=1)
    await _send(session)
    first, second = (await session.get("/sandbox/faults"))["faults"]
    assert (first["kind"], first["hits"], first["count"]) == ("500", 1, 3)
    async with session.http.delete(f"/sandbox/faults/{first['id']}") as response:
        assert [f["id"] for f in (await response.json())["faults"]] == [second["id"]]
    async with session.http.delete("/sandbox/faults") as response:
        assert (await response.json())["faults"] == []
    assert await _send(session) == 200


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "429", "retry_after": 0},
        {"kind": "429", "retry_after": "5"},
        {"kind": "slow", "ms": -1},
        {"kind": "500", "probability": 2},
        {"kind": "500", "count": 0},
        {"kind": "500", "colour": "red"},
    ],
)
async def test_wrong_faults_are_refused(session: Session, fault: dict[str, object]) -> None:
    answer = await session.post("/sandbox/faults", fault, 400)
    assert answer["error"]
    assert (await session.get("/sandbox/faults"))["faults"] == []


async def test_doubled_updates_are_polled_twice_until_confirmed(
    session: Session, ann: Phone
) -> None:
    await session.fault(kind="duplicate", method="message", count=1)
    await ann.write("a")
    first, second = (await session.call("getUpdates")).result
    assert first == second
    assert (await session.call("getUpdates", offset=first["update_id"] + 1)).result == []


async def test_the_log_has_calls_and_answers_but_no_secrets(
    session: Session, started: Phone
) -> None:
    secret = {"url": "http://127.0.0.1:9/", "secret_token": "hush"}
    await session.call("setWebhook", **secret)
    await session.call("deleteWebhook")
    await session.call("sendMessage", chat_id=ANN, text=f"my token is {session.token}")
    await session.call("sendMessage", chat_id=999, text="x")
    calls = await session.log()
    assert "hush" not in str(calls)
    assert session.token not in str([call["params"] for call in calls])
    good, bad = await session.log("sendMessage")
    assert good["answer"]["result"]["chat"]["id"] == ANN
    assert (bad["status"], bad["answer"]["error_code"]) == ("refused", 400)
    assert [call["seq"] for call in calls] == sorted(call["seq"] for call in calls)
    later = await session.get(f"/sandbox/log?after={good['seq']}")
    assert [call["seq"] for call in later["calls"]] == [bad["seq"]]

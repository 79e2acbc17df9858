"""The routes under ``/sandbox``: persons, information, live events, who may call them."""

import asyncio
import json

import pytest

from tests.sandbox.support import ANN, BOB, Phone, Session


async def test_the_page_learns_whose_club_it_is(session: Session) -> None:
    info = await session.get("/sandbox/info")
    assert info["title"]["en"] == "Grocer’s Club"
    assert info["bots"][0]["username"] == "grocer_bot"
    assert session.token not in json.dumps(info)


async def test_persons_are_listed_and_found(session: Session) -> None:
    everybody = await session.get("/sandbox/persons")
    assert everybody["count"] == 2
    for words, person in (("house 1023", ANN), ("晓梅", BOB), ("+1555", ANN)):
        found = await session.get(f"/sandbox/persons?q={words.replace('+', '%2B')}")
        assert [each["id"] for each in found["persons"]] == [person]


async def test_persons_are_created_and_changed(session: Session) -> None:
    made = await session.post("/sandbox/persons", {"first_name": "Otto", "language_code": "zh"})
    assert (made["first_name"], made["language_code"]) == ("Otto", "zh")
    path = f"/sandbox/persons/{made['id']}"
    async with session.http.patch(path, json={"phone": "+1"}) as response:
        assert (await response.json())["phone"] == "+1"
    await session.post("/sandbox/persons", {"id": made["id"], "first_name": "Again"}, 409)


@pytest.mark.parametrize(
    "body", [{}, {"first_name": " "}, {"first_name": 5}, {"first_name": "A", "colour": "red"}]
)
async def test_wrong_persons_are_refused(session: Session, body: dict[str, object]) -> None:
    await session.post("/sandbox/persons", body, 400)
    assert (await session.get("/sandbox/persons"))["count"] == 2


@pytest.mark.parametrize(
    ("rest", "body", "status"),
    [
        ("messages", {}, 400),
        ("messages", {"text": ""}, 400),
        ("messages", {"text": "x" * 4097}, 400),
        ("messages", {"text": "x", "reply_to": 77}, 404),
        ("messages", {"contact": {"phone_number": "+1"}}, 400),
        ("messages/77", {"text": "x"}, 404),
        ("taps", {"message_id": "1", "data": "x"}, 400),
    ],
)
async def test_what_a_phone_cannot_do_is_refused(
    session: Session, ann: Phone, rest: str, body: dict[str, object], status: int
) -> None:
    assert (await ann.post(rest, body, status))["error"]
    assert await session.drain() == []


@pytest.mark.parametrize("path", ["persons?limit=x", "log?after=-1", "persons/11/chat?limit=²"])
async def test_wrong_numbers_in_the_address_are_refused(session: Session, path: str) -> None:
    async with session.http.get(f"/sandbox/{path}") as response:
        assert response.status == 400


async def test_nobody_and_no_bot_are_not_found(session: Session) -> None:
    await session.post("/sandbox/persons/99/messages", {"text": "x"}, 404)
    await session.post(f"/sandbox/persons/{ANN}/messages?bot=nobody", {"text": "x"}, 404)


async def test_started_persons_can_be_written_to_at_once(session: Session) -> None:
    person = {"id": 50, "first_name": "Eve", "started": True}
    await session.post("/sandbox/persons", person)
    assert (await session.call("sendMessage", chat_id=50, text="x")).status == 200


async def test_an_edited_message_is_shown_as_edited(session: Session, started: Phone) -> None:
    await started.post("messages/1", {"text": "/begin"}, 200)
    message = await started.last()
    assert (message["text"], message["edit_date"] is not None) == ("/begin", True)
    (update,) = await session.drain()
    assert update["edited_message"]["text"] == "/begin"


async def test_events_tell_what_happens(session: Session, started: Phone) -> None:
    async with session.http.get("/sandbox/events") as stream:
        await session.call("sendChatAction", chat_id=ANN, action="typing")
        await session.call("sendMessage", chat_id=ANN, text="x")
        await session.fault(kind="slow", ms=0)
        kinds = []
        async with asyncio.timeout(5):
            while "faults" not in kinds:
                line = (await stream.content.readline()).decode()
                if line.startswith("data: "):
                    kinds.append(json.loads(line[6:])["kind"])
    assert {"typing", "chat", "call", "faults"} <= set(kinds)


async def test_pages_of_other_origins_may_not_act(session: Session, ann: Phone) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    path = f"/sandbox/persons/{ANN}/messages"
    async with session.http.post(path, json={"text": "x"}, headers=headers) as response:
        assert response.status == 403
    headers = {"Origin": session.url().rstrip("/")}
    async with session.http.post(path, json={"text": "x"}, headers=headers) as response:
        assert response.status == 201


@pytest.mark.parametrize("name", ["", "sandbox/page/main.js", "sandbox/page/base.css"])
async def test_the_page_comes_with_a_strict_policy(session: Session, name: str) -> None:
    async with session.http.get(f"/{name}") as response:
        assert response.status == 200
        policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["..%2Fweb.py", "nothing.js", "%2Fetc%2Fpasswd", "web.py"])
async def test_nothing_but_the_page_is_served(session: Session, name: str) -> None:
    async with session.http.get(f"/sandbox/page/{name}") as response:
        assert response.status == 404

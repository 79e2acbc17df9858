"""The updates that the load consists of, as Telegram would post them."""

from __future__ import annotations

import json
from collections.abc import Iterator

SECRET = "bench-secret"
FIRST_USER = 100_000_000


def request(path: str, body: bytes) -> bytes:
    """A webhook call as raw HTTP/1.1."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def message(update_id: int, user: int, text: str) -> bytes:
    """A private text message of a user, with the fields that Telegram sends."""
    person = {
        "id": user,
        "is_bot": False,
        "first_name": "Mei",
        "last_name": "Lin",
        "username": f"member{user}",
        "language_code": "en",
    }
    content = {
        "message_id": update_id,
        "from": person,
        "chat": {"id": user, "first_name": "Mei", "last_name": "Lin", "type": "private"},
        "date": 1_747_706_400,
        "text": text,
    }
    if text.startswith("/"):
        content["entities"] = [{"offset": 0, "length": len(text), "type": "bot_command"}]
    return json.dumps({"update_id": update_id, "message": content}).encode()


def reading(path: str, members: int, start: int = 1) -> Iterator[bytes]:
    """ "/points" of one member after the other, in a scattered order."""
    number = start
    while True:
        user = FIRST_USER + (number * 7919) % members
        yield request(path, message(number, user, "/points"))
        number += 1


def writing(path: str, members: int, start: int) -> Iterator[bytes]:
    """An answer to the profile's question for a name; every member answers once."""
    number = start
    while True:
        user = FIRST_USER + (number * 7919) % members
        yield request(path, message(number, user, f"Mei Lin {number}"))
        number += 1

"""Moods are found beside the conversation, and an answer never waits for one."""

import json
import time

import pytest

from app.feeling import Feeling
from bot.messages import Address
from bot.turn import MOOD, Seen
from services import sentiments

HERE = Address("telegram", "42", "7", "7")


async def others(_address: Address, reference: str) -> Seen:
    return Seen(reference, digest="seen")


async def test_a_text_has_its_mood() -> None:
    seen = await Feeling(others, patience=10.0).look(HERE, MOOD + "terrible, awful and rude")
    assert json.loads(seen.text)["label"] == "negative"
    assert (seen.problem, set(json.loads(seen.text))) == (
        "",
        {"label", "score", "language", "model", "version"},
    )


async def test_what_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentiments, "score", lambda _text: time.sleep(0.3))
    seen = await Feeling(others, patience=0.01).look(HERE, MOOD + "terrible")
    assert (seen.problem, seen.text) == ("unreachable", "")


async def test_pictures_are_looked_at_by_others() -> None:
    assert await Feeling(others).look(HERE, "picture-1") == Seen("picture-1", digest="seen")

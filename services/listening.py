"""What a member's free words may be: something grave, a plain question, a complaint. It decides
nothing: whatever is heard is only offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.listening import COMPLAINING
from domain.service_rules import Faq, Service
from domain.texts import has_phrase
from domain.tickets import alarm_in
from services import faq
from services.sentiments import Label, Mood

LONGEST: Final = 500
"""Letters of a text that its mood is found from."""
LEAST: Final = 12
"""Letters of a text whose mood says anything; a Chinese one says as much as two others."""
SURELY_NEGATIVE: Final = 150
"""Thousandths of being positive, from which downwards a mood alone is worth asking about."""


@dataclass(frozen=True, slots=True)
class Heard:
    """`alarm`: the word that makes it grave, "" for none; `faq`: the answer to it, if it is a
    question that the club has one for; `complaint`: whether it sounds like one."""

    alarm: str = ""
    faq: Faq | None = None
    complaint: bool = False


def hear(service: Service, text: str, mood: Mood | None, locale: str = "") -> Heard:
    """What a text sounds like. Words decide: the mood, where there is one, only adds to what is
    asked, and not where an answer was found. SEMANTICS: Complaints."""
    if word := alarm_in(text, service.alarm_words):
        return Heard(alarm=word)
    if any(has_phrase(text, word) for word in COMPLAINING):
        return Heard(complaint=True)
    if (known := faq.find(service, text, locale)) is not None:
        return Heard(faq=known)
    return Heard(complaint=_sounds_bad(text, mood))


def _sounds_bad(text: str, mood: Mood | None) -> bool:
    letters = sum(1 if letter.isascii() else 2 for letter in text if letter.isalnum())
    if mood is None or letters < LEAST or mood.label is not Label.NEGATIVE:
        return False
    return mood.score <= SURELY_NEGATIVE

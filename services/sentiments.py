"""How texts sound: scored with the uncertainty said, kept, and corrected by people.

A score never acts alone (SEMANTICS: Complaints, Surveys). `score` is slow next to a reply: it is
called outside of transactions, by the worker or by a route's look.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.metadata import version
from typing import Final

from services import mood_model

MODELS: Final = {"zh": "characters", "en": "words+vader"}


class Label(StrEnum):
    """How a text sounds; `unsure` where the score is in between."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Mood:
    """How a text sounds. `score`: thousandths of being positive; `model` and its `version` (with
    the version of VADER where it took part) say what found it."""

    label: Label
    score: int
    language: str
    model: str
    version: str


def score(text: str) -> Mood:
    """The mood of a Chinese or English text; the same text has the same mood always.

    Texts without words are unsure; of long ones the beginning counts (mood_model.LONGEST).
    """
    language = mood_model.language_of(text)
    _, known = mood_model.load()
    weights = known[language]
    if not text.strip():
        return Mood(Label.UNSURE, 500, language, MODELS[language], _version(language))
    chance = mood_model.probability(weights, text, language)
    label = Label.UNSURE
    if chance < weights.low:
        label = Label.NEGATIVE
    elif chance > weights.high:
        label = Label.POSITIVE
    return Mood(label, round(chance * 1000), language, MODELS[language], _version(language))


@lru_cache(maxsize=2)
def _version(language: str) -> str:
    made, known = mood_model.load()
    lexicon = f"+{version('nltk-vader-sentiment')}" if known[language].lexicon else ""
    return f"{made}{lexicon}"

"""How texts sound: scored with the uncertainty said, kept, and corrected by people.

A score never acts alone (SEMANTICS: Complaints, Surveys). `score` is slow next to a reply: it is
called outside of transactions, by the worker or by a route's look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.metadata import version
from typing import Final

from domain.mood_errors import NoMood
from domain.survey_tallies import mood_cell
from services import mood_model
from services.ports import Work
from services.ports.club import Actor
from services.ports.survey_results import Heard, MoodRow

TICKET_MESSAGE: Final = "ticket_message"
KINDS: Final = (TICKET_MESSAGE, "survey_answer", "survey_record")
_HEARD: Final = "sentiments.heard"
_LATE: Final = timedelta(minutes=1)
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


# -- what is kept ------------------------------------------------------------------------


def row(
    mood: Mood, subject_kind: str, subject_id: str, member_id: int | None, now: datetime
) -> MoodRow:
    """A mood as it is kept."""
    found = (mood.language, str(mood.label), mood.score, mood.model, mood.version)
    return MoodRow(subject_kind, subject_id, member_id, *found, now)


def unheard(work: Work, most: int) -> list[Heard]:
    """Some messages of members on tickets that nobody has listened to."""
    return work.sentiments.unheard(work.settings.get(_HEARD) or 0, most)


def hear(work: Work, found: Sequence[tuple[Heard, Mood]], now: datetime) -> None:
    """Keeps how messages sound, and from where to look next: a message that is written just now
    may become visible after a younger one, so the last minute is looked at again."""
    work.sentiments.add(
        [row(mood, TICKET_MESSAGE, str(one.id), one.member_id, now) for one, mood in found]
    )
    settled = [one.id for one, _ in found if one.at < now - _LATE]
    if settled:
        work.settings.put(_HEARD, settled[-1])


def correct(
    work: Work, subject_kind: str, subject_id: str, label: str, actor: Actor, now: datetime
) -> MoodRow:
    """An operator says how a text sounds; that counts from now on, also in kept counts.

    Raises NoMood if nobody has listened to the text yet, or it is gone; ValueError for a label
    that is none.
    """
    said = Label(label)
    known = work.sentiments.of(subject_kind, [subject_id]).get(subject_id)
    if known is None:
        raise NoMood
    if known.counts_as == said:
        return known
    work.sentiments.correct(known, said, actor.staff_id)
    _recount(work, known, said)
    detail = {"kind": subject_kind, "was": known.counts_as, "is": str(said)}
    work.audit.add(actor, "mood.correct", ("sentiment", known.id), now, detail)
    return work.sentiments.of(subject_kind, [subject_id])[subject_id]


def _recount(work: Work, known: MoodRow, said: Label) -> None:
    if known.subject_kind == TICKET_MESSAGE:
        return
    place = work.survey_results.where(known.subject_kind, known.subject_id)
    wave = work.surveys.wave(place[0]) if place else None
    if place and wave:
        _, question, level, day = place
        moved = {known.counts_as: -1, str(said): 1}
        counts = {mood_cell(question, of, level, day): times for of, times in moved.items()}
        work.survey_results.add(wave, Counter(counts), {})

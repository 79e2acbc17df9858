"""Surveys: what is asked, in rounds that are called waves, and members' responses to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from domain.campaigns import Audience

Names = Mapping[str, str]
"""A text by language."""
Answers = Mapping[str, Any]
"""Answers by the key of their question: the key of the option chosen, the keys, a whole number,
a text, or a photo ({"reference", "kind", "channel", "account"}). What was passed over has none."""

END: Final = "end"
"""Where a goto leads that ends the survey."""
RATING: Final = (1, 5)
NPS: Final = (0, 10)
LONGEST: Final = 2000
"""Characters of a text, if the question does not say less."""
LARGEST: Final = 10**9


class QuestionKind(StrEnum):
    """SEMANTICS: Surveys. A rating is 1 to 5 stars, NPS 0 to 10."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    RATING = "rating"
    NPS = "nps"
    NUMBER = "number"
    TEXT = "text"
    PHOTO = "photo"


CHOICES: Final = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
NUMBERS: Final = (QuestionKind.RATING, QuestionKind.NPS, QuestionKind.NUMBER)


@dataclass(frozen=True, slots=True)
class Option:
    """`goto`: the key of a later question, or END. A pinned one keeps its place in a shuffle."""

    key: str
    names: Names
    goto: str = ""
    pinned: bool = False


class Test(StrEnum):
    """What is asked of an earlier answer."""

    __test__ = False  # no test of pytest's

    IS = "is"
    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Condition:
    """About the answer to an earlier question; `values` are keys, or numbers as text."""

    question: str
    test: Test
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """`least` and `most`: of a number; how many options; how many characters. Asked only `when`
    all conditions hold, or any of them (`when_any`). `goto`: where it goes on afterwards."""

    key: str
    kind: QuestionKind
    texts: Names
    options: tuple[Option, ...] = ()
    required: bool = True
    shuffle: bool = False
    least: int | None = None
    most: int | None = None
    when: tuple[Condition, ...] = ()
    when_any: bool = False
    goto: str = ""
    hints: Names = field(default_factory=dict)

    @property
    def bounds(self) -> tuple[int, int]:
        """The smallest and the largest number it takes, or how many options, or characters."""
        if self.kind is QuestionKind.RATING:
            return RATING
        if self.kind is QuestionKind.NPS:
            return NPS
        widest = {QuestionKind.NUMBER: (-LARGEST, LARGEST), QuestionKind.TEXT: (1, LONGEST)}
        low, high = widest.get(self.kind, (1, max(1, len(self.options))))
        return (
            low if self.least is None else self.least,
            high if self.most is None else self.most,
        )

    @property
    def values(self) -> tuple[str, ...]:
        """The answers it takes, where they can be counted on one's fingers; else none."""
        if self.kind in (QuestionKind.RATING, QuestionKind.NPS):
            low, high = self.bounds
            return tuple(str(number) for number in range(low, high + 1))
        return tuple(option.key for option in self.options)

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True, slots=True)
class AnswerQuota:
    """So many responses at most with this answer."""

    question: str
    value: str
    most: int

    @property
    def key(self) -> str:
        return f"{self.question}={self.value}"


@dataclass(frozen=True, slots=True)
class Definition:
    """A survey as it is written down.

    `reward` in points, once per member and wave. `shuffle`: the order of questions that neither
    branch nor are referred to. `start`: "" (open to its audience), `purchase`, `event` or
    `ticket`, `start_hours` after which it is asked, and not again within `cooldown_days`.
    `remind_days` after the invitation, those who have not finished; `recur_days`: a new wave so
    many days after the last one opened (0: none).
    """

    key: str
    names: Names
    questions: tuple[Question, ...]
    intro: Names = field(default_factory=dict)
    thanks: Names = field(default_factory=dict)
    anonymous: bool = False
    reward: int = 0
    shuffle: bool = False
    quota: int | None = None
    quotas: tuple[AnswerQuota, ...] = ()
    start: str = ""
    start_hours: int = 0
    cooldown_days: int = 0
    audience: Audience = field(default_factory=Audience)
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    send_at: datetime | None = None
    remind_days: tuple[int, ...] = ()
    recur_days: int = 0

    def question(self, key: str) -> Question:
        """The question of that key; raises KeyError."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)

    def asks_like(self, other: "Definition") -> bool:
        """Whether it asks the same, in other words perhaps: what was answered still holds."""
        return bool(_asked(self) == _asked(other))


def _asked(definition: Definition) -> Any:
    questions = tuple(
        replace(
            question,
            texts={},
            hints={},
            options=tuple(replace(option, names={}) for option in question.options),
        )
        for question in definition.questions
    )
    return questions, definition.anonymous, definition.shuffle


class WaveState(StrEnum):
    """`short`: an anonymous one closed with too few answers to be released."""

    RUNNING = "running"
    CLOSED = "closed"
    SHORT = "short"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of a survey; `wave` counts from 1. Open from (inclusive) until (exclusive)."""

    id: int
    survey_id: int
    wave: int
    definition: Definition
    content_hash: str
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    send_at: datetime | None = None
    invited_to: int = 0
    quota: int | None = None
    taken: int = 0
    released: int = 0
    state: WaveState = WaveState.RUNNING

    @property
    def key(self) -> str:
        return self.definition.key

    def is_open(self, now: datetime) -> bool:
        opened = self.opens_at is None or self.opens_at <= now
        ended = self.closes_at is not None and self.closes_at <= now
        return self.state is WaveState.RUNNING and opened and not ended

    @property
    def full(self) -> bool:
        """Whether as many have finished as were wanted."""
        return self.quota is not None and self.taken >= self.quota


class ResponseState(StrEnum):
    """`full`: finished after the quota was reached, so without a reward."""

    INVITED = "invited"
    STARTED = "started"
    FINISHED = "finished"
    FULL = "full"


DONE: Final = (ResponseState.FINISHED, ResponseState.FULL)


@dataclass(frozen=True, slots=True)
class Response:
    """One member's way through one wave. `path`: the keys of the questions shown so far, the last
    is the current one; `seed` orders what is shuffled; `occasion`: what started it."""

    id: int
    survey_id: int
    wave: int
    wave_id: int
    member_id: int | None
    state: ResponseState
    started_at: datetime
    touched_at: datetime
    occasion: str = ""
    locale: str = ""
    level: str = ""
    path: tuple[str, ...] = ()
    seed: int = 0
    reminded_at: datetime | None = None
    finished_at: datetime | None = None
    finished_on: date | None = None
    posting_id: int | None = None

    @property
    def done(self) -> bool:
        return self.state in DONE

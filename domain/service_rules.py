"""The rules of the service desk: hours, promises, categories, ready answers, goodwill, ratings.

SEMANTICS: Complaints. What is done by these rules is found in services/tickets and its neighbours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

Names = Mapping[str, str]  # language → text
DAY: Final = 24 * 60


class Priority(IntEnum):
    """How soon a ticket is owed an answer; alarm words make it urgent."""

    NORMAL = 0
    HIGH = 1
    URGENT = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of a local day, from `begin` up to but not including `end` (at most 1440)."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the desk answers, in the programme's zone.

    `week`: seven tuples of spans, Monday first. `country`: whose public holidays are free ("":
    none); a weekend day that is worked to make up for one (调休) has the hours of Monday.
    `closed`: further free days.
    """

    week: tuple[tuple[Span, ...], ...] = ((Span(0, DAY),),) * 7
    country: str = ""
    closed: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """Business minutes within which a ticket is answered and settled."""

    answer: int
    resolve: int


@dataclass(frozen=True, slots=True)
class Category:
    """What a ticket is about. `kinds`: of which kinds of tickets (see domain.tickets)."""

    key: str
    names: Names
    kinds: tuple[str, ...] = ("complaint",)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it came to it (根因), for the report."""

    key: str
    names: Names


@dataclass(frozen=True, slots=True)
class Faq:
    """A plain question (咨询) and the club's answer. `words`: what people write who ask it, per
    language."""

    key: str
    question: Names
    answer: Names
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """A text that staff send with one tap. {name}, {number} and {staff} are filled in."""

    key: str
    names: Names
    text: Names


@dataclass(frozen=True, slots=True)
class Goodwill:
    """What an operator may give from a ticket: points in one day, vouchers (keys of benefits) in
    one day. More points than `second_above` at once, or more than the budget of the day, need a
    second operator's yes."""

    points_per_day: int = 0
    vouchers: tuple[str, ...] = ()
    vouchers_per_day: int = 0
    second_above: int | None = None


class AfterBad(StrEnum):
    """What becomes of a ticket whose member is not content."""

    REOPEN = "reopen"
    ESCALATE = "escalate"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rating:
    """How content members are asked to be, 1 to 5. `bad`: this and less leads to `then`.
    `remind_hours`: asked once more after so long; 0: not."""

    bad: int = 2
    then: AfterBad = AfterBad.REOPEN
    remind_hours: int = 24


@dataclass(frozen=True, slots=True)
class Flooding:
    """What one member may do at most: so many messages in so many minutes, so many tickets open
    at once."""

    messages: int = 20
    minutes: int = 10
    open_tickets: int = 5


CATEGORIES: Final = (
    Category("product", {"zh": "商品质量", "en": "Product"}),
    Category("service", {"zh": "服务态度", "en": "Service"}),
    Category("delivery", {"zh": "配送物流", "en": "Delivery"}),
    Category(
        "points", {"zh": "积分与权益", "en": "Points and benefits"}, ("complaint", "question")
    ),
    Category("other", {"zh": "其他", "en": "Something else"}, ("complaint", "question")),
)
CAUSES: Final = (
    Cause("product", {"zh": "商品质量问题", "en": "The product"}),
    Cause("staff", {"zh": "人员服务问题", "en": "How we behaved"}),
    Cause("process", {"zh": "流程或规则不合理", "en": "Our rules or procedures"}),
    Cause("system", {"zh": "系统故障", "en": "The system"}),
    Cause("partner", {"zh": "第三方原因", "en": "A partner"}),
    Cause("misunderstanding", {"zh": "沟通误会", "en": "A misunderstanding"}),
    Cause("other", {"zh": "其他原因", "en": "Something else"}),
)
ALARM_WORDS: Final = (
    *("过敏", "受伤", "中毒", "烫伤", "起诉", "律师", "报警", "媒体曝光", "12315", "12345"),
    *("allergy", "allergic", "injured", "injury", "poisoned", "lawyer", "sue", "police"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """The whole section.

    `promises` by priority; `priorities`: level key → priority of its members' tickets.
    `remind_minutes` and `escalate_minutes`: so many business minutes before a deadline its holder
    is reminded, and the second group told. `named_levels`: levels whose members have a named
    service person (专属客服). `alarm_words` escalate at once.
    """

    hours: BusinessHours = BusinessHours()
    promises: Mapping[str, Promise] = field(
        default_factory=lambda: {
            "normal": Promise(24 * 60, 72 * 60),
            "high": Promise(8 * 60, 48 * 60),
            "urgent": Promise(60, 24 * 60),
        }
    )
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    remind_minutes: int = 60
    escalate_minutes: int = 20
    categories: tuple[Category, ...] = CATEGORIES
    causes: tuple[Cause, ...] = CAUSES
    alarm_words: tuple[str, ...] = ALARM_WORDS
    faq: tuple[Faq, ...] = ()
    answers: tuple[ReadyAnswer, ...] = ()
    goodwill: Goodwill = Goodwill()
    rating: Rating = Rating()
    flooding: Flooding = Flooding()
    named_levels: tuple[str, ...] = ()

    def promise(self, priority: Priority) -> Promise:
        """What is promised for tickets of that priority."""
        return self.promises[priority.name.casefold()]

"""The rules of care: who is written to on which occasion, at what hour, with which gift.

SEMANTICS: Care. What is due, and what becomes of it, is found in services/caring.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final

from domain.consent import QuietHours


class Occasion(StrEnum):
    """What a rule of care is about. Each has its own kind in services/care_kinds."""

    BIRTHDAY = "birthday"
    BIRTHDAY_AHEAD = "birthday_ahead"
    ANNIVERSARY = "anniversary"
    HOLIDAY = "holiday"
    WELCOME = "welcome"
    POINTS_EXPIRING = "points_expiring"
    VOUCHER_EXPIRING = "voucher_expiring"
    LEVEL_AT_RISK = "level_at_risk"
    LEVEL_CHANGED = "level_changed"
    WIN_BACK = "win_back"
    BACK_IN_STOCK = "back_in_stock"


# They tell members about what is theirs, so they need no consent and stand outside the budget.
SERVICE: Final = frozenset(
    {
        Occasion.POINTS_EXPIRING,
        Occasion.VOUCHER_EXPIRING,
        Occasion.LEVEL_AT_RISK,
        Occasion.LEVEL_CHANGED,
    }
)
# They invite to buy, so they need the consent to promotions.
PROMOTIONS: Final = frozenset({Occasion.WIN_BACK, Occasion.BACK_IN_STOCK})


class Late(StrEnum):
    """What becomes of an occurrence that the service slept through."""

    SEND = "send"  # as if nothing had happened
    BELATED = "belated"  # with the words for somebody who is late
    SKIP = "skip"  # not at all; the reason is recorded


@dataclass(frozen=True, slots=True)
class CareRule:
    """One rule of care.

    `at`: the local hour in the member's zone. `days`: distances in days, such as 30, 7, 1 before
    an expiry, 0, 3, 7 after joining, the days of silence of a win-back, the years of an
    anniversary (empty: every one). `points` and `voucher` (a benefit's key) are the gift.
    `holidays`: keys of the holiday calendar (empty: all that greetings are written for).
    `late_hours`: so long after its moment an occurrence is still worth it. `cooldown_days`: not
    again to the same member within so many days; `times`: so often at most in a member's life
    (None: always). `rhythm`: silence counts from so many percent of the member's own usual gap
    between visits, if that is longer than `days`. `first`: among care of one week the lower
    number keeps its place.
    """

    key: str
    occasion: Occasion
    at: time = time(9)
    days: tuple[int, ...] = ()
    points: int = 0
    voucher: str = ""
    holidays: tuple[str, ...] = ()
    late: Late = Late.SEND
    late_hours: int = 48
    cooldown_days: int = 0
    times: int | None = None
    rhythm: int = 200
    first: int = 50
    on: bool = True

    @property
    def purpose(self) -> str:
        """The consent it needs (a domain.consent.Purpose)."""
        if self.occasion in SERVICE:
            return "service"
        return "promotions" if self.occasion in PROMOTIONS else "care"


@dataclass(frozen=True, slots=True)
class Care:
    """All rules of care. `per_week`: so many messages of care, campaigns and surveys together a
    member gets in seven days (None: no limit); `countries`: whose holidays are known, ISO 3166."""

    rules: tuple[CareRule, ...] = ()
    quiet: QuietHours = field(default_factory=QuietHours)
    per_week: int | None = None
    countries: tuple[str, ...] = ("CN",)

    def of(self, occasion: Occasion) -> tuple[CareRule, ...]:
        """The rules of an occasion that are on."""
        return tuple(rule for rule in self.rules if rule.on and rule.occasion is occasion)

    def rule(self, key: str) -> CareRule | None:
        """The rule of a key, on or off."""
        return next((rule for rule in self.rules if rule.key == key), None)


@dataclass(frozen=True, slots=True)
class Announcements:
    """What operators may send to many: to more than `second_above` members only with a second
    operator's yes (0: always, None: never). An audience of more than `ask_above_share` percent of
    all members could be a mistake, so it is asked again."""

    second_above: int | None = None
    ask_above_share: int = 80


def usual(birthday_points: int, expiry_days: Sequence[int]) -> Care:
    """What a programme without a section on care does: greet birthdays, remind of points."""
    return Care(
        (
            CareRule("birthday", Occasion.BIRTHDAY, points=birthday_points, first=10),
            CareRule("points_expiring", Occasion.POINTS_EXPIRING, days=tuple(expiry_days)),
        )
    )


def occurrence(rule: CareRule, day: date, of: str = "") -> str:
    """How one occurrence of a rule is told from the next: its day, and what else it is about."""
    return f"{day.isoformat()}:{of}" if of else day.isoformat()


def dedupe(rule: CareRule, member_id: int, occurrence: str) -> str:
    """The occasion of a delivery: once per member, rule and occurrence. SEMANTICS: Care."""
    return f"care:{rule.key}:{member_id}:{occurrence}"


def too_late(rule: CareRule, late: timedelta) -> bool:
    """Whether an occurrence that is so late is not worth it any more."""
    return late > timedelta(hours=rule.late_hours)

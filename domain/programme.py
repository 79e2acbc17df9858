"""The club's rules as one immutable, versioned value: what points, levels and care depend on.

The YAML form that an owner writes is read and checked in services/programme_file.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from domain.bill_rules import BillRules, ReceiptPhotos, StoredValue, TillRules
from domain.birthdays import Feb29
from domain.care_rules import Announcements, Care
from domain.insight_rules import Insight
from domain.points import Expiry
from domain.refunds import RefundPolicy
from domain.service_rules import Service

Names = Mapping[str, str]  # language → text
PROFILE_FIELDS: Final = ("name", "birthday", "phone", "city", "gender", "preferences")


def say(names: Names, language: str) -> str:
    """The text in a language, else in Chinese, else in whichever there is."""
    return names.get(language) or names.get("zh") or next(iter(names.values()), "")


@dataclass(frozen=True, slots=True)
class PointsName:
    """What the brand calls its points: one point, many points."""

    one: Names
    other: Names


@dataclass(frozen=True, slots=True)
class Charter:
    """The club rules a member accepts (会员章程). Accepted anew when rights shrink."""

    version: int
    text: Names
    rights_shrink: bool = False


@dataclass(frozen=True, slots=True)
class Preference:
    key: str
    names: Names


# -- earning ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """A recurring day of the month: the second Wednesday is (3, 2), the last Friday (5, -1)."""

    weekday: int
    nth: int


@dataclass(frozen=True, slots=True)
class When:
    """Conditions of an earning rule; all that are given must hold, empty ones always hold.

    Weekdays 1 (Monday) to 7; the day of month -1 is the last one. `first_purchase`: only the
    member's very first purchase.
    """

    categories: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    days_of_month: tuple[int, ...] = ()
    nth_weekdays: tuple[NthWeekday, ...] = ()
    months: tuple[int, ...] = ()
    from_day: date | None = None
    to_day: date | None = None
    birthday_month: bool = False
    first_purchase: bool = False
    levels: tuple[str, ...] = ()


class Per(StrEnum):
    """A period of the programme's calendar; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a rule may count for one member: `times` per period, and not again before
    `cooldown_days` local days have passed (0: no cooldown). SEMANTICS: Points, limits."""

    times: int | None = None
    per: Per = Per.EVER
    cooldown_days: int = 0


@dataclass(frozen=True, slots=True)
class EarningRule:
    """`multiply` is in hundredths (200 = double); `add` is whole points, once per purchase."""

    key: str
    names: Names
    when: When = When()
    multiply: int | None = None
    add: int | None = None
    frequency: Frequency | None = None


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Of the rules of a group, the first that matches counts."""

    key: str
    rules: tuple[EarningRule, ...]


@dataclass(frozen=True, slots=True)
class Caps:
    """The most points from purchases: for one purchase, on one local day, in one month; and the
    most a member may hold (available, pending and held) for purchases to add to."""

    purchase: int | None = None
    day: int | None = None
    month: int | None = None
    holding: int | None = None


@dataclass(frozen=True, slots=True)
class Earning:
    """`points` for every `per_minor` of money; points can be used `pending_days` after the
    purchase."""

    points: int
    per_minor: int
    groups: tuple[RuleGroup, ...] = ()
    caps: Caps = Caps()
    pending_days: int = 0


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth value (成长值): `points` for every `per_minor` of money paid (0: none), and so much
    for each check-in. It decides levels, is never spent and does not expire."""

    points: int = 0
    per_minor: int = 1
    checkin: int = 0


@dataclass(frozen=True, slots=True)
class Streak:
    """`points` more on every `days`-th day in a row."""

    days: int
    points: int


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Daily check-in (签到): activity points once per local day; None in the programme: there is
    no check-in."""

    points: int
    streaks: tuple[Streak, ...] = ()


# -- levels -----------------------------------------------------------------------------


class Measure(StrEnum):
    """What a level asks for. Money in minor units, the rest in whole numbers."""

    LIFETIME_SPEND = "lifetime_spend"
    SINGLE_PURCHASE = "single_purchase"
    SPEND_IN_MONTHS = "spend_in_months"
    PURCHASES_PER_MONTH = "purchases_per_month"
    ACTIVITY_PER_MONTH = "activity_per_month"
    GROWTH = "growth"


MONEY_MEASURES: Final = frozenset(
    {Measure.LIFETIME_SPEND, Measure.SINGLE_PURCHASE, Measure.SPEND_IN_MONTHS}
)


@dataclass(frozen=True, slots=True)
class Condition:
    """measure ≥ least. `months` is the window of a spend, or how many months are averaged."""

    measure: Measure
    least: int
    months: int = 0


class Need(StrEnum):
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the ladder; without conditions it is given at joining. `multiplier` is in
    hundredths (125 = 1.25 points where others get one). `discount`: so many percent off every
    bill; `price_percent`: what of a benefit's price in points its members pay. `formerly`: keys of
    levels of earlier versions whose members go on here."""

    key: str
    names: Names
    conditions: tuple[Condition, ...] = ()
    need: Need = Need.ANY
    multiplier: int = 100
    discount: int = 0
    price_percent: int = 100
    colour: str = "#888888"
    emoji: str = ""
    formerly: tuple[str, ...] = ()

    def is_called(self, key: str) -> bool:
        """Whether this is the level of that key, or what became of it."""
        return key == self.key or key in self.formerly


class Downgrade(StrEnum):
    """How far a member falls whose level is not held any more. SEMANTICS: Levels."""

    QUALIFIED = "qualified"  # to what they qualify for
    STEP = "step"  # one step
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Holding:
    """How long a level holds and how it is lost.

    A level reached or prolonged holds `months` months (0: only as long as its conditions are
    met), the last day rounded up to the end of the `round_up` period. At the end whoever still
    qualifies is prolonged; whoever does not keeps the level `grace_days` more and then falls as
    far as `downgrade` says. The member is told `told_days` before a fall.
    """

    months: int = 0
    round_up: str | None = None
    downgrade: Downgrade = Downgrade.QUALIFIED
    grace_days: int = 0
    told_days: int = 30


# -- care, refunds, limits --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BirthdayCare:
    """Bonus points on the birthday, announced so many days before."""

    points: int = 0
    feb29: Feb29 = Feb29.FEB_28
    announced_days: int = 7


@dataclass(frozen=True, slots=True)
class Refunds:
    """`restored_days`: what returns after its expiry stays usable at least this long."""

    policy: RefundPolicy = RefundPolicy.WITHIN_BALANCE
    restored_days: int = 30


@dataclass(frozen=True, slots=True)
class Adjustments:
    """How many points one operator (or API key) may give or take by hand in one day of the
    programme; more than `second_above` at once needs a second operator's yes (None: never)."""

    per_operator_and_day: int = 5000
    second_above: int | None = None


@dataclass(frozen=True, slots=True)
class Reinstatement:
    """Expired points may be given again by an operator for `within_days` after they expired; they
    are then valid for `valid_days`. Zero days: not at all."""

    within_days: int = 30
    valid_days: int = 30


@dataclass(frozen=True, slots=True)
class Transfers:
    """Points that members hand to each other; None in the programme: they cannot. `least` at
    once, `per_month` at most in one month of the giver."""

    least: int = 1
    per_month: int | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """Limits of `/award`, the counter without a till. Money in minor units, None: no limit. A
    shift is one local day of an operator; their own entry can be undone for `undo_minutes`."""

    per_receipt: int | None = None
    receipts_per_shift: int | None = None
    money_per_shift: int | None = None
    undo_minutes: int = 15


@dataclass(frozen=True, slots=True)
class Programme:
    """All rules of one version. A published version never changes (see `programme_file`)."""

    version: int
    names: Names
    points_name: PointsName
    currency: str
    zone: str
    opened_on: date
    charter: Charter
    earning: Earning
    levels: tuple[Level, ...]
    growth_name: Names = field(default_factory=dict)
    welcome_points: int = 0
    profile_rewards: Mapping[str, int] = field(default_factory=dict)
    preferences: tuple[Preference, ...] = ()
    expiry: Expiry = field(default_factory=Expiry)
    refunds: Refunds = Refunds()
    birthday: BirthdayCare = BirthdayCare()
    expiry_reminder_days: tuple[int, ...] = (30, 7, 1)
    care: Care = field(default_factory=Care)
    announcements: Announcements = field(default_factory=Announcements)
    service: Service = field(default_factory=Service)
    insight: Insight = field(default_factory=Insight)
    adjustments: Adjustments = Adjustments()
    growth: Growth = Growth()
    checkin: CheckIn | None = None
    holding: Holding = Holding()
    reinstatement: Reinstatement = Reinstatement()
    transfers: Transfers | None = None
    counter: Counter = Counter()
    bill: BillRules = field(default_factory=BillRules)
    stored_value: StoredValue | None = None
    till: TillRules = field(default_factory=TillRules)
    receipt_photos: ReceiptPhotos | None = None
    match_days: int = 365  # how far back purchases from before joining are credited
    zero_lines: Names = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.version, self.zone))

    def level(self, key: str) -> Level:
        """The level by key, or the one that an older programme's level became; a key that no
        level knows counts as the first."""
        return next((level for level in self.levels if level.is_called(key)), self.levels[0])

    @property
    def first_level(self) -> Level:
        return self.levels[0]

    def name(self, language: str) -> str:
        return say(self.names, language)

    def level_name(self, key: str, language: str) -> str:
        return say(self.level(key).names, language)

    def points_word(self, amount: int, language: str) -> str:
        """What the points are called, by their number: 1 point, 2 points."""
        return say(self.points_name.one if amount == 1 else self.points_name.other, language)

    def rule_names(self, key: str) -> Names | None:
        """The name of an earning rule, for explanations; None for keys that are no rule."""
        rules = (rule for group in self.earning.groups for rule in group.rules)
        return next((rule.names for rule in rules if rule.key == key), None)

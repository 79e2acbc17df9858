"""The programme file as an owner writes it: sections, their keys, and what may stand in them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from services.file_values import (
    Amount,
    Days,
    Factor,
    Key,
    Months,
    Percent,
    Points,
    Section,
    Short,
    Text,
    as_tuple,
)
from services.service_schema import Service


class Counted(Section):
    zh: Short
    en: Annotated[tuple[Short, ...], BeforeValidator(as_tuple)] = Field(min_length=2, max_length=2)


class Club(Section):
    name: Text
    points: Counted
    growth: Text | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    zone: str
    opened_on: date


class Charter(Section):
    version: Annotated[int, Field(ge=1)]
    rights_shrink: bool = False
    text: Text


class Rewards(Section):
    name: Points = 0
    birthday: Points = 0
    phone: Points = 0
    city: Points = 0
    gender: Points = 0
    preferences: Points = 0


class Preference(Text):
    key: Key


class Dates(Section):
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")


Names = Annotated[list[Short], Field(min_length=1)]
Weekday = Annotated[int, Field(ge=1, le=7)]


class NthWeekday(Section):
    weekday: Weekday
    nth: Literal[1, 2, 3, 4, -1]


class When(Section):
    category: Names = []
    store: Names = []
    level: Names = []
    weekday: list[Weekday] = []
    day_of_month: list[Annotated[int, Field(ge=-1, le=31)]] = []
    nth_weekday: list[NthWeekday] = []
    month: list[Annotated[int, Field(ge=1, le=12)]] = []
    dates: Dates | None = None
    birthday_month: bool = False
    first_purchase: bool = False


Limit = Annotated[int, Field(ge=1, le=10**9)]


class Frequency(Section):
    times: Annotated[int, Field(ge=1, le=10**6)] | None = None
    per: Literal["day", "week", "month", "year", "ever"] = "ever"
    cooldown_days: Days = 0


class Rule(Section):
    key: Key
    name: Text
    when: When = When()
    multiply: Factor | None = None
    add: Points | None = None
    frequency: Frequency | None = None


class Group(Section):
    key: Key
    rules: Annotated[list[Rule], Field(min_length=1)]


class Caps(Section):
    purchase: Limit | None = None
    day: Limit | None = None
    month: Limit | None = None
    holding: Limit | None = None


class Earning(Section):
    points: Annotated[int, Field(ge=0, le=10**6)]
    per: Amount
    pending_days: Days = 0
    caps: Caps = Caps()
    groups: list[Group] = []


class Growth(Section):
    points: Annotated[int, Field(ge=0, le=10**6)] = 0
    per: Amount = Decimal(1)
    checkin: Points = 0


class Streak(Section):
    days: Annotated[int, Field(ge=2, le=366)]
    points: Annotated[int, Field(ge=1, le=10**6)]


class CheckIn(Section):
    points: Annotated[int, Field(ge=1, le=10**6)]
    streaks: list[Streak] = []


class Expiry(Section):
    kind: Literal["none", "after", "yearly", "sliding"]
    days: Days = 0
    months: Annotated[int, Field(ge=0, le=120)] = 0
    round_up: Literal["month", "quarter", "year"] | None = None
    month: Annotated[int, Field(ge=1, le=12)] = 12
    day: Annotated[int, Field(ge=1, le=31)] = 31
    at_least_months: Annotated[int, Field(ge=0, le=60)] = 0
    extended_by: list[Literal["purchase", "redemption", "checkin", "survey"]] = []


class Refunds(Section):
    policy: Literal["only_pending", "within_balance", "unlimited"] = "within_balance"
    restored_days: Annotated[int, Field(ge=1, le=366)] = 30


class Condition(Section):
    lifetime_spend: Amount | None = None
    single_purchase: Amount | None = None
    spend: Amount | None = None
    purchases_per_month: Points | None = None
    activity_points_per_month: Points | None = None
    growth: Points | None = None
    months: Months | None = None


class Level(Section):
    key: Key
    name: Text
    all: Annotated[list[Condition], Field(min_length=1)] | None = None
    any: Annotated[list[Condition], Field(min_length=1)] | None = None
    multiplier: Factor = Decimal(1)
    discount: Percent = 0
    price_percent: Annotated[int, Field(ge=1, le=100)] = 100
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#888888"
    emoji: Annotated[str, StringConstraints(max_length=8)] = ""
    formerly: list[Key] = []


class Birthday(Section):
    points: Points = 0
    feb29: Literal["02-28", "03-01"] = "02-28"
    announced_days: Annotated[int, Field(ge=0, le=60)] = 7


class CareRule(Section):
    key: Key
    occasion: Literal[
        "birthday",
        "birthday_ahead",
        "anniversary",
        "holiday",
        "welcome",
        "points_expiring",
        "voucher_expiring",
        "level_at_risk",
        "level_changed",
        "win_back",
        "back_in_stock",
    ]
    at: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    days: list[Annotated[int, Field(ge=0, le=3660)]] = []
    points: Points = 0
    voucher: Key | None = None
    holidays: list[Key] = []
    late: Literal["send", "belated", "skip"] = "send"
    late_hours: Annotated[int, Field(ge=1, le=24 * 60)] = 48
    cooldown_days: Days = 0
    times: Annotated[int, Field(ge=1, le=1000)] | None = None
    rhythm: Annotated[int, Field(ge=100, le=1000)] = 200
    first: Annotated[int, Field(ge=1, le=100)] = 50
    on: bool = True


class Care(Section):
    quiet: Annotated[
        str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
    ] = "22:00-08:00"
    per_week: Annotated[int, Field(ge=1, le=100)] | None = None
    countries: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = ["CN"]
    rules: Annotated[list[CareRule], Field(max_length=40)] = []


class Announcements(Section):
    second_above: Points | None = None
    ask_above_share: Annotated[int, Field(ge=0, le=100)] = 80


Share = Annotated[int, Field(ge=1, le=100)]
Count = Annotated[int, Field(ge=1, le=1000)]


class Introduced(Section):
    days: Days = 30
    purchases: Count = 2


class Mature(Section):
    purchases: Count = 6


class Quiet(Section):
    days: Annotated[int, Field(ge=1, le=3660)]
    percent: Annotated[int, Field(ge=0, le=10_000)]


class Pyramid(Section):
    a: Share = 80
    b: Share = 95


class Insight(Section):
    window_days: Annotated[int, Field(ge=7, le=3660)] = 365
    high_from: Annotated[int, Field(ge=2, le=5)] = 4
    introduced: Introduced = Introduced()
    mature: Mature = Mature()
    declining: Quiet = Quiet(days=60, percent=200)
    lost: Quiet = Quiet(days=180, percent=400)
    pyramid: Pyramid = Pyramid()


class Holding(Section):
    months: Annotated[int, Field(ge=0, le=120)] = 0
    round_up: Literal["month", "quarter", "year"] | None = None
    downgrade: Literal["qualified", "step", "never"] = "qualified"
    grace_days: Annotated[int, Field(ge=0, le=366)] = 0
    told_days: Annotated[int, Field(ge=0, le=366)] = 30


class Adjustments(Section):
    per_operator_and_day: Points = 5000
    second_above: Points | None = None


class Reinstatement(Section):
    within_days: Annotated[int, Field(ge=0, le=3660)] = 30
    valid_days: Annotated[int, Field(ge=1, le=3660)] = 30


class Transfers(Section):
    least: Limit = 1
    per_month: Limit | None = None


class Counter(Section):
    per_receipt: Amount | None = None
    receipts_per_shift: Limit | None = None
    money_per_shift: Amount | None = None
    undo_minutes: Annotated[int, Field(ge=0, le=1440)] = 15


class PointsAtTill(Section):
    step: Limit
    pays: Amount
    most_percent: Annotated[int, Field(ge=1, le=100)] = 100


class Bill(Section):
    order: list[Literal["level", "voucher", "points", "credit"]] = [
        "level",
        "voucher",
        "points",
        "credit",
    ]
    points: PointsAtTill | None = None
    vouchers: Annotated[int, Field(ge=0, le=10)] = 1


class TopUpBonus(Section):
    pays: Amount
    gives: Amount


class StoredValue(Section):
    ceiling: Amount = Decimal(5000)
    least: Amount = Decimal(10)
    bonuses: list[TopUpBonus] = []
    earns: Literal["spending", "topup"] = "spending"
    second_above: Amount | None = None


class TillRules(Section):
    hold_seconds: Annotated[int, Field(ge=30, le=900)] = 120
    code_seconds: Annotated[int, Field(ge=30, le=3600)] = 300
    undo_minutes: Annotated[int, Field(ge=0, le=1440)] = 30


class ReceiptPhotos(Section):
    per_day: Annotated[int, Field(ge=1, le=100)] = 3
    within_days: Annotated[int, Field(ge=0, le=366)] = 30


class File(Section):
    version: Annotated[int, Field(ge=1, le=10**6)]
    club: Club
    charter: Charter
    welcome_points: Points = 0
    profile_rewards: Rewards = Rewards()
    preferences: list[Preference] = []
    earning: Earning
    expiry: Expiry = Expiry(kind="none")
    refunds: Refunds = Refunds()
    levels: Annotated[list[Level], Field(min_length=1, max_length=20)]
    birthday: Birthday = Birthday()
    expiry_reminder_days: list[Annotated[int, Field(ge=1, le=365)]] = [30, 7, 1]
    care: Care | None = None
    announcements: Announcements = Announcements()
    service: Service | None = None
    insight: Insight = Insight()
    adjustments: Adjustments = Adjustments()
    growth: Growth = Growth()
    checkin: CheckIn | None = None
    holding: Holding = Holding()
    reinstatement: Reinstatement = Reinstatement()
    transfers: Transfers | None = None
    counter: Counter = Counter()
    bill: Bill = Bill()
    stored_value: StoredValue | None = None
    till: TillRules = TillRules()
    receipt_photos: ReceiptPhotos | None = None
    other_activity_points: Points = 0
    match_days: Days = 365
    zero_lines: Text | None = None

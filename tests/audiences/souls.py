"""Random members with all that an audience may ask about, and what is meant in plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from domain.audience_expressions import Both, Condition, Either, Expression, Not, Op
from domain.dates import local_day
from services.ports.audiences import When
from tests.support.club import NOW

TODAY = local_day(NOW, "Asia/Shanghai").toordinal()
STORES = {"sh1": 1, "bj-2": 2}
BENEFITS = {"coffee-cup": 1, "tote": 2}


@dataclass(frozen=True)
class Bought:
    ago: int
    minor: int
    store: str
    category: str
    state: str = "booked"


@dataclass(frozen=True)
class Soul:
    """A member with all that an audience may ask about; days are days ago."""

    state: str = "active"
    level: str = "basic"
    tags: tuple[str, ...] = ()
    city: str | None = None
    source: str | None = None
    locale: str = ""
    chats: tuple[tuple[str, bool, int | None], ...] = ()
    consents: tuple[tuple[str, bool], ...] = ()
    born: tuple[int | None, int, int, bool] | None = None
    joined: int = 0
    bought: tuple[Bought, ...] = ()
    checkin: int | None = None
    insight: tuple[str, int, int, int, str, str] | None = None
    lots: tuple[tuple[int, int, int | None], ...] = ()
    vouchers: tuple[tuple[str, str, int], ...] = ()
    answers: tuple[tuple[int, Any, Any], ...] = ()
    ticket: tuple[str, str] | None = None
    got: Mapping[str, str] = field(default_factory=dict)
    clicked: Mapping[str, str] = field(default_factory=dict)


_cities = st.sampled_from(["上海", "Shanghai", 'a "b" \\ c', "", "Berlin"])
_bought = st.builds(
    Bought,
    st.integers(0, 420),
    st.sampled_from([0, 100, 900, 150_000]),
    st.sampled_from(["", *STORES]),
    st.sampled_from(["coffee", "茶, 点心", "tea or cake", "other"]),
    st.sampled_from(["booked", "booked", "waiting"]),
)
_campaign = st.dictionaries(st.sampled_from(["17", "18"]), st.sampled_from(["sent", "dead"]))
souls = st.builds(
    Soul,
    state=st.sampled_from(["active", "active", "active", "frozen", "closed"]),
    level=st.sampled_from(["basic", "silver", "gold"]),
    tags=st.lists(st.sampled_from(["员工", "staff", "vip", "other"]), unique=True).map(tuple),
    city=st.none() | _cities,
    source=st.none() | st.sampled_from(["friend", "100%", "qr:店门", "x"]),
    locale=st.sampled_from(["", "", "zh", "en"]),
    chats=st.lists(
        st.tuples(
            st.sampled_from(["", "zh", "en"]),
            st.booleans(),
            st.none() | st.integers(0, 420),
        ),
        max_size=2,
    ).map(tuple),
    consents=st.lists(
        st.tuples(st.sampled_from(["promotions", "care"]), st.booleans()), max_size=3
    ).map(tuple),
    born=st.none()
    | st.tuples(
        st.none() | st.integers(1950, 2015), st.integers(1, 12), st.integers(1, 28), st.booleans()
    ),
    joined=st.integers(0, 420),
    bought=st.lists(_bought, max_size=3).map(tuple),
    checkin=st.none() | st.integers(0, 420),
    insight=st.none()
    | st.tuples(
        st.sampled_from(["key_value", "general_keep", "none"]),
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(0, 5),
        st.sampled_from(["growing", "lost", "mature"]),
        st.sampled_from("ABCD"),
    ),
    lots=st.lists(
        st.tuples(
            st.sampled_from([0, 7, 500, 1500]),
            st.integers(-3, 3),
            st.none() | st.integers(-3, 30),
        ),
        max_size=2,
    ).map(tuple),
    vouchers=st.lists(
        st.tuples(
            st.sampled_from(list(BENEFITS)),
            st.sampled_from(["issued", "held", "used"]),
            st.integers(-3, 30),
        ),
        max_size=2,
    ).map(tuple),
    answers=st.lists(
        st.tuples(
            st.sampled_from([1, 2]),
            st.none() | st.sampled_from(["good", "bad", ["good", "bad"]]),
            st.none() | st.integers(0, 10),
        ),
        max_size=2,
        unique_by=lambda one: one[0],
    ).map(tuple),
    ticket=st.none()
    | st.tuples(
        st.sampled_from(["complaint", "question"]),
        st.sampled_from(["open", "waiting", "closed"]),
    ),
    got=_campaign,
    clicked=st.dictionaries(st.sampled_from(["17", "18"]), st.sampled_from(["9", "stop"])),
)


# -- the same in Python ------------------------------------------------------------------


def meant(soul: Soul, asked: Expression, when: When) -> bool:
    if isinstance(asked, Both):
        return all(meant(soul, part, when) for part in asked.parts)
    if isinstance(asked, Either):
        return any(meant(soul, part, when) for part in asked.parts)
    if isinstance(asked, Not):
        return not meant(soul, asked.part, when)
    return _holds(soul, asked, when)


def _holds(soul: Soul, asked: Condition, when: When) -> bool:
    values, op = asked.values, asked.op
    booked = [
        one
        for one in soul.bought
        if one.state == "booked" and (asked.days is None or one.ago < asked.days)
    ]
    match asked.fact:
        case "level":
            return soul.level in values
        case "tag":
            return bool(soul.tags) if op is Op.ANY else bool(set(soul.tags) & set(values))
        case "store":
            return any(one.store in values for one in booked)
        case "home_store":
            return _home(soul) in values
        case "city" | "source":
            there = soul.city if asked.fact == "city" else soul.source
            return bool(there) if op is Op.ANY else there in values
        case "language":
            newest = [locale for locale, blocked, _ in soul.chats if not blocked]
            return (soul.locale or (newest[-1] if newest else "") or "zh") in values
        case "consent":
            newest_said = dict(soul.consents)
            return any(newest_said.get(str(value), False) for value in values)
        case "birthday_month":
            return _birthday(soul, asked, when)
        case "age":
            return _age(soul, asked)
    if asked.fact in ("joined", "last_seen", "last_purchase", "purchases", "spent", "category"):
        return _did(soul, asked, booked)
    return _has(soul, asked)


def _did(soul: Soul, asked: Condition, booked: list[Bought]) -> bool:
    kept = [one for one in booked if one.minor > 0]
    match asked.fact:
        case "joined":
            return _dated([soul.joined], asked)
        case "last_seen":
            seen = [ago for _, _, ago in soul.chats if ago is not None]
            came = [] if soul.checkin is None else [soul.checkin]
            return _dated([*seen, *came, *(one.ago for one in booked)], asked)
        case "last_purchase":
            return _dated([one.ago for one in kept], asked)
        case "purchases":
            return _compared(len(kept), asked)
        case "spent":
            return _compared(sum(one.minor for one in booked), asked)
        case "category":
            return any(one.category in asked.values for one in kept)
    raise ValueError(asked.fact)


def _has(soul: Soul, asked: Condition) -> bool:
    values, op = asked.values, asked.op
    match asked.fact:
        case "points":
            usable = [
                left for left, ago, until in soul.lots if ago >= 0 and (until is None or until > 0)
            ]
            return _compared(sum(usable), asked)
        case "voucher":
            held = {key for key, state, until in soul.vouchers if state != "used" and until > 0}
            return bool(held) if op is Op.ANY else bool(held & set(values))
        case "answer":
            return _answered(soul, asked)
        case "complaint":
            return soul.ticket is not None and soul.ticket in (
                ("complaint", "open"),
                ("complaint", "waiting"),
            )
        case "got":
            return any(soul.got.get(str(value)) == "sent" for value in values)
        case "clicked":
            return any(soul.clicked.get(str(value)) == "9" for value in values)
    if soul.insight is None:
        return False
    names = ("segment", "recency", "frequency", "monetary", "stage", "pyramid")
    return _compared(soul.insight[names.index(asked.fact)], asked)


def _compared(value: Any, asked: Condition) -> bool:
    if asked.op is Op.IS:
        return value in asked.values
    limit = asked.values[0]
    return bool(value >= limit if asked.op is Op.AT_LEAST else value <= limit)


def _dated(days_ago: list[int], asked: Condition) -> bool:
    if not days_ago:
        return False
    last = TODAY - min(days_ago)
    if asked.op is Op.ANY:
        return True
    value = int(asked.values[0])
    if asked.op is Op.WITHIN:
        return last > TODAY - value
    if asked.op is Op.BEYOND:
        return last <= TODAY - value
    return last >= value if asked.op is Op.AT_LEAST else last <= value


def _home(soul: Soul) -> str:
    lately = [one for one in soul.bought if one.state == "booked" and one.ago < 366 and one.store]
    if not lately:
        return ""
    stores = {one.store for one in lately}
    ranked = [
        (
            -sum(one.store == store for one in lately),
            min(one.ago for one in lately if one.store == store),
            store,
        )
        for store in stores
    ]
    return min(ranked)[2]


def _birthday(soul: Soul, asked: Condition, when: When) -> bool:
    if soul.born is None or asked.op is Op.ANY:
        return soul.born is not None
    month = when.lunar_month if soul.born[3] else date.fromordinal(TODAY).month
    named = {0: month, 13: month % 12 + 1}
    return soul.born[1] in {named.get(int(value), int(value)) for value in asked.values}


def _age(soul: Soul, asked: Condition) -> bool:
    if soul.born is None or soul.born[0] is None:
        return False
    today = date.fromordinal(TODAY)
    had = (today.month, today.day) >= (soul.born[1], soul.born[2])
    return _compared(today.year - soul.born[0] - (not had), asked)


def _answered(soul: Soul, asked: Condition) -> bool:
    if not soul.answers:
        return False
    _, taste, score = max(soul.answers)
    survey, _, *values = asked.values
    said = taste if survey == "taste" else score
    if said is None:
        return False
    if asked.op is not Op.IS:
        return _compared(said, Condition("answer", asked.op, tuple(values)))
    return any(str(one) in values for one in (said if isinstance(said, list) else [said]))

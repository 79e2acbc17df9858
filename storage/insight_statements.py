"""The set statements of a night's insights, over slices of members by their ids."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from domain.members import MemberState
from domain.rfm import FIFTHS
from services.ports.sales import BOOKED
from storage.dialect import Upsert
from storage.insight_rules import AXES, grade, number, quintile, rfm_class, stage_and_reason
from storage.tables import audiences, people, purchases
from storage.types import Instant

_insights = audiences.MemberInsight.__table__  # type: ignore[attr-defined]
_changes = audiences.StageChange.__table__  # type: ignore[attr-defined]
_nights = audiences.InsightNight.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]
_lines = purchases.PurchaseLine.__table__  # type: ignore[attr-defined]

_STANDING: Final = (MemberState.ACTIVE.value, MemberState.FROZEN.value)
_day = number("day")


def _in_slice(column: Any) -> Any:
    return and_(column > number("after"), column <= number("upto"))


# -- facts ------------------------------------------------------------------------------

_placed = (
    select(_members.c.id)
    .where(_members.c.id > number("after"))
    .order_by(_members.c.id)
    .limit(bindparam("most"))
    .subquery()
)
LAST_OF_SLICE = select(func.max(_placed.c.id))
_here = and_(_in_slice(_members.c.id), _members.c.state.in_(_STANDING))
LEFT = delete(_insights).where(
    _in_slice(_insights.c.member_id),
    _insights.c.member_id.not_in(select(_members.c.id).where(_here)),
)
_in_window = _purchases.c.day > number("before_window")
_paid = _purchases.c.basis_minor
# Only columns of the index over a member's purchases are read.
_bought = (
    select(
        _purchases.c.member_id,
        func.min(_purchases.c.day).label("first_day"),
        func.max(_purchases.c.day).label("last_day"),
        func.count().label("times"),
        func.sum(case((_in_window, 1), else_=0)).label("frequency"),
        func.sum(case((_in_window, _paid), else_=0)).label("monetary"),
    )
    .where(
        _in_slice(_purchases.c.member_id),
        _purchases.c.state == BOOKED,
        _purchases.c.day <= _day,
        _paid > 0,
    )
    .group_by(_purchases.c.member_id)
    .subquery()
)
_NEVER_NULL: Final = ("times", "frequency", "monetary")
_FACTS: Final = ("first_day", "last_day", *_NEVER_NULL)


def _fact(name: str) -> Any:
    """A fact of a member; counts and sums are 0 for who bought nothing."""
    column: Any = _bought.c[name]
    if name in _NEVER_NULL:
        column = cast(func.coalesce(column, 0), _insights.c[name].type)
    return column.label(name)


_facts = (
    select(_members.c.id.label("member_id"), *(_fact(name) for name in _FACTS))
    .select_from(_members.outerjoin(_bought, _bought.c.member_id == _members.c.id))
    .where(_here)
)
_known = _insights.alias("known")
_unknown = ~exists().where(_known.c.member_id == _members.c.id)
ANY_NEW = select(_members.c.id).where(_here, _unknown).limit(1)
ADD = insert(_insights).from_select(
    ["member_id", *_FACTS, "r", "f", "m", "segment", "stage", "reason", "stage_since", "pyramid"],
    _facts.where(_unknown).add_columns(
        *(literal(0) for _ in AXES), *(literal("") for _ in range(3)), literal(0), literal("")
    ),
)
_fresh = _facts.subquery("fresh")
REFRESH = (
    update(_insights)
    .values({name: _fresh.c[name] for name in _FACTS})
    .where(
        _in_slice(_insights.c.member_id),
        _insights.c.member_id == _fresh.c.member_id,
        or_(*(_insights.c[name].is_distinct_from(_fresh.c[name]) for name in _FACTS)),
    )
)

# -- cut points -------------------------------------------------------------------------

_buying = _insights.c.frequency > 0
SUMS = select(func.count(), func.sum(_insights.c.monetary)).where(_buying)
_VALUES: Final = {
    "r": _insights.c.last_day,
    "f": _insights.c.frequency,
    "m": _insights.c.monetary,
}


def _fifths(value: Any) -> Any:
    """The least values up to which one to four fifths of all buyers lie."""
    running = func.sum(func.count()).over(order_by=value)
    each = select(value.label("value"), running.label("upto")).where(_buying).group_by(value)
    steps = each.subquery()
    return select(
        *(
            func.min(case((steps.c.upto * FIFTHS >= k * number("buyers"), steps.c.value)))
            for k in range(1, FIFTHS)
        )
    )


CUTS: Final[dict[str, Any]] = {axis: _fifths(value) for axis, value in _VALUES.items()}
_by_amount = (
    select(
        _insights.c.monetary.label("amount"),
        func.sum(func.sum(_insights.c.monetary))
        .over(order_by=_insights.c.monetary.desc())
        .label("upto"),
        func.sum(_insights.c.monetary).label("same"),
    )
    .where(_buying)
    .group_by(_insights.c.monetary)
    .subquery()
)
_more = (_by_amount.c.upto - _by_amount.c.same) * 100
LEAST: Any = select(
    *(
        func.min(case((_more < number(name) * number("total"), _by_amount.c.amount)))
        for name in ("a", "b")
    )
)

# -- classes ----------------------------------------------------------------------------

_instants: Final = {
    name: bindparam(f"joined_{name}", type_=Instant()) for name in ("lost", "declining", "new")
}
_bought_lately = _insights.c.frequency > 0
_scored = (
    select(
        _insights,
        _members.c.joined_at,
        *(
            quintile(axis, value, _bought_lately).label(f"new_{axis}")
            for axis, value in _VALUES.items()
        ),
    )
    .join(_members, _members.c.id == _insights.c.member_id)
    .where(_in_slice(_insights.c.member_id))
    .subquery("scored")
)
_stage, _reason = stage_and_reason(_scored.c, _scored.c.joined_at, _instants)
_found = select(
    _scored.c.member_id,
    _scored.c.stage.label("before"),
    *(_scored.c[f"new_{axis}"].label(axis) for axis in AXES),
    rfm_class(*(_scored.c[f"new_{axis}"] for axis in AXES)).label("segment"),
    _stage.label("stage"),
    _reason.label("reason"),
    grade(_scored.c.monetary, _scored.c.frequency > 0).label("pyramid"),
).subquery("found")
_CLASSES: Final = (*AXES, "segment", "stage", "reason", "pyramid")
CLASSIFY = (
    update(_insights)
    .values(
        {name: _found.c[name] for name in _CLASSES}
        | {
            "stage_since": case(
                (_insights.c.stage != _found.c.stage, _day), else_=_insights.c.stage_since
            )
        }
    )
    .where(
        _in_slice(_insights.c.member_id),
        _insights.c.member_id == _found.c.member_id,
        or_(*(_insights.c[name] != _found.c[name] for name in _CLASSES)),
    )
)
_changed = select(
    _found.c.member_id, _day, _found.c.before, _found.c.stage, _found.c.reason
).where(_found.c.before != "", _found.c.before != _found.c.stage)


def _note(kind: Any) -> Any:
    """Who changed the stage; a second time on one day the later stage holds."""
    statement = kind(_changes).from_select(
        ["member_id", "day", "before", "after", "reason"], _changed
    )
    new = {name: statement.excluded[name] for name in ("after", "reason")}
    return statement.on_conflict_do_update(index_elements=["member_id", "day"], set_=new)


NOTES = {"sqlite": _note(sqlite.insert), "postgresql": _note(postgresql.insert)}

# -- reading ----------------------------------------------------------------------------

COUNTED = select(
    _insights.c.segment, _insights.c.stage, _insights.c.pyramid, func.count()
).group_by(_insights.c.segment, _insights.c.stage, _insights.c.pyramid)
OF = select(_insights).where(_insights.c.member_id == number("member"), _insights.c.stage != "")
HISTORY = (
    select(_changes)
    .where(_changes.c.member_id == number("member"), _changes.c.before != _changes.c.after)
    .order_by(_changes.c.day.desc())
    .limit(bindparam("most"))
)
MOVED = (
    select(_changes.c.before, _changes.c.after, func.count())
    .where(
        _changes.c.day > number("since"),
        _changes.c.day <= number("upto"),
        _changes.c.before != _changes.c.after,
    )
    .group_by(_changes.c.before, _changes.c.after)
)
LIKED = (
    select(_lines.c.category)
    .join(_purchases, _purchases.c.id == _lines.c.purchase_id)
    .where(
        _purchases.c.member_id == number("member"),
        _purchases.c.state == BOOKED,
        _purchases.c.day > number("since"),
        _paid > 0,
        _lines.c.category != "",
    )
    .group_by(_lines.c.category)
    .order_by(func.count().desc(), _lines.c.category)
    .limit(bindparam("most"))
)
NIGHT = select(_nights).where(_nights.c.day == _day)
NEWEST = (
    select(_nights).where(_nights.c.day <= number("upto")).order_by(_nights.c.day.desc()).limit(1)
)
NEWEST_DONE = NEWEST.where(_nights.c.done_at.is_not(None))
KEEP = Upsert(
    audiences.InsightNight,
    ("day",),
    ("phase", "reached", "rules", "cuts", "counts", "began_at", "done_at"),
)

"""The rules of insight as SQL over a member's facts: quintiles, classes, stages, grades.

They say the same as domain/rfm.py, domain/lifecycle.py and domain/pyramid.py; tests compare them.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, literal

from domain.lifecycle import RHYTHM_FROM, Reason, Stage
from domain.rfm import NONE, segment

AXES = ("r", "f", "m")


def number(name: str) -> Any:
    """A whole number that is bound when the statement runs."""
    return bindparam(name, type_=BigInteger())


def quintile(axis: str, value: ColumnElement[Any], bought: Any) -> ColumnElement[int]:
    """1 to 5; 0 for who bought nothing within the window."""
    above = sum((case((value > number(f"{axis}{k}"), 1), else_=0) for k in range(1, 5)), start=1)
    return case((bought, above), else_=0)


def rfm_class(r: Any, f: Any, m: Any) -> ColumnElement[str]:
    """The name of the class of three quintiles."""
    high = number("high")
    names: list[tuple[Any, str]] = [(r == 0, NONE)]
    for ups in product((True, False), repeat=3):
        axes = zip((r, f, m), ups, strict=True)
        fits = and_(*(axis >= high if up else axis < high for axis, up in axes))
        names.append((fits, segment(1 + ups[0], 1 + ups[1], 1 + ups[2], 2)))
    return case(*names, else_=NONE)


def grade(amount: Any, bought: Any) -> ColumnElement[str]:
    """A to D."""
    return case(
        (~bought, "D"),
        (amount >= number("least_a"), "A"),
        (amount >= number("least_b"), "B"),
        else_="C",
    )


def silence_limit(facts: Any, name: str) -> ColumnElement[int]:
    """Days of silence that are still usual: those of the rule, or its percent of the rhythm."""
    gaps = facts.times - 1
    usual = (facts.last_day - facts.first_day + gaps - 1) // gaps
    percent = (usual * number(f"{name}_percent") + 99) // 100
    days = number(f"{name}_days")
    longer = and_(facts.times >= RHYTHM_FROM, percent > days)
    return case((longer, percent), else_=days)


def stage_and_reason(
    facts: Any, joined_at: Any, instants: Any
) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """The stage and why. `instants`: bound moments `declining`, `lost`, `new`; who joined before
    the first two has been a member for longer than those days, from the last on is new."""
    day = number("day")
    never = facts.last_day.is_(None)
    silent = day - facts.last_day

    def quiet(name: str) -> Any:
        return case((never, joined_at < instants[name]), else_=silent > silence_limit(facts, name))

    rules: tuple[tuple[Any, Stage, Reason | None], ...] = (
        (quiet("lost"), Stage.LOST, None),
        (quiet("declining"), Stage.DECLINING, None),
        (joined_at >= instants["new"], Stage.INTRODUCED, Reason.NEW),
        (facts.times < number("few"), Stage.INTRODUCED, Reason.FEW),
        (facts.frequency >= number("often"), Stage.MATURE, Reason.REGULAR),
    )
    silence = case((never, Reason.NEVER.value), else_=Reason.SILENT.value)
    stages = [(when, literal(stage.value)) for when, stage, _ in rules]
    reasons = [(when, literal(why.value) if why else silence) for when, _, why in rules]
    return (
        case(*stages, else_=literal(Stage.GROWING.value)),
        case(*reasons, else_=literal(Reason.BUILDING.value)),
    )

"""Stages of the lifecycle (引入 成长 成熟 衰退 流失): which one a member is in, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.insight_rules import Insight

RHYTHM_FROM: Final = 3
"""So many purchases are needed to know how often somebody buys."""


class Stage(StrEnum):
    """SEMANTICS: Insight."""

    INTRODUCED = "introduced"
    GROWING = "growing"
    MATURE = "mature"
    DECLINING = "declining"
    LOST = "lost"


class Reason(StrEnum):
    """Why a member is in a stage; the figures stand with the member."""

    NEW = "new"  # joined lately
    FEW = "few"  # too few purchases to tell
    BUILDING = "building"  # buys, but not yet often
    REGULAR = "regular"  # buys often
    SILENT = "silent"  # has not bought for longer than usual
    NEVER = "never"  # has not bought since joining


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stage rests on; days as date.toordinal counts. `times` purchases in all, the first
    and the last on these days (None: none), `frequency` of them within the window."""

    joined: int
    first_day: int | None
    last_day: int | None
    times: int
    frequency: int


def rhythm(first_day: int | None, last_day: int | None, times: int) -> int | None:
    """Days from one purchase to the next on average, rounded up; None with too few to know."""
    if first_day is None or last_day is None or times < RHYTHM_FROM:
        return None
    return -(-(last_day - first_day) // (times - 1))


def stage(facts: Facts, rules: Insight, day: int) -> tuple[Stage, Reason]:
    """The stage at the end of a day. Of those that fit the worst counts, then the earliest."""
    usual = rhythm(facts.first_day, facts.last_day, facts.times)
    since = facts.joined if facts.last_day is None else facts.last_day
    silent = Reason.NEVER if facts.last_day is None else Reason.SILENT
    if day - since > rules.lost.limit(usual):
        return Stage.LOST, silent
    if day - since > rules.declining.limit(usual):
        return Stage.DECLINING, silent
    if day - facts.joined <= rules.introduced.days:
        return Stage.INTRODUCED, Reason.NEW
    if facts.times < rules.introduced.purchases:
        return Stage.INTRODUCED, Reason.FEW
    if facts.frequency >= rules.mature.purchases:
        return Stage.MATURE, Reason.REGULAR
    return Stage.GROWING, Reason.BUILDING

"""Rhythms of visits: the usual gap, the day on which silence is unusual, kept night by night."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import partial
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from domain.care_rules import CareRule, Occasion
from domain.rhythms import Rhythm, Silence, next_due, rhythm_of
from services import rhythms
from tests.care.conftest import Care
from tests.levels.support import buys
from tests.support.club import Person

MAY = date(2026, 5, 1)
WIN_BACK = CareRule(
    "win_back", Occasion.WIN_BACK, time(11), (60,), points=30, cooldown_days=180, late_hours=72
)
RULES = (WIN_BACK,)
days = st.lists(st.integers(0, 900), min_size=1, max_size=30).map(
    lambda numbers: [MAY + timedelta(days=n) for n in numbers]
)


@given(days, st.integers(1, 120), st.sampled_from([100, 150, 200, 250]))
def test_silence_is_unusual_after_the_days_of_the_rule_or_a_multiple_of_the_usual_gap(
    visits: list[date], least: int, percent: int
) -> None:
    rhythm = rhythm_of(1, visits)
    assert rhythm is not None
    newest = sorted(set(visits))[-13:]
    gaps = [(newest[i + 1] - newest[i]).days for i in range(len(newest) - 1)]
    usual = -int(-median(gaps) // 1) if len(gaps) >= 2 else None
    assert (rhythm.last_day, rhythm.visits, rhythm.gap_days) == (newest[-1], len(newest), usual)
    wait = max(least, -int(-(usual or 0) * percent // 100))
    due = newest[-1] + timedelta(days=wait)
    silence = [Silence(least, percent)]
    assert next_due(rhythm, silence, MAY) == due
    assert next_due(rhythm, silence, due) == due
    assert next_due(rhythm, silence, due + timedelta(days=1)) is None


def test_the_next_of_several_silences_is_due() -> None:
    rhythm = Rhythm(1, MAY, 1)
    lines = [Silence(60, 200), Silence(120, 200)]
    assert next_due(rhythm, lines, MAY) == MAY + timedelta(days=60)
    assert next_due(rhythm, lines, MAY + timedelta(days=61)) == MAY + timedelta(days=120)


# -- kept by the nights -----------------------------------------------------------------


async def night(care: Care, day: date, most: int = 100) -> int:
    """The night's work in steps; how many it took."""
    after: int | None = 0
    steps = 0
    while after is not None:
        after = await care.club.write(partial(rhythms.keep_up, day=day, after=after, most=most))
        steps += 1
    return steps


async def kept(care: Care, person: Person) -> Rhythm | None:
    member = await person.member_id()
    found = await care.club.read(lambda work: work.rhythms.of([member]))
    rhythm: Rhythm | None = found.get(member)
    return rhythm


async def came(person: Person, gaps: Sequence[int], since: date = date(2026, 5, 21)) -> date:
    """Purchases with so many days between them; the day of the last one."""
    day = since
    await buys(person, 10, f"{person.user}:{day}", day)
    for gap in gaps:
        day += timedelta(days=gap)
        await buys(person, 10, f"{person.user}:{day}", day)
    return day


async def test_who_bought_has_a_rhythm_and_who_never_did_has_none(care: Care, mei: Person) -> None:
    li = await care.club.person("Li").joins()
    last = await came(mei, [40, 50, 60])
    await night(care, last + timedelta(days=1))
    due = last + timedelta(days=100)
    assert await kept(care, mei) == Rhythm(await mei.member_id(), last, 4, 50, due)
    assert await kept(care, li) is None

"""The contact budget against plain models."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as some

from domain.birthdays import Birthday
from domain.care_rules import CareRule, Occasion
from domain.contacts import LAST, WEEK, Ahead, Day, Forecast, Known, has_place

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
# (hour of the message, its rank); LAST is a campaign
messages = some.lists(
    some.tuples(some.integers(0, 24 * 25), some.sampled_from([10, 20, 20, 40, LAST, LAST, LAST])),
    max_size=25,
)


def _run(said: list[tuple[int, int]], per_week: int) -> list[tuple[datetime, int, bool, bool]]:
    """Decides message after message; all care is known a week ahead. Each with its moment, rank,
    whether it went, and whether it would have gone if campaigns did not count."""
    plan = sorted((START + hour * HOUR, rank) for hour, rank in said)
    done: list[tuple[datetime, int, bool, bool]] = []
    for place, (at, rank) in enumerate(plan):
        rest = [Ahead(*one) for one in plan[place + 1 :] if one[1] != LAST]
        past = [(when, of) for when, of, went, _ in done if went]
        went = has_place([when for when, _ in past], rest, rank, per_week, at)
        alone = has_place([when for when, of in past if of != LAST], rest, rank, per_week, at)
        done.append((at, rank, went, alone))
    return done


@given(messages, some.integers(0, 4))
def test_no_seven_days_ever_hold_more_than_the_budget(
    said: list[tuple[int, int]], per_week: int
) -> None:
    sent = [at for at, _, went, _ in _run(said, per_week) if went]
    assert all(sum(first <= at < first + WEEK for at in sent) <= per_week for first in sent)


@given(messages, some.integers(1, 4))
def test_care_is_never_displaced_by_a_campaign(said: list[tuple[int, int]], per_week: int) -> None:
    care = [(went, alone) for _, rank, went, alone in _run(said, per_week) if rank != LAST]
    assert all(went == alone for went, alone in care)


@given(messages, some.integers(1, 4))
def test_a_better_place_is_never_lost_to_a_lower_one(
    said: list[tuple[int, int]], per_week: int
) -> None:
    def of_first(plan: list[tuple[int, int]]) -> list[tuple[datetime, bool]]:
        return [(at, went) for at, rank, went, _ in _run(plan, per_week) if rank == 10]

    assert of_first(said) == of_first([one for one in said if one[1] == 10])


def test_a_place_is_kept_for_a_birthday_but_not_for_one_after_the_week() -> None:
    past = [START - timedelta(days=2), START - timedelta(days=1)]
    soon = [Ahead(START + timedelta(days=3), 10)]
    assert not has_place(past, soon, LAST, 3, START)
    assert has_place(past, [Ahead(START + WEEK, 10)], LAST, 3, START)
    # By the sixth day the two of before are out of the window.
    assert has_place(past, [Ahead(START + timedelta(days=6), 10)], LAST, 3, START)
    assert has_place(past, soon, 10, 3, START)
    assert not has_place(past, soon, 20, 3, START)


# -- what is known to come --------------------------------------------------------------


def _on(day: date) -> Day:
    births = {(day.month, day.day)}
    if (day.month, day.day) == (2, 28) and day.year % 4:
        births.add((2, 29))
    holidays = {"new_year"} if (day.month, day.day) == (1, 1) else set()
    return Day(frozenset(births), frozenset({(5, 5)}), frozenset(holidays))


def _coming(rule: CareRule, known: Known, now: datetime) -> list[datetime]:
    return [place.at for _, place in Forecast([rule], known.zone, _on, now).of(known)]


def test_care_to_come_is_told_from_the_members_facts() -> None:
    joined = date(2024, 2, 29)
    who = Known("Asia/Shanghai", joined, Birthday(3, 2))
    now = datetime(2027, 2, 26, 16, 30, tzinfo=UTC)  # 27 February, half past midnight

    def at(day: int, hour: int = 9, month: int = 2) -> datetime:
        return datetime(2027, month, day, hour, tzinfo=UTC) - 8 * HOUR

    birthday = CareRule("birthday", Occasion.BIRTHDAY)
    assert _coming(birthday, who, now) == [at(2, month=3)]
    assert _coming(birthday, Known("Asia/Shanghai", joined, Birthday(2, 29)), now) == [at(28)]
    lunar = Birthday(5, 5, lunar=True)
    assert _coming(birthday, Known("Asia/Shanghai", joined, lunar), now)[0] == at(27)
    assert _coming(birthday, Known("Asia/Shanghai", joined), now) == []
    before = CareRule("before", Occasion.BIRTHDAY_AHEAD, days=(3,))
    assert _coming(before, who, now) == [at(27)]
    assert _coming(before, who, at(27)) == []
    years = CareRule("years", Occasion.ANNIVERSARY, at=time(10))
    assert _coming(years, who, now) == [at(28, 10)]
    assert _coming(CareRule("years", Occasion.ANNIVERSARY, days=(5,)), who, now) == []
    welcome = CareRule("welcome", Occasion.WELCOME, days=(0, 3, 7))
    fresh = Known("Asia/Shanghai", date(2027, 2, 25))
    assert _coming(welcome, fresh, now) == [at(28), at(4, month=3)]
    assert _coming(CareRule("back", Occasion.WIN_BACK, days=(3,)), fresh, now) == []
    holidays = CareRule("holidays", Occasion.HOLIDAY, holidays=("new_year",))
    eve = datetime(2026, 12, 30, tzinfo=UTC)
    assert _coming(holidays, fresh, eve) == [datetime(2027, 1, 1, 1, tzinfo=UTC)]
    assert _coming(CareRule("all", Occasion.HOLIDAY), fresh, eve) != []
    assert _coming(CareRule("other", Occasion.HOLIDAY, holidays=("qixi",)), fresh, eve) == []

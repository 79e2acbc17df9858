"""Nights compute what an independent computation finds, in slices, again, and after changes."""

from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from domain.insight_errors import InsightInFuture, InsightTooOld
from domain.insight_rules import Quiet
from services import insight
from services.ports.insight import Slice
from storage.tables import people
from storage.work import Work
from tests.insight.independent import insights
from tests.insight.support import TODAY, Bought, Soul, add, fill, night, table
from tests.support.club import Club

AGO = [0, 1, 30, 60, 61, 90, 120, 180, 181, 250, 363, 364, 365, 366, 500, 1000]
souls = st.lists(
    st.builds(
        Soul,
        joined=st.sampled_from([0, 1, 30, 31, 60, 61, 180, 181, 400, 2000]),
        bought=st.lists(
            st.builds(
                Bought,
                st.sampled_from(AGO) | st.integers(0, 700),
                st.sampled_from([0, 1, 500, 500, 1000, 99_999]) | st.integers(1, 50_000),
                st.sampled_from(["booked", "booked", "booked", "void"]),
            ),
            max_size=9,
        ).map(tuple),
        state=st.sampled_from(["active", "active", "active", "frozen", "closed", "merged"]),
    ),
    max_size=16,
)
CHECKED = (
    *("first_day", "last_day", "times", "frequency", "monetary"),
    *("r", "f", "m", "segment", "stage", "reason", "pyramid"),
)


def expected(given: list[Soul], day: int, rules: Any) -> dict[int, dict[str, Any]]:
    here = {n: one for n, one in enumerate(given, 1) if one.state in ("active", "frozen")}
    today = TODAY.toordinal()
    members = pl.DataFrame(
        [(n, today - one.joined) for n, one in here.items()],
        schema={"id": pl.Int64, "joined": pl.Int64},
        orient="row",
    )
    rows = [
        (n, today - one.ago, one.minor)
        for n, soul in here.items()
        for one in soul.bought
        if one.state == "booked" and one.minor > 0
    ]
    bought = pl.DataFrame(
        rows, schema={"member": pl.Int64, "day": pl.Int64, "minor": pl.Int64}, orient="row"
    )
    return insights(members, bought, day, rules)


def shown(rows: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {number: {name: row[name] for name in CHECKED} for number, row in rows.items()}


async def emptied(club: Club) -> None:
    def write(work: Work) -> None:
        for name in ("member_insights", "stage_changes", "insight_nights", "purchases", "members"):
            work.db.exec_driver_sql(f"DELETE FROM {name}")

    await club.write(write)


@settings(max_examples=12)
@given(souls, st.integers(2, 5), st.sampled_from([7, 90, 365]), st.sampled_from([133, 200]))
async def test_random_members_are_classed_as_polars_does(
    club: Club, some: list[Soul], high: int, window: int, percent: int
) -> None:
    await emptied(club)
    rules = replace(
        club.programme.insight,
        high_from=high,
        window_days=window,
        declining=Quiet(20, percent),
        lost=Quiet(90, 2 * percent),
    )
    await publish(club, rules)
    await club.write(partial(fill, souls=some))
    await night(club)
    assert shown(await table(club)) == shown(expected(some, TODAY.toordinal(), rules))


async def publish(club: Club, rules: Any) -> None:
    def write(work: Work) -> None:
        current = work.programmes.current()
        changed = replace(current, insight=rules, version=current.version + 1)
        work.programmes.publish(changed, club.clock.now, None)

    await club.write(write)


async def rows_of(club: Club, *some: Soul) -> dict[int, dict[str, Any]]:
    await club.write(partial(fill, souls=some))
    await night(club)
    return await table(club)


async def test_with_nobody_a_night_ends(club: Club) -> None:
    await night(club)
    assert await table(club) == {}


async def test_without_purchases_nobody_has_a_class(club: Club) -> None:
    rows = await rows_of(club, Soul(joined=3), Soul(joined=100), Soul(joined=500))
    assert [row["segment"] for row in rows.values()] == ["none"] * 3
    assert [row["pyramid"] for row in rows.values()] == ["D"] * 3
    assert [row["stage"] for row in rows.values()] == ["introduced", "declining", "lost"]
    assert {row["reason"] for row in rows.values()} == {"new", "never"}


async def test_equal_members_are_in_the_same_class_and_grade(club: Club) -> None:
    rows = await rows_of(club, *(Soul(bought=(Bought(5, 1000),)) for _ in range(7)))
    assert {(row["r"], row["f"], row["m"]) for row in rows.values()} == {(1, 1, 1)}
    assert {row["pyramid"] for row in rows.values()} == {"A"}


async def test_what_was_returned_or_voided_as_a_whole_does_not_count(club: Club) -> None:
    kept, void = Bought(5, 1000), Bought(4, 900, "void")
    rows = await rows_of(club, Soul(bought=(kept, void, Bought(3, 0))))
    assert (rows[1]["frequency"], rows[1]["monetary"]) == (1, 1000)
    assert rows[1]["last_day"] == TODAY.toordinal() - 5


async def test_a_second_run_writes_nothing(club: Club) -> None:
    await rows_of(club, *(Soul(bought=(Bought(n, 10 * n + 1),)) for n in range(12)))
    before = await table(club)
    members = Slice(0, 99)
    written = await club.write(lambda work: work.insight.gather(members, TODAY, 365))
    newest = await club.read(lambda work: work.insight.night(TODAY))
    written += await club.write(
        lambda work: work.insight.classify(members, newest, club.programme.zone)
    )
    assert written == 0
    assert await table(club) == before


async def test_who_leaves_the_club_is_forgotten(club: Club) -> None:
    await rows_of(club, Soul(bought=(Bought(1, 500),)), Soul(bought=(Bought(1, 500),)))
    members = people.Member.__table__  # type: ignore[attr-defined]
    await club.write(
        lambda work: work.db.execute(
            update(members).where(members.c.id == 1).values(state="merged", merged_into=2)
        )
    )
    await night(club)
    assert list(await table(club)) == [2]


async def test_a_member_who_comes_back_changes_stage_and_it_is_written_down(club: Club) -> None:
    await rows_of(club, Soul(bought=(Bought(300, 500), Bought(250, 500))))
    assert (await table(club))[1]["stage"] == "lost"
    await club.write(partial(add, member=1, bought=[Bought(-1, 700)]))
    club.clock.move(days=1)
    tomorrow = TODAY.fromordinal(TODAY.toordinal() + 1)
    await night(club, tomorrow)
    row = (await table(club))[1]
    assert (row["stage"], row["stage_since"]) == ("growing", tomorrow.toordinal())
    found = await club.read(lambda work: work.insight.history(1, 5))
    assert [(one.day, one.before, one.after, one.reason) for one in found] == [
        (tomorrow, "lost", "growing", "building")
    ]
    moves = await club.read(lambda work: work.insight.moved(TODAY, tomorrow))
    assert moves == [("lost", "growing", 1)]


async def test_killed_in_every_step_a_night_comes_to_the_same_end(club: Club) -> None:
    some = [Soul(bought=(Bought(n * 20, 100 + n),)) for n in range(9)]
    await club.write(partial(fill, souls=some))

    class Killed(Exception):
        pass

    def dies(work: Work, looked: insight.Looked) -> None:
        insight.step(work, TODAY, club.clock.now, looked, 2)
        raise Killed

    more = True
    while more:
        looked = await club.units.read_long(partial(insight.look, day=TODAY))
        with pytest.raises(Killed):
            await club.write(partial(dies, looked=looked))
        more = await club.write(
            partial(insight.step, day=TODAY, now=club.clock.now, looked=looked, most=2)
        )
    rules = club.programme.insight
    assert shown(await table(club)) == shown(expected(some, TODAY.toordinal(), rules))


async def test_the_numbers_of_a_night_are_kept_with_its_cut_points(club: Club) -> None:
    await rows_of(club, *(Soul(bought=(Bought(n, 100 * n + 1),)) for n in range(10)), Soul())
    kept = await club.read(lambda work: work.insight.newest())
    assert kept.cuts.buyers == 10
    assert kept.cuts.m == (101, 301, 501, 701)
    assert sum(kept.counts["segment"].values()) == 11
    assert kept.counts["pyramid"]["D"] == 1


async def test_a_day_to_come_or_before_the_newest_night_is_refused(club: Club) -> None:
    await rows_of(club, Soul())
    days = {InsightInFuture: 5, InsightTooOld: -1}
    for error, later in days.items():
        day = TODAY.fromordinal(TODAY.toordinal() + later)
        with pytest.raises(error):
            await club.read(partial(insight.check, day=day, now=club.clock.now))


async def test_of_missed_nights_only_the_newest_is_due(club: Club) -> None:
    def due(day: int, work: Work) -> bool:
        return not insight.nothing_due(
            work, TODAY.fromordinal(TODAY.toordinal() + day), club.clock.now
        )

    assert [await club.read(partial(due, day)) for day in (-2, -1, 0)] == [False, False, True]
    await night(club)
    assert not await club.read(partial(due, 0))

"""Campaigns with a plan: texts by share, a share held out, hours of the member's day, what an
approval is for, checklists, estimates."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, literal, select

from domain import campaign_plan_errors as errors
from domain.campaign_plans import (
    BUCKETS,
    Gift,
    Goal,
    GoalKind,
    Plan,
    Timing,
    TimingKind,
    bucket,
    check_plan,
    check_shares,
    load_plan,
    next_at,
    split,
)
from services import (
    campaign_plans,
    campaign_steps,
    campaign_tasks,
    campaign_variants,
    campaigns,
    wordings,
)
from services.ports.campaigns import Campaign
from storage.campaign_variants import bucket_of
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import ANN, BEN, EVE, STORES, Soul, settle, staffed, written
from tests.support.post import rows

IDS = st.integers(0, 2**62)


async def planned(club: Club, plan: Plan, shares: tuple[int, ...] = ()) -> Campaign:
    """A draft with a plan, and with as many texts as there are shares."""
    made = await written(club)

    def write(work: Work) -> Campaign:
        campaign_plans.set_plan(work, made.id, plan, ANN, NOW)
        if shares:
            put_texts(work, made.id, shares)
        return campaigns.find(work, made.id)

    found: Campaign = await club.write(write)
    return found


def put_texts(work: Work, campaign_id: int, shares: tuple[int, ...]) -> None:
    put = []
    for letter, share in zip("ABCD", shares, strict=False):
        key, texts = f"campaign:{campaign_id}", {"en": f"Text {letter}", "zh": f"文案{letter}"}
        words = wordings.save(work, key, texts, actor=ANN, now=NOW, use=False)
        put.append((letter, words.id, share))
    campaign_variants.set_variants(work, campaign_id, put, ANN, NOW)


async def sent_off(club: Club, made: Campaign, now: datetime = NOW, most: int = 7) -> None:
    """Asks for it and writes all its recipients."""

    def begin(work: Work) -> None:
        campaigns.submit(work, made.id, actor=ANN, key="send", now=now)

    await club.write(begin)
    while await club.write(lambda work: campaign_steps.step(work, made.id, now, most)):
        found = await club.read(lambda work: campaigns.find(work, made.id))
        if found.filled_at is not None:
            break


# -- plain values ---------------------------------------------------------------------------


@given(IDS, IDS)
def test_a_bucket_is_one_of_ten_thousand(member: int, salt: int) -> None:
    assert 0 <= bucket(member, salt) < BUCKETS


def test_shares_come_out_as_asked() -> None:
    way = split(20, [("A", 30), ("B", 70)])
    found = Counter(way.of(bucket(n * 7_919_191_919, 987_654_321_987)) for n in range(20_000))
    assert abs(found["", True] / 20_000 - 0.2) < 0.02
    assert abs(found["A", False] / 20_000 - 0.24) < 0.02
    assert abs(found["B", False] / 20_000 - 0.56) < 0.02


@given(st.integers(0, 50), st.lists(st.integers(1, 97), min_size=1, max_size=3))
def test_every_bucket_has_exactly_one_place(held: int, shares: list[int]) -> None:
    if sum(shares) >= 100:
        return
    letters = list(zip("ABCD", [*shares, 100 - sum(shares)], strict=False))
    check_shares(letters)
    way = split(held, letters)
    assert way.bounds[-1][1] == BUCKETS
    for number in range(0, BUCKETS, 97):
        letter, out = way.of(number)
        assert out == (not letter) == (number < held * 100)


@given(
    st.builds(
        Plan,
        goal=st.none() | st.builds(Goal, st.sampled_from(GoalKind), st.integers(1, 10**9)),
        budget_minor=st.none() | st.integers(0, 10**9),
        gift=st.none()
        | st.builds(Gift, points=st.integers(1, 100), valid_days=st.none() | st.integers(1, 90)),
        held_percent=st.integers(0, 50),
        timing=st.builds(Timing, st.sampled_from(TimingKind), st.integers(0, 1439)),
        window_days=st.integers(1, 90),
    )
)
def test_a_plan_is_read_back_as_it_was_written(plan: Plan) -> None:
    check_plan(plan)
    assert load_plan(plan.dump()) == plan


REFUSED: tuple[tuple[Plan, type[Exception]], ...] = (
    (Plan(goal=Goal(GoalKind.CLICKED, 0)), errors.GoalOutside),
    (Plan(budget_minor=-1), errors.BudgetOutside),
    (Plan(gift=Gift()), errors.GiftOutside),
    (Plan(gift=Gift(points=5, benefit_key="x")), errors.GiftOutside),
    (Plan(gift=Gift(points=10**7)), errors.GiftOutside),
    (Plan(gift=Gift(benefit_key="nowhere")), errors.GiftUnknown),
    (Plan(gift=Gift(points=5), budget_minor=500), errors.BudgetWithoutCost),
    (Plan(gift=Gift(points=5, each_minor=501), budget_minor=500), errors.BudgetTooSmall),
    (Plan(held_percent=51), errors.HeldShareOutside),
    (Plan(timing=Timing(TimingKind.LOCAL_HOUR, 1440)), errors.HourOutside),
    (Plan(window_days=0), errors.WindowOutside),
)


async def test_a_plan_that_cannot_be_is_refused_and_nothing_changes(club: Club) -> None:
    await staffed(club)
    made = await written(club)
    for plan, refused in REFUSED:
        with pytest.raises(refused):
            await club.write(
                lambda work, plan=plan: campaign_plans.set_plan(work, made.id, plan, ANN, NOW)
            )
    assert await club.read(lambda work: campaigns.find(work, made.id)) == made


@pytest.mark.parametrize("shares", [(100,), (50, 40), (101, -1), (20, 20, 20, 20, 20)])
def test_uneven_shares_are_refused(shares: tuple[int, ...]) -> None:
    with pytest.raises(errors.VariantsUneven):
        check_shares(list(zip("ABCDE", shares, strict=False)))


def test_an_hour_that_the_clocks_leave_out_is_the_next_one() -> None:
    night = datetime(2026, 3, 8, 6, 0, tzinfo=UTC)  # one at night in New York
    assert next_at(night, "America/New_York", 150) == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    twice = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
    assert next_at(twice, "America/New_York", 90) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    later = datetime(2026, 11, 1, 5, 31, tzinfo=UTC)  # the second half past one is not another
    assert next_at(later, "America/New_York", 90) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


# -- in the database --------------------------------------------------------------------


@settings(max_examples=30)
@given(numbers=st.lists(IDS, min_size=1, max_size=30), salt=IDS)
def test_sqlite_scatters_as_python_does(numbers: list[int], salt: int) -> None:
    import sqlalchemy

    with sqlalchemy.create_engine("sqlite://").connect() as db:
        for number in numbers:
            place = bucket_of(literal(number, BigInteger), salt)
            assert db.execute(select(place)).scalar_one() == bucket(number, salt)


async def test_the_database_scatters_as_python_does(club: Club) -> None:
    numbers = [0, 1, 2**31 - 2, 2**31 - 1, 2**31, 2**61 + 7, 2**62 - 1]

    def look(work: Work) -> None:
        for salt in (0, 1, 2**31, 2**62 - 1, 2**55 + 12_345):
            for number in numbers:
                place = bucket_of(literal(number, BigInteger), salt)
                assert work.db.execute(select(place)).scalar_one() == bucket(number, salt)

    await club.read(look)


async def test_members_fall_where_their_bucket_says(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 45 + [Soul(said=(False,))])
    made = await planned(club, Plan(held_percent=30), (40, 60))
    before = await club.read(lambda work: campaigns.estimate(work, made.id, NOW))
    await sent_off(club, made)
    way = split(30, [("A", 40), ("B", 60)])
    words = {
        one.letter: one.wording_id
        for one in await club.read(lambda work: campaign_variants.of(work, made.id))
    }
    wanted = {n: way.of(bucket(n, made.salt)) for n in range(1, 46)}
    found = {row["member_id"]: row for row in await rows(club, campaign_id=made.id)}
    assert found.keys() == {n for n, (_, held) in wanted.items() if not held}
    assert all(row["wording_id"] == words[wanted[n][0]] for n, row in found.items())
    counts = Counter("held" if held else letter for letter, held in wanted.values())
    assert await club.read(lambda work: work.campaign_subjects.counts(made.id)) == counts
    assert before.held == counts["held"]
    assert dict(before.letters) == {letter: counts[letter] for letter in "AB"}
    assert before.count == counts["A"] + counts["B"]


async def test_filling_again_moves_nobody_and_adds_nobody_held_out(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 30)
    made = await planned(club, Plan(held_percent=50), (50, 50))
    await sent_off(club, made)
    first = await rows(club, campaign_id=made.id)
    counts = await club.read(lambda work: work.campaign_subjects.counts(made.id))
    assert counts["held"]

    def again(work: Work) -> None:
        work.campaigns.fill(made.id, 0, None)
        for _ in range(8):
            campaign_steps.fill(work, work.campaigns.get(made.id), NOW, 7)

    await club.write(again)
    assert await rows(club, campaign_id=made.id) == first
    assert await club.read(lambda work: work.campaign_subjects.counts(made.id)) == counts


async def test_an_hour_of_each_members_day(club: Club) -> None:
    await staffed(club)
    zones = ["", "America/New_York", "Europe/Berlin"]
    await settle(club, [Soul(zone=zone) for zone in zones] + [Soul(quiet=(9, 21))])
    made = await planned(club, Plan(timing=Timing(TimingKind.LOCAL_HOUR, 9 * 60 + 30)))
    await sent_off(club, made)  # ten in Shanghai: half past nine is over there
    due = {row["member_id"]: row["due_at"] for row in await rows(club, campaign_id=made.id)}
    assert due == {
        1: datetime(2026, 5, 21, 1, 30, tzinfo=UTC),
        2: datetime(2026, 5, 20, 13, 30, tzinfo=UTC),
        3: datetime(2026, 5, 20, 7, 30, tzinfo=UTC),
        4: datetime(2026, 5, 21, 13, 0, tzinfo=UTC),  # their quiet hours end at nine at night
    }


async def test_the_usual_hour_of_each_member(club: Club) -> None:
    await staffed(club)
    store = STORES[0]
    evening = Soul(bought=((store, 1, "booked"), (store, 8, "booked")))
    await settle(club, [evening, Soul(), Soul(bought=((store, 2, "voided"),))])
    made = await planned(club, Plan(timing=Timing(TimingKind.USUAL_HOUR, 15 * 60)))
    later = NOW + timedelta(hours=3)
    await sent_off(club, made, later)
    due = {row["member_id"]: row["due_at"] for row in await rows(club, campaign_id=made.id)}
    afternoon = datetime(2026, 5, 20, 7, 0, tzinfo=UTC)
    assert due == {
        1: datetime(2026, 5, 21, 2, 30, tzinfo=UTC),  # who buys at ten gets it tomorrow at ten
        2: afternoon,
        3: afternoon,
    }


# -- what an approval is for -------------------------------------------------------------


async def test_every_part_of_a_plan_is_part_of_what_is_approved(club: Club) -> None:
    from services.campaign_drafts import hash_of

    await staffed(club)
    made = await planned(club, Plan(held_percent=10), (50, 50))
    seen = [await club.read(lambda work: hash_of(work, campaigns.find(work, made.id)))]

    async def after(use: Any) -> None:
        await club.write(use)
        seen.append(await club.read(lambda work: hash_of(work, campaigns.find(work, made.id))))

    plan = Plan(held_percent=10)
    for other in (
        replace(plan, held_percent=11),
        replace(plan, gift=Gift(points=5)),
        replace(plan, gift=Gift(points=5, each_minor=7), budget_minor=70),
        replace(plan, timing=Timing(TimingKind.USUAL_HOUR)),
        replace(plan, goal=Goal(GoalKind.CLICKED, 5)),
        replace(plan, window_days=3),
    ):
        await after(
            lambda work, other=other: campaign_plans.set_plan(work, made.id, other, ANN, NOW)
        )
    await after(lambda work: put_texts(work, made.id, (40, 60)))
    assert len(set(seen)) == len(seen)


async def test_a_change_of_the_plan_takes_it_back_from_review(club: Club) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 60)
    made = await planned(club, Plan(held_percent=10), (50, 50))
    await club.write(lambda work: campaigns.submit(work, made.id, actor=ANN, key="k", now=NOW))
    assert (await _state(club, made)) == "in_review"
    for key, act in (
        ("again", lambda work: campaign_plans.set_plan(work, made.id, Plan(), ANN, NOW)),
        ("once more", lambda work: put_texts(work, made.id, (20, 80))),
    ):
        await club.write(act)
        assert (await _state(club, made)) == "draft"
        await club.write(
            lambda work, key=key: campaigns.submit(work, made.id, actor=ANN, key=key, now=NOW)
        )


async def _state(club: Club, made: Campaign) -> str:
    found: Campaign = await club.read(lambda work: campaigns.find(work, made.id))
    return found.state


async def test_new_words_of_the_campaign_are_its_first_text(club: Club) -> None:
    await staffed(club)
    made = await planned(club, Plan(), (50, 50))

    def write(work: Work) -> None:
        key, texts = f"campaign:{made.id}", {"en": "Another", "zh": "新文案"}
        words = wordings.save(work, key, texts, actor=ANN, now=NOW, use=False)
        campaigns.set_words(work, made.id, words.id, ANN, NOW)
        first, second = campaign_variants.of(work, made.id)
        assert first.wording_id == words.id != second.wording_id
        assert campaigns.find(work, made.id).wording_id == words.id

    await club.write(write)


# -- correcting ------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["", "B"])
async def test_a_correction_is_for_all_or_for_one_text(club: Club, letter: str) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 20)
    made = await planned(club, Plan(), (50, 50))
    await sent_off(club, made)

    def correct(work: Work) -> tuple[Campaign, int]:
        from sqlalchemy import update

        from tests.support.post import ROWS

        sent = {"state": "sent", "message_id": "m", "sent_at": NOW}
        work.db.execute(update(ROWS).where(ROWS.c.campaign_id == made.id).values(**sent))
        campaign_steps.step(work, made.id, NOW)
        key, texts = f"campaign:{made.id}", {"en": "Corrected", "zh": "更正"}
        words = wordings.save(work, key, texts, actor=ANN, now=NOW, use=False)
        correction = campaigns.correct(
            work, made.id, words.id, actor=ANN, key="c", now=NOW, letter=letter
        )
        for _ in range(3):
            campaign_steps.step(work, correction.id, NOW)
        return correction, words.id

    correction, words = await club.write(correct)
    before = {row["member_id"]: row["wording_id"] for row in await rows(club, campaign_id=made.id)}
    after = {
        row["member_id"]: row["wording_id"] for row in await rows(club, campaign_id=correction.id)
    }
    texts = await club.read(lambda work: campaign_variants.of(work, made.id))
    changed = {one.wording_id for one in texts if letter in ("", one.letter)}
    assert after == {n: words if old in changed else old for n, old in before.items()}


# -- checklists ------------------------------------------------------------------------


async def test_open_lines_of_the_checklist_hold_it_back_until_somebody_says_anyway(
    club: Club,
) -> None:
    await staffed(club)
    await settle(club, [Soul()])
    made = await written(club)

    def add(work: Work) -> None:
        due = date(2026, 5, 22)
        task = campaign_tasks.add(work, made.id, " Tell  stores ", BEN.staff_id, due, ANN, NOW)
        assert (task.position, task.text) == (1, "Tell stores")
        campaign_tasks.add(work, made.id, "Check stock", ANN.staff_id, None, ANN, NOW)

    await club.write(add)
    with pytest.raises(errors.TasksOpen):
        await club.write(lambda work: campaigns.submit(work, made.id, actor=ANN, key="k", now=NOW))
    told = [row for row in await rows(club) if row["message"]["key"] == "campaign_plan.task_given"]
    assert [row["address_id"] for row in told] == [BEN.staff_id]  # Ann knows what she has noted
    await club.write(lambda work: campaign_tasks.done(work, made.id, 1, BEN, NOW))
    sent = await club.write(
        lambda work: campaigns.submit(work, made.id, actor=ANN, key="k", now=NOW, anyway=True)
    )
    assert sent.state == "scheduled"


async def test_the_checklist_is_kept_short_and_full(club: Club) -> None:
    await staffed(club)
    made = await written(club)

    def write(work: Work) -> None:
        with pytest.raises(errors.TaskEmpty):
            campaign_tasks.add(work, made.id, "  ", None, None, ANN, NOW)
        with pytest.raises(errors.TaskUnknown):
            campaign_tasks.done(work, made.id, 4, ANN, NOW)
        for number in range(campaign_tasks.MOST):
            campaign_tasks.add(work, made.id, f"Line {number}", None, None, ANN, NOW)
        with pytest.raises(errors.TasksTooMany):
            campaign_tasks.add(work, made.id, "One more", None, None, ANN, NOW)
        campaign_tasks.done(work, made.id, 2, EVE, NOW)
        campaign_tasks.undone(work, made.id, 2, EVE, NOW)
        campaign_tasks.assign(work, made.id, 2, EVE.staff_id, ANN, NOW)
        campaign_tasks.remove(work, made.id, 1, ANN, NOW)
        second = campaign_tasks.listed(work, made.id)[0]
        assert (second.position, second.owner_id, second.done_at) == (2, EVE.staff_id, None)

    await club.write(write)

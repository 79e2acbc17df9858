"""What a campaign brought: the database counts as a plain loop does, and what is said of it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import insert

from domain.campaign_errors import CampaignNotFound
from services import campaign_figures, campaign_results, campaign_settling, merging
from services.ports.club import Actor
from storage.tables.purchases import Purchase
from tests.campaign_results.conftest import BEGAN, CAMPAIGN, DAY, Part, campaign, purchase
from tests.support.club import NOW, Club
from tests.support.crowds import Soul, settle

CLERK = Actor("the clerk")
WINDOW = 7 * 24
STATES = ("sent", "sent", "sent", "skipped", "dead", "unknown")


def crowd(seed: int, of: int) -> list[Part]:
    """Members with every state, purchases around the ends of their windows, and refunds."""
    rng = random.Random(seed)

    def bought() -> tuple[tuple[int, int, int, str], ...]:
        found = []
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            hours = rng.choice((-5, 0, 1, 2, 3, 30, 167, 168, 169, 170, 200))
            minor = rng.randrange(1, 5000)
            refunded = rng.choice((0, 0, 0, minor, minor // 2))
            found.append((hours, minor, refunded, rng.choice(("booked", "booked", "void"))))
        return tuple(found)

    return [
        Part(
            letter="" if held else rng.choice("AB"),
            held=held,
            state=rng.choice(STATES),
            sent=rng.choice((1, 2, 30)),
            bought=bought(),
            clicked=() if held else rng.choice(((), (), ("card",), ("card", "stop"), ("stop",))),
        )
        for held in (rng.random() < 0.3 for _ in range(of))
    ]


def counted(part: Part) -> tuple[int, int]:
    """Purchases and money of one member, said a second time."""
    since = part.sent if part.state == "sent" and not part.held else 0
    inside = [
        minor - refunded
        for hours, minor, refunded, state in part.bought
        if state == "booked" and since < hours <= since + WINDOW
    ]
    return len(inside), sum(inside)


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_database_counts_as_a_loop_does(club: Club, seed: int) -> None:
    parts = crowd(seed, 60)
    await campaign(club, parts)
    found = await club.read(lambda work: campaign_results.of(work, CAMPAIGN, NOW))
    for group, some in (
        (found.all, [one for one in parts if not one.held]),
        (found.held, [one for one in parts if one.held]),
        *((text, [one for one in parts if one.letter == text.letter]) for text in found.texts),
    ):
        each = [counted(one) for one in some]
        assert group is not None
        assert group.members == len(some)
        assert group.purchases == sum(times for times, _ in each)
        assert group.buyers == sum(times > 0 for times, _ in each)
        assert group.revenue == sum(money for _, money in each)
        assert group.sums.squares == sum(money**2 for _, money in each)
        assert group.sums.cubes == sum(money**3 for _, money in each)
        if group is not found.held:
            assert group.clicked == sum("card" in one.clicked for one in some)
    assert found.parted == sum("stop" in one.clicked for one in parts)
    assert [text.letter for text in found.texts] == ["A", "B"]


async def test_a_campaign_without_groups_counts_who_was_written_to(club: Club) -> None:
    parts = [Part(bought=((2, 500, 0, "booked"),)), Part(state="dead", reason="unreachable")]
    await campaign(club, parts, grouped=False)
    found = await club.read(lambda work: campaign_results.of(work, CAMPAIGN, NOW))
    assert (found.all.members, found.all.buyers, found.all.revenue) == (2, 1, 500)
    assert (found.held, found.lift, found.contest) == (None, None, None)
    assert found.progress.unreachable == 1


async def test_the_window_is_over_so_long_after_the_last_message(club: Club) -> None:
    await campaign(club, [Part(sent=30), Part(sent=1)])
    until = BEGAN + 7 * DAY + DAY * 30 / 24
    for at, over in ((until - DAY / 24, False), (until, True)):
        found = await club.read(lambda work, at=at: campaign_results.of(work, CAMPAIGN, at))
        assert (found.until, found.over) == (until, over)


@pytest.mark.parametrize(
    ("kind", "reached"),
    [("clicked", 1), ("redeemed", 0), ("purchases", 3), ("revenue", 900), ("members", 2)],
)
async def test_the_goal_is_counted_by_its_kind(club: Club, kind: str, reached: int) -> None:
    parts = [
        Part(bought=((2, 500, 0, "booked"), (3, 100, 0, "booked")), clicked=("card",)),
        Part(bought=((2, 300, 0, "booked"),), clicked=("stop",)),
    ]
    await campaign(club, parts, plan={"goal": {"kind": kind, "target": 2}})
    data = await club.read(lambda work: campaign_settling.shown(work, CAMPAIGN, NOW))
    goal = {"kind": kind, "target": 2, "reached": reached, "met": reached >= 2}
    assert data["goal"] == goal


async def test_the_better_text_is_known_when_the_window_is_over(club: Club) -> None:
    parts = [Part("A", clicked=("card",) * (n < 5)) for n in range(60)]
    parts += [Part("B", clicked=("card",) * (n < 40)) for n in range(60)]
    await campaign(club, parts)
    early = await club.read(lambda work: campaign_results.of(work, CAMPAIGN, BEGAN + DAY))
    assert early.contest is not None
    assert (early.contest.verdict.winner, early.contest.verdict.leader) == ("", "B")
    late = await club.read(lambda work: campaign_results.of(work, CAMPAIGN, NOW))
    assert late.contest is not None
    assert late.contest.verdict.winner == "B"


async def test_the_lift_is_of_all_who_were_assigned(club: Club) -> None:
    """Half of those written to could not be reached and bought nothing: they count."""
    bought = ((2, 1000, 0, "booked"),)
    parts = [Part(bought=bought) for _ in range(30)]
    parts += [Part(state="dead", reason="unreachable") for _ in range(30)]
    parts += [Part(held=True, bought=bought if n < 12 else ()) for n in range(40)]
    await campaign(club, parts)
    found = await club.read(lambda work: campaign_results.of(work, CAMPAIGN, NOW))
    assert found.lift is not None
    assert found.lift.buyers is not None
    assert found.lift.buyers.value == pytest.approx(0.5 - 0.3)
    assert found.lift.money is not None
    assert found.lift.money.value == pytest.approx(200)
    assert found.lift.total is not None
    assert found.lift.total.value == pytest.approx(200 * 60)


async def test_a_table_of_figures_has_every_group(club: Club) -> None:
    await campaign(club, crowd(3, 40))
    data = await club.read(lambda work: campaign_settling.shown(work, CAMPAIGN, NOW))
    table = campaign_figures.rows(data)
    assert {row[1] for row in table if row[0] == "members"} == {"all", "A", "B", "held"}
    assert all(len(row) == 5 for row in table)


@pytest.mark.parametrize(("paid", "stars"), [(True, 4), (False, 0)])
async def test_what_sending_cost_is_said_of_a_paid_campaign(
    club: Club, paid: bool, stars: int
) -> None:
    club.shared.paid_rate = 1000.0
    await campaign(club, [Part() for _ in range(40)])
    await club.write(
        lambda work: work.campaigns.change(CAMPAIGN, ("running", "finished"), paid=paid)
    )
    data = await club.read(lambda work: campaign_settling.shown(work, CAMPAIGN, NOW))
    assert data["stars"] == stars
    assert [row[2] for row in campaign_figures.rows(data) if row[0] == "stars"] == [4] * paid


async def test_an_unknown_campaign_is_said_to_be_none(club: Club) -> None:
    with pytest.raises(CampaignNotFound):
        await club.read(lambda work: campaign_settling.shown(work, 5, NOW))


# -- afterwards --------------------------------------------------------------------------


async def test_the_author_is_told_once_and_the_result_is_kept_a_day_later(club: Club) -> None:
    await campaign(club, [Part(bought=((2, 500, 0, "booked"),))])
    over = BEGAN + DAY * 30 / 24 + 7 * DAY

    async def settled(at):
        found = await club.read(lambda work: campaign_settling.counted(work, at))
        return await club.write(lambda work: campaign_settling.settle(work, found, at))

    assert await settled(over - DAY) == 0
    assert await settled(over) == 1
    assert await settled(over) == 0
    told = await club.read(_told)
    assert len(told) == 1
    kept = await club.read(lambda work: work.campaigns.get(CAMPAIGN))
    assert kept.result is None
    assert await settled(over + DAY) == 1
    kept = await club.read(lambda work: work.campaigns.get(CAMPAIGN))
    assert kept.result["all"]["revenue"] == 500
    assert await settled(over + 2 * DAY) == 0
    assert await club.read(_told) == told


async def test_a_campaign_of_long_ago_is_kept_without_a_word(club: Club) -> None:
    await campaign(club, [Part()])
    at = NOW + 100 * DAY
    found = await club.read(lambda work: campaign_settling.counted(work, at))
    assert await club.write(lambda work: campaign_settling.settle(work, found, at)) == 1
    assert await club.read(_told) == []


def _told(work):
    from sqlalchemy import select

    from storage.tables.post import Delivery

    rows = Delivery.__table__
    found = select(rows.c.dedupe).where(rows.c.dedupe.like("outcome:%"))
    return list(work.db.execute(found).scalars())


async def test_who_has_two_rows_after_a_merge_counts_once(club: Club) -> None:
    bought = ((2, 500, 0, "booked"),)
    parts = [
        Part("A", bought=bought, clicked=("card",)),
        Part("B", bought=bought, clicked=("card",)),
        Part("A"),
        Part(held=True, bought=bought),
    ]
    await campaign(club, parts)

    done = await club.write(lambda work: merging.merge(work, 1, 2, CLERK, NOW))
    kept = done.merge.kept_id
    found = await club.read(lambda work: campaign_results.of(work, CAMPAIGN, NOW))
    assert (found.all.members, found.all.buyers, found.all.purchases) == (2, 1, 2)
    assert (found.all.revenue, found.all.clicked) == (1000, 1)
    letter = parts[kept - 1].letter
    by_letter = {one.letter: one.members for one in found.texts}
    assert by_letter.get(letter) == (2 if letter == "A" else 1)
    assert (found.held.members, found.held.buyers) == (1, 1)


@pytest.mark.parametrize("grouped", [True, False])
async def test_what_the_kept_membership_buys_counts_for_who_was_written_to(
    club: Club, grouped: bool
) -> None:
    await campaign(club, [Part(), Part()], grouped=grouped)
    await settle(club, [Soul()], first=9)

    def merge(work):
        done = merging.merge(work, 9, 1, CLERK, NOW)
        row = purchase(done.merge.kept_id, 5, BEGAN + timedelta(hours=2), 700)
        work.db.execute(insert(Purchase.__table__), [row])

    await club.write(merge)
    found = await club.read(lambda work: campaign_results.of(work, CAMPAIGN, NOW))
    assert (found.all.members, found.all.buyers, found.all.revenue) == (2, 1, 700)

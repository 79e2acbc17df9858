"""Campaigns by file: what stands beside words and audience reaches the campaign, or is refused."""

from pathlib import Path

import pytest

from domain.campaign_plan_errors import TasksOpen
from domain.campaign_plans import GoalKind, TimingKind
from domain.club_errors import OperatorNotFound
from domain.refusals import ContentInvalid
from services import campaign_plans, campaign_tasks, campaign_variants, campaigns
from services.audiences import Counted
from services.campaign_files import CampaignFile
from services.ports.club import Actor
from tests.support.crowds import Soul, settle

EXAMPLE = Path("app/examples/campaign.yaml").read_text(encoding="utf-8")
TEXT = 'text: {en: "Hello"}\n'
WHOLE = (
    TEXT
    + """
audience: {where: "points >= 0 and language = en"}
name: Spring
goal: {kind: revenue, target: "1200.50"}
budget: "100.00"
gift: {points: 50, cost: "0.50"}
variants:
  B: {share: 40, text: {en: "Hello there"}}
hold_out: 10
hour: {local_hour: "18:30"}
window_days: 14
checklist:
  - Tell the tills
  - {text: Order cups, due: 2030-05-20}
"""
)


def given(text):
    return CampaignFile(text, lambda name: b"")


async def started(club, text, **more):
    await settle(club, [Soul()] * 3)
    file = given(text)

    def use(work):
        how = {"actor": Actor("cli"), "address_id": 0, "now": club.clock(), **more}
        return file.start(work, None, **how)

    return await club.write(use)


def test_the_example_is_sound():
    assert given(EXAMPLE).letters == ("A",)


async def test_everything_of_a_file_reaches_the_campaign(club):
    made = await started(club, WHOLE, anyway=True)
    assert (made.name, made.budget_minor) == ("Spring", 10_000)
    plan = campaign_plans.plan_of(made)
    assert plan.goal is not None
    assert (plan.goal.kind, plan.goal.target) == (GoalKind.REVENUE, 120_050)
    assert (plan.gift.points, plan.gift.each_minor) == (50, 50)
    assert (plan.held_percent, plan.window_days) == (10, 14)
    assert (plan.timing.kind, plan.timing.minute) == (TimingKind.LOCAL_HOUR, 18 * 60 + 30)
    texts = await club.read(lambda w: campaign_variants.of(w, made.id))
    assert [(one.letter, one.share) for one in texts] == [("A", 60), ("B", 40)]
    tasks = await club.read(lambda w: campaign_tasks.listed(w, made.id))
    assert [one.text for one in tasks] == ["Tell the tills", "Order cups"]
    same = await started_again(club, WHOLE)
    assert same.id == made.id


async def started_again(club, text):
    file = given(text)
    how = {"actor": Actor("cli"), "address_id": 0, "now": club.clock(), "anyway": True}
    return await club.write(lambda w: file.start(w, None, **how))


async def test_conditions_that_mean_nearly_everybody_are_counted(club):
    await settle(club, [Soul()] * 3)
    file = given(TEXT + 'audience: {where: "points >= 0"}\n')
    assert await club.read(lambda w: file.too_many(w, club.clock())) == Counted(3, 3, 3)
    few = given(TEXT + 'audience: {where: "points >= 9"}\n')
    assert await club.read(lambda w: few.too_many(w, club.clock())) is None


async def test_an_open_checklist_keeps_it_from_being_sent(club):
    with pytest.raises(TasksOpen):
        await started(club, TEXT + "audience: everybody\nchecklist: [Tell the tills]\n")
    assert await club.read(lambda w: campaigns.newest(w, 5)) == []


async def test_a_task_for_nobody_who_is_there_is_refused(club):
    with pytest.raises(OperatorNotFound):
        await started(
            club, TEXT + "audience: everybody\nchecklist: [{text: Cups, owner: Nobody}]\n"
        )
    assert await club.read(lambda w: campaigns.newest(w, 5)) == []


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("gift: {points: 5, voucher: coffee}", "gift"),
        ("gift: {}", "gift"),
        ("hour: {}", "hour"),
        ('goal: {kind: clicked, target: "1.5"}', "goal"),
        ("goal: {kind: fame, target: 5}", "goal"),
        ('variants: {C: {share: 40, text: {en: "x"}}}', "variants"),
        ("variants: {B: {share: 40, text: {}}}", "variants"),
        ("hold_out: 60", "hold_out"),
        ('budget: "-5"', "budget"),
        ("window_days: 0", "window_days"),
        ('audience: {where: "x", saved: "y"}', "audience"),
    ],
)
def test_mistakes_are_told_with_their_place(line, place):
    audience = "" if line.startswith("audience") else "audience: everybody\n"
    with pytest.raises(ContentInvalid) as refused:
        given(TEXT + audience + line)
    assert place in str(refused.value.data())

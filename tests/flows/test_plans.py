"""The plan of a message to many: goal, budget, gift, second text, hold-out, hour, checklist."""

import pytest

from domain.campaign_plans import GoalKind, TimingKind
from services import campaign_plans, campaign_tasks, campaign_variants, campaigns
from tests.flows.staffed import operator
from tests.support.crowds import Soul, settle
from tests.support.post import rows


@pytest.fixture(params=["en", "zh"])
async def olga(club, request):
    await settle(club, [Soul()] * 5)
    olga = await operator(club, "operator", "Olga", request.param)
    await olga.says("/broadcast")
    await olga.taps("draft.new")
    await olga.says("Hello")
    card = await olga.taps("draft.everybody")
    assert card.key == "broadcast.draft", card.text
    await olga.taps("draft.plan")
    return olga


async def review(olga):
    """The check before sending; one text for all languages will do."""
    card = await olga.taps("draft.review")
    return await olga.taps("draft.review") if card.key == "broadcast.ask_other" else card


async def newest(club):
    return (await club.read(lambda w: campaigns.newest(w, 1)))[0]


async def plan(club):
    return campaign_plans.plan_of(await newest(club))


async def test_every_part_of_a_plan_is_tapped_and_typed(club, olga):
    await olga.taps("plan.goals")
    await olga.taps("plan.goal_kind", "revenue")
    await olga.says("1200.50")
    await olga.taps("plan.gift")
    await olga.taps("plan.ask_points")
    await olga.says("50")
    await olga.taps("plan.held")
    await olga.taps("plan.hold", "10")
    await olga.taps("plan.hour")
    # The process starts again in the middle: the conversation is a row.
    club.dispatch = club.new_dispatch()
    await olga.taps("plan.timing", "local_hour", "1050")
    found = await plan(club)
    assert (found.goal.kind, found.goal.target) == (GoalKind.REVENUE, 120_050)
    assert (found.gift.points, found.held_percent) == (50, 10)
    assert (found.timing.kind, found.timing.minute) == (TimingKind.LOCAL_HOUR, 1050)
    await olga.taps("plan.goals")
    await olga.taps("plan.no_goal")
    await olga.taps("plan.gift")
    await olga.taps("plan.no_gift")
    found = await plan(club)
    assert (found.goal, found.gift) == (None, None)
    assert (await olga.taps("plan.leave")).key == "broadcast.draft"


async def test_a_second_text_gets_a_share_and_goes_again(club, olga):
    await olga.taps("plan.texts")
    await olga.taps("plan.write")
    card = await olga.says("Hello <b>there</b>")
    assert card.key == "campaign_plan.card", card.text
    made = await newest(club)
    texts = await club.read(lambda w: campaign_variants.of(w, made.id))
    assert [(one.letter, one.share) for one in texts] == [("A", 50), ("B", 50)]
    await olga.taps("plan.texts")
    await olga.taps("plan.share", "20")
    texts = await club.read(lambda w: campaign_variants.of(w, made.id))
    assert [(one.letter, one.share) for one in texts] == [("A", 80), ("B", 20)]
    await olga.taps("plan.leave")
    assert "🅱️" in (await review(olga)).text
    await olga.taps("draft.card")
    await olga.taps("draft.plan")
    await olga.taps("plan.texts")
    await olga.taps("plan.one_text")
    assert await club.read(lambda w: campaign_variants.of(w, made.id)) == []


async def test_text_b_that_cannot_be_sent_is_not_kept(club, olga):
    await olga.taps("plan.texts")
    await olga.taps("plan.write")
    card = await olga.says("Hello {{ nam }}")
    assert card.key != "campaign_plan.card"
    made = await newest(club)
    assert await club.read(lambda w: campaign_variants.of(w, made.id)) == []
    assert (await olga.says("Hello {{ name }}")).key == "campaign_plan.card"


async def test_an_open_checklist_asks_again_before_sending(club, olga):
    await olga.taps("plan.tasks")
    card = await olga.says("Tell the tills")
    assert "Tell the tills" in card.text
    await olga.taps("plan.leave")
    await review(olga)
    asked = await olga.taps("draft.submit")
    assert asked.key == "campaign_plan.tasks_open"
    assert (await newest(club)).state == "draft"
    await olga.taps("draft.submit")
    assert (await newest(club)).state == "scheduled"
    made = await newest(club)
    tasks = await club.read(lambda w: campaign_tasks.listed(w, made.id))
    assert [one.done_at for one in tasks] == [None]


@pytest.mark.parametrize(
    ("way", "typed"),
    [
        (("plan.goals", "plan.goal_kind"), "many"),
        (("plan.ask_budget",), "-5"),
        (("plan.gift", "plan.ask_points"), "0"),
        (("plan.gift", "plan.ask_points"), "100001"),
    ],
)
async def test_what_makes_no_sense_changes_nothing_and_leads_back(club, olga, way, typed):
    before = await plan(club)
    for step in way:
        await olga.taps(step)
    refused = await olga.says(typed)
    assert refused.key not in ("campaign_plan.card", "general.unknown")
    assert refused.rows
    assert await plan(club) == before
    assert (await olga.taps("plan.show")).key == "campaign_plan.card"


async def test_each_text_is_sent_to_oneself(club, olga):
    await olga.taps("plan.texts")
    await olga.taps("plan.write")
    await olga.says("Hello <b>there</b>")
    await olga.taps("plan.leave")
    await review(olga)
    asked = await olga.taps("campaign.look")
    assert asked.key == "broadcast.ask_look"
    made = await newest(club)
    texts = await club.read(lambda w: campaign_variants.of(w, made.id))
    for one in texts:
        sent = await olga.taps("campaign.look", str(made.id), one.letter)
        assert (sent.key, one.letter in sent.text) == ("broadcast.sent_to_self", True)
    looked = [row["wording_id"] for row in await rows(club) if row["wording_id"]]
    assert looked == [one.wording_id for one in texts]
    await olga.taps("draft.card")
    await olga.taps("draft.plan")
    await olga.taps("plan.texts")
    await olga.taps("plan.one_text")
    gone = await olga.taps("campaign.look", str(made.id), "B")
    assert gone.key == "campaign_plan.variant_unknown"

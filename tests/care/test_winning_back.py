"""Win-back: once per silence, by the member's own rhythm, with its gift; a visit begins anew."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from bot.messages import Reply
from domain.care_rules import CareRule, Occasion
from services import caring, merging, purchases, rhythms
from services.care_kinds import KINDS, Due
from services.ports.club import Actor
from storage.work import Work
from templates.render import Renderer
from tests.care.conftest import Care
from tests.care.test_rhythms import came, kept, night
from tests.flows.test_tickets import complains
from tests.levels.support import buys
from tests.support.club import Person
from tests.support.post import rows

WIN_BACK = CareRule(
    "win_back", Occasion.WIN_BACK, time(11), (60,), points=30, cooldown_days=180, late_hours=72
)
RULES = (WIN_BACK,)
DAY = timedelta(days=1)


def at(day: date, hour: int = 12) -> datetime:
    """An hour in Shanghai."""
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


async def missed(care: Care, person: Person) -> list[str]:
    return [key for key in await care.got(person) if key.startswith("care.")]


async def regular(care: Care, person: Person) -> date:
    """Somebody who comes every twenty days and agreed to promotions; the day of the last visit."""
    await care.agrees(person, to="promotions")
    last = await came(person, [20, 20, 20])
    await care.begins(at(last + 57 * DAY, 13))
    return last


async def test_silence_is_told_once_at_the_hour_of_its_day_with_the_gift(
    care: Care, mei: Person
) -> None:
    last = await regular(care, mei)
    before = await care.has(mei)
    await care.until(at(last + 60 * DAY, 11) - timedelta(minutes=1))
    assert await missed(care, mei) == []
    await care.until(at(last + 60 * DAY, 11))
    assert await missed(care, mei) == ["care.win_back"]
    assert "30 points" in care.channel.journal[-1][2].replace("<b>", "").replace("</b>", "")
    assert await care.has(mei) == before + 30
    await care.begins(at(last + 300 * DAY))
    await care.passes(days=3)
    assert await missed(care, mei) == ["care.win_back"]


async def test_who_comes_seldom_is_missed_later(care: Care, mei: Person) -> None:
    await care.agrees(mei, to="promotions")
    last = await came(mei, [90, 90, 90])
    await care.begins(at(last + 58 * DAY))
    await care.until(at(last + 61 * DAY))
    await care.begins(at(last + 178 * DAY))
    await care.until(at(last + 179 * DAY))
    assert await missed(care, mei) == []
    await care.until(at(last + 180 * DAY))
    assert await missed(care, mei) == ["care.win_back"]


async def test_a_visit_begins_anew_and_the_rule_keeps_its_distance(
    care: Care, mei: Person
) -> None:
    last = await regular(care, mei)
    await care.until(at(last + 61 * DAY))
    back = last + 70 * DAY
    await buys(mei, 10, "back", back)
    await care.begins(at(back + 58 * DAY))
    await care.until(at(back + 61 * DAY))
    assert await missed(care, mei) == ["care.win_back"]
    assert await care.skipped(mei) == ["cooldown"]


async def test_a_visit_of_the_same_morning_counts(care: Care, mei: Person) -> None:
    last = await regular(care, mei)
    await care.until(at(last + 60 * DAY, 10))
    await buys(mei, 10, "this morning")
    await care.until(at(last + 62 * DAY))
    assert await missed(care, mei) == []


async def test_nothing_without_consent_to_promotions_not_even_the_gift(
    care: Care, mei: Person
) -> None:
    last = await regular(care, mei)
    await care.agrees(mei, False, to="promotions")
    before = await care.has(mei)
    await care.until(at(last + 61 * DAY))
    assert await missed(care, mei) == []
    assert await care.skipped(mei) == ["no_consent"]
    assert await care.has(mei) == before


async def test_nothing_while_a_complaint_is_open(care: Care, mei: Person) -> None:
    last = await regular(care, mei)
    await complains(mei)
    await care.until(at(last + 61 * DAY))
    assert await missed(care, mei) == []
    assert "open_complaint" in await care.skipped(mei)


async def test_who_checks_in_is_there(care: Care, mei: Person) -> None:
    last = await regular(care, mei)
    await mei.says("/checkin")
    await care.until(at(last + 61 * DAY))
    assert await missed(care, mei) == []
    rhythm = await kept(care, mei)
    assert rhythm is not None
    assert rhythm.last_day == last + 57 * DAY


async def test_a_voided_purchase_was_no_visit(care: Care, mei: Person) -> None:
    last = await regular(care, mei)
    await buys(mei, 10, "mistake", last + 58 * DAY)
    await night(care, last + 59 * DAY)
    rhythm = await kept(care, mei)
    assert rhythm is not None
    assert rhythm.last_day == last + 58 * DAY
    now = care.club.clock.now
    member = await mei.member_id()
    found = await care.club.read(lambda work: work.purchases.of_member(member, 9))
    newest = max(found, key=lambda one: one.day)
    await care.club.write(
        lambda work: purchases.void(work, newest.id, reason="x", actor=Actor("cli"), now=now)
    )
    await night(care, last + 60 * DAY)
    rhythm = await kept(care, mei)
    assert rhythm is not None
    assert rhythm.last_day == last


async def test_merged_memberships_have_one_rhythm_and_one_message(care: Care, mei: Person) -> None:
    card = await care.club.person("Mei's card").joins()
    last = await regular(care, mei)
    await care.agrees(card, to="promotions")
    await came(card, [30], since=last - 30 * DAY)
    await care.begins(at(last + 57 * DAY, 14))
    one, other = await mei.member_id(), await card.member_id()
    now, clerk = care.club.clock.now, Actor("cli")
    await care.club.write(lambda work: merging.merge(work, one, other, clerk, now))
    await care.until(at(last + 62 * DAY))
    sent = await rows(care.club, state="sent")
    assert [row["message"]["key"] for row in sent].count("care.win_back") == 1


async def test_the_same_silence_from_eight_units_at_once_is_one_message_and_one_gift(
    care: Care, mei: Person
) -> None:
    last = await regular(care, mei)
    day, member = last + 60 * DAY, await mei.member_id()
    care.club.clock.now = now = at(day)
    before = await care.has(mei)
    due = Due(member, f"{last}:1", {"last_day": last, "days": 60, "step": 1})
    use = partial(caring.care_for, rule=WIN_BACK, due=due, day=day, now=now)
    await asyncio.gather(*(care.club.write(use) for _ in range(8)))
    assert len(await rows(care.club, rule="win_back")) == 1
    assert await care.has(mei) == before + 30


# -- what a night reads ------------------------------------------------------------------


async def test_a_night_counts_only_who_was_there_and_again_changes_nothing(
    care: Care, mei: Person
) -> None:
    people = [await care.club.person(f"P{n}").joins() for n in range(5)]
    for number, person in enumerate(people):
        await came(person, [number + 1] * 3)
    day = care.club.clock.now.date() + DAY
    assert await night(care, day, most=2) > 3
    before = [await kept(care, person) for person in people]
    assert all(before)
    assert await care.club.read(lambda work: rhythms.nothing_new(work, day))
    await night(care, day)
    assert [await kept(care, person) for person in people] == before
    seen = await care.club.read(lambda work: work.settings.get(rhythms.SEEN))
    await buys(people[0], 5, "more")
    fresh = await care.club.read(lambda work: work.rhythms.touched(seen, 99))
    assert {member for _, member in fresh} == {await people[0].member_id()}


async def test_changed_rules_change_every_day_but_wake_nobody_who_is_gone_for_long(
    care: Care, mei: Person
) -> None:
    last = await regular(care, mei)
    await night(care, last + DAY)
    await publish(care, days=(30, 90))
    await night(care, last + 2 * DAY)
    rhythm = await kept(care, mei)
    # Twice the usual gap of twenty days is longer than thirty.
    assert rhythm is not None
    assert rhythm.due_day == last + 40 * DAY
    await night(care, last + 45 * DAY)
    rhythm = await kept(care, mei)
    assert rhythm is not None
    assert rhythm.due_day == last + 90 * DAY
    await publish(care, days=(30,))
    await night(care, last + 46 * DAY)
    rhythm = await kept(care, mei)
    assert rhythm is not None
    assert rhythm.due_day is None


async def publish(care: Care, days: tuple[int, ...]) -> None:
    """The club publishes another number of days."""

    def use(work: Work) -> None:
        now = work.programmes.current()
        rules = replace(now.care, rules=(replace(WIN_BACK, days=days),))
        changed = replace(now, version=now.version + 1, care=rules)
        work.programmes.publish(changed, care.club.clock.now, None)

    await care.club.write(use)


def test_it_is_a_promotion() -> None:
    assert (WIN_BACK.purpose, KINDS[WIN_BACK.occasion].own_zones) == ("promotions", True)


@pytest.mark.parametrize("key", ["care.win_back", "care.back_in_stock"])
def test_the_way_out_stands_under_whatever_words_an_operator_finds(key: str) -> None:
    renderer = Renderer(lambda *_: "", lambda _: {"club": "C", "points_word": "points"})
    own = {"texts": {"en": "Come and see us"}, "buttons": [], "picture": ""}
    made = renderer.render(Reply(key, {}, wording=own), "en", "1", 0)
    assert made.text == "Come and see us\n\nNo more offers: /stop"

"""Levels are told as care: by the club's rule, once, and only as long as it is true."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.care_rules import CareRule, Occasion
from domain.standings import Held, Standing
from storage.work import Work
from tests.care.conftest import Care
from tests.levels.support import buys
from tests.support.club import Person
from tests.support.post import rows
from tests.support.threads import offer

AT_RISK = CareRule("risk", Occasion.LEVEL_AT_RISK, late_hours=72)
CHANGED = CareRule("changed", Occasion.LEVEL_CHANGED, late_hours=72)
RULES = (AT_RISK, CHANGED)
DAY = timedelta(days=1)
NOW = date(2026, 5, 20)


def at(day: date, hour: int = 12) -> datetime:
    """An hour in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


async def is_gold(care: Care, person: Person, until: date, **changes: Any) -> None:
    """Somebody who was brought as gold and has bought nothing since."""
    member = await person.member_id()
    since = NOW - timedelta(days=400)
    held = Held("gold", since, until, since, 1)
    kept = Standing(member, held, review_on=NOW + DAY, **changes)

    def keep(work: Work) -> None:
        work.standings.save([kept])
        work.levels.show([(member, "gold", care.club.clock.now)])

    await care.club.write(keep)


async def of_rule(care: Care, rule: str) -> list[tuple[str, str, str]]:
    found = await rows(care.club, rule=rule)
    return [(row["message"]["key"], row["state"], row["reason"]) for row in found]


async def test_a_coming_fall_is_told_by_its_rule_and_not_once_it_is_averted(
    care: Care, mei: Person
) -> None:
    li = await care.club.person("Li").joins()
    for person in (mei, li):
        await is_gold(care, person, until=NOW - 10 * DAY, falls_on=NOW + 20 * DAY)
    await care.until(at(NOW + DAY, 1))
    assert [one[1] for one in await of_rule(care, "risk")] == ["pending"] * 2
    await buys(li, 6000, "enough")
    await care.until(at(NOW + DAY))
    assert await care.got(mei) == ["level.at_risk"]
    assert "level.at_risk" not in await care.got(li)
    assert sorted(await of_rule(care, "risk"))[-1] == ("level.at_risk", "skipped", "nothing_left")
    await care.until(at(NOW + 5 * DAY))
    assert await care.got(mei) == ["level.at_risk"]


async def test_a_fall_is_told_kindly_with_the_way_back(care: Care, mei: Person) -> None:
    await is_gold(care, mei, until=NOW - 40 * DAY, falls_on=NOW + DAY)
    await care.until(at(NOW + DAY))
    assert await of_rule(care, "changed") == [("level.fallen", "sent", "")]
    text = care.channel.journal[-1][2]
    assert "Your level is now" in text
    assert "You are welcome back to Gold" in text


async def test_a_rise_says_what_is_new(care: Care, mei: Person) -> None:
    names = {"zh": "专线", "en": "Own line"}
    await offer(care.club, key="line", names=names, levels=("silver", "gold", "diamond"))
    await buys(mei, 600, "A-1")
    care.club.clock.move(minutes=1)
    await care.worker.drain()
    assert "New and for you alone: Own line." in care.channel.journal[-1][2]
    assert ("level.risen", "sent", "") in await of_rule(care, "changed")


async def test_a_rule_that_is_switched_off_tells_nothing(care: Care, mei: Person) -> None:
    def off(work: Work) -> None:
        now = work.programmes.current()
        rules = tuple(replace(rule, on=False) for rule in now.care.rules)
        changed = replace(now, version=now.version + 1, care=replace(now.care, rules=rules))
        work.programmes.publish(changed, care.club.clock.now, None)

    await care.club.write(off)
    await is_gold(care, mei, until=NOW - 10 * DAY, falls_on=NOW + 20 * DAY)
    await care.until(at(NOW + DAY))
    assert await rows(care.club) == []

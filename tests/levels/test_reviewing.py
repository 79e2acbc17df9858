"""The review of a night, on both databases: who falls when, what is told, and what it costs."""

from dataclasses import replace
from datetime import date, timedelta

from domain.purchases import Line, Order
from services import portraits, purchases, reviewing
from services.booking import Incoming
from services.ports.club import Actor
from services.ports.sales import Claim
from storage.work import Work
from tests.levels.support import (
    DAY,
    buys,
    history,
    kept,
    level,
    night,
    nights,
    publishes,
    returns,
)
from tests.support.club import NOW, Club, Person

TODAY = date(2026, 5, 20)
UNTIL = date(2027, 5, 31)
FALL = date(2027, 7, 1)
ANNA = Actor("Anna")


async def heard(person: Person, key: str) -> list[str]:
    """The texts of that key that wait for the person."""
    return [message.text for message in await person.hears() if message.key == key]


async def test_a_purchase_raises_at_once_and_says_until_when(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 999.99, "A-1")
    assert await level(mei) == "silver"
    await buys(mei, 0.01, "A-2")
    assert await level(mei) == "gold"
    told = await heard(mei, "level.risen")
    assert len(told) == 2
    assert "you are now 🥇 <b>Gold</b>" in told[1]
    assert "until 31 May 2027" in told[1]
    assert await history(mei) == [
        ("joined", "", "member"),
        ("upgraded", "member", "silver"),
        ("upgraded", "silver", "gold"),
    ]


async def test_a_level_runs_out_by_the_night_after_warning_and_grace(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    await nights(club, TODAY + DAY, FALL - DAY)
    assert await level(mei) == "gold"
    [warning] = await heard(mei, "level.at_risk")
    for part in ("You keep 🥇 <b>Gold</b> until 30 Jun 2027", "Spend ¥1,000.00 more",
                 "becomes Silver"):  # fmt: skip
        assert part in warning
    await night(club, FALL)
    assert await level(mei) == "silver"
    [fallen] = await heard(mei, "level.fallen")
    assert "Your level is now 🥈 <b>Silver</b>" in fallen
    assert (await history(mei))[-1] == ("downgraded", "gold", "silver")


async def test_buying_in_grace_keeps_the_level_from_the_next_night_on(club: Club) -> None:
    mei = await club.person(locale="zh-hans").joins()
    await buys(mei, 1000, "A-1")
    await nights(club, TODAY + DAY, UNTIL + DAY)
    assert "为您保留至 <b>2027年6月30日</b>" in (await mei.says("/level")).text
    await buys(mei, 1000, "A-2", date(2027, 6, 10))
    await night(club, date(2027, 6, 11))
    standing = await kept(mei)
    assert standing is not None
    assert (standing.falls_on, standing.held.until) == (None, date(2028, 6, 30))
    [told] = await heard(mei, "level.kept")
    assert "已续期，有效期至 2028年6月30日" in told
    assert (await history(mei))[-1] == ("prolonged", "gold", "gold")


async def test_a_refund_lowers_nothing_before_the_night(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 3000, "A-1")
    await returns(mei, "A-1")
    assert await level(mei) == "diamond"
    await night(club, TODAY + DAY)
    assert await level(mei) == "member"
    assert (await history(mei))[-1] == ("downgraded", "diamond", "member")


async def test_a_partial_refund_to_the_boundary_keeps_the_level(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1200, "A-1")
    await returns(mei, "A-1", 20000)
    await night(club, TODAY + DAY)
    assert await level(mei) == "gold"
    lei = await club.person("Lei").joins()
    await buys(lei, 1200, "A-2")
    await returns(lei, "A-2", 20001)
    await night(club, TODAY + 2 * DAY)
    assert await level(lei) == "silver"


async def test_an_exchange_is_reviewed_once(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    before = await history(mei)
    await returns(mei, "A-1")
    await buys(mei, 1000, "A-2")
    await night(club, TODAY + DAY)
    assert await level(mei) == "gold"
    assert await history(mei) == before


async def test_a_void_purchase_is_reviewed_like_a_refund(club: Club) -> None:
    from services import purchases

    mei = await club.person().joins()
    await buys(mei, 500, "A-1")

    def void(work: Work) -> None:
        found = purchases.find(work, "pos-1", "A-1")
        purchases.void(work, found.id, reason="by mistake", actor=ANNA, now=club.clock())

    await club.write(void)
    assert await level(mei) == "silver"
    await night(club, TODAY + DAY)
    assert await level(mei) == "member"


async def test_a_second_run_of_a_night_changes_nothing(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    await nights(club, TODAY + DAY, FALL)
    seen = (await kept(mei), await history(mei), len(await mei.hears()))
    await night(club, FALL)
    await night(club, FALL)
    assert (await kept(mei), await history(mei), len(await mei.hears())) == seen


async def test_days_of_downtime_are_made_up_for_without_a_sudden_fall(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    await night(club, date(2027, 9, 9))
    assert await level(mei) == "gold"
    assert len(await heard(mei, "level.at_risk")) == 1
    await night(club, date(2027, 10, 9))
    assert await level(mei) == "silver"


async def test_frozen_members_wait_for_the_review_until_they_are_active_again(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    member = await mei.member_id()
    await club.write(lambda w: portraits.freeze(w, member, "check", ANNA, club.clock()))
    await nights(club, TODAY + DAY, FALL + DAY)
    assert await level(mei) == "gold"
    assert await club.read(lambda w: reviewing.nothing_due(w, FALL + DAY))
    await club.write(lambda w: portraits.unfreeze(w, member, "fine", ANNA, club.clock()))
    await night(club, FALL + 2 * DAY)
    standing = await kept(mei)
    assert standing is not None
    assert standing.falls_on == FALL + 2 * DAY + timedelta(days=30)


async def test_leaving_ends_the_history_and_the_reviews(club: Club) -> None:
    from services import erasing

    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    member = await mei.member_id()
    await club.write(lambda w: erasing.erase(w, member, club.clock()))
    steps = await club.read(lambda w: w.levels.changes(member))
    assert (steps[0].event, steps[0].from_level) == ("left", "gold")
    assert await club.read(lambda w: reviewing.nothing_due(w, date(2030, 1, 1)))


async def test_the_night_goes_in_steps_and_on_after_a_stop(club: Club) -> None:
    people = [await club.person(f"P{n}").joins() for n in range(5)]
    for n, person in enumerate(people):
        await buys(person, 1000, f"A-{n}")
        await returns(person, f"A-{n}")
    day = TODAY + DAY
    await club.write(lambda w: reviewing.review_due(w, day, club.clock(), 0, 2))
    fallen = [await level(person) for person in people].count("member")
    assert fallen == 2
    assert await night(club, day, most=2) == 2
    assert [await level(person) for person in people] == ["member"] * 5


async def test_a_changed_ladder_is_walked_once_and_lets_nobody_fall_early(club: Club) -> None:
    mei = await club.person("Mei").joins()
    lei = await club.person("Lei").joins()
    await buys(mei, 1000, "A-1")
    await buys(lei, 150, "A-2")
    rules = club.programme
    silver = rules.levels[1]
    easier = replace(
        silver, conditions=tuple(replace(c, least=c.least // 4) for c in silver.conditions)
    )
    harder = tuple(
        replace(one, conditions=tuple(replace(c, least=c.least * 9) for c in one.conditions))
        for one in rules.levels[2:]
    )
    await night(club, TODAY + DAY)
    changed = replace(rules, version=2, levels=(rules.levels[0], easier, *harder))
    await publishes(club, changed)
    assert not await club.read(lambda w: reviewing.nothing_due(w, TODAY + 2 * DAY))
    assert await night(club, TODAY + 2 * DAY, most=1) >= 3
    assert (await level(mei), await level(lei)) == ("gold", "silver")
    assert await club.read(lambda w: reviewing.nothing_due(w, TODAY + 2 * DAY))
    await nights(club, TODAY + 3 * DAY, FALL)
    assert await level(mei) == "silver"


async def test_rules_that_leave_levels_as_they_were_need_no_walk(club: Club) -> None:
    await club.person().joins()
    await night(club, TODAY + DAY)
    await publishes(club, replace(club.programme, version=2, welcome_points=7))
    assert await club.read(lambda w: reviewing.nothing_due(w, TODAY + 2 * DAY))


async def test_nobody_is_due_who_has_nothing_to_lose(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 10, "A-1")
    assert await kept(mei) is None
    assert await club.read(lambda w: reviewing.nothing_due(w, date(2040, 1, 1)))


async def test_purchases_of_the_past_count_from_the_next_night_on(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1", channel="history")
    assert await level(mei) == "member"
    await night(club, TODAY + DAY)
    assert await level(mei) == "gold"


async def test_purchases_that_waited_or_were_moved_tell_of_the_rise(club: Club) -> None:
    mei, li = await club.person().joins(), await club.person().joins()
    bought = Order("pos-1", "A-1", NOW, "CNY", 20000, (Line(20000),), "")
    waits = Incoming(bought, (Claim("phone", "+8613800138000"),))
    done = await club.write(lambda w: purchases.book(w, waits, club.clock()))
    await mei.shares("+8613800138000")
    assert [one.key for one in await mei.hears()].count("level.risen") == 1
    other, by = await li.member_id(), Actor("cli")
    await club.write(
        lambda w: purchases.move(
            w, done.purchase.id, other, reason="hers", actor=by, now=club.clock()
        )
    )
    assert [one.key for one in await li.hears()] == ["level.risen"]

"""What is about to expire: points with what they buy, vouchers together, told once and truly."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.care_rules import Care as CareRules
from domain.care_rules import CareRule, Occasion
from domain.points import Expiry, ExpiryKind
from services import benefits, cancelling, handing, ledger
from services.care_kinds.points_expiring import reminder
from storage.work import Work
from tests.care.conftest import Care
from tests.support.club import Clock, Club, Person, programme
from tests.support.post import rows
from tests.support.threads import offer

EXPIRING = CareRule("points_expiring", Occasion.POINTS_EXPIRING, days=(30, 7, 1))
VOUCHERS = CareRule("vouchers", Occasion.VOUCHER_EXPIRING, time(10), (7, 1), late_hours=24)
RULES = (EXPIRING, VOUCHERS)
DAY = timedelta(days=1)
LAST = date(2027, 5, 31)  # of the points for joining in May 2026


def at(day: date, hour: int = 12) -> datetime:
    """An hour in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


def text(care: Care) -> str:
    """The last message without its markup."""
    return care.channel.journal[-1][2].replace("<b>", "").replace("</b>", "")


# -- points -----------------------------------------------------------------------------


async def test_it_names_what_the_points_buy_now_and_leads_straight_to_the_best(
    care: Care, mei: Person
) -> None:
    await offer(care.club, key="tea", names={"zh": "茶", "en": "Tea"}, price=30, place=1)
    await offer(care.club, key="cake", names={"zh": "蛋糕", "en": "Cake"}, price=80, place=2)
    await offer(care.club, key="trip", names={"zh": "旅行", "en": "Trip"}, price=9000, place=3)
    await offer(care.club, key="gone", names={"zh": "空", "en": "Gone"}, price=20, stock=0)
    free = {"zh": "礼", "en": "Free"}
    await offer(care.club, key="free", names=free, price=0, place=0)
    await care.begins(at(LAST - 31 * DAY))
    await care.until(at(LAST - 30 * DAY))
    assert "Tea: 30" in text(care)
    assert "Cake: 80 (30 to go)" in text(care)
    assert all(word not in text(care) for word in ("Trip", "Gone", "Free"))
    (row,) = await rows(care.club)
    (first,), _ = row["message"]["rows"]
    tea = next(one["id"] for one in row["message"]["values"]["buys"] if one["price"] == 30)
    assert (first["intent"], first["args"]) == ("benefit.confirm", [str(tea)])


async def test_a_later_reminder_says_that_it_is_one(care: Care, mei: Person) -> None:
    await care.begins(at(LAST - 31 * DAY))
    await care.until(at(LAST - 30 * DAY))
    assert "A friendly reminder: 50" in text(care)
    assert "30 days left" in text(care)
    await care.until(at(LAST - 7 * DAY))
    assert "Just to remind you: 50 of your points can still be used" in text(care)
    await care.until(at(LAST - DAY))
    assert "A last reminder" in text(care)
    assert "tomorrow is the last day" in text(care)


async def test_what_was_never_told_is_not_called_a_second_time(care: Care, mei: Person) -> None:
    await care.begins(at(LAST - 8 * DAY))
    await care.until(at(LAST - 7 * DAY))
    assert "A friendly reminder: 50" in text(care)


async def test_two_parts_of_one_day_are_one_message_and_others_are_left_for_theirs(
    care: Care, mei: Person
) -> None:
    await care.earns(mei, 200, at=at(date(2026, 6, 10)))
    await care.earns(mei, 500, at=at(date(2026, 7, 10)))
    await care.begins(at(LAST - DAY))
    await care.until(at(LAST))  # the last day of one part, thirty days before another's
    assert len(await care.got(mei)) == 1
    assert "Going before that:\n· 31 May 2027: 50" in text(care)
    assert "500" not in text(care)


amounts = st.lists(st.integers(1, 60), min_size=1, max_size=4)
spending = st.lists(st.integers(1, 80), max_size=4)


@pytest.fixture
async def short(database_url: str) -> AsyncIterator[Club]:
    """A club whose points expire after a month, to the day."""
    expiry = Expiry(ExpiryKind.AFTER, months=1)
    rules = replace(programme(), expiry=expiry, care=CareRules((EXPIRING,)))
    club = await Club(database_url, rules, Clock()).open()
    yield club
    await club.close()


async def test_what_is_left_is_counted_lot_by_lot_whatever_was_spent(short: Club) -> None:
    """Spending takes the lot that expires first: the model does the same by hand."""

    @settings(max_examples=12, deadline=None)
    @given(amounts, spending)
    def holds(earned: list[int], spent: list[int]) -> None:
        cases.append((earned, spent))

    cases: list[tuple[list[int], list[int]]] = []
    holds()
    for number, (earned, spent) in enumerate(cases):
        person = await short.person(f"P{number}").joins()
        member = await person.member_id()
        left = await short.write(partial(_live, member=member, earned=earned, spent=spent))
        for days, points in left.items():
            found = await short.read(partial(_told, member=member, days=days))
            assert found == (points or None), (earned, spent, days)


def _live(work: Work, member: int, earned: list[int], spent: list[int]) -> dict[int, int]:
    """Points of one day after the other and purchases with them; what is left of each day."""
    start = at(date(2026, 5, 1))
    _, *_ = work.ledger.lots(member, "points") or [None]
    before = work.ledger.summary(member, "points", start + 9 * DAY).available
    if before:
        once = f"t:{member}:all"
        ledger.spend(work, member, before, key=once, source=("t", 1), now=start + 20 * DAY)
    left = {}
    for day, points in enumerate(earned):
        now, key = start + day * DAY, f"t:{member}:{day}"
        ledger.bonus(work, member, points, key=key, source=("t", 1), now=now)
        left[day] = points
    for number, points in enumerate(spent):
        if points > sum(left.values()):
            continue
        now, key = start + 20 * DAY, f"t:{member}:s{number}"
        ledger.spend(work, member, points, key=key, source=("t", 2), now=now)
        for day in left:
            taken = min(points, left[day])
            left[day] -= taken
            points -= taken
    return left


def _told(work: Work, member: int, days: int) -> int | None:
    last = date(2026, 6, 1 + days)
    values = reminder(work, EXPIRING, member, [last], at(date(2026, 5, 22)))
    return values["due"][0]["points"] if values else None


# -- vouchers ---------------------------------------------------------------------------


async def redeems(care: Care, person: Person, key: str, **changes: Any) -> int:
    """A voucher for nothing that is valid until the day so many days from now; its id."""
    days = changes.pop("valid_days", 20)
    names = {"zh": key, "en": key}
    made = await offer(
        care.club, key=key, names=names, price=0, valid_days=days, cancel_hours=999, **changes
    )
    member, now = await person.member_id(), care.club.clock.now
    done = await care.club.write(
        lambda work: benefits.redeem(work, member, made, key=f"{key}:{member}", now=now)
    )
    return int(done.voucher.id)


async def last_day(care: Care, voucher_id: int) -> date:
    found = await care.club.read(lambda work: work.vouchers.get(voucher_id))
    return (found.expires_at - timedelta(hours=1)).astimezone(UTC).date()


async def test_vouchers_of_one_day_are_one_message_with_a_way_to_them(
    care: Care, mei: Person
) -> None:
    one = await redeems(care, mei, "Coffee")
    await redeems(care, mei, "Cake")
    await redeems(care, mei, "Trip", valid_days=60)
    last = await last_day(care, one)
    await care.begins(at(last - 8 * DAY))
    await care.until(at(last - 7 * DAY, 9))
    assert await care.got(mei) == []
    await care.until(at(last - 7 * DAY, 10))
    assert await care.got(mei) == ["care.voucher_expiring"]
    assert "Coffee" in text(care)
    assert "Cake" in text(care)
    assert "Trip" not in text(care)
    (row,) = await rows(care.club, rule="vouchers")
    assert row["message"]["rows"][0][0]["intent"] == "vouchers"
    await care.until(at(last + 2 * DAY))
    assert len(await care.got(mei)) == 2


async def test_the_button_shows_the_voucher(care: Care, mei: Person) -> None:
    one = await redeems(care, mei, "Coffee")
    await care.begins(at(await last_day(care, one) - 8 * DAY))
    await care.passes(days=1)
    (row,) = await rows(care.club, rule="vouchers")
    ((button,),) = row["message"]["rows"]
    assert (button["intent"], button["args"]) == ("voucher.show", [str(one)])
    assert row["purpose"] == "service"


async def used(care: Care, voucher_id: int) -> None:
    now = care.club.clock.now
    await care.club.write(
        lambda work: work.vouchers.use(voucher_id, f"use:{voucher_id}", now, None, None)
    )


async def test_used_given_back_or_in_a_link_it_is_not_reminded_of(care: Care, mei: Person) -> None:
    one = await redeems(care, mei, "Coffee")
    two = await redeems(care, mei, "Cake")
    three = await redeems(care, mei, "Tea", giftable=True)
    member, day = await mei.member_id(), await last_day(care, one)
    await care.begins(at(day - 8 * DAY))
    await used(care, one)
    now = care.club.clock.now
    await care.club.write(lambda work: cancelling.cancel(work, member, two, now=now))
    await care.club.write(lambda work: handing.offer(work, member, three, now=now))
    await care.passes(days=1)
    assert await rows(care.club, rule="vouchers") == []


async def test_used_between_night_and_morning_nothing_is_sent(care: Care, mei: Person) -> None:
    one = await redeems(care, mei, "Coffee")
    day = await last_day(care, one)
    await care.begins(at(day - 8 * DAY))
    await care.until(at(day - 7 * DAY, 1))
    await used(care, one)
    await care.until(at(day - 7 * DAY))
    assert await care.got(mei) == []
    assert await care.skipped(mei) == ["nothing_left"]

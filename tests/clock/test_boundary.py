"""To the millisecond: what can be used on the last day, from when, and what was never usable."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.care_rules import CareRule, Occasion
from domain.errors import NotEnoughPoints
from domain.points import Expiry, ExpiryKind, Unit
from domain.purchases import Line
from services import expiry, ledger, purchases, transfers
from services.audit import prove
from services.care_kinds import KINDS
from services.ports.club import Actor
from storage.work import Work
from tests.clock.years import ZONES, first_moment, last_day
from tests.purchases.support import member, of, order
from tests.support.club import Clock, Club, programme
from tests.support.databases import MIGRATED

MILLISECOND = timedelta(milliseconds=1)
# The day after the last one begins at one o'clock in some of these zones.
EDGES = {
    "America/Sao_Paulo": date(2018, 11, 3),
    "Africa/Cairo": date(2024, 4, 25),
    "Asia/Beirut": date(2024, 3, 30),
    "America/Santiago": date(2024, 9, 7),
    "America/Havana": date(2024, 11, 2),
    "Europe/Berlin": date(2024, 3, 31),
    "Asia/Shanghai": date(2024, 2, 29),
}


@pytest.mark.parametrize(("zone", "last"), list(EDGES.items()), ids=list(EDGES))
async def test_points_can_be_used_to_the_last_millisecond_of_their_last_day(
    zone: str, last: date, fresh_database: Callable[..., str]
) -> None:
    wall = ZoneInfo(zone)
    policy = Expiry(ExpiryKind.AFTER, days=10)
    rules = replace(
        programme(), zone=zone, expiry=policy, welcome_points=50, opened_on=date(2010, 1, 1)
    )
    earned = datetime.combine(last - timedelta(days=10), datetime.min.time(), wall)
    clock = Clock(earned.replace(hour=12).astimezone(UTC))
    club = await Club(fresh_database("sqlite", MIGRATED), rules, clock).open()
    mei = await club.person("Mei").joins()
    over = first_moment(last + timedelta(days=1), wall)

    clock.now = over - MILLISECOND
    assert "<b>50</b>" in (await mei.says("/points")).text
    clock.now = over
    assert "<b>0</b>" in (await mei.says("/points")).text
    mei_id = await mei.member_id()

    def pay(work: Work, at: datetime) -> None:
        ledger.spend(work, mei_id, 1, key=f"{at}", source=("x", 1), now=at)

    with pytest.raises(NotEnoughPoints):
        await club.write(lambda w: pay(w, over))
    await club.write(lambda w: pay(w, over - MILLISECOND))
    await club.write(lambda w: expiry.expire(w, mei_id, over - MILLISECOND))
    account = await club.read(lambda w: w.ledger.account(mei_id, Unit.POINTS))
    assert account.wallet == 49
    await club.write(lambda w: expiry.expire(w, mei_id, over))
    account = await club.read(lambda w: w.ledger.account(mei_id, Unit.POINTS))
    assert account.wallet == 0
    await club.close()


async def test_pending_points_can_be_used_from_the_first_millisecond_on(club: Club) -> None:
    await _publish(club, pending_days=3, policy=Expiry(ExpiryKind.AFTER, days=10))
    mei = await member(club)
    at = club.clock.now
    await club.write(lambda w: purchases.book(w, of(mei, order("A", at=at)), at, tell=False))
    (lot,) = await club.read(lambda w: w.ledger.lots(mei.id, Unit.POINTS))
    for moment, available in ((lot.active_from - MILLISECOND, 0), (lot.active_from, 100)):
        has = await club.read(lambda w, m=moment: w.ledger.summary(mei.id, Unit.POINTS, m))
        assert (has.available, has.available + has.pending) == (available, 100)


async def test_pending_points_that_expire_first_are_never_usable_and_posted_as_expired(
    club: Club,
) -> None:
    await _publish(club, pending_days=14, policy=Expiry(ExpiryKind.AFTER, days=10))
    mei = await member(club)
    at = club.clock.now
    bought = order("A", Line(10_000), at=at)
    await club.write(lambda w: purchases.book(w, of(mei, bought), at, tell=False))
    (lot,) = await club.read(lambda w: w.ledger.lots(mei.id, Unit.POINTS))
    assert lot.expires_at < lot.active_from
    for moment, pending in ((lot.expires_at - MILLISECOND, 100), (lot.expires_at, 0)):
        has = await club.read(lambda w, m=moment: w.ledger.summary(mei.id, Unit.POINTS, m))
        assert (has.available, has.pending, has.expiring) == (0, pending, ())
    await club.write(lambda w: expiry.expire_due(w, lot.expires_at))
    account = await club.read(lambda w: w.ledger.account(mei.id, Unit.POINTS))
    assert account.wallet == 0
    later = lot.active_from + timedelta(days=1)
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, later))
    assert (has.available, has.pending) == (0, 0)
    await _proved(club)


async def test_what_lasts_longer_goes_to_another_membership_as_it_is(club: Club) -> None:
    sliding = Expiry(ExpiryKind.SLIDING, days=10, extended_by=("purchase",))
    await _publish(club, pending_days=0, policy=sliding)
    one, other = await member(club), await member(club)
    at = club.clock.now
    later = at + timedelta(days=5)
    await club.write(lambda w: ledger.bonus(w, one.id, 50, key="k", source=("x", 1), now=at))
    await club.write(lambda w: expiry.extend(w, w.programmes.current(), one.id, "purchase", later))
    before = await club.read(lambda w: w.ledger.summary(one.id, Unit.POINTS, later).expiring)
    ids = (one.id, other.id)
    await club.write(
        lambda w: transfers.transfer(
            w, ids, Unit.POINTS, key="m", source_id=1, actor=Actor("system"), now=later
        )
    )
    after = await club.read(lambda w: w.ledger.summary(other.id, Unit.POINTS, later).expiring)
    assert before == after
    await _proved(club)


@pytest.mark.parametrize("zone", ZONES)
async def test_reminders_come_on_their_days_before_the_last_one_in_every_zone(
    zone: str, fresh_database: Callable[..., str]
) -> None:
    policy = Expiry(ExpiryKind.AFTER, months=1)
    rules = replace(programme(), zone=zone, expiry=policy, opened_on=date(2010, 1, 1))
    wall = ZoneInfo(zone)
    club = await Club(fresh_database("sqlite", MIGRATED), rules, Clock()).open()
    mei = await member(club)
    expected = set()
    for earned in (date(2024, 1, 31), date(2024, 3, 2), date(2024, 8, 9), date(2024, 10, 4)):
        late = datetime(earned.year, earned.month, earned.day, 23, 59, tzinfo=wall)
        await club.write(
            lambda w, at=late: ledger.bonus(
                w, mei.id, 9, key=f"{at}", source=("x", 1), now=at.astimezone(UTC)
            )
        )
        last = last_day(policy, earned)
        asked = (last - timedelta(days=before) for before in (30, 7, 1))
        expected |= {day for day in asked if day > earned}  # a short month: not there yet
    days = [date(2023, 12, 1) + timedelta(days=number) for number in range(400)]
    rule = CareRule("expiring", Occasion.POINTS_EXPIRING, days=(30, 7, 1))
    due = KINDS[rule.occasion].due
    reminded = await club.read(
        lambda w: {day for day in days if [d.member_id for d in due(w, rule, day, None, 0, 9)]}
    )
    assert reminded == expected
    await club.close()


async def _publish(club: Club, *, pending_days: int, policy: Expiry) -> None:
    def publish(work: Work) -> None:
        current = work.programmes.current()
        earning = replace(current.earning, pending_days=pending_days, groups=())
        changed = replace(current, version=current.version + 1, earning=earning, expiry=policy)
        work.programmes.publish(changed, club.clock.now, None)

    await club.write(publish)


async def _proved(club: Club) -> None:
    proofs = await club.write(lambda w: list(prove(w)))
    assert [proof for proof in proofs if not proof.holds] == []

"""Expiry beside spending and beside itself: whoever is first, every point goes once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotEnoughPoints
from domain.points import Expiry, ExpiryKind, Unit
from services import expiry, ledger
from services.audit import prove
from storage.members import Members
from storage.unit_of_work import Units, open_units
from storage.work import Work
from tests.purchases.support import member
from tests.support.club import NOW, Club, programme
from tests.support.databases import MIGRATED

PEOPLE, EACH = 6, 40
LATER = NOW + timedelta(days=10)
SLIDING = Expiry(ExpiryKind.SLIDING, days=9, extended_by=("purchase",))


@pytest.fixture
async def other(club: Club) -> AsyncIterator[Units]:
    """The units of a second process."""
    units = open_units(club.url, club.shared)
    yield units
    await units.close()


async def _crowd(club: Club) -> list[int]:
    """Members with points that end just before LATER, and as many that do not."""
    ends = LATER - timedelta(minutes=1)
    people = [(await member(club)).id for _ in range(PEOPLE)]
    for one in people:
        for key, until in (("old", ends), ("new", LATER + timedelta(days=99))):
            await club.write(
                lambda w, one=one, key=key, until=until: ledger.bonus(
                    w, one, EACH, key=f"{key}:{one}", source=("x", 1), now=NOW, expires_at=until
                )
            )
    return people


async def _spend(units: Units, one: int, number: int) -> int:
    """Pays one point at a moment when the old ones are over; how many it could pay."""

    def pay(work: Work) -> None:
        ledger.spend(work, one, 1, key=f"{one}:{number}", source=("x", number), now=LATER)

    try:
        await units.write(pay)
    except NotEnoughPoints:
        return 0
    return 1


async def _expire(units: Units) -> None:
    more = True
    while more:
        more = await units.write(lambda work: expiry.expire_due(work, LATER, most=2))


async def _race(club: Club, other: Units, people: list[int]) -> list[int | BaseException | None]:
    """Two processes expire while all spend all that they have; what came of each."""
    spends = [
        _spend(units, one, number)
        for number, units in enumerate([club.units, other] * (EACH // 2 + 2))
        for one in people
    ]
    expire = (_expire(club.units), _expire(other))
    return await asyncio.gather(*expire, *spends, return_exceptions=True)


async def test_expiry_beside_spending_takes_every_point_once(club: Club, other: Units) -> None:
    people = await _crowd(club)
    done = await _race(club, other, people)
    assert Counter(done) == {None: 2, 1: PEOPLE * EACH, 0: PEOPLE * 4}
    for one in people:
        account = await club.read(lambda w, one=one: w.ledger.account(one, Unit.POINTS))
        assert account.wallet == 0
    proofs = await club.write(lambda w: list(prove(w)))
    assert [proof for proof in proofs if not proof.holds] == []


@pytest.mark.postgres
async def test_without_the_members_locks_the_race_goes_wrong(
    fresh_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above guards against: on PostgreSQL nothing else keeps the two apart."""
    club = await Club(fresh_database("postgresql", MIGRATED), programme()).open()
    other = open_units(club.url, club.shared)
    people = await _crowd(club)
    monkeypatch.setattr(Members, "lock", lambda self, member_id: None)
    monkeypatch.setattr(Members, "lock_all", lambda self, member_ids: None)
    done = await _race(club, other, people)
    assert any(isinstance(one, Exception) for one in done)
    await other.close()
    await club.close()


async def test_an_activity_beside_expiry_saves_what_it_finds_alive(
    club: Club, other: Units
) -> None:
    rules = replace(club.programme, version=club.programme.version + 1, expiry=SLIDING)
    await club.write(lambda w: w.programmes.publish(rules, NOW, None))
    people = [(await member(club)).id for _ in range(PEOPLE)]
    for one in people:
        await club.write(
            lambda w, one=one: ledger.bonus(w, one, EACH, key=f"k{one}", source=("x", 1), now=NOW)
        )
    over = (await club.read(lambda w: w.ledger.lots(people[0], Unit.POINTS)))[0].expires_at
    alive = over - timedelta(milliseconds=1)

    def act(work: Work, one: int) -> None:
        work.members.lock(one)
        expiry.extend(work, rules, one, "purchase", alive)

    acts = [other.write(lambda w, one=one: act(w, one)) for one in people]
    expire = [club.write(lambda w: expiry.expire_due(w, over, most=2)) for _ in people]
    await asyncio.gather(*acts, *expire)
    for one in people:
        account, has = await club.read(
            lambda w, one=one: (
                w.ledger.account(one, Unit.POINTS),
                w.ledger.summary(one, Unit.POINTS, over),
            )
        )
        assert (account.wallet, has.available) in ((0, 0), (EACH, EACH))
    proofs = await club.write(lambda w: list(prove(w)))
    assert [proof for proof in proofs if not proof.holds] == []

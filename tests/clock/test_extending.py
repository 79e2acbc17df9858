"""Sliding expiry and switching expiry on: who gets a later date, when, and that it is proved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from domain.benefits import Benefit
from domain.points import Expiry, ExpiryKind, Unit
from domain.programme import Programme
from domain.purchases import Line
from scheduler.due import run_due
from services import benefits, expiry, ledger, purchases
from services.audit import prove
from services.booking import book_all
from storage.work import Work
from tests.purchases.support import member, of, order
from tests.support.club import NOW, Club

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 5, 19, 16, tzinfo=UTC)  # the 20th begins in Shanghai
SLIDING = Expiry(ExpiryKind.SLIDING, days=30, extended_by=("purchase", "redemption"))
NEVER = Expiry()


async def publishes(club: Club, policy: Expiry, at: datetime = NOW) -> Programme:
    """The club's newest rules, with another expiry."""

    def publish(work: Work) -> Programme:
        current = work.programmes.current()
        changed = replace(current, version=current.version + 1, expiry=policy)
        work.programmes.publish(changed, at, None)
        return changed

    done = await club.write(publish)
    assert isinstance(done, Programme)
    return done


async def earns(club: Club, member_id: int, points: int, at: datetime) -> None:
    await club.write(
        lambda w: ledger.bonus(
            w, member_id, points, key=f"{member_id}:{at}", source=("x", 1), now=at
        )
    )


async def ends(club: Club, member_id: int, now: datetime) -> list[tuple[int, datetime]]:
    """What expires when, as /points shows it."""
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, now))
    return [(part.amount, part.at) for part in has.expiring]


async def proved(club: Club) -> None:
    proofs = await club.write(lambda w: list(prove(w)))
    assert [proof for proof in proofs if not proof.holds] == []


async def extensions(club: Club) -> list[tuple[Any, ...]]:
    asked = "SELECT member_id, unit, kind FROM expiry_extensions ORDER BY id"
    return [tuple(row) for row in await club.read(lambda w: w.db.exec_driver_sql(asked).all())]


async def test_an_activity_lets_all_points_last_as_if_earned_then(club: Club) -> None:
    rules = await publishes(club, SLIDING)
    mei, other = await member(club), await member(club)
    for one in (mei, other):
        await earns(club, one.id, 50, NOW)
        await earns(club, one.id, 7, NOW + 10 * DAY)
    at = NOW + 20 * DAY
    await club.write(lambda w: expiry.extend(w, rules, mei.id, "purchase", at))
    assert await ends(club, mei.id, at) == [(57, MIDNIGHT + 51 * DAY)]
    assert [points for points, _ in await ends(club, other.id, at)] == [50, 7]
    assert await extensions(club) == [(mei.id, "points", "purchase")]
    await proved(club)


async def test_an_activity_of_another_kind_extends_nothing(club: Club) -> None:
    rules = await publishes(club, SLIDING)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    await club.write(lambda w: expiry.extend(w, rules, mei.id, "checkin", NOW + 20 * DAY))
    assert await ends(club, mei.id, NOW) == [(50, MIDNIGHT + 31 * DAY)]
    assert await extensions(club) == []


async def test_nothing_is_recorded_where_nothing_lasts_longer(club: Club) -> None:
    rules = await publishes(club, SLIDING)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    for _ in range(2):
        await club.write(lambda w: expiry.extend(w, rules, mei.id, "purchase", NOW + DAY))
    assert len(await extensions(club)) == 1


async def test_what_has_expired_does_not_come_back(club: Club) -> None:
    rules = await publishes(club, SLIDING)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    over = MIDNIGHT + 31 * DAY
    just_before = over - timedelta(milliseconds=1)
    await club.write(lambda w: expiry.extend(w, rules, mei.id, "purchase", over))
    assert await ends(club, mei.id, just_before) == [(50, over)]
    assert await extensions(club) == []
    await club.write(lambda w: expiry.extend(w, rules, mei.id, "purchase", just_before))
    assert await ends(club, mei.id, just_before) == [(50, over + 30 * DAY)]


async def test_a_purchase_extends_and_points_shows_it_at_once(club: Club) -> None:
    await publishes(club, SLIDING)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    later = NOW + 25 * DAY
    bought = order("A-1", Line(10000), at=later - timedelta(hours=1))
    await club.write(lambda w: purchases.book(w, of(mei, bought), later, tell=False))
    assert [at for _, at in await ends(club, mei.id, later)] == [MIDNIGHT + 56 * DAY]
    await proved(club)


async def test_a_purchase_told_late_does_not_bring_back_what_has_expired(club: Club) -> None:
    await publishes(club, SLIDING)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    bought = order("A-1", Line(10000), at=NOW + 30 * DAY)
    told = NOW + 32 * DAY
    await club.write(lambda w: purchases.book(w, of(mei, bought), told, tell=False))
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, told))
    assert has.available == 100
    await proved(club)


async def test_imported_history_extends_as_of_its_own_days(club: Club) -> None:
    await publishes(club, SLIDING)
    mei = await member(club, joined_at=NOW - 100 * DAY)
    history = [
        replace(of(mei, order(f"A-{day}", Line(10000), at=NOW - day * DAY)), channel="import")
        for day in (90, 65, 40, 15)
    ]
    await club.write(lambda w: book_all(w, history, NOW, strict=False))
    assert await ends(club, mei.id, NOW) == [(400, MIDNIGHT + 16 * DAY)]
    broken = replace(of(mei, order("A-0", Line(10000), at=NOW + 60 * DAY)), channel="import")
    later = NOW + 61 * DAY
    await club.write(lambda w: book_all(w, [broken], later, strict=False))
    assert [points for points, _ in await ends(club, mei.id, later)] == [100]
    await proved(club)


async def test_a_redemption_extends_what_is_left_and_what_it_took(club: Club) -> None:
    await publishes(club, SLIDING)
    mei = await member(club, charter_version=club.programme.charter.version)
    await earns(club, mei.id, 50, NOW)
    cake = Benefit(1, "cake", "gift", {"en": "Cake"}, 20, 30)
    later = NOW + 20 * DAY

    def redeem(work: Work) -> None:
        work.benefits.save(cake, "h", NOW)
        (saved,) = work.benefits.all()
        benefits.redeem(work, mei.id, saved.id, key="k", now=later)

    await club.write(redeem)
    assert await ends(club, mei.id, later) == [(30, MIDNIGHT + 51 * DAY)]
    paid = await club.read(lambda w: w.ledger.by_key("redeem:k"))
    after = NOW + 45 * DAY
    await club.write(lambda w: ledger.give_back(w, paid[0].id, key="back", now=after))
    assert await ends(club, mei.id, after) == [(50, MIDNIGHT + 51 * DAY)]
    await proved(club)


async def test_an_expiry_that_nothing_backs_is_named_by_the_audit(club: Club) -> None:
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    await club.write(
        lambda w: w.db.exec_driver_sql("UPDATE lots SET expires_at = expires_at + 86400000")
    )
    proofs = await club.write(lambda w: list(prove(w)))
    assert [proof.name for proof in proofs if not proof.holds] == [
        "every lot expires when it was posted to or as an extension says"
    ]


@pytest.mark.parametrize(
    "change", ["UPDATE expiry_extensions SET until = 1", "DELETE FROM expiry_extensions"]
)
async def test_an_extension_is_for_ever(club: Club, change: str) -> None:
    rules = await publishes(club, SLIDING)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    await club.write(lambda w: expiry.extend(w, rules, mei.id, "purchase", NOW + DAY))
    with pytest.raises(DBAPIError, match="append-only"):
        await club.write(lambda w: w.db.exec_driver_sql(change))


# -- switched on ------------------------------------------------------------------------

YEAR = Expiry(ExpiryKind.AFTER, months=12)


@pytest.mark.parametrize(
    ("policy", "last"),
    [
        (YEAR, datetime(2027, 6, 1, 16, tzinfo=UTC)),
        (Expiry(ExpiryKind.AFTER, days=90), datetime(2026, 8, 30, 16, tzinfo=UTC)),
        (replace(SLIDING, days=60), datetime(2026, 7, 31, 16, tzinfo=UTC)),
        # The 30th of June is near: that would be no full period.
        (Expiry(ExpiryKind.YEARLY, month=6, day=30), datetime(2027, 6, 30, 16, tzinfo=UTC)),
    ],
)
async def test_switching_expiry_on_gives_everybody_a_full_period(
    club: Club, policy: Expiry, last: datetime
) -> None:
    await publishes(club, NEVER)
    people = [(await member(club)).id for _ in range(3)]
    for one in people:
        await earns(club, one, 50, NOW)
    switched = datetime(2026, 6, 1, 4, tzinfo=UTC)
    await publishes(club, policy, switched)
    assert [await ends(club, one, switched) for one in people] == [[], [], []]
    # The work can be cut anywhere, and comes on any later day.
    late = switched + 5 * DAY
    assert await club.write(lambda w: expiry.switch_on(w, late, 2)) is True
    assert await club.write(lambda w: expiry.switch_on(w, late + DAY, 2)) is False
    assert [await ends(club, one, late) for one in people] == [[(50, last)]] * 3
    assert await extensions(club) == [(None, "points", "switch_on")]
    assert await club.read(expiry.nothing_endless)
    await proved(club)


async def test_switching_on_is_counted_from_the_first_version_with_expiry(club: Club) -> None:
    await publishes(club, NEVER)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    await publishes(club, YEAR, NOW + DAY)
    await publishes(club, YEAR, NOW + 30 * DAY)
    await club.write(lambda w: expiry.switch_on(w, NOW + 31 * DAY, 10))
    assert await ends(club, mei.id, NOW) == [(50, datetime(2027, 5, 21, 16, tzinfo=UTC))]


async def test_a_club_without_expiry_and_growth_value_stay_as_they_are(club: Club) -> None:
    await publishes(club, NEVER)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    assert await club.write(lambda w: expiry.switch_on(w, NOW, 10)) is False
    await publishes(club, YEAR)
    await club.write(
        lambda w: ledger.bonus(w, mei.id, 9, key="g", source=("x", 1), now=NOW, unit=Unit.GROWTH)
    )
    await club.write(lambda w: expiry.switch_on(w, NOW, 10))
    growth = await club.read(lambda w: w.ledger.lots(mei.id, Unit.GROWTH))
    assert [lot.expires_at for lot in growth] == [None]


async def test_what_comes_back_after_the_period_lasts_as_returned_points_do(club: Club) -> None:
    await publishes(club, NEVER)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    paid = await club.write(
        lambda w: ledger.spend(w, mei.id, 50, key="s", source=("x", 1), now=NOW)
    )
    await publishes(club, Expiry(ExpiryKind.AFTER, days=30), NOW)
    back = NOW + 100 * DAY
    await club.write(lambda w: ledger.give_back(w, paid.id, key="b", now=back))
    await club.write(lambda w: expiry.switch_on(w, back, 10))
    assert await ends(club, mei.id, back) == [(50, MIDNIGHT + 131 * DAY)]
    await proved(club)


async def test_the_night_gives_the_expiry_before_it_expires_anything(club: Club) -> None:
    await publishes(club, NEVER)
    mei = await member(club)
    await earns(club, mei.id, 50, NOW)
    await run_due(club.units, NOW)
    await publishes(club, Expiry(ExpiryKind.AFTER, days=10), NOW)
    await run_due(club.units, NOW + 9 * DAY, moved=True)
    assert await ends(club, mei.id, NOW + 9 * DAY) == [(50, MIDNIGHT + 11 * DAY)]
    await run_due(club.units, NOW + 12 * DAY, moved=True)
    account = await club.read(lambda w: w.ledger.account(mei.id, Unit.POINTS))
    assert (account.wallet, account.seq) == (0, 2)
    await proved(club)

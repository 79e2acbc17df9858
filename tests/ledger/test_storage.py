"""The ledger on both databases: what is booked is read back, once per key, append-only."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.errors import KeyConflict, MemberFrozen, NotEnoughPoints
from domain.ledger import GENESIS, Kind, broken_link
from domain.members import Member, MemberState
from domain.points import Unit
from services import expiry, joining, ledger
from storage.work import Work
from tests.support.club import NOW, Club


async def member(club: Club) -> int:
    def add(work: Work) -> int:
        new = Member(work.random_id(), "", MemberState.ACTIVE, "member", NOW)
        return joining.add_member(work, new).id

    found = await club.write(add)
    assert isinstance(found, int)
    return found


async def test_points_given_are_available_and_expire_at_the_month_end(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei, 50, key="a", source=("welcome", 1), now=NOW))
    has = await club.read(lambda w: w.ledger.summary(mei, Unit.POINTS, NOW))
    assert (has.available, has.pending, has.held, has.debt, has.lifetime) == (50, 0, 0, 0, 50)
    assert has.expires_next == datetime(2027, 5, 31, 16, tzinfo=UTC)
    assert has.expiring_next == 50
    late = await club.read(lambda w: w.ledger.summary(mei, Unit.POINTS, has.expires_next))
    assert late.available == 0


async def test_nobody_has_nothing(club: Club) -> None:
    has = await club.read(lambda w: w.ledger.summary(1, Unit.POINTS, NOW))
    assert (has.available, has.expires_next) == (0, None)


async def test_one_key_has_one_effect(club: Club) -> None:
    mei = await member(club)

    def give(work: Work, points: int = 20) -> int:
        booked = ledger.bonus(work, mei, points, key="k", source=("profile", "name"), now=NOW)
        assert booked
        return booked.id

    assert await club.write(give) == await club.write(give)
    with pytest.raises(KeyConflict):
        await club.write(lambda w: give(w, 21))
    has = await club.read(lambda w: w.ledger.summary(mei, Unit.POINTS, NOW))
    assert has.available == 20


async def test_the_same_key_at_the_same_moment_has_one_effect(club: Club) -> None:
    mei = await member(club)

    def give(work: Work) -> None:
        ledger.bonus(work, mei, 7, key="together", source=("survey", 1), now=NOW)

    await asyncio.gather(*(club.write(give) for _ in range(10)))
    has = await club.read(lambda w: w.ledger.summary(mei, Unit.POINTS, NOW))
    assert has.available == 7


async def test_a_payment_returns_to_its_lots(club: Club) -> None:
    mei = await member(club)
    for number in range(3):
        at = NOW + timedelta(days=31 * number)
        await club.write(
            lambda w, n=number, at=at: ledger.bonus(
                w, mei, 40, key=f"b{n}", source=("survey", n), now=at
            )
        )
    now = NOW + timedelta(days=70)
    paid = await club.write(
        lambda w: ledger.spend(w, mei, 60, key="p", source=("benefit", 1), now=now)
    )
    assert [take.amount for take in paid.takes] == [40, 20]
    has = await club.read(lambda w: w.ledger.summary(mei, Unit.POINTS, now))
    assert has.available == 60
    before = await club.read(lambda w: w.ledger.lots(mei, Unit.POINTS))
    await club.write(lambda w: ledger.give_back(w, paid.id, key="r", now=now))
    after = await club.read(lambda w: w.ledger.lots(mei, Unit.POINTS))
    assert len(before) == 2
    assert sorted(lot.left for lot in after) == [40, 40, 40]


async def test_more_than_there_is_cannot_be_paid(club: Club) -> None:
    mei = await member(club)
    with pytest.raises(NotEnoughPoints) as refused:
        await club.write(
            lambda w: ledger.spend(w, mei, 60, key="p", source=("benefit", 1), now=NOW)
        )
    assert refused.value.data() == {"have": 0, "price": 60, "missing": 60, "unit": "points"}


async def test_two_payments_at_once_never_spend_a_point_twice(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei, 100, key="a", source=("x", 1), now=NOW))

    async def pay(number: int) -> bool:
        try:
            await club.write(
                lambda w: ledger.spend(
                    w, mei, 30, key=f"p{number}", source=("benefit", number), now=NOW
                )
            )
        except NotEnoughPoints:
            return False
        return True

    assert sum(await asyncio.gather(*map(pay, range(8)))) == 3
    has = await club.read(lambda w: w.ledger.summary(mei, Unit.POINTS, NOW))
    assert has.available == 10


async def test_the_clock_expires_and_the_job_posts_it(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei, 50, key="a", source=("x", 1), now=NOW))
    later = NOW + timedelta(days=400)
    assert await club.write(lambda w: expiry.expire_due(w, later, most=1)) is True
    assert await club.write(lambda w: expiry.expire_due(w, later, most=1)) is False
    account = await club.read(lambda w: w.ledger.account(mei, Unit.POINTS))
    assert (account.wallet, account.seq, account.lifetime) == (0, 2, 50)


async def test_the_chain_holds_when_read_back(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei, 50, key="a", source=("x", 1), now=NOW))
    await club.write(lambda w: ledger.spend(w, mei, 20, key="b", source=("y", 1), now=NOW))

    def read(work: Work) -> object:
        rows = work.ledger.history(mei, Unit.POINTS, None, 10)
        postings = [work.ledger.posting(row.posting_id) for row in reversed(rows)]
        assert [p.kind for p in postings] == [Kind.BONUS, Kind.SPENT]
        assert postings[0].previous_hash == GENESIS
        return broken_link(postings, work.ledger.account(mei, Unit.POINTS).head)

    assert await club.read(read) is None


async def test_history_pages_from_the_newest(club: Club) -> None:
    mei = await member(club)
    for n in range(5):
        await club.write(
            lambda w, n=n: ledger.bonus(w, mei, n + 1, key=f"a{n}", source=("x", n), now=NOW)
        )
    first = await club.read(lambda w: w.ledger.history(mei, Unit.POINTS, None, 3))
    rest = await club.read(lambda w: w.ledger.history(mei, Unit.POINTS, first[-1].posting_id, 3))
    assert [row.amount for row in [*first, *rest]] == [5, 4, 3, 2, 1]
    assert sum(share.points for share in first[0].explanation) == first[0].amount


async def test_a_frozen_member_neither_earns_nor_spends(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: w.members.change(mei, state=MemberState.FROZEN))
    with pytest.raises(MemberFrozen):
        await club.write(lambda w: ledger.bonus(w, mei, 5, key="a", source=("x", 1), now=NOW))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE postings SET amount = 1",
        "DELETE FROM postings",
        "UPDATE lot_moves SET amount = 1",
    ],
)
async def test_the_database_refuses_to_change_what_is_posted(club: Club, statement: str) -> None:
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei, 5, key="a", source=("x", 1), now=NOW))
    await club.write(lambda w: ledger.spend(w, mei, 5, key="b", source=("x", 1), now=NOW))
    with pytest.raises(DBAPIError, match="append-only"):
        await club.write(lambda w: w.db.exec_driver_sql(statement))


async def test_the_database_refuses_a_posting_whose_legs_do_not_sum_to_zero(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei, 5, key="a", source=("x", 1), now=NOW))
    with pytest.raises(IntegrityError, match="double_entry"):
        await club.write(_post_one_sided)


def _post_one_sided(work: Work) -> None:
    for statement in (
        "CREATE TEMPORARY TABLE more AS SELECT * FROM postings",
        "UPDATE more SET id = id + 1, key = 'b', seq = 2, wallet = wallet + 1",
        "INSERT INTO postings SELECT * FROM more",
    ):
        work.db.exec_driver_sql(statement)

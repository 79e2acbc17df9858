"""Without its guard each of these races goes wrong; with it none does."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from domain.errors import AdjustmentOverLimit, NotEnoughPoints
from domain.points import Unit
from services import expiry, ledger
from services.adjustments import adjust
from services.audit import prove
from services.ports.club import Actor, Operator
from storage.adjustments import Adjustments
from storage.members import Members
from storage.unit_of_work import PostgresUnits
from storage.work import Work
from tests.purchases.support import member
from tests.support.club import NOW, Club

CLERK = Actor("Li", staff_id=9)


async def _spend_at_once(club: Club, member_id: int, times: int) -> list[BaseException | None]:
    async def pay(number: int) -> None:
        await club.write(
            lambda w: ledger.spend(
                w, member_id, 30, key=f"p{number}", source=("benefit", number), now=NOW
            )
        )

    done = await asyncio.gather(*map(pay, range(times)), return_exceptions=True)
    return [one if isinstance(one, BaseException) else None for one in done]


async def test_without_the_members_lock_payments_collide(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account's numbers are UNIQUE, so even then no point is spent twice."""
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei.id, 1000, key="a", source=("x", 1), now=NOW))
    monkeypatch.setattr(Members, "lock", lambda self, member_id: None)
    failed = [one for one in await _spend_at_once(club, mei.id, 12) if one]
    if isinstance(club.units, PostgresUnits):
        assert failed
        assert all(isinstance(one, IntegrityError) for one in failed)
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert has.available == 1000 - 30 * (12 - len(failed))


async def test_with_the_members_lock_all_payments_go_through(club: Club) -> None:
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei.id, 1000, key="a", source=("x", 1), now=NOW))
    assert await _spend_at_once(club, mei.id, 12) == [None] * 12


async def _adjust_at_once(club: Club) -> int:
    """How many points an operator with a limit of 5,000 can give in six tries at one moment."""
    operator = Operator(9, "Li", "operator", None, None, True)
    await club.write(lambda w: w.staff.add(operator, NOW))
    members = [await member(club) for _ in range(6)]

    async def give(number: int) -> int:
        try:
            await club.write(
                lambda w: adjust(
                    w,
                    members[number].id,
                    2000,
                    reason="goodwill",
                    key=f"g{number}",
                    actor=CLERK,
                    now=NOW,
                )
            )
        except AdjustmentOverLimit:
            return 0
        return 2000

    return sum(await asyncio.gather(*map(give, range(6))))


async def test_the_daily_limit_holds_at_one_moment(club: Club) -> None:
    assert await _adjust_at_once(club) == 4000


_take = Adjustments.take


def _look_then_take(self: Adjustments, who: str, day: date, points: int, limit: int) -> bool:
    """The guard taken apart: whoever looks at the same moment sees the same."""
    if self.used(who, day) + points > limit:
        return False
    return _take(self, who, day, points, 10**9)


async def test_without_the_conditional_update_the_limit_would_be_passed(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Adjustments, "take", _look_then_take)
    given_ = await _adjust_at_once(club)
    if isinstance(club.units, PostgresUnits):
        assert given_ > 4000
    else:
        assert given_ == 4000  # SQLite's writer is alone


# -- anything, in any order -------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.sampled_from(["bonus", "spend", "back", "expire", "again"]),
        st.integers(1, 200),
        st.integers(0, 500),
    ),
    max_size=12,
)


class _Undo(Exception):
    """Ends a unit without keeping anything."""


@settings(max_examples=25)
@given(steps=steps)
async def test_whatever_is_booked_the_audit_holds(
    club: Club, steps: list[tuple[str, int, int]]
) -> None:
    mei = await member(club)

    def book(work: Work) -> None:
        expected = _play(work, mei.id, steps)
        account = work.ledger.account(mei.id, Unit.POINTS)
        assert account.wallet == expected
        assert [proof for proof in prove_here(work) if not proof.holds] == []
        raise _Undo

    with pytest.raises(_Undo):
        await club.write(book)


def prove_here(work: Work) -> Iterator[object]:
    """The audit in the middle of a unit, where its snapshot cannot be asked for."""
    work.proofs.snapshot = lambda: None  # type: ignore[method-assign]
    return prove(work)  # type: ignore[return-value]


def _play(work: Work, member_id: int, steps: list[tuple[str, int, int]]) -> int:
    """Books the steps; a plain number keeps count of what must be in the wallet."""
    wallet, now, paid = 0, NOW, []
    for number, (step, amount, days) in enumerate(steps):
        now += timedelta(days=days)
        key = f"{member_id}-{number}"
        if step == "bonus":
            ledger.bonus(work, member_id, amount, key=key, source=("x", number), now=now)
            wallet += amount
        elif step == "again" and number:
            work.ledger.by_key(f"{member_id}-{number - 1}")
        elif step == "spend":
            try:
                posting = ledger.spend(
                    work, member_id, amount, key=key, source=("y", number), now=now
                )
            except NotEnoughPoints:
                continue
            wallet -= amount
            paid.append(posting)
        elif step == "back" and paid:
            posting = paid.pop()
            ledger.give_back(work, posting.id, key=key, now=now)
            wallet -= posting.amount
        elif step == "expire":
            gone = expiry.expire(work, member_id, now)
            wallet += gone.amount if gone else 0
    return wallet

"""Lots: what is taken first, what comes back, what expires when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotEnoughPoints
from domain.points import (
    Expiry,
    ExpiryKind,
    Lot,
    Take,
    apply,
    balance,
    day_before,
    expired,
    expires_at,
    last_day,
    restore,
    spend,
)
from tests.domain.strategies import START, lots, moments

NOW = START + timedelta(days=100)


def lot(number: int, left: int, ends: int | None, begins: int = 0) -> Lot:
    begin = START + timedelta(days=begins)
    expires = START + timedelta(days=ends) if ends is not None else None
    return Lot(number, 1, "points", left, left, begin, expires, begin, "x", "", 1, number)


def test_soonest_expiring_is_taken_first_then_the_oldest_and_never_expiring_last() -> None:
    mine = [lot(1, 10, None), lot(2, 10, 300, 20), lot(3, 10, 300, 10), lot(4, 10, 200, 30)]
    assert [take.lot_id for take in spend(mine, 40, NOW)] == [4, 3, 2, 1]
    assert spend(mine, 25, NOW)[-1] == Take(2, 5)


def test_pending_and_expired_lots_cannot_be_spent() -> None:
    mine = [lot(1, 10, 100), lot(2, 10, None, 101), lot(3, 10, 101)]
    assert spend(mine, 10, NOW) == (Take(3, 10),)
    with pytest.raises(NotEnoughPoints) as refused:
        spend(mine, 11, NOW)
    assert (refused.value.have, refused.value.missing) == (10, 1)


def test_a_debt_is_not_spendable() -> None:
    with pytest.raises(NotEnoughPoints) as refused:
        spend([lot(1, 50, None)], 40, NOW, debt=20)
    assert refused.value.have == 30


@given(lots(), st.integers(1, 2000), moments)
def test_spending_takes_exactly_the_price_and_nothing_else(
    mine: list[Lot], price: int, now: datetime
) -> None:
    before = balance(mine, now)
    if before.available < price:
        with pytest.raises(NotEnoughPoints) as refused:
            spend(mine, price, now)
        assert refused.value.have == before.available
        return
    takes = spend(mine, price, now)
    after = balance(apply(mine, takes), now)
    assert sum(take.amount for take in takes) == price
    assert before.available - after.available == price
    assert before.pending == after.pending


@given(lots(), moments, st.integers(0, 400))
def test_what_is_restored_is_worth_what_was_taken(
    mine: list[Lot], now: datetime, later: int
) -> None:
    have = balance(mine, now).available
    if not have:
        return
    takes = spend(mine, have, now)
    then = now + timedelta(days=later)
    ids = iter(range(1000, 2000))
    by_id = {one.id: one for one in apply(mine, takes)}
    back = restore(takes, by_id, then, then + timedelta(days=30), lambda: next(ids), 77)
    restored = apply(by_id.values(), back.takes) + list(back.lots)
    assert sum(one.left for one in restored) == sum(one.left for one in mine)
    assert all(not by_id[take.lot_id].is_expired(then) for take in back.takes)
    assert all(one.expires_at == then + timedelta(days=30) for one in back.lots)


@given(lots(), moments)
def test_the_balance_follows_the_clock(mine: list[Lot], now: datetime) -> None:
    has = balance(mine, now)
    gone = sum(take.amount for take in expired(mine, now))
    assert has.available + has.pending + gone == sum(one.left for one in mine)
    assert sum(part.amount for part in has.expiring) <= has.available
    assert list(has.expiring) == sorted(has.expiring, key=lambda part: part.at)
    if has.next_expiry:
        late = balance(mine, has.next_expiry.at)
        assert late.available <= has.available + has.pending - has.next_expiry.amount


def test_a_lot_is_never_overdrawn() -> None:
    one = lot(1, 10, None)
    with pytest.raises(ValueError, match="would hold"):
        apply([one], [Take(1, 11)])
    with pytest.raises(ValueError, match="would hold"):
        apply([replace(one, left=5)], [Take(1, -6)])


@pytest.mark.parametrize(
    ("policy", "earned", "expected"),
    [
        (Expiry(), date(2026, 1, 31), None),
        (Expiry(ExpiryKind.AFTER, months=1), date(2026, 1, 31), date(2026, 2, 28)),
        (Expiry(ExpiryKind.AFTER, days=30), date(2026, 1, 31), date(2026, 3, 2)),
        (Expiry(ExpiryKind.AFTER, months=12, round_up="month"), date(2026, 1, 31),
         date(2027, 1, 31)),
        (Expiry(ExpiryKind.AFTER, months=12, round_up="quarter"), date(2026, 5, 20),
         date(2027, 6, 30)),
        (Expiry(ExpiryKind.AFTER, months=1, round_up="year"), date(2026, 12, 31),
         date(2027, 12, 31)),
        (Expiry(ExpiryKind.YEARLY), date(2026, 12, 31), date(2026, 12, 31)),
        (Expiry(ExpiryKind.YEARLY, month=3, day=31), date(2026, 4, 1), date(2027, 3, 31)),
        (Expiry(ExpiryKind.YEARLY, at_least_months=12), date(2026, 1, 1), date(2027, 12, 31)),
        (Expiry(ExpiryKind.YEARLY, month=2, day=31), date(2028, 1, 1), date(2028, 2, 29)),
    ],
)  # fmt: skip
def test_the_last_day_follows_the_policy(
    policy: Expiry, earned: date, expected: date | None
) -> None:
    assert last_day(policy, earned) == expected


def test_the_last_day_is_inclusive_in_the_programmes_zone() -> None:
    policy = Expiry(ExpiryKind.AFTER, days=1)
    ends = expires_at(policy, datetime(2026, 1, 30, 16, tzinfo=UTC), "Asia/Shanghai")
    assert ends == datetime(2026, 2, 1, 16, tzinfo=UTC)
    assert day_before(ends, "Asia/Shanghai") == date(2026, 2, 1)


def test_sliding_expiry_begins_like_expiry_after_earning() -> None:
    policy = Expiry(ExpiryKind.SLIDING, months=1, extended_by=("purchase",))
    assert last_day(policy, date(2026, 1, 31)) == date(2026, 2, 28)

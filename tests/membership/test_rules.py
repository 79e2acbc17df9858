"""Properties of merging and leaving: nothing is made or lost, whatever the amounts."""

from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from domain import bookings, closing, merging
from domain.ledger import DEBT, EXPIRED, TRANSFER, Account, Entry
from domain.members import Member, MemberState
from domain.points import Lot

NOW = datetime(2026, 5, 20, tzinfo=UTC)
amounts = st.lists(st.integers(0, 10**9), max_size=8)
small = st.integers(0, 10**9)


def entry(key: str) -> Entry:
    return Entry(1, key, NOW, "test", "1")


def holdings(parts: list[int], debt: int = 0, held: int = 0) -> tuple[Account, list[Lot]]:
    """An account and its lots, some expiring, some pending."""
    lots = [
        Lot(
            at,
            1,
            "points",
            left + at,
            left,
            NOW + timedelta(days=at - 2),
            until,
            NOW,
            "t",
            "",
            1,
            9,
        )
        for at, left in enumerate(parts)
        for until in [None if at % 2 else NOW + timedelta(days=30 * at + 1)]
    ]
    return Account(1, "points", sum(parts), held, debt), lots


@given(amounts, small)
def test_a_transfer_moves_everything_and_sums_to_zero(parts: list[int], debt: int) -> None:
    account, lots = holdings(parts, debt)
    out = bookings.transfer_out(account, entry("out"), lots)
    kept = Account(2, "points", 7, 0, 3)
    ids = count(100)
    by_id = {lot.id: lot for lot in lots}
    into = bookings.transfer_in(kept, entry("in"), out.posting, by_id, lambda: next(ids))
    assert (out.account.wallet, out.account.debt) == (0, 0)
    assert (into.account.wallet, into.account.debt) == (7 + sum(parts), 3 + debt)
    between = [
        leg.amount for p in (out, into) for leg in p.posting.legs if leg.account == TRANSFER
    ]
    assert sum(between) == 0
    ends = {lot.expires_at for lot in lots if lot.left}
    assert {lot.expires_at for lot in into.posting.lots_made} == ends


@given(amounts, small, st.data())
def test_the_way_back_returns_what_is_left(
    parts: list[int], debt: int, data: st.DataObject
) -> None:
    account, lots = holdings(parts, debt)
    owed = data.draw(st.integers(0, debt))
    back = merging.transfer_back(account, entry("back"), lots, owed)
    assert (back.account.wallet, back.account.debt) == (0, debt - owed)
    assert back.posting.amount == owed - sum(parts)
    assert sum(leg.amount for leg in back.posting.legs) == 0


@given(amounts, small, small)
def test_leaving_empties_the_account(parts: list[int], debt: int, held: int) -> None:
    account, lots = holdings(parts, debt, held)
    lifetime = account.lifetime
    gone = closing.forfeit(account, entry("forfeit"), lots)
    account = gone.account if gone else account
    owed = closing.write_off(account, entry("write-off"))
    account = owed.account if owed else account
    assert (account.wallet, account.held, account.debt) == (0, 0, 0)
    assert account.lifetime == lifetime
    expired = [
        leg.amount for p in (gone, owed) if p for leg in p.posting.legs if leg.account == EXPIRED
    ]
    assert sum(expired) == sum(parts) + held - debt
    assert owed is None or {leg.account for leg in owed.posting.legs} == {DEBT, EXPIRED}


texts = st.none() | st.sampled_from(["A", "B"])


def person(name: str | None, city: str | None, days: int) -> Member:
    return Member(
        days + 1, "", MemberState.ACTIVE, "", NOW - timedelta(days=days), name=name, city=city
    )


@given(texts, texts, texts, texts, st.integers(0, 5), st.integers(6, 9))
def test_what_the_kept_profile_says_stays(
    a: str | None, b: str | None, c: str | None, d: str | None, young: int, old: int
) -> None:
    pair = merging.choose(person(a, b, young), person(c, d, old))
    assert pair.kept.joined_at < pair.merged.joined_at
    filled = merging.filled(pair)
    for name in ("name", "city"):
        assert (name in filled) == (
            not getattr(pair.kept, name) and bool(getattr(pair.merged, name))
        )


choices = st.dictionaries(st.sampled_from(["care", "surveys", "partners"]), st.booleans())


@given(choices, choices)
def test_a_no_is_never_turned_into_a_yes(kept: dict[str, bool], merged: dict[str, bool]) -> None:
    after = {**kept, **merging.consents(kept, merged)}
    assert set(after) == set(kept) | set(merged)
    for purpose, given_ in after.items():
        assert given_ == (kept.get(purpose, True) and merged.get(purpose, True))

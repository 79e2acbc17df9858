"""The ledger under random use: sums are right, nothing is below zero, the chain holds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain import bookings
from domain.bookings import give
from domain.dates import to_ms
from domain.errors import AlreadyReversed, CannotReverse, KeyConflict, NotEnoughPoints
from domain.ledger import (
    DEBT,
    HELD,
    ISSUE,
    REVERSED,
    SPENT,
    WALLET,
    Account,
    Booked,
    Entry,
    Kind,
    Leg,
    Posting,
    Share,
    book,
    broken_link,
    content_hash,
    content_text,
    same_content,
)
from domain.points import Lot, Take, apply, balance
from domain.refunds import RefundPolicy, take_back
from tests.domain.strategies import START

amounts = st.integers(1, 300)


class Books:
    """One account as a store would keep it."""

    def __init__(self) -> None:
        self.account = Account(1)
        self.lots: dict[int, Lot] = {}
        self.postings: list[Posting] = []
        self.now = START
        self._ids = 0

    def new_id(self) -> int:
        self._ids += 1
        return self._ids

    def entry(self) -> Entry:
        number = self.new_id()
        return Entry(number, f"k{number}", self.now, "test", "", 1, (Share("x", 1, "", 0),))

    def keep(self, booked: Booked | None) -> Posting | None:
        if booked is None:
            return None
        self.postings.append(booked.posting)
        self.account = booked.account
        made = {lot.id: lot for lot in booked.posting.lots_made}
        after = apply({**self.lots, **made}.values(), booked.posting.takes)
        self.lots = {lot.id: lot for lot in after}
        return booked.posting

    @property
    def all_lots(self) -> list[Lot]:
        return list(self.lots.values())

    @property
    def until(self) -> datetime:
        return self.now + timedelta(days=30)


class LedgerMachine(RuleBasedStateMachine):
    """Everything that may be booked, in any order, while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.paid: list[Posting] = []
        self.held: list[Posting] = []
        self.earned: list[tuple[Posting, int, int]] = []
        self.undone: set[int] = set()

    @initialize(amount=amounts)
    def begins_with_a_gift(self, amount: int) -> None:
        self.earns(amount, 0, 90)

    @rule(amount=amounts, delay=st.integers(0, 20), ends=st.sampled_from([None, 20, 90]))
    def earns(self, amount: int, delay: int, ends: int | None) -> None:
        books = self.books
        begin = books.now + timedelta(days=delay)
        expires = books.now + timedelta(days=delay + ends) if ends else None
        booked = give(books.account, books.entry(), amount, books.new_id(), begin, expires)
        posting = books.keep(booked)
        assert posting
        self.earned.append((posting, amount, 0))

    @rule(price=amounts)
    def pays(self, price: int) -> None:
        books = self.books
        try:
            booked = bookings.spend(books.account, books.entry(), price, books.all_lots)
        except NotEnoughPoints:
            assert balance(books.all_lots, books.now, debt=books.account.debt).spendable < price
            return
        posting = books.keep(booked)
        assert posting
        self.paid.append(posting)

    @rule(price=amounts)
    def holds(self, price: int) -> None:
        books = self.books
        try:
            posting = books.keep(
                bookings.hold(books.account, books.entry(), price, books.all_lots)
            )
        except NotEnoughPoints:
            return
        assert posting
        self.held.append(posting)

    @rule(spend=st.booleans())
    def settles_what_is_held(self, spend: bool) -> None:
        if not self.held:
            return
        books, posting = self.books, self.held.pop()
        if spend:
            books.keep(bookings.spend_held(books.account, books.entry(), posting.amount))
            return
        books.keep(
            bookings.release(
                books.account, books.entry(), posting.takes, books.lots, books.until, books.new_id
            )
        )

    @rule()
    def gets_back_what_was_paid(self) -> None:
        if not self.paid:
            return
        books, posting = self.books, self.paid.pop()
        before = books.account.wallet
        books.keep(
            bookings.give_back(
                books.account, books.entry(), posting.takes, books.lots, books.until, books.new_id
            )
        )
        assert books.account.wallet - before == -posting.amount

    @rule(days=st.integers(1, 60))
    def time_goes_on(self, days: int) -> None:
        self.books.now += timedelta(days=days)

    @rule()
    def expires(self) -> None:
        books = self.books
        books.keep(bookings.expire(books.account, books.entry(), books.all_lots))
        assert bookings.expire(books.account, books.entry(), books.all_lots) is None

    @rule(kept=st.integers(0, 300), policy=st.sampled_from(RefundPolicy))
    def returns_goods(self, kept: int, policy: RefundPolicy) -> None:
        if not self.earned:
            return
        books, (posting, given_, before) = self.books, self.earned.pop()
        kept = min(kept, given_ - before)
        own = frozenset(lot.id for lot in posting.lots_made)
        done = take_back(
            books.account,
            books.entry(),
            given=given_,
            before=before,
            kept=kept,
            own_lot_ids=own,
            lots=books.all_lots,
            policy=policy,
        )
        books.keep(done.booked)
        sums = done.arithmetic
        assert sums.taken + sums.forgone == sums.asked == given_ - before - kept
        assert policy is RefundPolicy.UNLIMITED or sums.debt == 0
        assert policy is not RefundPolicy.UNLIMITED or sums.forgone == 0
        assert sum(share.points for share in done.posting.explanation[3:]) == (
            -sums.taken + sums.forgone
        )
        if given_ - before - kept:
            self.earned.append((posting, given_, given_ - kept))

    @rule()
    def undoes_the_last(self) -> None:
        books, last = self.books, self.books.postings[-1]
        if last.kind not in (Kind.EARNED, Kind.SPENT) or last.id in self.undone:
            return
        if last in self.paid:
            self.paid.remove(last)
        elif last.kind == Kind.SPENT:
            return
        wallet = books.account.wallet - books.account.debt
        undone = bookings.reverse(
            books.account,
            books.entry(),
            last,
            books.lots,
            reversed_before=False,
            until=books.until,
            new_id=books.new_id,
        )
        books.keep(undone)
        self.undone.add(last.id)
        self.earned = [one for one in self.earned if one[0].id != last.id]
        assert books.account.wallet - books.account.debt == wallet - last.amount

    @invariant()
    def legs_sum_to_zero(self) -> None:
        for posting in self.books.postings[-3:]:
            assert sum(leg.amount for leg in posting.legs) == 0

    @invariant()
    def balances_are_the_sums_of_legs(self) -> None:
        account = self.books.account
        sums = dict.fromkeys((WALLET, HELD, DEBT, ISSUE, REVERSED), 0)
        for posting in self.books.postings:
            for leg in posting.legs:
                sums[leg.account] = sums.get(leg.account, 0) + leg.amount
        assert (account.wallet, account.held, account.debt) == (
            sums[WALLET],
            sums[HELD],
            -sums[DEBT],
        )
        assert account.lifetime == -sums[ISSUE] - sums[REVERSED]
        assert min(account.wallet, account.held, account.debt) >= 0

    @invariant()
    def lots_add_up_to_the_wallet(self) -> None:
        books = self.books
        assert sum(lot.left for lot in books.all_lots) == books.account.wallet
        for lot in books.all_lots:
            moved = sum(
                take.amount
                for posting in books.postings
                for take in posting.takes
                if take.lot_id == lot.id
            )
            assert lot.amount == lot.left + moved

    @invariant()
    def the_chain_holds(self) -> None:
        assert broken_link(self.books.postings, self.books.account.head) is None


TestLedger = LedgerMachine.TestCase


def one_gift(amount: int = 100) -> tuple[Account, Posting]:
    entry = Entry(1, "k", START, "test", "", 1)
    booked = give(Account(1), entry, amount, 2, START, None)
    return booked.account, booked.posting


@given(st.integers(0, 500), st.integers(0, 500))
def test_earning_pays_a_debt_first(debt: int, amount: int) -> None:
    account = Account(1, debt=debt)
    after = give(account, Entry(1, "k", START), amount, 2, START, None)
    paid = min(debt, amount)
    assert (after.account.debt, after.account.wallet) == (debt - paid, amount - paid)
    assert sum(lot.amount for lot in after.posting.lots_made) == amount - paid
    assert after.posting.amount == amount


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 101},
        {"key": "other"},
        {"at": START + timedelta(milliseconds=1)},
        {"legs": (Leg(ISSUE, -101), Leg(WALLET, 101))},
        {"takes": (Take(2, 1),)},
        {"explanation": (Share("x", 1, "", 1),)},
        {"staff_id": 7},
        {"source_id": "other"},
    ],
)
def test_any_change_breaks_the_chain(change: dict[str, object]) -> None:
    account, posting = one_gift()
    assert broken_link([posting], account.head) is None
    assert broken_link([replace(posting, **change)], account.head) == posting.id


def test_legs_name_each_account_once_in_a_fixed_order() -> None:
    legs = (Leg(ISSUE, -30), Leg(WALLET, 20), Leg(SPENT, 0), Leg(WALLET, 10))
    booked = book(Account(1), Entry(1, "k", START), Kind.ADJUSTED, legs)
    assert booked.posting.legs == (Leg(WALLET, 30), Leg(ISSUE, -30))


@pytest.mark.parametrize("field", ["key", "source_type", "source_id"])
def test_no_text_of_a_posting_can_look_like_two_fields(field: str) -> None:
    entry = replace(Entry(1, "k", START), **{field: "a\nb"})
    with pytest.raises(ValueError, match="line break"):
        book(Account(1), entry, Kind.ADJUSTED, (Leg(ISSUE, -1), Leg(WALLET, 1)))


def test_the_content_of_a_posting_has_one_field_a_line() -> None:
    assert content_text(one_gift()[1]).split("\n") == [
        *("1", "k", "earned", "1", "points", "1", "100", str(to_ms(START))),
        *("100", "0", "0", "-100", "0", "0", "0", "0"),
        *("test", "", "1", "[]", "", "", "", f"2:100:{to_ms(START)}:", ""),
    ]


def test_a_missing_posting_breaks_the_chain() -> None:
    account, first = one_gift()
    booked = give(account, Entry(5, "l", START), 5, 6, START, None)
    assert broken_link([booked.posting], booked.account.head) == 5
    assert broken_link([first], booked.account.head) == 0


def test_a_posting_is_undone_once_and_only_whole() -> None:
    account, posting = one_gift()
    lots = {lot.id: lot for lot in posting.lots_made}

    def undo(lots: dict[int, Lot], before: bool = False) -> Booked:
        return bookings.reverse(
            account,
            Entry(9, "u", START),
            posting,
            lots,
            reversed_before=before,
            until=None,
            new_id=lambda: 10,
        )

    assert undo(lots).account.wallet == 0
    with pytest.raises(AlreadyReversed):
        undo(lots, before=True)
    with pytest.raises(CannotReverse) as refused:
        undo({2: lots[2].less(30)})
    assert refused.value.short == 30


def test_a_membership_moves_with_its_lots_and_its_debt() -> None:
    account, posting = one_gift()
    lots = {lot.id: lot for lot in posting.lots_made}
    out = bookings.transfer_out(replace(account, debt=30), Entry(3, "o", START), lots.values())
    into = bookings.transfer_in(
        Account(2), Entry(4, "i", START), out.posting, lots, iter(range(50, 60)).__next__
    )
    assert (out.account.wallet, out.account.debt) == (0, 0)
    assert (into.account.wallet, into.account.debt) == (100, 30)
    assert into.posting.lots_made[0].made_at == posting.lots_made[0].made_at
    assert out.posting.amount == -into.posting.amount == -70


def test_what_is_held_must_be_settled_before_a_merge() -> None:
    with pytest.raises(ValueError, match="held"):
        bookings.transfer_out(Account(1, held=1), Entry(3, "o", START), [])


def test_nothing_is_booked_below_zero_or_out_of_balance() -> None:
    entry = Entry(1, "k", START)
    with pytest.raises(ValueError, match="below zero"):
        book(Account(1), entry, Kind.SPENT, (Leg(WALLET, -1), Leg("spent", 1)))
    with pytest.raises(ValueError, match="zero"):
        book(Account(1), entry, Kind.EARNED, (Leg(WALLET, 1),))


def test_one_key_stands_for_one_content() -> None:
    first, same, other = (content_hash("bonus", 1, n) for n in (5, 5, 6))
    same_content("k", first, same)
    with pytest.raises(KeyConflict):
        same_content("k", first, other)


def test_a_refund_never_gives() -> None:
    with pytest.raises(ValueError, match="cannot give"):
        take_back(
            Account(1),
            Entry(1, "k", START),
            given=10,
            before=0,
            kept=11,
            own_lot_ids=frozenset(),
            lots=[],
            policy=RefundPolicy.UNLIMITED,
        )

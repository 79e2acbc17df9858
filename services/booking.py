"""One algorithm for one purchase and for a batch of an import: match, earn, post, raise levels.

The batch is read with a handful of statements, decided in memory and written in bulk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain import bookings
from domain.dates import local_day, to_ms
from domain.earning import Earned, Facts, active_from, earn, lapses_at
from domain.errors import KeyConflict, MemberClosed, MemberFrozen, StoreNotFound
from domain.ledger import Account, Booked, Entry, Kind, Share
from domain.levels import Basis
from domain.limits import Limits, written
from domain.members import MemberState
from domain.payments import Payment, PaymentInvalid
from domain.points import Lot, Unit
from domain.programme import Programme
from domain.purchases import Order, reduced
from services import expiry, growing, lunar, paying
from services.levels import Climb, bases
from services.limiting import Limiting
from services.ports import Work
from services.ports.earning import Paid
from services.ports.sales import BOOKED, WAITING, Buyer, Claim, Purchase

SOURCE = "purchase"
HISTORY = "history"
"""The channel of purchases from before the club moved in: they earn nothing, as the balances that
were brought along carry their points, and count for levels from the next review on."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An order and what it says of its buyer, the surest claim first. `payments`: what part of
    the bill was not paid in money; such an order is booked alone and cannot wait. `holder`: the
    till that may hold its vouchers (see vouchers.holder_of); `quoted`: our own bill says what
    each payment takes off, so that it need not be looked at again."""

    order: Order
    claims: tuple[Claim, ...] = ()
    channel: str = "api"
    staff_id: int | None = None
    store_id: int | None = None
    payments: tuple[Payment, ...] = ()
    holder: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order. `new` is False for one that was booked before; a waiting order
    has no member yet and no points."""

    purchase: Purchase
    new: bool
    explanation: tuple[Share, ...] = ()
    raised_to: str | None = None


@dataclass(slots=True)
class _Standing:
    """A member while a batch is decided."""

    buyer: Buyer
    account: Account
    basis: Basis
    level: str
    lots: list[Lot]
    growth: Account | None


def fingerprint(
    work: Work, order: Order, claims: Sequence[Claim], payments: Sequence[Payment] = ()
) -> str:
    """A keyed hash of everything an order says: the same order again has the same."""
    moment = to_ms(order.occurred_at)
    lines = "\n".join(f"{x.minor}|{x.quantity}|{x.category}|{x.sku}|{x.name}" for x in order.lines)
    who = "|".join(f"{claim.kind}:{claim.text}" for claim in claims)
    head = f"{order.source}|{order.order_id}|{moment}|{order.currency}|{order.minor}|{order.store}"
    paid = "".join(f"\n{x.kind}|{x.minor}|{x.points}|{x.code}" for x in payments)
    return work.vault.index("order", f"{head}|{who}\n{lines}{paid}")


def book_all(
    work: Work, incoming: Sequence[Incoming], now: datetime, *, strict: bool
) -> list[Outcome]:
    """Books orders, in the order given. SEMANTICS: Purchases.

    An order that is there already is answered with what is stored; with other content raises
    KeyConflict. `strict` (API, staff): a member who may not earn is refused (MemberFrozen,
    MemberClosed); else the order waits.
    """
    batch = _Batch(work, incoming, now, strict)
    outcomes = [batch.book(one) for one in incoming]
    batch.write()
    return outcomes


class _Batch:
    """The state of one batch between reading and writing."""

    def __init__(
        self, work: Work, incoming: Sequence[Incoming], now: datetime, strict: bool
    ) -> None:
        self.work, self.now, self.strict = work, now, strict
        self.programme: Programme = work.programmes.current()
        keys = [_key(one.order) for one in incoming]
        work.purchases.claim(keys)
        self.stored = work.purchases.stored(keys)
        fresh = [one for one in incoming if _key(one.order) not in self.stored]
        self.matched = work.purchases.match({claim for one in fresh for claim in one.claims})
        self.members = self._standings({m for one in fresh if (m := self._member_of(one))})
        zone = self.programme.zone
        buyers = [standing.buyer for standing in self.members.values()]
        self.climbing = Climb(
            work,
            self.programme,
            {buyer.id: buyer.level for buyer in buyers},
            {buyer.id: local_day(buyer.joined_at, zone) for buyer in buyers},
        )
        days = {local_day(one.order.occurred_at, zone) for one in fresh}
        self.limiting = Limiting(work, self.programme, self.members.keys(), days, now)
        self.bought: list[tuple[Purchase, Order, tuple[Claim, ...]]] = []
        self.paid: list[Paid] = []
        self.posted: list[tuple[Booked, str]] = []

    def _member_of(self, one: Incoming) -> int | None:
        return next((self.matched[c] for c in one.claims if c in self.matched), None)

    def _standings(self, member_ids: set[int]) -> dict[int, _Standing]:
        if not member_ids:
            return {}
        buyers = self._lock(member_ids)
        accounts = self.work.ledger.accounts(buyers.keys(), Unit.POINTS)
        zone = self.programme.zone
        joined = {b.id: local_day(b.joined_at, zone) for b in buyers.values()}
        basis = bases(self.work, self.programme, joined, self.now)
        growing_too = bool(self.programme.growth.points)
        growth = self.work.ledger.accounts(buyers.keys(), Unit.GROWTH) if growing_too else {}
        return {
            b.id: _Standing(
                b,
                accounts.get(b.id) or Account(b.id),
                basis[b.id],
                self.programme.level(b.level).key,
                [],
                growth.get(b.id) or Account(b.id, Unit.GROWTH) if growing_too else None,
            )
            for b in buyers.values()
        }

    def _lock(self, member_ids: set[int]) -> dict[int, Buyer]:
        """Locks members; one that was merged, perhaps while it was waited for, stands for the
        membership that was kept."""
        buyers = self.work.purchases.lock(member_ids)
        while into := {b.id: b.merged_into for b in buyers.values() if b.merged_into is not None}:
            self.matched = {claim: into.get(m, m) for claim, m in self.matched.items()}
            kept = {number: buyer for number, buyer in buyers.items() if number not in into}
            buyers = kept | self.work.purchases.lock(set(into.values()) - kept.keys())
        return buyers

    # -- deciding -----------------------------------------------------------------------

    def book(self, one: Incoming) -> Outcome:
        """Decides one order; what is to be written is kept for `write`."""
        asked = fingerprint(self.work, one.order, one.claims, one.payments)
        if before := self.stored.get(_key(one.order)):
            return self._again(before, asked)
        standing = self._standing(one)
        if standing is None:
            if one.payments:
                raise PaymentInvalid("member")
            outcome = Outcome(self._purchase(one, asked, WAITING), new=True)
        else:
            outcome = self._earn(one, standing, asked)
        self.stored[_key(one.order)] = outcome.purchase
        self.bought.append((outcome.purchase, one.order, one.claims))
        return outcome

    def _again(self, before: Purchase, asked: str) -> Outcome:
        if before.content_hash != asked:
            raise KeyConflict(f"{before.source}/{before.order_id}")
        shares: tuple[Share, ...] = ()
        if before.posting_id is not None and self.strict:
            shares = self.work.ledger.posting(before.posting_id).explanation
        return Outcome(before, new=False, explanation=shares)

    def _standing(self, one: Incoming) -> _Standing | None:
        """The member who earns; None lets the order wait."""
        standing = self.members.get(self._member_of(one) or 0)
        if standing is None or standing.buyer.state == MemberState.ACTIVE:
            return standing
        if one.channel == HISTORY:
            return standing  # it moves no points
        if self.strict and standing.buyer.state == MemberState.FROZEN:
            raise MemberFrozen()
        if self.strict:
            raise MemberClosed()
        return None

    def _earn(self, one: Incoming, standing: _Standing, asked: str) -> Outcome:
        purchase = self._purchase(one, asked, BOOKED, standing.buyer.id)
        off = self._pay(one, purchase, standing) if one.payments else 0
        base = reduced(one.order, {}, off)
        first = standing.basis.largest == 0
        limits = self.limiting.limits(standing.account, purchase.day, first=first)
        if one.channel == HISTORY:
            limits = Limits(brought=True)
        buyer = standing.buyer
        birthday = lunar.is_month(purchase.day, buyer.birth_month, lunar=buyer.birth_lunar)
        earned = earn(self.programme, base, Facts(standing.level, birthday, limits))
        posting_id = self._post(purchase, standing, earned)
        purchase = replace(
            purchase,
            level=standing.level,
            birthday_month=birthday,
            posting_id=posting_id,
            points=earned.points,
            growth=self._grow(purchase, base.minor, standing),
            off_minor=off,
            basis_minor=base.minor,
            limits=written(limits),
        )
        self.limiting.note(purchase, earned)
        return Outcome(purchase, True, earned.explanation, self._raise(purchase, standing))

    def _pay(self, one: Incoming, purchase: Purchase, standing: _Standing) -> int:
        """Takes what was not paid in money; how much of the bill earns nothing."""
        counter = paying.Counter(standing.level, one.holder, one.quoted)
        till = paying.pay(self.work, purchase, one.payments, standing.account, self.now, counter)
        standing.account = till.points
        self.posted += [(booked, "") for booked in till.booked]
        self.paid += till.rows
        return till.off

    def _grow(self, purchase: Purchase, minor: int, standing: _Standing) -> int:
        if standing.growth is None or purchase.channel == HISTORY:
            return 0
        key = f"purchase:{purchase.id}"
        booked = growing.give(self.work, self.programme, standing.growth, purchase, minor, key)
        if booked is None:
            return 0
        standing.growth = booked.account
        standing.basis.growth += booked.posting.amount
        self.posted.append((booked, ""))
        return booked.posting.amount

    def _post(self, purchase: Purchase, standing: _Standing, earned: Earned) -> int:
        booked = give_for_purchase(
            self.work,
            self.programme,
            standing.account,
            purchase,
            earned,
            key=f"purchase:{purchase.id}",
        )
        standing.account = booked.account
        standing.lots.extend(booked.posting.lots_made)
        self.posted.append((booked, purchase.content_hash))
        return booked.posting.id

    def _raise(self, purchase: Purchase, standing: _Standing) -> str | None:
        """The level rises at once after a purchase. SEMANTICS: Levels."""
        minor = purchase.basis_minor
        standing.basis.add(purchase.day, minor, int(minor > 0))
        if purchase.channel == HISTORY:
            self.climbing.wait_for_night(standing.buyer.id, self.now)
            return None
        live = purchase.channel != "import"
        today = local_day(self.now, self.programme.zone) if live else purchase.day
        at = self.now if live else purchase.occurred_at
        reason = SOURCE if live else "import"
        member_id = standing.buyer.id
        raised = self.climbing.rise(member_id, standing.basis, today, at, reason, str(purchase.id))
        standing.level = self.climbing.level(member_id)
        return raised

    def _purchase(
        self, one: Incoming, asked: str, state: str, member_id: int | None = None
    ) -> Purchase:
        order = one.order
        return Purchase(
            id=self.work.new_id(),
            source=order.source,
            order_id=order.order_id,
            content_hash=asked,
            state=state,
            member_id=member_id,
            occurred_at=order.occurred_at,
            day=local_day(order.occurred_at, self.programme.zone),
            currency=order.currency,
            minor=order.minor,
            refunded_minor=0,
            store_id=one.store_id,
            staff_id=one.staff_id,
            channel=one.channel,
            received_at=self.now,
            level="",
            birthday_month=False,
            rule_version=self.programme.version,
            posting_id=None,
            points=0,
            returned_points=0,
        )

    # -- writing ------------------------------------------------------------------------

    def write(self) -> None:
        """Writes what was decided; what the clock has expired already is posted as expired."""
        # Where points slide, later purchases of the file may yet extend what is old.
        slides = expiry.slides(self.programme, SOURCE)
        for standing in () if slides else self.members.values():
            version = self.programme.version
            gone = expiry.lapse(
                standing.account, standing.lots, self.now, self.work.new_id, version
            )
            if gone is not None:
                self.posted.append((gone, ""))
        if self.posted:
            self.work.ledger.append_all(self.posted)
        if slides:
            self._extend()
        if self.bought:
            self.work.purchases.add(
                [(purchase, order.lines, claims) for purchase, order, claims in self.bought]
            )
        self.work.earnings.add_payments(self.paid)
        self.work.earnings.add_uses(self.limiting.uses)
        self.climbing.write()

    def _extend(self) -> None:
        """Each purchase lets its member's points last longer, an imported one as of its day."""
        for alive_at in (self.now, None):
            days = [
                (one.member_id, one.occurred_at)
                for one, *_ in self.bought
                if one.member_id is not None
                and one.channel != HISTORY
                and (one.channel == "import") is (alive_at is None)
            ]
            expiry.extend_all(self.work, self.programme, days, SOURCE, alive_at)


def give_for_purchase(
    work: Work,
    programme: Programme,
    account: Account,
    purchase: Purchase,
    earned: Earned,
    *,
    key: str,
) -> Booked:
    """The posting of a purchase's points, available after the programme's delay."""
    at = purchase.occurred_at
    entry = Entry(
        work.new_id(),
        key,
        at,
        SOURCE,
        str(purchase.id),
        programme.version,
        earned.explanation,
        purchase.staff_id,
        purchase.store_id,
    )
    start, end = active_from(programme, at), lapses_at(programme, at)
    return bookings.give(account, entry, earned.points, work.new_id(), start, end, Kind.EARNED)


def store_id(work: Work, code: str) -> int | None:
    """The id of a store by its code; None for no store; raises StoreNotFound."""
    if not code:
        return None
    store = work.stores.by_code(code)
    if store is None:
        raise StoreNotFound(code)
    return store.id


def _key(order: Order) -> tuple[str, str]:
    return (order.source, order.order_id)

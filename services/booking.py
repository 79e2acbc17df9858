"""One algorithm for one purchase and for a batch of an import: match, earn, post, raise levels.

The batch is read with a handful of statements, decided in memory and written in bulk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain import bookings, levels
from domain.dates import local_day, to_ms
from domain.earning import Earned, Facts, active_from, earn, lapses_at
from domain.errors import KeyConflict, MemberClosed, MemberFrozen, StoreNotFound
from domain.ledger import Account, Booked, Entry, Kind, Share
from domain.levels import Basis
from domain.members import MemberState
from domain.points import Lot, Unit
from domain.programme import Programme
from domain.purchases import Order
from services import expiry
from services.levels import bases
from services.ports import Work
from services.ports.points import LevelStep
from services.ports.sales import BOOKED, WAITING, Buyer, Claim, Purchase

SOURCE = "purchase"


@dataclass(frozen=True, slots=True)
class Incoming:
    """An order and what it says of its buyer, the surest claim first."""

    order: Order
    claims: tuple[Claim, ...] = ()
    channel: str = "api"
    staff_id: int | None = None
    store_id: int | None = None


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
    today: date
    lots: list[Lot]


def fingerprint(work: Work, order: Order, claims: Sequence[Claim]) -> str:
    """A keyed hash of everything an order says: the same order again has the same."""
    moment = to_ms(order.occurred_at)
    lines = "\n".join(f"{x.minor}|{x.quantity}|{x.category}|{x.sku}|{x.name}" for x in order.lines)
    who = "|".join(f"{claim.kind}:{claim.text}" for claim in claims)
    head = f"{order.source}|{order.order_id}|{moment}|{order.currency}|{order.minor}|{order.store}"
    return work.vault.index("order", f"{head}|{who}\n{lines}")


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
        self.bought: list[tuple[Purchase, Order, tuple[Claim, ...]]] = []
        self.posted: list[tuple[Booked, str]] = []
        self.steps: list[LevelStep] = []

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
        return {
            b.id: _Standing(
                b,
                accounts.get(b.id) or Account(b.id),
                basis[b.id],
                b.level or self.programme.first_level.key,
                joined[b.id],
                [],
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
        asked = fingerprint(self.work, one.order, one.claims)
        if before := self.stored.get(_key(one.order)):
            return self._again(before, asked)
        standing = self._standing(one)
        if standing is None:
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
        if self.strict and standing.buyer.state == MemberState.FROZEN:
            raise MemberFrozen()
        if self.strict:
            raise MemberClosed()
        return None

    def _earn(self, one: Incoming, standing: _Standing, asked: str) -> Outcome:
        order = one.order
        purchase = self._purchase(one, asked, BOOKED)
        facts = Facts(standing.level, standing.buyer.birth_month == purchase.day.month)
        earned = earn(self.programme, order, facts)
        posting_id = self._post(one, purchase, standing, earned)
        raised = self._raise(purchase, standing)
        purchase = replace(
            purchase,
            member_id=standing.buyer.id,
            level=facts.level,
            birthday_month=facts.birthday_month,
            posting_id=posting_id,
            points=earned.points,
        )
        return Outcome(purchase, True, earned.explanation, raised)

    def _post(self, one: Incoming, purchase: Purchase, standing: _Standing, earned: Earned) -> int:
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
        standing.basis.add(purchase.day, purchase.minor)
        live = purchase.channel != "import"
        today = local_day(self.now, self.programme.zone) if live else purchase.day
        level = levels.raised(self.programme.levels, standing.level, standing.basis, today)
        if level.key == standing.level:
            return None
        at = self.now if live else purchase.occurred_at
        reason = SOURCE if live else "import"
        step = LevelStep(
            standing.buyer.id, at, standing.level, level.key, reason, str(purchase.id)
        )
        self.steps.append(step)
        standing.level = level.key
        return level.key

    def _purchase(self, one: Incoming, asked: str, state: str) -> Purchase:
        order = one.order
        return Purchase(
            id=self.work.new_id(),
            source=order.source,
            order_id=order.order_id,
            content_hash=asked,
            state=state,
            member_id=None,
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
        for standing in self.members.values():
            version = self.programme.version
            gone = expiry.lapse(
                standing.account, standing.lots, self.now, self.work.new_id, version
            )
            if gone is not None:
                self.posted.append((gone, ""))
        if self.posted:
            self.work.ledger.append_all(self.posted)
        if self.bought:
            self.work.purchases.add(
                [(purchase, order.lines, claims) for purchase, order, claims in self.bought]
            )
        self.work.levels.record(self.steps)


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

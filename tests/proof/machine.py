"""Every operation on the ledger in any order, beside the small model of it, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection

from domain.errors import Refused
from domain.members import Member, MemberState
from domain.points import Expiry, ExpiryKind, Unit
from domain.points import expires_at as lapses
from domain.programme import Caps, Programme, Refunds
from domain.purchases import Line, Order
from domain.refunds import RefundPolicy
from services import adjustments, audit, expiry, joining, ledger, purchases, refunds
from services.booking import Incoming
from services.ports.club import Actor
from services.ports.sales import Claim
from storage.ids import Ids
from storage.vault import Vault
from storage.work import Shared, Work
from tests.proof.model import Purse, Takes
from tests.support.club import NOW, programme

CLERK = Actor("Li")
PENDING_DAYS, VALID_DAYS, RESTORED_DAYS = 3, 40, 10
MEMBERS = 2
amounts = st.integers(1, 300)
chosen = st.integers(0, 10**6)
members = st.integers(0, MEMBERS - 1)
counted: list[int] = [0]
"""How many operations have been done, for who asks for many."""


@dataclass
class Bought:
    """One purchase in the model: whole yuan, what came back of it, and what was asked back."""

    member: int
    order_id: str
    yuan: int
    returned: int = 0

    @property
    def left(self) -> int:
        return self.yuan - self.returned


@dataclass
class Paid:
    """A payment that may still be given back."""

    member: int
    posting_id: int
    takes: Takes


def rules_of(policy: RefundPolicy, expires: bool, version: int) -> Programme:
    """One point for every yuan; everything else is plain."""
    base = programme("retail")
    kind = ExpiryKind.AFTER if expires else ExpiryKind.NONE
    return replace(
        base,
        version=version,
        earning=replace(base.earning, groups=(), caps=Caps(), pending_days=PENDING_DAYS),
        levels=base.levels[:1],
        expiry=Expiry(kind, days=VALID_DAYS if expires else 0),
        refunds=Refunds(policy, RESTORED_DAYS),
        adjustments=replace(base.adjustments, per_operator_and_day=10**9, second_above=None),
    )


class Stage:
    """One connection in one transaction that is never committed; each unit is a savepoint."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.now = NOW
        self._sqlite = db.dialect.name == "sqlite"
        if self._sqlite:
            db.exec_driver_sql("BEGIN IMMEDIATE")
        ticks = count(int(NOW.timestamp() * 1000))
        vault = Vault(b"test secret key of the club")
        self._shared = Shared(vault, Ids(lambda: next(ticks)), lambda: self.now)

    @contextmanager
    def unit(self) -> Iterator[Work]:
        """A unit of work; a refusal undoes it, as the real one does."""
        self.db.exec_driver_sql("SAVEPOINT unit")
        try:
            yield Work(self.db, self._shared)
        except Refused:
            self.db.exec_driver_sql("ROLLBACK TO unit")
            raise
        finally:
            self.db.exec_driver_sql("RELEASE unit")

    def undo(self) -> None:
        """As if nothing had been done."""
        if self._sqlite:
            self.db.exec_driver_sql("ROLLBACK")
        else:
            self.db.rollback()


class LedgerMachine(RuleBasedStateMachine):
    """`connect` gives the stage of an example."""

    connect: ClassVar[Callable[[], Stage]]

    def __init__(self) -> None:
        super().__init__()
        self.stage = type(self).connect()
        self.purses = [Purse() for _ in range(MEMBERS)]
        self.bought: list[Bought] = []
        self.paid: list[Paid] = []
        self.numbers = count(1)

    @property
    def now(self) -> datetime:
        return self.stage.now

    @initialize(policy=st.sampled_from(RefundPolicy), expires=st.booleans())
    def open(self, policy: RefundPolicy, expires: bool) -> None:
        self.policy = policy
        with self.stage.unit() as work:
            self.rules = rules_of(policy, expires, work.programmes.newest() + 1)
            work.programmes.publish(self.rules, self.now, None)
            self.members = [self._join(work) for _ in range(MEMBERS)]

    def _join(self, work: Work) -> Member:
        fields: dict[str, Any] = {"level": "member", "joined_at": self.now}
        return joining.add_member(work, Member(work.random_id(), "", MemberState.ACTIVE, **fields))

    def teardown(self) -> None:
        self.stage.undo()

    # -- the clock ----------------------------------------------------------------------

    @rule(days=st.integers(0, 9), minutes=st.integers(1, 1500))
    def time_passes(self, days: int, minutes: int) -> None:
        self.stage.now += timedelta(days=days, minutes=minutes)
        counted[0] += 1

    @rule()
    def the_night_expires(self) -> None:
        with self.stage.unit() as work:
            expiry.expire_due(work, self.now)
        for purse in self.purses:
            purse.expire(self.now)
        counted[0] += 1

    # -- earning and paying -------------------------------------------------------------

    @rule(who=members, yuan=amounts, ago=st.integers(0, 20))
    def buys(self, who: int, yuan: int, ago: int) -> None:
        at = max(self.now - timedelta(days=ago), NOW)
        order_id = f"A-{next(self.numbers)}"
        with self.stage.unit() as work:
            purchases.book(work, self._order(who, order_id, yuan, at), self.now)
        self.bought.append(Bought(who, order_id, yuan))
        start = at + timedelta(days=PENDING_DAYS)
        self.purses[who].give(yuan, start, self._end(at), order_id, at)
        self.purses[who].expire_of(order_id, self.now)
        counted[0] += 1

    @precondition(lambda self: self.bought)
    @rule(pick=chosen)
    def sends_a_purchase_again(self, pick: int) -> None:
        one = self.bought[pick % len(self.bought)]
        with self.stage.unit() as work:
            stored = work.purchases.stored([("pos-1", one.order_id)])[("pos-1", one.order_id)]
            again = self._order(one.member, one.order_id, one.yuan, stored.occurred_at)
            done = purchases.book(work, again, self.now)
        assert not done.new
        assert done.purchase.id == stored.id
        counted[0] += 1

    def _order(self, who: int, order_id: str, yuan: int, at: datetime) -> Incoming:
        order = Order("pos-1", order_id, at, "CNY", yuan * 100, (Line(yuan * 100),))
        return Incoming(order, (Claim("number", self.members[who].number),))

    def _end(self, at: datetime) -> datetime | None:
        return lapses(self.rules.expiry, at, self.rules.zone)

    @rule(who=members, points=amounts)
    def is_given(self, who: int, points: int) -> None:
        number = next(self.numbers)
        with self.stage.unit() as work:
            one = self.members[who].id
            ledger.bonus(work, one, points, key=f"b{number}", source=("x", number), now=self.now)
        self.purses[who].give(points, self.now, self._end(self.now))
        counted[0] += 1

    @rule(who=members, percent=st.integers(1, 101))
    def pays(self, who: int, percent: int) -> None:
        number = next(self.numbers)
        points = self.purses[who].available(self.now) * percent // 100 + 1
        takes = self.purses[who].take(points, self.now)
        one = self.members[who].id
        try:
            with self.stage.unit() as work:
                paid = ledger.spend(
                    work, one, points, key=f"p{number}", source=("y", number), now=self.now
                )
        except Refused:
            assert takes is None
        else:
            assert takes is not None
            self.paid.append(Paid(who, paid.id, takes))
        counted[0] += 1

    @precondition(lambda self: self.paid)
    @rule(pick=chosen)
    def gets_a_payment_back(self, pick: int) -> None:
        one = self.paid.pop(pick % len(self.paid))
        with self.stage.unit() as work:
            ledger.give_back(work, one.posting_id, key=f"r{one.posting_id}", now=self.now)
        self.purses[one.member].put_back(one.takes, self.now, self._restored())
        counted[0] += 1

    def _restored(self) -> datetime:
        return ledger.restored_until(self.rules, self.now)

    # -- refunds ------------------------------------------------------------------------

    @precondition(lambda self: self.bought)
    @rule(pick=chosen, percent=st.integers(1, 101))
    def returns_some(self, pick: int, percent: int) -> None:
        one = self.bought[pick % len(self.bought)]
        self._refund(one, one.left * percent // 100 + 1)

    @precondition(lambda self: self.bought)
    @rule(pick=chosen)
    def returns_the_rest(self, pick: int) -> None:
        self._refund(self.bought[pick % len(self.bought)], None)

    def _refund(self, one: Bought, yuan: int | None) -> None:
        number = next(self.numbers)
        minor = None if yuan is None else yuan * 100
        asked = refunds.Asked("pos-1", one.order_id, f"R-{number}", self.now, minor=minor)
        amount = one.left if yuan is None else yuan
        try:
            with self.stage.unit() as work:
                refunds.refund(work, asked, self.now)
        except Refused:
            assert amount > one.left or one.left == 0
        else:
            assert 0 < amount <= one.left
            one.returned += amount
            self.purses[one.member].take_back(amount, one.order_id, self.now, self.policy)
        counted[0] += 1

    # -- by hand ------------------------------------------------------------------------

    @rule(who=members, points=st.integers(-300, 300))
    def is_adjusted(self, who: int, points: int) -> None:
        number = next(self.numbers)
        has = self.purses[who].available(self.now)
        try:
            with self.stage.unit() as work:
                adjustments.adjust(
                    work,
                    self.members[who].id,
                    points,
                    reason="as counted",
                    key=f"a{number}",
                    actor=CLERK,
                    now=self.now,
                )
        except Refused:
            assert points == 0 or has < -points
        else:
            self._adjusted(self.purses[who], points)
        counted[0] += 1

    def _adjusted(self, purse: Purse, points: int) -> None:
        if points > 0:
            purse.give(points, self.now, self._end(self.now))
        else:
            purse.take_from([lot for lot in purse.lots if lot.open(self.now)], -points)

    # -- what holds after every step ----------------------------------------------------

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "members"):
            return
        with self.stage.unit() as work:
            for member, purse in zip(self.members, self.purses, strict=True):
                has = work.ledger.summary(member.id, Unit.POINTS, self.now)
                assert has.available == purse.available(self.now)
                assert has.pending == purse.pending(self.now)
                assert has.held == purse.on_hold
                assert has.debt == purse.debt
                assert {part.at: part.amount for part in has.expiring} == purse.expiring(self.now)
                account = work.ledger.account(member.id, Unit.POINTS)
                assert account.wallet == purse.wallet

    @invariant()
    def the_audit_holds(self) -> None:
        if not hasattr(self, "members"):
            return
        with self.stage.unit() as work:
            work.proofs.snapshot = lambda: None  # type: ignore[method-assign]
            assert [proof.name for proof in audit.prove(work) if not proof.holds] == []

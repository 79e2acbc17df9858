"""Every operation on the ledger in any order, beside the small model of it, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, TextClause, text

from domain.errors import Refused
from domain.members import Member, MemberState
from domain.points import Expiry, ExpiryKind, Unit
from domain.programme import Caps, Growth, Programme, Refunds, Reinstatement, Transfers
from domain.refunds import RefundPolicy
from services import audit, expiry, joining
from services.ports.club import Actor
from storage.audit_queries import Proofs
from storage.chain_checks import checks
from storage.ids import Ids
from storage.invariants import CLUB, LEDGER
from storage.vault import Vault
from storage.work import Shared, Work
from tests.proof.model import Lot, Purse
from tests.support.club import NOW, programme

CLERK = Actor("Li")
PENDING_DAYS, VALID_DAYS, RESTORED_DAYS, REINSTATED_DAYS = 3, 40, 10, 20
MEMBERS = 3
SHANGHAI = timedelta(hours=8)  # no other time of the year there
amounts = st.integers(1, 300)
percents = st.integers(1, 101)
chosen = st.integers(0, 10**6)
members = st.integers(0, MEMBERS - 1)
counted: list[int] = [0]
"""How many operations have been done, for who asks for many."""


@dataclass
class Person:
    """One member and what the model says that they have."""

    member: Member
    points: Purse = field(default_factory=Purse)
    credit: Purse = field(default_factory=Purse)
    growth: int = 0
    active: bool = True
    into: int | None = None


@cache
def _retail() -> Programme:
    return programme("retail")


def rules_of(policy: RefundPolicy, expires: bool, version: int) -> Programme:
    """One point for every yuan; everything else is plain."""
    base = _retail()
    kind = ExpiryKind.AFTER if expires else ExpiryKind.NONE
    return replace(
        base,
        version=version,
        earning=replace(base.earning, groups=(), caps=Caps(), pending_days=PENDING_DAYS),
        growth=Growth(1, 100),
        levels=base.levels[:1],
        expiry=Expiry(kind, days=VALID_DAYS if expires else 0),
        refunds=Refunds(policy, RESTORED_DAYS),
        adjustments=replace(base.adjustments, per_operator_and_day=10**9, second_above=None),
        reinstatement=Reinstatement(REINSTATED_DAYS, REINSTATED_DAYS),
        transfers=Transfers(1, None),
    )


class Stage:
    """One connection in one transaction that is never committed; each unit is a savepoint."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.now = NOW
        self._sqlite = db.dialect.name == "sqlite"
        Proofs(db)  # teaches SQLite the hash function that the audit's questions use
        if self._sqlite:
            db.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # To plan the long question of the audit anew at every step takes most of the time.
            db.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
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


_EVERYBODY = {"first": -1, "last": (1 << 63) - 1}


@cache
def _all_of_it(dialect: str) -> TextClause:
    """The names of the audit's invariants that do not hold, in one question: asked one by one
    after every step they would cost more than the steps. The audit itself ends each example."""
    every = (*LEDGER, *checks(dialect), *CLUB)
    asked = [
        f"SELECT '{one.name.replace(chr(39), chr(39) * 2)}' AS name"
        f" WHERE EXISTS (SELECT 1 FROM ({one.wrong}) AS broken{number})"
        for number, one in enumerate(every)
    ]
    return text(" UNION ALL ".join(asked))


class Club(RuleBasedStateMachine):
    """A club of some members with the clock, and what holds after every step."""

    connect: ClassVar[Callable[[], Stage]]
    """The stage of an example."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = type(self).connect()
        self.people: list[Person] = []
        self.numbers = count(1)

    @property
    def now(self) -> datetime:
        return self.stage.now

    def key(self) -> str:
        """An idempotency key that is new."""
        counted[0] += 1
        return f"k{next(self.numbers)}"

    @initialize(policy=st.sampled_from(RefundPolicy), expires=st.booleans())
    def open(self, policy: RefundPolicy, expires: bool) -> None:
        self.policy, self.expires = policy, expires
        with self.stage.unit() as work:
            self.rules = rules_of(policy, expires, work.programmes.newest() + 1)
            work.programmes.publish(self.rules, self.now, None)
            self.people = [Person(self._join(work, place)) for place in range(MEMBERS)]

    def _join(self, work: Work, place: int) -> Member:
        joined = self.now - timedelta(days=MEMBERS - place)
        fields: dict[str, Any] = {"level": "member", "joined_at": joined}
        return joining.add_member(work, Member(work.random_id(), "", MemberState.ACTIVE, **fields))

    def teardown(self) -> None:
        try:
            with self.stage.unit() as work:
                work.proofs.snapshot = lambda: None  # type: ignore[method-assign]
                assert [proof.name for proof in audit.prove(work) if not proof.holds] == []
        finally:
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
        for person in self.people:
            person.points.expire(self.now)
        counted[0] += 1

    # -- what the model needs -----------------------------------------------------------

    def lot(self, amount: int, at: datetime | None = None) -> Lot:
        """Points given at a moment (now), usable at once."""
        at = at or self.now
        return Lot(amount, at, self.midnight(at, VALID_DAYS) if self.expires else None, at)

    @staticmethod
    def midnight(at: datetime, days: int) -> datetime:
        """The end of the local day so many days after a moment."""
        local = at + SHANGHAI + timedelta(days=days + 1)
        return local.replace(hour=0, minute=0, second=0, microsecond=0) - SHANGHAI

    def restored(self) -> datetime:
        return self.midnight(self.now, RESTORED_DAYS)

    def refused(self, use: Callable[[Work], Any]) -> bool:
        """Whether a unit is refused; nothing is left of it then."""
        try:
            with self.stage.unit() as work:
                self.done = use(work)
        except Refused:
            return True
        return False

    def kept(self, who: int) -> int:
        """Whose purchases those of a merged membership are."""
        into = self.people[who].into
        return who if into is None else self.kept(into)

    # -- what holds after every step ----------------------------------------------------

    @invariant()
    def both_agree(self) -> None:
        with self.stage.unit() as work:
            for person in self.people:
                self._points_agree(work, person)
                credit = work.ledger.account(person.member.id, Unit.CREDIT)
                assert credit.wallet == person.credit.wallet
                growth = work.ledger.account(person.member.id, Unit.GROWTH)
                assert growth.wallet == person.growth

    def _points_agree(self, work: Work, person: Person) -> None:
        has = work.ledger.summary(person.member.id, Unit.POINTS, self.now)
        assert has.available == person.points.available(self.now)
        assert has.pending == person.points.pending(self.now)
        assert has.held == person.points.on_hold
        assert has.debt == person.points.debt
        assert {part.at: part.amount for part in has.expiring} == person.points.expiring(self.now)
        assert work.ledger.account(person.member.id, Unit.POINTS).wallet == person.points.wallet

    @invariant()
    def the_audit_holds(self) -> None:
        broken = self.stage.db.execute(_all_of_it(self.stage.db.dialect.name), _EVERYBODY)
        assert broken.scalars().all() == []

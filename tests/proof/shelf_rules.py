"""Redeeming, giving back and waiting in any order: what holds after every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import TextClause, text

from domain.benefits import Benefit
from domain.errors import Refused
from domain.members import Member, MemberState
from domain.points import Unit
from domain.programme import Per
from domain.vouchers import VoucherState
from domain.waiting import WaitState
from services import audit, benefits, cancelling, erasing, joining, ledger, merging, waiting
from services.ports.club import Actor
from storage.benefit_invariants import BENEFITS
from storage.work import Work
from tests.proof.machine import Stage, counted
from tests.support.club import programme

MEMBERS, POINTS, PRICE = 4, 100, 10
_TEA = Benefit(
    id=0,
    key="tea",
    kind="gift",
    names={"zh": "茶", "en": "Tea"},
    price=PRICE,
    valid_days=2,
    stock=2,
    per_member=2,
    per=Per.DAY,
    cancel_hours=30,
    offer_hours=5,
)
who = st.integers(0, MEMBERS - 1)


@cache
def _all_of_it() -> TextClause:
    asked = [
        f"SELECT '{one.name}' AS name WHERE EXISTS (SELECT 1 FROM ({one.wrong}) AS broken{n})"
        for n, one in enumerate(BENEFITS)
    ]
    return text(" UNION ALL ".join(asked))


class ShelfMachine(RuleBasedStateMachine):
    """One benefit of which there is little, and members who want it."""

    connect: ClassVar[Callable[[], Stage]]

    def __init__(self) -> None:
        super().__init__()
        self.stage = type(self).connect()
        self.members: list[int] = []
        self.gone: set[int] = set()
        self.numbers = count(1)

    @initialize()
    def open(self) -> None:
        with self.stage.unit() as work:
            rules = replace(programme("retail"), version=work.programmes.newest() + 1)
            work.programmes.publish(rules, self.stage.now, None)
            self.members = [self._member(work, place) for place in range(MEMBERS)]
            work.benefits.save(_TEA, "tea", self.stage.now)
            self.tea = work.benefits.all()[-1].id

    def _member(self, work: Work, place: int) -> int:
        now = self.stage.now
        fields: dict[str, Any] = {"level": "member", "joined_at": now - timedelta(days=place)}
        member = Member(work.random_id(), "", MemberState.ACTIVE, **fields)
        joining.add_member(work, member)
        version = work.programmes.current().charter.version
        work.members.accept_charter(member.id, version, "test", now)
        ledger.bonus(work, member.id, POINTS, key=f"{member.id}", source=("t", 1), now=now)
        return member.id

    def teardown(self) -> None:
        try:
            with self.stage.unit() as work:
                work.proofs.snapshot = lambda: None  # type: ignore[method-assign]
                assert [proof.name for proof in audit.prove(work) if not proof.holds] == []
        finally:
            self.stage.undo()

    def does(self, use: Callable[[Work], Any]) -> Any:
        """What a unit gives, None if it is refused."""
        counted[0] += 1
        try:
            with self.stage.unit() as work:
                return use(work)
        except Refused:
            return None

    # -- members ------------------------------------------------------------------------

    @rule(who=who)
    def redeem(self, who: int) -> None:
        member, now = self.members[who], self.stage.now

        def use(work: Work) -> Any:
            mine = work.waits.of_member(member).get(self.tea)
            kept = mine is not None and mine.is_offered(now)
            waiting_now = work.waits.waiting(self.tea)
            limited = work.benefits.get(self.tea).stock is not None  # type: ignore[union-attr]
            first = work.waits.first(self.tea)
            key = f"k{next(self.numbers)}"
            done = benefits.redeem(work, member, self.tea, key=key, now=now)
            # Whoever is first in the line may be served by this very tap.
            first_in_line = first is not None and first.member_id == member
            assert kept or first_in_line or not waiting_now or not limited, "overtaken"
            again = benefits.redeem(work, member, self.tea, key=key, now=now)
            assert again.voucher.id == done.voucher.id
            return done

        self.does(use)

    @rule(who=who, newest=st.booleans())
    def give_back(self, who: int, newest: bool) -> None:
        member, now = self.members[who], self.stage.now

        def use(work: Work) -> Any:
            mine = work.vouchers.of_member(member)
            if mine:
                voucher = mine[0 if newest else -1]
                return cancelling.cancel(work, member, voucher.id, now=now)
            return None

        self.does(use)

    @rule(who=who)
    def use_at_the_till(self, who: int) -> None:
        member, now = self.members[who], self.stage.now
        key = f"k{next(self.numbers)}"

        def use(work: Work) -> None:
            for voucher in work.vouchers.of_member(member)[:1]:
                work.vouchers.use(voucher.id, key, now, None, None)

        self.does(use)

    @rule(who=who)
    def join(self, who: int) -> None:
        self.does(lambda work: waiting.join(work, self.members[who], self.tea, self.stage.now))

    @rule(who=who)
    def leave(self, who: int) -> None:
        self.does(lambda work: waiting.leave(work, self.members[who], self.tea, self.stage.now))

    @rule(who=who, state=st.sampled_from(["frozen", "active"]))
    def freeze(self, who: int, state: str) -> None:
        if self.members[who] not in self.gone:
            self.does(lambda work: work.members.change(self.members[who], state=state))

    @rule(who=who)
    def erase(self, who: int) -> None:
        member = self.members[who]
        if self.does(lambda work: erasing.erase(work, member, self.stage.now)):
            self.gone.add(member)

    @rule(one=who, other=who)
    def merge(self, one: int, other: int) -> None:
        ids, now = (self.members[one], self.members[other]), self.stage.now
        done = self.does(lambda work: merging.merge(work, *ids, Actor("Anna"), now))
        if done is not None:
            self.gone.add(done.merge.merged_id)

    # -- the club -----------------------------------------------------------------------

    @rule(more=st.integers(-2, 3))
    def change_the_stock(self, more: int) -> None:
        def use(work: Work) -> None:
            if work.benefits.change_stock(self.tea, more):
                waiting.stock_came(work, self.tea, self.stage.now)

        self.does(use)

    @rule(stock=st.none() | st.integers(0, 4))
    def import_anew(self, stock: int | None) -> None:
        changed, now = replace(_TEA, stock=stock), self.stage.now

        def use(work: Work) -> None:
            if work.benefits.save(changed, f"{next(self.numbers)}", now) == "changed":
                waiting.stock_came(work, self.tea, now)

        self.does(use)

    @rule(stopped=st.booleans())
    def stop(self, stopped: bool) -> None:
        self.does(lambda work: work.benefits.stop(self.tea, stopped))

    @rule(hours=st.integers(1, 20))
    def time_passes(self, hours: int) -> None:
        self.stage.now += timedelta(hours=hours)

    @rule()
    def the_job_serves(self) -> None:
        self.does(lambda work: waiting.serve_due(work, self.stage.now, 0))

    # -- what holds after every step ----------------------------------------------------

    @invariant()
    def the_audit_holds(self) -> None:
        assert self.stage.db.execute(_all_of_it()).scalars().all() == []

    @invariant()
    def points_and_vouchers_agree(self) -> None:
        with self.stage.unit() as work:
            here = [one for one in self.members if one not in self.gone]
            mine = {one: work.vouchers.of_member(one) for one in here}
            for one, had in mine.items():
                paid = [v for v in had if v.state is not VoucherState.CANCELLED]
                wallet = work.ledger.account(one, Unit.POINTS).wallet
                assert (wallet + PRICE * len(paid)) % POINTS == 0
                assert len([v for v in had if v.state is VoucherState.HELD]) == 0
            states = [w.state for one in here for w in work.waits.of_member(one).values()]
            assert set(states) <= {WaitState.WAITING, WaitState.OFFERED}

"""Rules of the machine: points given, spent, held, handed over, given again, merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.ledger import Kind
from domain.payments import BONUS, PRINCIPAL
from domain.points import Unit
from services import adjustments, gifting, holds, ledger, merging, reinstating
from storage.work import Work
from tests.proof.machine import (
    CLERK,
    REINSTATED_DAYS,
    SHANGHAI,
    amounts,
    chosen,
    members,
    percents,
)
from tests.proof.model import Lot, Takes
from tests.proof.purchase_rules import PurchaseRules


@dataclass
class Paid:
    """A payment that may still be given back."""

    who: int
    posting_id: int
    takes: Takes


@dataclass
class Gift:
    """Points handed over: what was taken from the giver, and the receiver's lots of it."""

    who: int
    to: int
    posting_id: int
    takes: Takes
    made: list[tuple[Lot, int]]


class LedgerMachine(PurchaseRules):
    """All operations on the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.paid: list[Paid] = []
        self.held: list[tuple[int, int]] = []
        self.gifts: list[Gift] = []

    # -- given and spent ----------------------------------------------------------------

    @rule(who=members, points=amounts)
    def is_given(self, who: int, points: int) -> None:
        key, one = self.key(), self.people[who]
        values: dict[str, Any] = {"key": key, "source": ("x", key), "now": self.now}
        if self.refused(lambda work: ledger.bonus(work, one.member.id, points, **values)):
            assert not one.active
            return
        one.points.give(self.lot(points))
        with self.stage.unit() as work:
            again = ledger.bonus(work, one.member.id, points, **values)
        assert again == self.done

    @rule(who=members, yuan=amounts, bonus=st.booleans())
    def tops_up(self, who: int, yuan: int, bonus: bool) -> None:
        key, one, minor = self.key(), self.people[who], yuan * 100

        def give(work: Work) -> object:
            return ledger.give(
                work,
                one.member.id,
                minor,
                unit=Unit.CREDIT,
                kind=Kind.BONUS if bonus else Kind.EARNED,
                key=key,
                source=(BONUS if bonus else PRINCIPAL, key),
                now=self.now,
            )

        if self.refused(give):
            assert not one.active
        else:
            one.credit.give(Lot(minor, self.now, None, self.now, bonus=bonus))

    @rule(who=members, percent=percents)
    def pays(self, who: int, percent: int) -> None:
        key, one = self.key(), self.people[who]
        points = one.points.available(self.now) * percent // 100 + 1
        takes = one.points.take(points, self.now) if one.active else None
        values: dict[str, Any] = {"key": key, "source": ("y", key), "now": self.now}
        if self.refused(lambda work: ledger.spend(work, one.member.id, points, **values)):
            assert takes is None
        else:
            assert takes is not None
            self.paid.append(Paid(who, self.done.id, takes))

    @precondition(lambda self: self.paid)
    @rule(pick=chosen)
    def gets_a_payment_back(self, pick: int) -> None:
        one = self.paid.pop(pick % len(self.paid))
        key = self.key()
        with self.stage.unit() as work:
            ledger.give_back(work, one.posting_id, key=key, now=self.now)
        self.people[one.who].points.put_back(one.takes, self.now, self.restored())

    @rule(who=members, points=st.integers(-300, 300))
    def is_adjusted(self, who: int, points: int) -> None:
        one, key = self.people[who], self.key()
        has = one.points.available(self.now)
        values: dict[str, Any] = {"reason": "counted", "key": key, "actor": CLERK}
        if self.refused(
            lambda work: adjustments.adjust(work, one.member.id, points, now=self.now, **values)
        ):
            assert points == 0 or has < -points or not one.active
        elif points > 0:
            one.points.give(self.lot(points))
        else:
            one.points.take_from([lot for lot in one.points.lots if lot.open(self.now)], -points)

    # -- held ---------------------------------------------------------------------------

    @rule(who=members, percent=percents, days=st.integers(0, 15))
    def sets_aside(self, who: int, percent: int, days: int) -> None:
        one, key = self.people[who], self.key()
        points = one.points.available(self.now) * percent // 100 + 1
        takes = one.points.take(points, self.now) if one.active else None
        until = self.now + timedelta(days=days)
        values: dict[str, Any] = {"key": key, "source": ("z", key), "now": self.now}
        if self.refused(
            lambda work: holds.hold(work, one.member.id, points, until=until, **values)
        ):
            assert takes is None
        else:
            assert takes is not None
            one.points.held[self.done.id] = takes
            self.held.append((who, self.done.id))

    @precondition(lambda self: self.held)
    @rule(pick=chosen, settled=st.booleans())
    def a_hold_ends(self, pick: int, settled: bool) -> None:
        who, hold_id = self.held.pop(pick % len(self.held))
        end = holds.settle if settled else holds.release
        self.key()
        assert not self.refused(lambda work: end(work, hold_id, now=self.now))
        other = holds.release if settled else holds.settle
        assert self.refused(lambda work: other(work, hold_id, now=self.now))
        takes = self.people[who].points.held.pop(hold_id)
        if not settled:
            self.people[who].points.put_back(takes, self.now, self.restored())

    # -- handed over --------------------------------------------------------------------

    @rule(who=members, to=members, percent=percents)
    def hands_over(self, who: int, to: int, percent: int) -> None:
        one, other, key = self.people[who], self.people[to], self.key()
        points = one.points.available(self.now) * percent // 100 + 1
        may = one.active and other.active and who != to
        takes = one.points.take(points, self.now) if may else None
        values: dict[str, Any] = {"key": key, "now": self.now}
        if self.refused(
            lambda work: gifting.give(work, one.member.id, other.member.id, points, **values)
        ):
            assert takes is None
            return
        assert takes is not None
        made = [(lot.part(amount), amount) for lot, amount in takes]
        other.points.lots += [lot for lot, _ in made]
        self.gifts.append(Gift(who, to, self.done.id, takes, made))

    @precondition(lambda self: self.gifts)
    @rule(pick=chosen)
    def a_gift_is_undone(self, pick: int) -> None:
        one = self.gifts[pick % len(self.gifts)]
        giver, receiver = self.people[one.who].points, self.people[one.to].points
        whole = all(lot in receiver.lots and lot.left == amount for lot, amount in one.made)
        self.key()
        why: dict[str, Any] = {"reason": "a mistake", "actor": CLERK, "now": self.now}
        if self.refused(lambda work: gifting.undo(work, one.posting_id, **why)):
            assert not whole
            return
        assert whole
        self.gifts.remove(one)
        for lot, _ in one.made:
            lot.left = 0
        giver.put_back(one.takes, self.now, self.restored())

    # -- given again --------------------------------------------------------------------

    @rule(who=members, percent=percents)
    def expired_points_come_back(self, who: int, percent: int) -> None:
        one, key = self.people[who], self.key()
        first = (self.now + SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        since = first - SHANGHAI - timedelta(days=REINSTATED_DAYS)
        points = one.points.expired_since(since) * percent // 100
        values: dict[str, Any] = {"reason": "ill", "key": key, "actor": CLERK, "now": self.now}
        if self.refused(lambda work: reinstating.reinstate(work, one.member.id, points, **values)):
            assert not one.active or not points or points > one.points.expired_since(since)
            return
        one.points.reinstate(since, points)
        end = self.midnight(self.now, REINSTATED_DAYS)
        one.points.give(Lot(points, self.now, end, self.now))

    # -- two memberships of one person --------------------------------------------------

    @precondition(lambda self: sum(one.active for one in self.people) > 1)
    @rule(who=members, other=members, dice=st.integers(0, 3))
    def are_merged(self, who: int, other: int, dice: int) -> None:
        one, two = self.people[who], self.people[other]
        if dice or who == other or not (one.active and two.active):
            return
        self.key()
        with self.stage.unit() as work:
            done = merging.merge(work, one.member.id, two.member.id, CLERK, self.now)
        kept = who if done.kept.id == one.member.id else other
        self._merge(other if kept == who else who, kept)

    def _merge(self, gone: int, kept: int) -> None:
        old, new = self.people[gone], self.people[kept]
        lifted = dict(old.points.held)
        for takes in lifted.values():
            old.points.put_back(takes, self.now, self.restored())
        old.points.held = {}
        for purse in (old.points, new.points):
            purse.expire(self.now)
        for mine, theirs in ((old.points, new.points), (old.credit, new.credit)):
            for lot in sorted(mine.lots, key=lambda lot: lot.number):
                lot.number = Lot(0, self.now, None, self.now).number
            theirs.lots += mine.lots
            theirs.debt += mine.debt
            theirs.expiries = sorted([*theirs.expiries, *mine.expiries], key=lambda one: one.at)
            mine.lots, mine.debt, mine.expiries = [], 0, []
        new.growth += old.growth
        old.growth, old.active, old.into = 0, False, kept
        for hold_id, takes in lifted.items():
            amount = sum(part for _, part in takes)
            again = new.points.take(amount, self.now, despite_debt=True)
            assert again is not None
            new.points.held[hold_id] = again
        self._follow(gone, kept)

    def _follow(self, gone: int, kept: int) -> None:
        for one in (*self.bought, *self.paid, *self.gifts):
            one.who = kept if one.who == gone else one.who
        # What was received and went on with a merge cannot be taken out of it again.
        self.gifts = [gift for gift in self.gifts if gift.to != gone]
        self.held = [(kept if who == gone else who, hold_id) for who, hold_id in self.held]

"""Rules of the machine: purchases and all that can become of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.payments import PaidBy, Payment
from domain.purchases import Line, Order
from services import purchases, refunds
from services.booking import Incoming
from services.ports.sales import Claim
from storage.work import Work
from tests.proof.machine import CLERK, PENDING_DAYS, Club, amounts, chosen, members, percents
from tests.proof.model import Lot, Takes


@dataclass
class Bought:
    """One purchase in the model, in whole yuan: what came back of it, what counted as lapsed,
    what points and credit paid of it, and who was named as the buyer."""

    who: int
    id: int
    order_id: str
    yuan: int
    at: datetime
    by_points: Takes
    by_credit: Takes
    named: int
    returned: int = 0
    lapsed: int = 0
    booking: int = 0
    void: bool = False

    @property
    def left(self) -> int:
        return self.yuan - self.returned

    @property
    def off(self) -> int:
        """What earned nothing: paid with points, or with credit that was a bonus."""
        free = sum(part for lot, part in self.by_credit if lot.bonus) // 100
        return sum(part for _, part in self.by_points) + free

    @property
    def plain(self) -> bool:
        return not self.by_points and not self.by_credit


class PurchaseRules(Club):
    """Buying, paying with points and credit, returning, correcting."""

    def __init__(self) -> None:
        super().__init__()
        self.bought: list[Bought] = []

    @rule(who=members, yuan=amounts, ago=st.integers(0, 20))
    def buys(self, who: int, yuan: int, ago: int) -> None:
        at = max(self.now - timedelta(days=ago), self.people[who].member.joined_at)
        self._buy(who, yuan, at, ())

    @rule(who=members, yuan=amounts, points=percents, credit=percents)
    def buys_with_points_and_credit(self, who: int, yuan: int, points: int, credit: int) -> None:
        paid = yuan * points // 200
        stored = min(yuan - paid, self.people[self.kept(who)].credit.available(self.now) // 100)
        stored = stored * min(credit, 100) // 100
        payments = [Payment(PaidBy.POINTS, paid * 100, paid)] if paid else []
        payments += [Payment(PaidBy.CREDIT, stored * 100)] if stored else []
        self._buy(who, yuan, self.now, tuple(payments))

    def _buy(self, who: int, yuan: int, at: datetime, payments: tuple[Payment, ...]) -> None:
        named, who = who, self.kept(who)
        person, order_id = self.people[who], self.key()
        parts = {payment.kind: payment for payment in payments}
        by_points: Takes | None = []
        if PaidBy.POINTS in parts:
            by_points = person.points.take(parts[PaidBy.POINTS].points, self.now)
        incoming = self._incoming(named, order_id, yuan, at, payments)
        if self.refused(lambda work: purchases.book(work, incoming, self.now)):
            assert by_points is None
            return
        assert by_points is not None
        by_credit: Takes = []
        if PaidBy.CREDIT in parts:
            by_credit = person.credit.take(parts[PaidBy.CREDIT].minor, self.now) or []
        one = Bought(who, self.done.purchase.id, order_id, yuan, at, by_points, by_credit, named)
        self.bought.append(one)
        self._earn(one)

    def _earn(self, one: Bought) -> None:
        person, points = self.people[one.who], one.left - min(one.off, one.left)
        lot = self.lot(points, one.at)
        lot.start = one.at + timedelta(days=PENDING_DAYS)
        lot.origin, lot.booking = one.order_id, one.booking
        person.points.give(lot)
        person.growth += points

    def _incoming(
        self, who: int, order_id: str, yuan: int, at: datetime, payments: tuple[Payment, ...]
    ) -> Incoming:
        order = Order("pos-1", order_id, at, "CNY", yuan * 100, (Line(yuan * 100),))
        claims = (Claim("number", self.people[who].member.number),)
        return Incoming(order, claims, payments=payments)

    @precondition(lambda self: any(one.plain for one in self.bought))
    @rule(pick=chosen)
    def sends_a_purchase_again(self, pick: int) -> None:
        plain = [one for one in self.bought if one.plain]
        one = plain[pick % len(plain)]
        again = self._incoming(one.named, one.order_id, one.yuan, one.at, ())
        with self.stage.unit() as work:
            done = purchases.book(work, again, self.now)
        assert (done.new, done.purchase.id) == (False, one.id)

    # -- returning ----------------------------------------------------------------------

    @precondition(lambda self: any(one.plain for one in self.bought))
    @rule(pick=chosen, percent=percents)
    def returns_some(self, pick: int, percent: int) -> None:
        plain = [one for one in self.bought if one.plain]
        one = plain[pick % len(plain)]
        self._refund(one, one.left * percent // 100 + 1)

    @precondition(lambda self: self.bought)
    @rule(pick=chosen)
    def returns_the_rest(self, pick: int) -> None:
        self._refund(self.bought[pick % len(self.bought)], None)

    def _refund(self, one: Bought, yuan: int | None) -> None:
        minor = None if yuan is None else yuan * 100
        asked = refunds.Asked("pos-1", one.order_id, self.key(), self.now, minor=minor)
        amount = one.left if yuan is None else yuan
        if self.refused(lambda work: refunds.refund(work, asked, self.now)):
            assert one.void or amount > one.left or one.left == 0
            return
        assert 0 < amount <= one.left
        self._pay_back(one)
        earning = one.left - min(one.off, one.left)
        one.returned += amount
        asked_back = earning - (one.left - min(one.off, one.left))
        self._take_back(one, asked_back, self.policy)

    def _take_back(self, one: Bought, points: int, policy: str) -> None:
        person = self.people[one.who]
        own = (one.order_id, one.booking, one.lapsed)
        one.lapsed += person.points.take_back(points, *own, self.now, policy)
        person.growth -= points

    def _pay_back(self, one: Bought) -> None:
        """A bill that was paid with points or credit is returned whole here, or not at all."""
        person = self.people[one.who]
        person.points.put_back(one.by_points, self.now, self.restored())
        person.credit.put_back(one.by_credit, self.now, self.restored())

    # -- booked on the wrong member -----------------------------------------------------

    @precondition(lambda self: self.bought)
    @rule(pick=chosen)
    def is_made_void(self, pick: int) -> None:
        one = self.bought[pick % len(self.bought)]
        why = {"reason": "wrong", "actor": CLERK, "now": self.now}
        assert not self.refused(lambda work: purchases.void(work, one.id, **why))
        self._free(one)
        one.void = True

    @precondition(lambda self: any(one.plain and not one.void for one in self.bought))
    @rule(pick=chosen, to=members)
    def is_moved(self, pick: int, to: int) -> None:
        plain = [one for one in self.bought if one.plain and not one.void]
        one = plain[pick % len(plain)]
        member = self.people[to].member.id

        def move(work: Work) -> object:
            return purchases.move(work, one.id, member, reason="theirs", actor=CLERK, now=self.now)

        self.key()
        if self.refused(move):
            assert not self.people[to].active
        elif one.who != to:
            self._free(one)
            one.who, one.booking, one.lapsed = to, one.booking + 1, 0
            self._earn(one)

    def _free(self, one: Bought) -> None:
        if one.void:
            return
        if one.left:
            self._pay_back(one)
        earned = one.left - min(one.off, one.left)
        self._take_back(one, earned, "unlimited")

    def lots_of(self, one: Bought) -> list[Lot]:
        """The open lots of a purchase, for who looks at a failing example."""
        return [lot for lot in self.people[one.who].points.lots if lot.origin == one.order_id]

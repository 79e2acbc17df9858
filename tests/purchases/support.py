"""Orders and members for the tests of purchases."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.benefits import Benefit
from domain.codes import BITS, make_code
from domain.ledger import Kind
from domain.members import Member, MemberState
from domain.payments import Payment
from domain.points import Unit
from domain.programme import Programme
from domain.purchases import Line, Order
from domain.vouchers import Voucher, VoucherState
from services import joining, ledger, purchases, refunds
from services.booking import Incoming, Outcome
from services.ports.points import Summary
from services.ports.sales import Claim
from storage.work import Work
from tests.support.club import NOW, Club

NOON = datetime(2026, 5, 19, 4, tzinfo=UTC)


async def member(club: Club, **values: object) -> Member:
    """A member of the club, with whatever is given."""

    def add(work: Work) -> Member:
        fields = {"level": "member", "joined_at": NOW, **values}
        new = Member(work.random_id(), "", MemberState.ACTIVE, **fields)
        return joining.add_member(work, new)

    found = await club.write(add)
    assert isinstance(found, Member)
    return found


def order(order_id: str = "A-1", *lines: Line, at: datetime = NOON, store: str = "") -> Order:
    """An order of pos-1; a hundred yuan if no lines are given."""
    items = lines or (Line(10000),)
    return Order("pos-1", order_id, at, "CNY", sum(x.minor for x in items), items, store)


def of(member: Member, bought: Order) -> Incoming:
    """That order, bought by that member."""
    return Incoming(bought, (Claim("number", member.number),))


async def buys(
    club: Club,
    who: Member,
    bought: Order,
    *payments: Payment,
    now: datetime = NOW,
) -> Outcome:
    """A purchase of a member, paid with whatever is given beside money."""
    incoming = replace(of(who, bought), payments=payments)
    done = await club.write(lambda w: purchases.book(w, incoming, now))
    assert isinstance(done, Outcome)
    return done


async def returns(
    club: Club,
    order_id: str = "A-1",
    refund_id: str = "R-1",
    *,
    now: datetime = NOW,
    **values: object,
) -> refunds.Outcome:
    """A refund of an order of pos-1: the whole, unless an amount or lines are given."""
    asked = refunds.Asked("pos-1", order_id, refund_id, now, **values)  # type: ignore[arg-type]
    done = await club.write(lambda w: refunds.refund(w, asked, now))
    assert isinstance(done, refunds.Outcome)
    return done


async def has(club: Club, who: Member, unit: Unit = Unit.POINTS, now: datetime = NOW) -> Summary:
    """What a member has of a unit."""
    found = await club.read(lambda w: w.ledger.summary(who.id, unit, now))
    assert isinstance(found, Summary)
    return found


async def gets(
    club: Club,
    who: Member,
    amount: int,
    source: str = "gift",
    *,
    unit: Unit = Unit.POINTS,
    expires_at: datetime | None = None,
    now: datetime = NOW,
) -> None:
    """Points, or credit in minor units, out of nothing."""
    key = f"test:{secrets.token_hex(8)}"
    await club.write(
        lambda w: ledger.give(
            w,
            who.id,
            amount,
            unit=unit,
            kind=Kind.BONUS,
            key=key,
            source=(source, 1),
            now=now,
            expires_at=expires_at,
        )
    )


async def voucher_of(club: Club, who: Member, *, days: int = 30) -> tuple[int, str]:
    """A voucher of a member: its id and its code."""
    code = make_code(secrets.randbits(BITS))

    def issue(work: Work) -> int:
        names = {"zh": "10 元代金券", "en": "10 yuan off"}
        work.benefits.save(Benefit(1, "ten", "voucher", names, 0, 30), "h", NOW)
        (benefit,) = work.benefits.all()
        voucher = Voucher(
            work.new_id(),
            benefit.id,
            who.id,
            VoucherState.ISSUED,
            benefit.promise(),
            0,
            NOW,
            NOW + timedelta(days=days),
        )
        assert work.vouchers.issue(voucher, code, key=code, posting_id=None, source="test")
        return voucher.id

    return int(await club.write(issue)), code


async def publishes(club: Club, **changes: object) -> Programme:
    """The club's programme with changes, as its next version."""
    version = await club.read(lambda w: w.programmes.newest()) + 1
    made = replace(club.programme, version=version, **changes)  # type: ignore[arg-type]
    await club.write(lambda w: w.programmes.publish(made, NOW, None))
    return made

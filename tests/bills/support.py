"""Members with points, stored value and vouchers, and bills of theirs."""

import secrets
from datetime import timedelta
from typing import Any

from domain.benefits import Benefit
from domain.codes import BITS, make_code
from domain.members import Member
from domain.points import Unit
from domain.vouchers import Voucher, VoucherState
from services import billing, settling
from services.billing import Asked, Quote
from services.ports.club import Actor, Operator
from services.settling import Settled
from storage.work import Work
from tests.purchases.support import gets, member
from tests.support.club import NOW, Club

CLI = Actor("cli")
TEN_OFF = {"amount_minor": 1000}


async def rich(club: Club, **values: Any) -> Member:
    """A member with 1,200 points and 30 yuan of stored value, a third of it given on top."""
    mei = await member(club, **values)
    await gets(club, mei, 1200)
    await gets(club, mei, 2000, "topup", unit=Unit.CREDIT)
    await gets(club, mei, 1000, "topup_bonus", unit=Unit.CREDIT)
    return mei


async def coupon(
    club: Club, who: Member, detail: dict[str, Any] = TEN_OFF, kind: str = "discount"
) -> int:
    """A voucher of a member that lowers a bill; its id."""

    def issue(work: Work) -> int:
        key = f"{kind}-{secrets.token_hex(4)}"
        names = {"zh": "立减券", "en": "Money off"}
        benefit = Benefit(work.new_id(), key, kind, names, 0, 30, detail=detail)
        work.benefits.save(benefit, key, NOW)
        kept = next(one for one in work.benefits.all() if one.key == key)
        voucher = Voucher(
            work.new_id(),
            kept.id,
            who.id,
            VoucherState.ISSUED,
            kept.promise(),
            0,
            NOW,
            NOW + timedelta(days=30),
        )
        code = make_code(secrets.randbits(BITS))
        assert work.vouchers.issue(voucher, code, key=code, posting_id=None, source="test")
        return voucher.id

    return int(await club.write(issue))


async def cashier(club: Club, name: str = "Anna") -> Actor:
    """Somebody at the till of no store in particular."""

    def add(work: Work) -> Actor:
        staff = Operator(work.new_id(), name, "till", None, None, True)
        assert work.staff.add(staff, NOW)
        return Actor(name, staff.id)

    made = await club.write(add)
    assert isinstance(made, Actor)
    return made


async def quoted(club: Club, asked: Asked, actor: Actor = CLI) -> Quote:
    found = await club.read(lambda w: billing.quote(w, asked, actor, NOW))
    assert isinstance(found, Quote)
    return found


async def settled(
    club: Club,
    asked: Asked,
    actor: Actor,
    number: str = "R-1",
    *,
    shown: int | None = None,
    own: int | None = None,
) -> Settled:
    """Books a bill at the till."""

    def book(work: Work) -> Settled:
        ticket = settling.ticket(work, number, own, actor)
        return settling.settle(work, asked, ticket, shown, actor, NOW)

    done = await club.write(book)
    assert isinstance(done, Settled)
    return done

"""Members with points, benefits, and what became of the stock, for the tests of redeeming."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select

from domain.partners import Batch
from domain.vouchers import Voucher
from services import benefits, cancelling, ledger, waiting
from services.catalogue import Offer
from storage.tables import benefits as tables
from storage.tables import catalogue, post
from storage.work import Work
from tests.membership.support import member as new_member
from tests.support.club import Club
from tests.support.threads import offer

__all__ = [
    "cancel",
    "codes",
    "hears",
    "join",
    "look",
    "member",
    "offer",
    "points",
    "redeem",
    "stock",
]

_benefits = tables.Benefit.__table__  # type: ignore[attr-defined]
_waits = catalogue.BenefitWait.__table__  # type: ignore[attr-defined]
_deliveries = post.Delivery.__table__  # type: ignore[attr-defined]


async def member(club: Club, points: int = 1000, level: str = "member") -> int:
    """A member who has accepted the rules and has points."""
    made = await new_member(club, level=level)

    def use(work: Work) -> None:
        version = work.programmes.current().charter.version
        work.members.accept_charter(made.id, version, "test", club.clock())
        ledger.bonus(work, made.id, points, key=f"t:{made.id}", source=("t", 1), now=club.clock())

    await club.write(use)
    return made.id


async def points(club: Club, member_id: int) -> int:
    found = await club.read(lambda work: work.ledger.summary(member_id, "points", club.clock()))
    return int(found.spendable)


async def redeem(club: Club, member_id: int, benefit_id: int, key: str = "") -> Voucher:
    key = key or f"{member_id}:{club.next_update()}"
    done = await club.write(
        lambda work: benefits.redeem(work, member_id, benefit_id, key=key, now=club.clock())
    )
    assert isinstance(done, benefits.Redeemed)
    return done.voucher


async def cancel(club: Club, member_id: int, voucher_id: int) -> cancelling.Cancelled:
    done = await club.write(
        lambda work: cancelling.cancel(work, member_id, voucher_id, now=club.clock())
    )
    assert isinstance(done, cancelling.Cancelled)
    return done


async def join(club: Club, benefit_id: int, *member_ids: int) -> None:
    for one in member_ids:
        await club.write(
            partial(waiting.join, member_id=one, benefit_id=benefit_id, now=club.clock())
        )


async def look(club: Club, member_id: int, benefit_id: int) -> Offer:
    found = await club.read(lambda work: benefits.offer(work, member_id, benefit_id, club.clock()))
    assert isinstance(found, Offer)
    return found


async def more(club: Club, benefit_id: int, number: int) -> None:
    """An operator raises the stock, which serves those who wait."""

    def use(work: Work) -> None:
        assert work.benefits.change_stock(benefit_id, number)
        waiting.stock_came(work, benefit_id, club.clock())

    await club.write(use)


def codes(work: Work, benefit_id: int, given: list[str]) -> None:
    """A partner gives codes."""
    batch = work.new_id()
    work.partners.add_batch(
        Batch(batch, "batch", benefit_id, "", len(given), 100, "hash", None, work.shared.clock())
    )
    work.partners.add_codes(batch, benefit_id, given)


@dataclass(frozen=True)
class Stock:
    """What there ever was, what is left, kept for somebody, and who stands where in the list."""

    given: int | None
    left: int | None
    kept: int
    places: list[str]


async def stock(club: Club, benefit_id: int) -> Stock:
    def use(work: Work) -> Stock:
        columns = (_benefits.c.stock_given, _benefits.c.stock)
        given, left = work.db.execute(select(*columns).where(_benefits.c.id == benefit_id)).one()
        places = select(_waits.c.state).where(_waits.c.benefit_id == benefit_id)
        states = list(work.db.execute(places.order_by(_waits.c.id)).scalars())
        return Stock(given, left, states.count("offered"), states)

    found = await club.read(use)
    assert isinstance(found, Stock)
    return found


async def hears(club: Club, member_id: int) -> list[tuple[str, Any]]:
    """Keys of the messages that wait to be sent to a member, and whether they go out at once."""
    wanted = select(_deliveries.c.message, _deliveries.c.lane).where(
        _deliveries.c.member_id == member_id
    )
    rows = await club.read(lambda work: work.db.execute(wanted.order_by(_deliveries.c.id)).all())
    return [(message["key"], lane) for message, lane in rows]

"""Giving a voucher back: who may, until when, and that everything returns to where it was."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from domain.benefit_errors import CannotCancel
from domain.benefits import Why
from domain.errors import MemberFrozen
from domain.refusals import VoucherNotFound
from domain.vouchers import VoucherState
from services import ledger, merging
from services.cancelling import cancellable_until
from services.ports.club import Actor
from storage.tables import benefits as tables
from storage.tables import ledger as books
from storage.tables import till
from storage.work import Work
from tests.benefits.support import cancel, look, member, offer, points, redeem, stock
from tests.membership.support import broken
from tests.support.club import Club

_lots = books.Lot.__table__  # type: ignore[attr-defined]
_vouchers = tables.Voucher.__table__  # type: ignore[attr-defined]
_gifts = till.VoucherGift.__table__  # type: ignore[attr-defined]


async def lots(club: Club, member_id: int) -> list[Any]:
    wanted = select(_lots.c.id, _lots.c.left).where(_lots.c.member_id == member_id)
    found = await club.read(lambda work: work.db.execute(wanted.order_by(_lots.c.id)).all())
    return [tuple(row) for row in found]


async def test_points_stock_and_the_use_come_back(club: Club) -> None:
    coffee = await offer(club, price=130, stock=1, per_member=1, cancel_hours=2)
    mei = await member(club, 100)
    await club.write(
        lambda work: ledger.bonus(work, mei, 50, key="b", source=("t", 2), now=club.clock())
    )
    before = await lots(club, mei)
    had = await redeem(club, mei, coffee)
    assert await lots(club, mei) != before
    assert (await look(club, mei, coffee)).standing.why is Why.LIMIT
    done = await cancel(club, mei, had.id)
    assert (done.voucher.state, done.points) == (VoucherState.CANCELLED, 150)
    assert await lots(club, mei) == before
    assert (await stock(club, coffee)).left == 1
    assert (await look(club, mei, coffee)).standing.why is Why.NOTHING
    assert await broken(club) == []


async def test_twice_gives_the_same_answer_and_returns_once(club: Club) -> None:
    coffee = await offer(club, stock=3, cancel_hours=2)
    mei = await member(club)
    had = await redeem(club, mei, coffee)
    first = await cancel(club, mei, had.id)
    club.clock.move(hours=5)
    assert await cancel(club, mei, had.id) == first
    assert await points(club, mei) == 1000
    assert (await stock(club, coffee)).left == 3
    assert await broken(club) == []


async def test_the_allowed_time_ends(club: Club) -> None:
    coffee = await offer(club, cancel_hours=2)
    mei = await member(club)
    had = await redeem(club, mei, coffee)
    assert cancellable_until(had) == club.clock() + timedelta(hours=2)
    club.clock.move(hours=2)
    with pytest.raises(CannotCancel) as late:
        await cancel(club, mei, had.id)
    assert late.value.why == "too_late"
    assert late.value.until == (had.issued_at + timedelta(hours=2)).isoformat()
    assert await points(club, mei) == 850


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"kind": "donation", "cancel_hours": 24},
        {"cancel_hours": 24, "imported_codes": True},
    ],
)
async def test_what_cannot_be_given_back_says_so(lite: Club, changes: dict[str, Any]) -> None:
    benefit = await offer(lite, **{**changes, "imported_codes": False})
    mei = await member(lite)
    had = await redeem(lite, mei, benefit)
    if changes.get("imported_codes"):  # its holder has seen a code that is the partner's
        promise = {**had.promise, "cancel_hours": 0}
        done = update(_vouchers).where(_vouchers.c.id == had.id).values(promise=promise)
        await lite.write(lambda work: work.db.execute(done).rowcount)
        kept = await lite.read(lambda work: work.vouchers.get(had.id))
        assert kept is not None
        assert cancellable_until(kept) is None
    with pytest.raises(CannotCancel) as never:
        await cancel(lite, mei, had.id)
    assert never.value.why == "never"
    assert await points(lite, mei) == 850


async def test_only_its_owner_gives_it_back_and_only_as_long_as_it_is_whole(club: Club) -> None:
    coffee = await offer(club, cancel_hours=24, valid_days=60)
    mei, wang = await member(club), await member(club)
    had = await redeem(club, mei, coffee)
    for stranger, which in ((wang, had.id), (mei, 4711)):
        with pytest.raises(VoucherNotFound):
            await cancel(club, stranger, which)
    until = club.clock() + timedelta(minutes=2)
    assert await club.write(lambda work: work.vouchers.hold(had.id, "till", until, club.clock()))
    with pytest.raises(CannotCancel) as held:
        await cancel(club, mei, had.id)
    assert held.value.why == "held"
    await club.write(lambda work: work.members.change(mei, state="frozen"))
    with pytest.raises(MemberFrozen):
        await cancel(club, mei, had.id)
    await club.write(lambda work: work.members.change(mei, state="active"))
    await club.write(lambda work: work.vouchers.use(had.id, "k", club.clock(), 1, 1, "till"))
    with pytest.raises(CannotCancel) as used:
        await cancel(club, mei, had.id)
    assert used.value.why == "used"
    assert await points(club, mei) == 850
    assert await broken(club) == []


async def test_a_hold_that_is_over_does_not_keep_it(club: Club) -> None:
    coffee = await offer(club, cancel_hours=24)
    mei = await member(club)
    had = await redeem(club, mei, coffee)
    until = club.clock() + timedelta(minutes=2)
    await club.write(lambda work: work.vouchers.hold(had.id, "till", until, club.clock()))
    club.clock.now = until
    assert (await cancel(club, mei, had.id)).points == 1000


async def test_what_was_handed_on_is_not_given_back(club: Club) -> None:
    coffee = await offer(club, cancel_hours=24, giftable=True)
    mei, wang = await member(club), await member(club)
    had = await redeem(club, mei, coffee)

    def hand_on(work: Work) -> None:
        row = {"id": work.new_id(), "voucher_id": had.id, "giver_id": mei, "taker_id": wang}
        row |= {"token_index": "t", "token": "", "state": "taken", "at": club.clock()}
        work.db.execute(_gifts.insert().values(**row, until=club.clock()))
        moved = update(_vouchers).where(_vouchers.c.id == had.id).values(member_id=wang)
        work.db.execute(moved)

    await club.write(hand_on)
    with pytest.raises(VoucherNotFound):
        await cancel(club, mei, had.id)
    with pytest.raises(CannotCancel) as given:
        await cancel(club, wang, had.id)
    assert given.value.why == "handed_on"


async def test_after_a_merge_the_points_come_to_the_kept_membership(club: Club) -> None:
    coffee = await offer(club, stock=1, cancel_hours=24)
    mei, other = await member(club), await member(club)
    had = await redeem(club, other, coffee)
    merged = await club.write(
        lambda work: merging.merge(work, mei, other, Actor("Anna"), club.clock())
    )
    kept = merged.kept.id
    assert (await cancel(club, kept, had.id)).points == 2000
    assert (await stock(club, coffee)).left == 1
    assert await broken(club) == []


async def test_what_cost_nothing_returns_nothing(club: Club) -> None:
    coffee = await offer(club, price=0, stock=1, cancel_hours=24)
    mei = await member(club)
    had = await redeem(club, mei, coffee)
    assert (await cancel(club, mei, had.id)).points == 1000
    assert await broken(club) == []

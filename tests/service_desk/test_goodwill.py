"""Goodwill from a ticket: within the operator's budget, above it with a second person's yes."""

import asyncio

import pytest
from sqlalchemy import text

from domain.approvals import Approval, ApprovalState
from domain.errors import KeyConflict, MemberFrozen, NotAllowed
from domain.service_errors import GoodwillGone, GoodwillTooLarge
from domain.service_rules import Goodwill
from services import approvals, goodwill, history, staffing
from services.goodwill import Gift
from services.ports.club import Actor
from services.ports.goodwill import Given
from tests.membership.support import broken
from tests.support.threads import offer

CLI = Actor("cli")


async def actor_of(desk, name: str) -> Actor:
    found = await desk.club.read(lambda work: work.staff.by_name(name))
    return Actor(found.name, found.id, found.store_id)


async def gives(desk, ticket, gift: Gift, key: str, name: str = "Anna"):
    actor, now = await actor_of(desk, name), desk.club.clock()
    return await desk.club.write(
        lambda work: goodwill.give(work, ticket.id, gift, key=key, actor=actor, now=now)
    )


async def points_of(desk, person) -> int:
    member, now = await person.member_id(), desk.club.clock()
    found = await desk.club.read(lambda work: work.ledger.summary(member, "points", now))
    return int(found.available)


async def test_points_are_booked_with_the_ticket_and_the_member_is_told_where_it_is(
    desk, mei, anna
):
    ticket = await desk.complains(mei)
    before = await points_of(desk, mei)
    given = await gives(desk, ticket, Gift(points=100), "tap:1")
    assert isinstance(given, Given)
    assert (given.points, given.ticket_id, given.voucher_id) == (100, ticket.id, None)
    assert await points_of(desk, mei) == before + 100
    posting = await desk.club.read(lambda work: work.ledger.posting(given.posting_id))
    assert (posting.source_type, posting.source_id) == ("ticket", str(ticket.id))
    assert posting.key == f"goodwill:{given.id}"
    await desk.worker.drain()
    assert "goodwill.told" in desk.channel.to(mei.user)
    page = await desk.club.read(lambda work: history.page(work, ticket.member_id))
    assert (page.items[0].source, page.items[0].order) == ("ticket", str(ticket.number))
    told = await mei.says("/history")
    assert str(ticket.number) in told.text


async def test_the_same_tap_gives_once_and_other_content_is_refused(desk, mei, anna):
    ticket = await desk.complains(mei)
    first = await gives(desk, ticket, Gift(points=100), "tap:1")
    assert await gives(desk, ticket, Gift(points=100), "tap:1") == first
    with pytest.raises(KeyConflict):
        await gives(desk, ticket, Gift(points=50), "tap:1")
    listed = await desk.club.read(lambda work: goodwill.given(work, ticket.id))
    assert listed == [first]


async def test_above_the_budget_a_second_person_decides(desk, mei, anna, olga):
    await desk.rules(goodwill=Goodwill(points_per_day=150, second_above=None))
    ticket = await desk.complains(mei)
    before = await points_of(desk, mei)
    await gives(desk, ticket, Gift(points=100), "tap:1")
    asked = await gives(desk, ticket, Gift(points=100), "tap:2")
    assert isinstance(asked, Approval)
    assert await points_of(desk, mei) == before + 100
    # The budget still has 50 of the day, and 0 after that.
    assert isinstance(await gives(desk, ticket, Gift(points=50), "tap:3"), Given)
    asker, now = await actor_of(desk, "Olga"), desk.club.clock()
    with pytest.raises(NotAllowed):  # an operator alone is no second person for this
        await desk.club.write(lambda w: approvals.decide(w, asked.id, True, asker, now))
    await desk.club.write(lambda w: staffing.add(w, "Otto", "owner", None, CLI, now))
    owner = await actor_of(desk, "Otto")
    done = await desk.club.write(lambda w: approvals.decide(w, asked.id, True, owner, now))
    assert done.state is ApprovalState.APPROVED
    assert await points_of(desk, mei) == before + 250
    rows = await desk.club.read(lambda work: goodwill.given(work, ticket.id))
    assert [row.approval_id for row in rows] == [None, None, asked.id]
    # It was not of the operator's budget, and a new day has a new one.
    desk.club.clock.move(days=1)
    assert isinstance(await gives(desk, ticket, Gift(points=150), "tap:4"), Given)


async def test_many_points_at_once_need_a_second_person(desk, mei, anna):
    ticket = await desk.complains(mei)  # 500 a day, more than 200 at once is asked for
    assert isinstance(await gives(desk, ticket, Gift(points=201), "tap:1"), Approval)
    assert isinstance(await gives(desk, ticket, Gift(points=200), "tap:2"), Given)
    with pytest.raises(GoodwillTooLarge):
        await gives(desk, ticket, Gift(points=goodwill.MOST + 1), "tap:3")


async def test_sixty_four_taps_stay_within_the_budget(desk, mei, anna):
    await desk.rules(goodwill=Goodwill(points_per_day=500))
    ticket = await desk.complains(mei)
    before = await points_of(desk, mei)
    taps = [gives(desk, ticket, Gift(points=50), f"tap:{number}") for number in range(64)]
    done = await asyncio.gather(*taps)
    assert sum(isinstance(one, Given) for one in done) == 10
    assert sum(isinstance(one, Approval) for one in done) == 54
    assert await points_of(desk, mei) == before + 500


async def test_a_voucher_is_given_once_and_a_stopped_one_is_refused(desk, mei, anna):
    await offer(desk.club, stock=1)
    rules = Goodwill(points_per_day=500, vouchers=("coffee",), vouchers_per_day=5)
    await desk.rules(goodwill=rules)
    ticket = await desk.complains(mei)
    given = await gives(desk, ticket, Gift(benefit_key="coffee"), "tap:1")
    voucher = await desk.club.read(lambda work: work.vouchers.get(given.voucher_id))
    assert (voucher.member_id, voucher.price) == (ticket.member_id, 0)
    with pytest.raises(GoodwillGone):
        await gives(desk, ticket, Gift(benefit_key="coffee"), "tap:2")
    with pytest.raises(GoodwillGone):
        await gives(desk, ticket, Gift(benefit_key="cake"), "tap:3")


async def test_a_frozen_member_is_given_nothing(desk, mei, anna):
    ticket = await desk.complains(mei)
    await desk.club.write(lambda work: work.members.change(ticket.member_id, state="frozen"))
    with pytest.raises(MemberFrozen):
        await gives(desk, ticket, Gift(points=50), "tap:1")
    assert await desk.club.read(lambda work: goodwill.given(work, ticket.id)) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "points = 1000",
        "posting_id = NULL",
        "posting_id = posting_id + 1",
        "benefit_key = 'coffee'",
    ],
)
async def test_the_audit_finds_goodwill_that_was_tampered_with(desk, mei, anna, tampering):
    ticket = await desk.complains(mei)
    await gives(desk, ticket, Gift(points=100), "tap:1")

    assert await broken(desk.club) == []
    change = text(f"UPDATE goodwill SET {tampering}")
    await desk.club.write(lambda work: work.db.execute(change))
    assert await broken(desk.club) != []


async def test_staff_give_goodwill_from_the_ticket_in_the_chat(desk, mei, anna):
    ticket = await desk.complains(mei)
    await anna.hears()
    shown = await anna.taps("goodwill", str(ticket.id))
    assert shown.key == "goodwill.choose"
    assert "200" in shown.text
    assert (await anna.taps("goodwill.points", str(ticket.number), "50")).key == "goodwill.done"
    assert (await anna.taps("goodwill.other", str(ticket.number))).key == "goodwill.other"
    assert (await anna.says("many")).key == "points.bad_count"
    assert "more than you may give alone" in (await anna.says("480")).text
    assert (await anna.taps("giving.do")).key == "goodwill.waiting"

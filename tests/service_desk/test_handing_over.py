"""Handing over: what becomes of an operator's work when they leave; named service persons."""

import pytest

from domain.approvals import NotOwnApproval
from domain.service_errors import NotAServicePerson
from services import approvals, goodwill, service_persons, staffing, ticket_moves
from services.goodwill import Gift
from services.ports.club import Actor
from tests.flows.staffed import operator

CLI = Actor("cli")


async def of(desk, name: str) -> Actor:
    found = await desk.club.read(lambda work: work.staff.by_name(name))
    return Actor(found.name, found.id, found.store_id)


async def takes(desk, ticket, name: str) -> None:
    actor, now = await of(desk, name), desk.club.clock()
    await desk.club.write(lambda work: ticket_moves.take(work, ticket.id, actor, now))


async def disable(desk, name: str, heir: str = ""):
    now = desk.club.clock()
    done = await desk.club.write(lambda w: staffing.disable(w, name, heir, CLI, now))
    await desk.passes(minutes=1)  # a chat takes one message a second
    return done[1]


async def test_the_heir_gets_the_tickets_with_a_card_and_hears_of_it(desk, mei, anna, olga):
    ticket, done = await desk.complains(mei), await desk.complains(mei, "And the bread.")
    for one in (ticket, done):
        await takes(desk, one, "Anna")
    now = desk.club.clock()
    await desk.club.write(lambda w: ticket_moves.close(w, done.member_id, done.id, now))
    ben = await operator(desk.club, "service", "Ben")
    handed = await disable(desk, "Anna", "Ben")
    assert (handed.heir, handed.tickets, handed.queued) == ("Ben", (ticket.number,), ())
    ben_id = (await of(desk, "Ben")).staff_id
    assert (await desk.ticket(ticket)).staff_id == ben_id
    assert (await desk.ticket(done)).staff_id != ben_id, "what is done stays as it was"
    got = desk.channel.to(ben.user)
    assert "desk.card" in got
    assert "handover.told" in got
    told = next(one for one in await ben.hears() if one.key == "handover.told")
    assert str(ticket.number) in told.text
    assert str(done.number) not in told.text
    events = await desk.club.read(lambda w: [one.text for one in w.tickets.thread(ticket.id, 9)])
    assert events[-1] == "assigned|Ben"
    # Who has left hears nothing more, not even of what comes.
    before = len(desk.channel.to(anna.user))
    await desk.passes(hours=6)
    assert len(desk.channel.to(anna.user)) == before
    assert "deadline.near" in desk.channel.to(ben.user)


@pytest.mark.parametrize("heir", ["", "Pia"], ids=["nobody", "one who may not answer"])
async def test_tickets_return_to_the_queue(desk, mei, anna, olga, heir):
    await operator(desk.club, "approver", "Pia")
    ticket = await desk.complains(mei)
    await takes(desk, ticket, "Anna")
    handed = await disable(desk, "Anna", heir)
    assert (handed.tickets, handed.queued) == ((), (ticket.number,))
    now = await desk.ticket(ticket)
    assert (now.staff_id, now.state) == (None, "open")


async def test_another_role_that_may_not_answer_puts_its_tickets_down(desk, mei, anna, olga):
    ticket = await desk.complains(mei)
    await takes(desk, ticket, "Anna")

    async def becomes(role: str) -> tuple[int | None, str]:
        now = desk.club.clock()
        await desk.club.write(lambda w: staffing.set_role(w, "Anna", role, None, CLI, now))
        found = await desk.ticket(ticket)
        return found.staff_id, str(found.state)

    assert await becomes("operator") == ((await of(desk, "Anna")).staff_id, "assigned")
    assert await becomes("till") == (None, "open")


async def test_an_heir_does_not_get_their_own_complaint(desk, mei, anna, olga):
    ben = await operator(desk.club, "service", "Ben")
    ticket, own = await desk.complains(mei), await desk.complains(await ben.joins())
    for one in (ticket, own):
        await takes(desk, one, "Anna")
    handed = await disable(desk, "Anna", "Ben")
    assert (handed.tickets, handed.queued) == ((ticket.number,), (own.number,))


async def test_requests_are_the_heirs_who_cannot_approve_them(desk, mei, anna, olga):
    ticket = await desk.complains(mei)
    await operator(desk.club, "owner", "Otto")
    actor, now = await of(desk, "Anna"), desk.club.clock()
    asked = await desk.club.write(
        lambda w: goodwill.give(w, ticket.id, Gift(points=300), key="t:1", actor=actor, now=now)
    )
    handed = await disable(desk, "Anna", "Otto")
    assert (handed.requests, handed.left_requests) == (1, 0)
    otto = await of(desk, "Otto")
    with pytest.raises(NotOwnApproval):
        await desk.club.write(lambda w: approvals.decide(w, asked.id, True, otto, now))
    other = await operator(desk.club, "owner", "Oda")
    oda = await of(desk, "Oda")
    done = await desk.club.write(lambda w: approvals.decide(w, asked.id, True, oda, now))
    assert str(done.state) == "approved"
    assert other is not None
    left = await desk.club.read(lambda w: goodwill.given(w, ticket.id))
    assert [one.staff_id for one in left] == [actor.staff_id], "who gave it stays written"


async def gold(desk, person) -> int:
    """The member rises to a level with a named service person."""
    member = await person.member_id()
    await desk.rules(named_levels=("gold",))
    await desk.club.write(lambda w: w.members.change(member, level="gold"))
    return member


async def test_a_member_of_the_level_gets_whoever_looks_after_the_fewest(desk, mei, anna, olga):
    ben = await operator(desk.club, "service", "Ben")
    assert ben is not None
    member, now = await gold(desk, mei), desk.club.clock()
    anna_id, ben_id = (await of(desk, "Anna")).staff_id, (await of(desk, "Ben")).staff_id
    first = await desk.club.write(lambda w: service_persons.of(w, member, now))
    rosa = await desk.club.person("Rosa").joins()
    rosa_id = await gold_too(desk, rosa)
    second = await desk.club.write(lambda w: service_persons.of(w, rosa_id, now))
    assert [first, second] == [anna_id, ben_id]
    assert await desk.club.write(lambda w: service_persons.of(w, member, now)) == anna_id
    assert await desk.club.read(lambda w: service_persons.shown(w, member)) == "Anna"
    # Below the level tickets go to the desk; back on it they have the same person again.
    await desk.club.write(lambda w: w.members.change(member, level="member"))
    assert await desk.club.write(lambda w: service_persons.of(w, member, now)) is None
    await desk.club.write(lambda w: w.members.change(member, level="gold"))
    handed = await disable(desk, "Anna", "Ben")
    assert handed.members == 1
    assert await desk.club.write(lambda w: service_persons.of(w, member, now)) == ben_id
    # Without an heir the next ticket finds somebody new.
    assert (await disable(desk, "Ben")).freed == 2
    olga_id = (await of(desk, "Olga")).staff_id
    assert await desk.club.write(lambda w: service_persons.of(w, member, now)) == olga_id


async def gold_too(desk, person) -> int:
    member: int = await person.member_id()
    await desk.club.write(lambda w: w.members.change(member, level="gold"))
    return member


async def test_staff_choose_the_service_person_on_the_members_card(desk, mei, anna, olga):
    member = await gold(desk, mei)
    number = await desk.club.read(lambda w: w.members.get(member).shown_number)
    assert (await olga.says(f"/member {number}")).key == "portrait.shown"
    chosen = await olga.taps("service.person", str(member))
    assert chosen.key == "service_person.choose"
    anna_id = (await of(desk, "Anna")).staff_id
    given = await olga.taps("service.give", str(member), service_persons.token(anna_id))
    assert "Anna" in given.text
    assert await desk.club.read(lambda w: service_persons.shown(w, member)) == "Anna"
    actor, now = await of(desk, "Olga"), desk.club.clock()
    await desk.club.write(lambda w: w.members.change(member, level="member"))
    with pytest.raises(NotAServicePerson):
        await desk.club.write(lambda w: service_persons.give(w, member, anna_id, actor, now))

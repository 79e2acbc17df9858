"""What becomes of tickets when a membership is erased, merged or frozen."""

from services import deadlines, erasing, merging, tickets
from services.ports.club import Actor
from tests.support.club import Club
from tests.tickets.support import look, opened, says, words


async def test_an_erased_members_tickets_are_closed_without_words_and_owe_nothing(
    club: Club,
) -> None:
    mei = await club.person().joins()
    member = await mei.member_id()
    ticket = await opened(club, mei)
    await says(club, ticket, "and it was warm")
    await club.write(lambda work: erasing.erase(work, member, club.clock()))
    gone = await look(club, ticket)
    assert (gone.state, gone.due_at, gone.resolve_by) == ("closed", None, None)
    assert gone.done_at == club.clock()
    assert set(await words(club, ticket)) == {""}
    club.clock.move(days=30)
    assert await club.read(lambda work: deadlines.nothing_due(work, club.clock()))


async def test_merged_memberships_have_their_tickets_together(club: Club) -> None:
    mei, old = await club.person().joins(), await club.person("Mei old").joins()
    one, other = await mei.member_id(), await old.member_id()
    first, second = await opened(club, old, "from before"), await opened(club, mei, "from now")
    anna = Actor("Anna", 1)
    done = await club.write(lambda work: merging.merge(work, one, other, anna, club.clock()))
    kept = done.kept.id
    listed = await club.read(lambda work: tickets.of_member(work, kept, club.clock()))
    assert {view.ticket.id for view in listed} == {first.id, second.id}

"""The member's tickets: how they stand, what was said, and saying more."""

from __future__ import annotations

from collections.abc import Mapping

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Kind, Reply, Rows, load_media
from bot.router import PASS
from domain.refusals import TicketOver
from domain.ticket_errors import TooManyMessages
from domain.tickets import DONE, RUNNING, Author, TicketKind, TicketState
from handlers import complain, menu, queue_answers, staff_group
from handlers.complain import MINE
from handlers.parts import CANCEL, gone, number
from handlers.rating import stars
from handlers.surveys import SURVEY
from handlers.ticket_parts import (
    all_collected,
    awaiting,
    collected,
    due,
    first_part,
    hush,
    origin,
    quoted,
    say_rest,
    thread,
)
from handlers.turns import Turn, member_id
from services import relay, tickets
from services.relay_places import STAFF
from services.ticket_opening import check_flood
from services.tickets import View, Words

ADDITION = Flow("addition", (Step("text", ANYTHING),))
FILES = 10


# -- looking ----------------------------------------------------------------------------


def show_all(turn: Turn) -> Reply:
    """The member's tickets and how they stand."""
    found = tickets.of_member(turn.work, member_id(turn), turn.now)
    rows: Rows = tuple((_open(turn, view),) for view in found)
    new = Button("button.complain", "complain"), Button("button.feedback", "feedback")
    values = {"tickets": [_line(turn, view) for view in found]}
    return Reply("ticket.list", values, (*rows, new, (menu.CARD,)), edit=True)


def show(turn: Turn) -> Reply:
    """One ticket with what was said and what happened, the newest page first."""
    skip = number(turn, 1)
    view = tickets.for_member(turn.work, member_id(turn), number(turn), turn.now, skip)
    values = {**_line(turn, view), **thread(turn, view), "into": view.into}
    values["waits"] = view.state in (TicketState.OPEN, TicketState.ASSIGNED)
    return Reply("ticket.shown", values, _buttons(turn, view), edit=True)


def files(turn: Turn) -> Reply:
    """The newest files of a ticket once more, both sides'."""
    view = tickets.for_member(turn.work, member_id(turn), number(turn), turn.now, number(turn, 1))
    media = [one for said in view.thread for one in said.media][-FILES:]
    back = Button("ticket.button_show", "ticket.show", (str(view.ticket.id),))
    values = {"number": view.ticket.number, "files": len(media)}
    return Reply("ticket.files", values, ((back, MINE),), media=load_media(media))


# -- saying more ------------------------------------------------------------------------


def more(turn: Turn) -> Reply:
    """The member wants to add something."""
    view = tickets.for_member(turn.work, member_id(turn), number(turn), turn.now)
    turn.start(ADDITION, ticket=view.ticket.id)
    return Reply("ticket.add_ask", {"number": view.ticket.number}, ((CANCEL,),))


def add(turn: Turn) -> Reply | None:
    """What was added goes to the staff."""
    words = collected(turn)
    if words is None:
        return awaiting(turn, "ticket.add_done")
    return _added(turn, int(turn.data["ticket"]), words, ending=True)


def add_done(turn: Turn) -> Reply | None:
    """No more words are to come: the files go to the staff."""
    if turn.conversation.flow != ADDITION.name:
        return gone(turn)
    return _added(turn, int(turn.data["ticket"]), all_collected(turn), ending=True)


def into(turn: Turn) -> Reply | None:
    """What was to be a new ticket goes to one that is open."""
    if not complain.holds(turn):
        return gone(turn)
    return put_into(turn, number(turn), all_collected(turn))


def put_into(turn: Turn, ticket_id: int, words: Words) -> Reply | None:
    """What waited goes to a ticket that is there. Raises TooManyMessages, TicketNotFound."""
    check_flood(turn.work, member_id(turn), turn.now)  # or what waits would be gone
    turn.end()
    reply = _added(turn, ticket_id, first_part(words))
    say_rest(turn, ticket_id, words)
    return reply


def reply(turn: Turn) -> Reply | None:
    """A reply to a message that shows a ticket: an answer of staff, or more from the member."""
    person = turn.person
    if person.address_id is None or turn.inbound.kind is Kind.CONTACT:
        return PASS
    shown = relay.shown(turn.work, turn.inbound.reply_to, address_id=person.address_id)
    if shown is None:
        return PASS
    if shown.side == STAFF:
        may = person.may("ticket:answer")
        return queue_answers.send(turn, shown.ticket_id) if may else PASS
    words = quoted(turn, shown.said_id)
    ticket = tickets.get(turn.work, shown.ticket_id)
    return _added(turn, ticket.id, words) if person.member_id == ticket.member_id else PASS


def edited(turn: Turn) -> Reply | None:
    """The text of an earlier message was changed: if it belongs to a ticket, the other side sees
    it; of all else nothing is said."""
    if not turn.inbound.address.private:
        return staff_group.edited(turn)
    wrote = origin(turn)
    if wrote.address_id is None:
        return None
    said = turn.work.tickets.written(wrote.address_id, wrote.chat, wrote.message)
    if said is None and _answered_survey(turn):
        return Reply("survey.edited")
    if said is None:
        complain.reworded(turn)
    elif said.author != Author.MEMBER:
        return staff_group.edited(turn)
    elif tickets.get(turn.work, said.ticket_id).member_id == turn.person.member_id:
        tickets.edit(turn.work, said.id, turn.text, turn.now)
    return None


def _answered_survey(turn: Turn) -> bool:
    """Whether the message that was changed answered the question before in a running survey."""
    talk, message = turn.conversation, turn.inbound.message
    ours = talk.active(turn.now) and talk.flow == SURVEY.name
    return ours and bool(message) and talk.data.get("message") == message


def _added(turn: Turn, ticket_id: int, words: Words, *, ending: bool = False) -> Reply | None:
    try:
        said = tickets.add(
            turn.work, member_id(turn), ticket_id, words, key=turn.nonce, now=turn.now
        )
    except TicketOver as over:
        return complain.again(turn, words, over.number)
    except TooManyMessages as refused:
        return hush(turn, refused)
    if ending:
        turn.end()
    if said is not None and words.album and len(said.media) > len(words.media):
        return None  # a further piece of an album: the first was answered
    ticket = tickets.leading(turn.work, ticket_id)
    staff = tickets.staff_name(turn.work, ticket.staff_id)
    values = {"number": ticket.number, "staff": staff, **due(turn, ticket.due_at)}
    return Reply("ticket.added", values, ((MINE, menu.CARD),))


# -- done and open again ----------------------------------------------------------------


def close(turn: Turn) -> Reply:
    """The member is content."""
    ticket = tickets.close(turn.work, member_id(turn), number(turn), turn.now)
    rows = (*stars(ticket.id), (MINE, menu.CARD))
    return Reply("ticket.closed", {"number": ticket.number, "rating": ticket.rating}, rows)


def reopen(turn: Turn) -> Reply:
    """It is not settled after all; what was it?"""
    own = tickets.own(turn.work, member_id(turn), number(turn))
    ticket = tickets.reopen(turn.work, own.id, turn.now)
    turn.start(ADDITION, ticket=ticket.id)
    values = {"number": ticket.number, **due(turn, ticket.due_at)}
    return Reply("ticket.reopened", values, ((CANCEL,),))


# -- bits -------------------------------------------------------------------------------


def _buttons(turn: Turn, view: View) -> Rows:
    mark = (str(view.ticket.id),)
    return tuple(
        row for row in (_steps(turn, view, mark), _pages(view), _rest(view, mark), (MINE,)) if row
    )


def _steps(turn: Turn, view: View, mark: tuple[str, ...]) -> tuple[Button, ...]:
    ticket = view.ticket
    if not ticket.may_reopen(turn.now):
        return ()
    add = Button("button.ticket_add", "ticket.add", mark)
    if view.state in RUNNING:
        return (add, Button("button.ticket_close", "ticket.close", mark))
    if ticket.kind is TicketKind.PRAISE:
        return (add,)
    return (Button("ticket.button_reopen", "ticket.reopen", mark),)


def _pages(view: View) -> tuple[Button, ...]:
    mark, page = str(view.ticket.id), tickets.SHOWN
    older = Button("button.older", "ticket.show", (mark, str(view.skipped + page)))
    newest = Button("button.newest", "ticket.show", (mark, "0"))
    return (*((newest,) if view.skipped else ()), *((older,) if view.older else ()))


def _rest(view: View, mark: tuple[str, ...]) -> tuple[Button, ...]:
    count = sum(len(said.media) for said in view.thread)
    files = Button(
        "ticket.button_files",
        "ticket.files",
        (*mark, str(view.skipped)),
        values={"files": count},
    )
    rate = Button("button.ticket_rate", "ticket.rate", mark)
    asked = view.state in DONE and view.ticket.kind is not TicketKind.PRAISE
    return (*((files,) if count else ()), *((rate,) if asked else ()))


def _open(turn: Turn, view: View) -> Button:
    values: Mapping[str, object] = {"number": view.ticket.number, **_about(turn, view)}
    return Button("button.ticket_open", "ticket.show", (str(view.ticket.id),), values=values)


def _about(turn: Turn, view: View) -> dict[str, object]:
    ticket = view.ticket
    known = turn.work.programmes.current().service.categories
    names = next((dict(one.names) for one in known if one.key == ticket.category), {})
    return {"kind": str(ticket.kind), "names": names}


def _line(turn: Turn, view: View) -> dict[str, object]:
    ticket = view.ticket
    return {
        "number": ticket.number,
        **_about(turn, view),
        "state": str(view.state),
        "opened_at": ticket.opened_at,
        "staff": view.staff,
        "rating": ticket.rating,
        **due(turn, ticket.due_at),
    }

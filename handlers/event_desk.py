"""Events for staff: answers, invitations, the door, the guest list."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.flow import Flow, Step
from bot.messages import Button, Document, Reply, Rows
from domain.errors import Refused
from domain.event_errors import TicketUnknown
from domain.event_waves import Wave, WaveState
from domain.events import Event, EventState
from handlers import joining, menu
from handlers.parts import number, refusal, turning
from handlers.turns import Turn, actor
from services import events, finding
from services.event_tickets import LINK
from services.events import Arrived, Guest, Standing

BACK = Button("button.back", "event.manage")
NEW = Button("event.button_new", "event.new")
DOOR = Flow("event_door", (Step("code"),), timeout=timedelta(hours=4))
PAST = Button("event.button_past", "event.past")
LISTED = 8
SHOWN = 8
"""Events on a page."""
MOST_STOPS = 3
MOST_HEADS = 8
MAKER = "event_guests"


def manage_all(turn: Turn) -> Reply:
    """What is to come, for staff."""
    found = events.upcoming(turn.work, turn.now)
    page = min(number(turn), len(found) // SHOWN)
    rows: Rows = tuple(
        (opens(event, "event.staff"),) for event in found[page * SHOWN : (page + 1) * SHOWN]
    )
    rows = (*rows, *turning(page, len(found), SHOWN, Button("", "event.manage")))
    return Reply(
        "event.manage", {"count": len(found)}, (*rows, (NEW, PAST), (menu.CARD,)), edit=True
    )


def past(turn: Turn) -> Reply:
    """What is over, the latest first: numbers, and thanks."""
    found = events.past(turn.work, turn.now)
    page = min(number(turn), len(found) // SHOWN)
    rows: Rows = tuple(
        (opens(event, "event.staff", dated=True),)
        for event in found[page * SHOWN : (page + 1) * SHOWN]
    )
    rows = (*rows, *turning(page, len(found), SHOWN, Button("", "event.past")))
    return Reply("event.past", {"count": len(found)}, (*rows, (BACK,)), edit=True)


def for_staff(turn: Turn) -> Reply:
    """An event with its answers, and how many could be invited."""
    return staff_card(turn, number(turn), edit=True)


def staff_card(turn: Turn, event_id: int, *, edit: bool = False) -> Reply:
    """The card of an event for staff."""
    stands = events.standing(turn.work, event_id)
    names = ("invited", "yes", "maybe", "no", "waiting", "offered", "guests", "came", "heads")
    counts = {name: stands.counts.get(name, 0) for name in names}
    counts["queue"] = counts.pop("waiting") + counts.pop("offered")
    waves = [_wave(one, turn) for one in stands.waves]
    ended = stands.event.over(turn.now)
    values = {**events.values(stands.event), **counts, "waves": waves, "ended": ended}
    values["ahead"] = stands.event.rules.ahead
    values["cancelled"] = stands.event.state == EventState.CANCELLED
    more = {"no_shows": stands.counts.get("no_shows", 0), "kept": stands.counts.get("kept", 0)}
    rows = _afterwards(stands.event) if ended or values["cancelled"] else _tools(stands)
    return Reply("event.staff", {**values, **more}, rows, edit=edit)


def _wave(wave: Wave, turn: Turn) -> dict[str, object]:
    begun = wave.due_at <= turn.now
    return {
        "at": wave.due_at,
        "written": wave.written,
        "most": wave.most,
        "invited": wave.invited,
        "state": "going" if begun and wave.state is WaveState.PLANNED else str(wave.state),
    }


def _tools(stands: Standing) -> Rows:
    event = stands.event
    args = (str(event.id),)
    stops = tuple(
        (Button("event.button_stop_wave", "event.wave_stop", (str(one.id),)),)
        for one in stands.waves
        if one.state is WaveState.PLANNED
    )
    return (
        (Button("event.button_invite", "event.invite", args),),
        *stops[:MOST_STOPS],
        (
            Button("event.button_door", "event.door", args),
            Button("event.button_guest_list", "event.guests", args),
        ),
        (
            Button("event.button_move", "event.move", args),
            Button("event.button_seats", "event.seats", args),
        ),
        (
            Button("event.button_settings", "event.settings", args),
            Button("event.button_cancel", "event.cancel", args),
        ),
        (BACK,),
    )


def _afterwards(event: Event) -> Rows:
    args = (str(event.id),)
    thank = ((Button("event.button_thank", "event.thank", args),),)
    return (
        *(thank if event.state != EventState.CANCELLED else ()),
        (Button("event.button_guest_list", "event.guests", args),),
        (BACK,),
    )


def told(turn: Turn, event: Event) -> dict[str, int]:
    """How many would be told of a change: who said yes, waits, said maybe."""
    found = events.concerned(turn.work, event)
    return {"yes": found["yes"], "queue": found["waiting"], "maybe": found["maybe"]}


# -- the guest list -----------------------------------------------------------------------


def guest_list(turn: Turn) -> Reply:
    """Who answered, as a table; noted in the audit."""
    event = events.find(turn.work, number(turn))
    rows = [_line(one) for one in events.all_guests(turn.work, event.id)]
    turn.work.audit.add(
        actor(turn), "event.guests", ("event", event.id), turn.now, {"lines": len(rows)}
    )
    about = {"names": dict(event.names), "starts_at": event.starts_at.isoformat()}
    data = {"event": {**about, "zone": event.zone}, "rows": rows}
    content = json.dumps(data, ensure_ascii=False).encode()
    values = {"names": dict(event.names), "count": len(rows)}
    document = Document(f"event-{event.id}-guests.xlsx", content, MAKER)
    file = Reply("event.guests_file", values, document=document)
    return Reply("event.guests", values, more=(file,))


def _line(one: Guest) -> list[object]:
    part = one.part
    place = str(part.place)
    return [
        one.number,
        one.name,
        str(part.answer),
        place,
        part.guests,
        part.came,
        part.no_show,
    ]


# -- the door -----------------------------------------------------------------------------


def doors(turn: Turn) -> Reply:
    """The events whose door is open, for whoever lets in."""
    found = [one for one in events.upcoming(turn.work, turn.now) if turn.now >= one.opens_at]
    rows: Rows = tuple((opens(event, "event.door"),) for event in found)
    return Reply("event.doors", {"count": len(found)}, (*rows, (menu.CARD,)), edit=True)


def door(turn: Turn) -> Reply:
    """Asks for a ticket or a member, and lists who is expected."""
    event = events.find(turn.work, number(turn))
    turn.start(DOOR, event=str(event.id))
    return _door(turn, event)


def _door(turn: Turn, event: Event) -> Reply:
    expected, some = events.expected(turn.work, event.id, LISTED)
    rows: Rows = tuple((_expected(event, one),) for one in some)
    counts = events.standing(turn.work, event.id).counts
    values = {
        "names": dict(event.names),
        "expected": expected,
        "came": counts.get("came", 0),
        "heads": counts.get("heads", 0),
    }
    return Reply("event.door", values, (*rows, (menu.CARD,)))


def _expected(event: Event, one: Guest) -> Button:
    values = {"name": one.name, "number": one.number, "guests": one.part.guests}
    args = (str(event.id), str(one.part.member_id))
    return Button("event.button_expected", "event.in", args, values=values)


def take_code(turn: Turn) -> Reply:
    """A ticket that was scanned or typed, or a member's number or code."""
    event_id = int(turn.data["event"])
    try:
        who = _member(turn, event_id, turn.text)
        return _arrived(turn, events.check_in(turn.work, event_id, who, actor(turn), turn.now))
    except Refused as refused:
        return refusal(refused, _again(event_id))


def _member(turn: Turn, event_id: int, text: str) -> int:
    """Whom a ticket of this event, or a member's number or code stands for."""
    code = text.strip().rpartition("start=")[2].removeprefix(LINK)
    try:
        part = events.by_ticket(turn.work, code)
    except TicketUnknown:
        look = finding.look(turn.work, text, actor(turn), turn.now)
        if look.member is None:
            raise look.problem from None
        return look.member.id
    if part.event_id != event_id:
        raise TicketUnknown
    return part.member_id


def let_in(turn: Turn) -> Reply:
    """Who was tapped on the list comes in, with as many as the second number says."""
    heads = number(turn, 2) or None
    done = events.check_in(turn.work, number(turn), number(turn, 1), actor(turn), turn.now, heads)
    return _arrived(turn, done)


def opened(turn: Turn, payload: str) -> Reply:
    """The link of a ticket: whoever may let in has let them in; to others it says nothing."""
    if not turn.person.may("voucher:use"):
        return joining.start(turn)
    part = events.by_ticket(turn.work, payload.removeprefix(LINK))
    done = events.check_in(turn.work, part.event_id, part.member_id, actor(turn), turn.now)
    turn.start(DOOR, event=str(part.event_id))
    return _arrived(turn, done)


def _arrived(turn: Turn, done: Arrived, *, edit: bool = False) -> Reply:
    args = (str(done.event.id), str(done.member.id))
    values = {
        "names": dict(done.event.names),
        "number": done.member.shown_number,
        "came": done.part.came,
        "returned": done.returned,
    }
    undo = Button("event.button_undo", "event.out", args)
    rows = (*_heads(done), (undo,), *_again(done.event.id))
    return Reply("event.arrived", values, rows, edit=edit)


def _heads(done: Arrived) -> Rows:
    """How many came, for who may bring somebody: another number corrects it."""
    most = max(done.event.rules.guests + 1, done.part.came)
    if most == 1:
        return ()
    buttons = tuple(
        Button(
            "event.button_heads",
            "event.heads",
            (str(done.part.id), str(count)),
            values={"heads": count, "on": count == done.part.came},
        )
        for count in range(1, min(most, MOST_HEADS) + 1)
    )
    return tuple(buttons[at : at + 4] for at in range(0, len(buttons), 4))


def recount(turn: Turn) -> Reply:
    """They came with as many as the second number says."""
    done = events.recount(turn.work, number(turn), number(turn, 1), actor(turn), turn.now)
    return _arrived(turn, done, edit=True)


def undo(turn: Turn) -> Reply:
    """They were not let in after all."""
    done = events.undo(turn.work, number(turn), number(turn, 1), actor(turn), turn.now)
    values = {"names": dict(done.event.names), "number": done.member.shown_number}
    return Reply("event.not_arrived", values, _again(done.event.id), edit=True)


def _again(event_id: int) -> Rows:
    return ((Button("event.button_next", "event.door", (str(event_id),)), menu.CARD),)


def opens(event: Event, intent: str, *, dated: bool = False) -> Button:
    """The button that opens an event; one of several of a series says its day."""
    values = {"names": dict(event.names)}
    if not event.series and not dated:
        return Button("button.event", intent, (str(event.id),), values=values)
    more = {**values, "starts_at": event.starts_at, "zone": event.zone}
    return Button("event.button_day", intent, (str(event.id),), values=more)

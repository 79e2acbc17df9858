"""Events: the member's invitations, answers, guests, ticket and entry for the calendar."""

from bot.messages import Button, Document, Reply, Rows
from domain.events import GIVEN, Answer, Place
from handlers import event_desk, joining, menu
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import event_tickets, events
from services.events import Mine

LIST = Button("button.events", "events")
MANAGE = Button("button.events_manage", "event.manage")
DOORS = Button("event.button_doors", "event.doors")
MAKER = "calendar"
MOST_BUTTONS = 6
"""So many numbers of guests are offered as buttons at most."""


def show_all(turn: Turn) -> Reply:
    """What is to come and concerns the member; staff come to their own list from here."""
    if turn.person.member_id is None:
        return _of_staff(turn)
    manage: Rows = ((MANAGE,),) if turn.person.may("event:write") else ()
    if turn.person.may("voucher:use"):
        manage = (*manage, (DOORS,))
    found = events.mine(turn.work, member_id(turn), turn.now)
    rows: Rows = tuple((event_desk.opens(mine.event, "event.show"),) for mine in found)
    values = {"events": [_mine(mine) for mine in found]}
    return Reply("event.list", values, (*rows, *manage, (menu.CARD,)), edit=True)


def _of_staff(turn: Turn) -> Reply:
    if turn.person.may("event:write"):
        return event_desk.manage_all(turn)
    return event_desk.doors(turn) if turn.person.may("voucher:use") else joining.stranger(turn)


def show(turn: Turn) -> Reply:
    """One event, and the three answers."""
    return _card(turn, events.show(turn.work, member_id(turn), number(turn)))


def answer(turn: Turn) -> Reply:
    """Yes, no or maybe, yes with so many guests; the card shows what holds now."""
    said = Answer(turn.arg(1)) if turn.arg(1) in tuple(Answer) else Answer.MAYBE
    guests = number(turn, 2) if said is Answer.YES else 0
    if said is Answer.YES and not turn.arg(2):
        before = events.show(turn.work, member_id(turn), number(turn)).part
        guests = before.guests if before is not None and before.answer is said else 0
    done = events.answer(turn.work, member_id(turn), number(turn), said, turn.now, guests)
    return _card(turn, done)


def take(turn: Turn) -> Reply:
    """Takes the seat that is kept."""
    return _card(turn, events.take_offer(turn.work, member_id(turn), number(turn), turn.now))


def ticket(turn: Turn) -> Reply:
    """The ticket with its code. A reading route: the picture is drawn when it is sent."""
    mine = event_tickets.shown(turn.work, member_id(turn), number(turn))
    picture = event_tickets.photo(mine.event.id, member_id(turn))
    guests = mine.part.guests if mine.part else 0
    values = {**events.values(mine.event), "code": mine.code, "guests": guests}
    back = Button("button.event_open", "event.show", (str(mine.event.id),))
    return Reply("event.ticket", values, ((back,),), photo=picture, protect=True, secret=True)


def calendar(turn: Turn) -> Reply:
    """The entry for a calendar, as a file."""
    mine = events.show(turn.work, member_id(turn), number(turn))
    content = event_tickets.calendar(turn.work, member_id(turn), mine.event.id)
    values = {"names": dict(mine.event.names)}
    file = Reply(
        "event.calendar_file",
        values,
        document=Document(f"event-{mine.event.id}.ics", content, MAKER),
    )
    return Reply("event.calendar", values, more=(file,))


def _card(turn: Turn, mine: Mine) -> Reply:
    buttons = tuple(_answer(mine, said) for said in GIVEN)
    rows = (*_kept(mine), buttons, *_guests(mine), *_carried(mine), (LIST, menu.CARD))
    return Reply("event.card", {**_mine(mine), **_more(turn, mine)}, rows, edit=True)


def _answer(mine: Mine, said: Answer) -> Button:
    label = f"button.event_{said}_on" if mine.answer is said else f"button.event_{said}"
    return Button(label, "event.answer", (str(mine.event.id), str(said)))


def _kept(mine: Mine) -> Rows:
    """The button that takes a seat which is kept."""
    if mine.part is None or mine.part.place is not Place.OFFERED:
        return ()
    return ((Button("button.event_take", "event.take", (str(mine.event.id),)),),)


def _guests(mine: Mine) -> Rows:
    """How many come along, for who said yes where guests may come."""
    most = mine.event.rules.guests
    if mine.part is None or mine.answer is not Answer.YES or not most:
        return ()
    buttons = tuple(
        Button(
            "event.button_guests",
            "event.answer",
            (str(mine.event.id), "yes", str(count)),
            values={"guests": count, "on": count == mine.part.guests},
        )
        for count in range(min(most, MOST_BUTTONS) + 1)
    )
    return tuple(buttons[at : at + 4] for at in range(0, len(buttons), 4))


def _carried(mine: Mine) -> Rows:
    """The ticket, the entry for a calendar and the way there."""
    args = (str(mine.event.id),)
    seated = mine.part is not None and mine.part.place is Place.SEATED
    row = [Button("event.button_ticket", "event.ticket", args)] if seated else []
    if mine.answer in (Answer.YES, Answer.MAYBE):
        row.append(Button("event.button_calendar", "event.calendar", args))
    there: Rows = ()
    if mine.event.rules.map_url:
        there = ((Button("event.button_map", "", url=mine.event.rules.map_url),),)
    return (*((tuple(row),) if row else ()), *there)


def _more(turn: Turn, mine: Mine) -> dict[str, object]:
    """What the card says beside the list."""
    part = mine.part
    return {
        "guests": part.guests if part else 0,
        "most_guests": mine.event.rules.guests,
        "held": part.deposit if part and part.deposit_state == "held" else 0,
        "until": part.offered_until if part and part.place is Place.OFFERED else None,
        "return_until": mine.event.returns_until,
        "promotion": event_tickets.promotion(turn.work, mine.event),
    }


def _mine(mine: Mine) -> dict[str, object]:
    place = str(mine.part.place) if mine.part else ""
    more = {"answer": str(mine.answer), "at": place, "ahead": mine.ahead}
    return {**events.values(mine.event), **more}

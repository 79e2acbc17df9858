"""Events: the member's invitations, answers, guests, ticket and entry for the calendar."""

from bot.messages import Button, Document, Reply, Rows
from domain.events import GIVEN, Answer
from handlers import event_desk, joining, menu
from handlers.parts import buttons, number
from handlers.turns import Turn, member_id
from services import event_cards, event_telling, event_tickets, events
from services.events import Mine

SURE = "y"
LIST = Button("button.events", "events")
MANAGE = Button("button.events_manage", "event.manage")
DOORS = Button("event.button_doors", "event.doors")
MAKER = "calendar"


def show_all(turn: Turn) -> Reply:
    """What is to come and concerns the member; staff come to their own list from here."""
    if turn.person.member_id is None:
        return _of_staff(turn)
    manage: Rows = ((MANAGE,),) if turn.person.may("event:write") else ()
    if turn.person.may("voucher:use"):
        manage = (*manage, (DOORS,))
    found = events.mine(turn.work, member_id(turn), turn.now)
    rows: Rows = tuple((event_desk.opens(mine.event, "event.show"),) for mine in found)
    values = {"events": [event_cards.listed(mine) for mine in found]}
    return Reply("event.list", values, (*rows, *manage, (menu.CARD,)), edit=True)


def _of_staff(turn: Turn) -> Reply:
    if turn.person.may("event:write"):
        return event_desk.manage_all(turn)
    return event_desk.doors(turn) if turn.person.may("voucher:use") else joining.stranger(turn)


def show(turn: Turn) -> Reply:
    """One event, and the three answers."""
    return _card(turn, events.show(turn.work, member_id(turn), number(turn)))


def answer(turn: Turn) -> Reply:
    """Yes, no or maybe, yes with so many guests; the card shows what holds now. Asks first where
    a deposit would be lost."""
    said = Answer(turn.arg(1)) if turn.arg(1) in GIVEN else Answer.MAYBE
    who, event_id, kept = member_id(turn), number(turn), _kept(turn)
    before = events.show(turn.work, who, event_id)
    if (
        said is not Answer.YES
        and not turn.arg(4)
        and (lost := events.would_lose(before, turn.now))
    ):
        return _ask(turn, before, said, lost)
    guests = number(turn, 2) if said is Answer.YES else 0
    if said is Answer.YES and not turn.arg(2) and before.part and before.answer is said:
        guests = before.part.guests
    done = events.answer(turn.work, who, event_id, said, turn.now, guests, on_card=kept)
    return _card(turn, done)


def _ask(turn: Turn, mine: Mine, said: Answer, lost: int) -> Reply:
    args = (str(mine.event.id), str(said), "", turn.arg(3), SURE)
    back = (str(mine.event.id), "", "", turn.arg(3))
    rows: Rows = (
        (Button("event.button_keep_seat", "event.show", back),),
        (Button("event.button_lose", "event.answer", args),),
    )
    values = {**events.values(mine.event), "lost": lost, "until": mine.event.returns_until}
    return Reply("event.lose_deposit", values, rows, edit=True)


def take(turn: Turn) -> Reply:
    """Takes the seat that is kept."""
    who, kept = member_id(turn), _kept(turn)
    return _card(turn, events.take_offer(turn.work, who, number(turn), turn.now, on_card=kept))


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


def _kept(turn: Turn) -> bool:
    """Whether it was tapped on a card that stays in the chat."""
    return turn.arg(3) == event_telling.KEPT


def _card(turn: Turn, mine: Mine) -> Reply:
    kept = _kept(turn)
    shown = event_cards.card(turn.work, mine, turn.now, kept=kept)
    rows = buttons(shown.rows) if kept else (*buttons(shown.rows), (LIST, menu.CARD))
    return Reply(shown.key, shown.values, rows, edit=True)

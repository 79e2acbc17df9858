"""Events: the member's invitations and answers; staff invite."""

from bot.messages import Button, Reply, Rows
from domain.events import GIVEN, Answer, Event
from handlers import joining, menu
from handlers.parts import number
from handlers.turns import Turn, actor, member_id
from services import events
from services.events import Mine

LIST = Button("button.events", "events")
MANAGE = Button("button.events_manage", "event.manage")
BACK = Button("button.back", "event.manage")


def show_all(turn: Turn) -> Reply:
    """What is to come and concerns the member; staff come to their own list from here."""
    manage: Rows = ((MANAGE,),) if turn.person.may("event:write") else ()
    if turn.person.member_id is None:
        return manage_all(turn) if manage else joining.stranger(turn)
    found = events.mine(turn.work, member_id(turn), turn.now)
    rows: Rows = tuple((_open(mine.event, "event.show"),) for mine in found)
    values = {"events": [_mine(mine) for mine in found]}
    return Reply("event.list", values, (*rows, *manage, (menu.CARD,)), edit=True)


def show(turn: Turn) -> Reply:
    """One event, and the three answers."""
    return _card(events.show(turn.work, member_id(turn), number(turn)))


def answer(turn: Turn) -> Reply:
    """Yes, no or maybe; the card shows what holds now."""
    said = Answer(turn.arg(1)) if turn.arg(1) in tuple(Answer) else Answer.MAYBE
    return _card(events.answer(turn.work, member_id(turn), number(turn), said, turn.now))


def take(turn: Turn) -> Reply:
    """Takes the seat that is kept."""
    return _card(events.take_offer(turn.work, member_id(turn), number(turn), turn.now))


def manage_all(turn: Turn) -> Reply:
    """What is to come, for staff."""
    found = events.upcoming(turn.work, turn.now)
    rows: Rows = tuple((_open(event, "event.staff"),) for event in found)
    return Reply("event.manage", {"count": len(found)}, (*rows, (menu.CARD,)), edit=True)


def for_staff(turn: Turn) -> Reply:
    """An event with its answers, and how many could be invited."""
    stands = events.standing(turn.work, number(turn), turn.now)
    counts = {name: stands.counts.get(name, 0) for name in ("invited", "yes", "maybe", "no")}
    values = {**events.values(stands.event), **counts, "waiting": stands.waiting}
    now = min(stands.waiting, events.AT_ONCE)
    invite = Button(
        "button.event_invite",
        "event.invite",
        (str(stands.event.id),),
        effect=True,
        values={"count": now},
    )
    return Reply("event.staff", values, (*(((invite,),) if now else ()), (BACK,)), edit=True)


def invite(turn: Turn) -> Reply:
    """The invitations go out; each member gets one."""
    done = events.invite(turn.work, number(turn), actor(turn), key=turn.nonce, now=turn.now)
    values = {"names": dict(done.event.names), "done": done.done, "left": done.left}
    answers = Button("button.event_back", "event.staff", (str(done.event.id),))
    return Reply("event.invited", values, ((answers, BACK),), edit=True)


def _card(mine: Mine) -> Reply:
    buttons = tuple(
        Button(
            f"button.event_{said}_on" if mine.answer is said else f"button.event_{said}",
            "event.answer",
            (str(mine.event.id), str(said)),
        )
        for said in GIVEN
    )
    return Reply("event.card", _mine(mine), (buttons, (LIST, menu.CARD)), edit=True)


def _open(event: Event, intent: str) -> Button:
    values = {"names": dict(event.names)}
    return Button("button.event", intent, (str(event.id),), values=values)


def _mine(mine: Mine) -> dict[str, object]:
    place = str(mine.part.place) if mine.part else ""
    more = {"answer": str(mine.answer), "at": place, "ahead": mine.ahead}
    return {**events.values(mine.event), **more}

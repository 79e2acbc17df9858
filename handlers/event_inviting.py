"""Inviting to an event: whom, from when on, and stopping what goes out."""

from __future__ import annotations

from datetime import datetime

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.audience_expressions import Condition, Expression, Op, dump, load
from domain.errors import Refused
from handlers import event_desk
from handlers.parts import CANCEL, led_back, number, pairs
from handlers.turns import Turn, actor
from services import audiences, event_making, event_waves, events, saved_audiences

INVITING = Flow("event_invite", (Step("whom"), Step("when")))
NOW = Button("event.button_now", "event.wave_now", here=True)
MOST_SAVED = 6
"""So many saved audiences are offered as buttons."""


def start(turn: Turn) -> Reply:
    """Asks whom to invite: everybody it is for, a level, a saved audience, or typed."""
    event = events.find(turn.work, number(turn))
    turn.start(INVITING, event=str(event.id), key=f"chat:{turn.work.new_id()}")
    args = (str(event.id),)
    every = Button("event.button_invite_all", "event.wave_all", args, here=True)
    return Reply("event.ask_whom", events.values(event), ((every,), *_some(turn), (CANCEL,)))


def _some(turn: Turn) -> Rows:
    levels = [
        Button("event.button_level", "event.wave_level", (str(at),), here=True, values=_named(one))
        for at, one in enumerate(turn.work.programmes.current().levels)
    ]
    saved = [
        Button(
            "event.button_saved",
            "event.wave_saved",
            (str(one.id),),
            here=True,
            values={"name": one.name},
        )
        for one in turn.work.saved_audiences.all()[:MOST_SAVED]
    ]
    return (*pairs(levels), *pairs(saved))


def _named(level: object) -> dict[str, object]:
    return {"names": dict(getattr(level, "names", {}))}


# -- whom --------------------------------------------------------------------------------


def _whom(turn: Turn) -> tuple[Expression | None, str]:
    """Whom the tap or the text means (None: everybody), and as an operator would write it."""
    if turn.intent == "event.wave_all":
        return None, ""
    if turn.intent == "event.wave_level":
        levels = turn.work.programmes.current().levels
        level = levels[min(number(turn), len(levels) - 1)]
        found: Expression = Condition("level", Op.IS, (level.key,))
    elif turn.intent == "event.wave_saved":
        saved = saved_audiences.get(turn.work, number(turn))
        found = Condition("audience", Op.IS, (saved.name,))
    else:
        found = audiences.read(turn.work, turn.text, turn.now)
    return found, audiences.written(turn.work, found, turn.locale)


def count(turn: Turn) -> int | None:
    """How many would be invited; before the write transaction."""
    try:
        whom, _ = _whom(turn)
        return event_waves.invitable(turn.work, int(turn.data["event"]), turn.now, whom)
    except (Refused, KeyError):
        return None


@led_back(((CANCEL,),), "event")
def take_whom(turn: Turn) -> Reply:
    """Says how many they are and asks when; nothing goes out yet."""
    whom, written = _whom(turn)
    event = events.find(turn.work, int(turn.data["event"]))
    members = turn.counted if isinstance(turn.counted, int) else 0
    if not members:
        args = (str(event.id),)
        again = Button("event.button_other_people", "event.invite", args)
        return Reply("event.nobody_to_invite", {"written": written}, ((again,), (CANCEL,)))
    turn.go("when", whom=dump(whom) if whom else {}, written=written, members=members)
    values = {**events.values(event), "members": members, "written": written}
    return Reply("event.ask_invite_when", values, ((NOW,), (CANCEL,)))


# -- when --------------------------------------------------------------------------------


def now(turn: Turn) -> Reply:
    """They go out at once."""
    return _planned(turn, turn.now)


@led_back(((NOW,), (CANCEL,)), "event")
def take_when(turn: Turn) -> Reply:
    """They go out at a typed time."""
    event = events.find(turn.work, int(turn.data["event"]))
    return _planned(turn, event_making.moment(turn.text, event.zone, turn.now))


def _planned(turn: Turn, due_at: datetime) -> Reply:
    data = turn.data
    whom = load(data["whom"]) if data["whom"] else None
    wave = event_waves.plan(
        turn.work,
        int(data["event"]),
        key=str(data["key"]),
        due_at=due_at,
        whom=whom,
        written=str(data["written"]),
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    event = events.find(turn.work, wave.event_id)
    later = due_at > turn.now
    values = {**events.values(event), "members": data["members"], "at": due_at, "later": later}
    stop = Button("event.button_stop_wave", "event.wave_stop", (str(wave.id),))
    back = Button("button.event_back", "event.staff", (str(event.id),))
    return Reply("event.invited", values, ((stop,), (back, event_desk.BACK)))


def stop(turn: Turn) -> Reply:
    """Who was not written to yet is not invited."""
    wave = event_waves.stop(turn.work, number(turn), actor(turn), turn.now)
    return event_desk.staff_card(turn, wave.event_id, edit=True)

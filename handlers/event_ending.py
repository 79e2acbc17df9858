"""Calling off an event or all of a series: says first who will be told."""

from __future__ import annotations

from bot.messages import Button, Reply, Rows
from domain.events import Event
from handlers.event_desk import BACK, told
from handlers.parts import number
from handlers.turns import Turn, actor
from services import event_series, events


def ask(turn: Turn) -> Reply:
    """Says who would be told before anything is called off."""
    event = events.find(turn.work, number(turn))
    args = (str(event.id),)
    whole: Rows = ()
    if event.series and event.rules.ahead:
        whole = ((Button("event.button_end_series", "event.series_end", args),),)
    rows: Rows = (
        (Button("event.button_cancel_now", "event.cancel_now", args, effect=True),),
        *whole,
        (Button("event.button_keep", "event.staff", args),),
    )
    values = {**events.values(event), **told(turn, event), "series": bool(whole)}
    return Reply("event.cancel_sure", values, rows, edit=True)


def cancel(turn: Turn) -> Reply:
    """Calls it off; who said yes, waits or said maybe is told."""
    event = events.cancel(turn.work, number(turn), actor(turn), turn.now)
    values = {"names": dict(event.names), **told(turn, event)}
    return Reply("event.cancel_done", values, ((BACK,),), edit=True)


def ask_series(turn: Turn) -> Reply:
    """Says how many events and how many people the end of a series concerns."""
    event = events.find(turn.work, number(turn))
    args = (str(event.id),)
    rows: Rows = (
        (Button("event.button_end_now", "event.series_end_now", args, effect=True),),
        (Button("event.button_keep", "event.staff", args),),
    )
    values = _concerned(turn, event_series.of(turn.work, event.series, turn.now))
    return Reply("event.series_sure", {**events.values(event), **values}, rows, edit=True)


def cancel_series(turn: Turn) -> Reply:
    """Calls off all that is to come of it, and nothing more of it is planned."""
    event = events.find(turn.work, number(turn))
    ended = event_series.end(turn.work, event.series, actor(turn), turn.now)
    values = {**events.values(event), **_concerned(turn, ended)}
    return Reply("event.series_done", values, ((BACK,),), edit=True)


def _concerned(turn: Turn, found: list[Event]) -> dict[str, int]:
    members = sum(sum(told(turn, one).values()) for one in found)
    return {"count": len(found), "members": members}

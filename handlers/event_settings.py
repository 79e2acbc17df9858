"""What else staff can set of an event in the chat: whom it is for, deposit, guests, text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.campaigns import Audience, AudienceKind, load_audience
from domain.events import Event
from handlers.parts import CANCEL, led_back, number, pairs
from handlers.turns import Turn, actor
from services import audiences, event_making, events

TYPED = ("text", "place", "ends", "audience", "deposit", "guests", "map")
SETTING = Flow("event_set", tuple(Step(one) for one in TYPED))
NONE = Button("event.button_none", "event.set_none", here=True)
EMPTIED = ("text", "ends", "audience", "deposit", "guests", "map")
"""What an event need not have."""


def show(turn: Turn) -> Reply:
    """All that can be set."""
    return _card(turn, events.find(turn.work, number(turn)), edit=True)


def _card(turn: Turn, event: Event, *, edit: bool = False) -> Reply:
    args = (str(event.id),)
    typed = [Button(f"event.button_set_{one}", "event.set", (*args, one)) for one in TYPED]
    switches = [
        Button(f"event.button_{one}", "event.switch", (*args, one), values={"on": on})
        for one, on in (("open", event.open_to_all), ("waits", event.rules.waits))
    ]
    back = Button("button.event_back", "event.staff", args)
    rows = (*pairs(typed), tuple(switches), *_levels(turn, event), (back,))
    return Reply("event.settings", _values(turn, event), rows, edit=edit)


def _levels(turn: Turn, event: Event) -> Rows:
    """A level that is tapped may come or may not; with none all may."""
    return pairs(
        [
            Button(
                "event.button_level_on",
                "event.level",
                (str(event.id), str(at)),
                values={"names": dict(one.names), "on": one.key in event.levels},
            )
            for at, one in enumerate(turn.work.programmes.current().levels)
        ]
    )


def _values(turn: Turn, event: Event) -> dict[str, Any]:
    audience = load_audience(event.audience)
    said = audience.expression if audience else None
    programme = turn.work.programmes.current()
    known = {one.key: dict(one.names) for one in programme.levels}
    return {
        **events.values(event),
        "open": event.open_to_all,
        "levels": [known.get(key, {"zh": key, "en": key}) for key in event.levels],
        "audience": audiences.written(turn.work, said, turn.locale) if said else "",
        "guests": event.rules.guests,
        "waits": event.rules.waits,
    }


def switch(turn: Turn) -> Reply:
    """Open to all or by invitation; with or without a waiting list."""
    event = events.find(turn.work, number(turn))
    if turn.arg(1) == "open":
        return _changed(turn, event, open_to_all=not event.open_to_all)
    return _changed(turn, event, rules=replace(event.rules, waits=not event.rules.waits))


def level(turn: Turn) -> Reply:
    """Members of that level may come, or may not any more."""
    event = events.find(turn.work, number(turn))
    ladder = [one.key for one in turn.work.programmes.current().levels]
    key = ladder[min(number(turn, 1), len(ladder) - 1)]
    wanted = set(event.levels) ^ {key}
    return _changed(turn, event, levels=[one for one in ladder if one in wanted])


def _changed(turn: Turn, event: Event, *, edit: bool = True, **values: Any) -> Reply:
    done = events.change(turn.work, event.id, actor(turn), turn.now, **values)
    return _card(turn, done, edit=edit)


# -- what is typed -----------------------------------------------------------------------


def ask(turn: Turn) -> Reply:
    """Asks for one of them."""
    event = events.find(turn.work, number(turn))
    what = turn.arg(1) if turn.arg(1) in TYPED else TYPED[0]
    turn.start(SETTING, what, event=str(event.id), what=what)
    none: Rows = ((NONE,),) if what in EMPTIED else ()
    return Reply(f"event.ask_{what}", _values(turn, event), (*none, (CANCEL,)))


def none(turn: Turn) -> Reply:
    """The event has none of it."""
    return _set(turn, "")


@led_back(((CANCEL,),), "event")
def take(turn: Turn) -> Reply:
    """What was typed holds from now on."""
    return _set(turn, turn.text.strip())


def _set(turn: Turn, text: str) -> Reply:
    event = events.find(turn.work, int(turn.data["event"]))
    values = _READ[str(turn.data["what"])](turn, event, text)
    turn.end()
    return _changed(turn, event, edit=False, **values)


def _audience(turn: Turn, _: Event, text: str) -> dict[str, Any]:
    if not text:
        return {"audience": {}}
    said = audiences.read(turn.work, text, turn.now)
    return {"audience": Audience(AudienceKind.EXPRESSION, expression=said).dump()}


def _rule(name: str, read: Callable[[str], Any]) -> Callable[[Turn, Event, str], dict[str, Any]]:
    return lambda _, event, text: {"rules": replace(event.rules, **{name: read(text)})}


def _ends(turn: Turn, event: Event, text: str) -> dict[str, Any]:
    at = event_making.moment(text, event.zone, turn.now) if text else None
    return {"ends_at": at}


_READ: dict[str, Callable[[Turn, Event, str], dict[str, Any]]] = {
    "text": lambda _, __, text: {"texts": event_making.told(text)},
    "place": lambda _, __, text: {"place": event_making.names(text)},
    "ends": _ends,
    "audience": _audience,
    "deposit": lambda _, __, text: {"deposit": event_making.points(text)},
    "guests": _rule("guests", event_making.guests),
    "map": _rule("map_url", event_making.link),
}

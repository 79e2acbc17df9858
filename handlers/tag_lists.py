"""A tag for all members that a list names: an uploaded list becomes an audience."""

from __future__ import annotations

from typing import Final

from bot.flow import Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from bot.turn import AS_TEXT
from domain.tags import LONGEST_TAG, read_tag
from handlers.parts import CANCEL, led_back, sign
from handlers.turns import Turn, actor
from services import campaigns, tags

FLOW: Final = Flow("tag_list", (Step("name"), Step("list", frozenset({Kind.TEXT, Kind.FILE}))))
LIST: Final = Button("tag.button_list", "tags")
SHOWN: Final = 10
"""Lines of a list that were not found."""


def start(turn: Turn) -> Reply:
    """Asks for the tag."""
    turn.start(FLOW)
    return Reply("tag.ask_name", {"longest": LONGEST_TAG}, ((CANCEL,),))


@led_back(((CANCEL,),))
def take_name(turn: Turn) -> Reply:
    """The tag; then the list."""
    name = read_tag(turn.text)
    turn.go("list", name=name)
    return Reply("tag.ask_list", {"name": name}, ((CANCEL,),))


def file(turn: Turn) -> str:
    """The file that was sent, to be read before the unit of work."""
    media = turn.inbound.media[:1]
    return AS_TEXT + media[0].reference if media and turn.inbound.kind is Kind.FILE else ""


@led_back(((CANCEL,),), known="name")
def take_list(turn: Turn) -> Reply:
    """Everybody on the list carries the tag; says which lines name nobody."""
    text = turn.text
    if turn.inbound.kind is Kind.FILE:
        if turn.seen is None or turn.seen.problem:
            why = turn.seen.problem if turn.seen else "unreachable"
            return Reply("broadcast.list_unread", {"why": why}, ((CANCEL,),))
        text = turn.seen.text
    report = campaigns.read_list(turn.work, text)
    name = str(turn.data["name"])
    given, full = tags.give_all(turn.work, report.member_ids, name, actor(turn), turn.now)
    turn.end()
    values = {
        "name": name,
        "found": len(report.member_ids),
        "given": given,
        "full": full,
        "unknown": len(report.unknown),
        "lines": [{"line": line, "text": text[:40]} for line, text in report.unknown[:SHOWN]],
    }
    return Reply("tag.listed", values, _after(name))


def _after(name: str) -> Rows:
    drop = Button("tag.button_drop", "tag.dropping", (sign(name),), values={"name": name})
    return ((LIST,), (drop,))


def ask_drop(turn: Turn) -> Reply:
    """Asks before a tag is taken from everybody."""
    name, members = _tapped(turn)
    if not name:
        return Reply("tag.unknown", {"name": ""}, ((LIST,),), edit=True)
    yes = Button("tag.button_drop_now", "tag.drop", (sign(name),), effect=True)
    return Reply("tag.drop_sure", {"name": name, "members": members}, ((yes,), (LIST,)), edit=True)


def drop(turn: Turn) -> Reply:
    """Nobody carries it by hand any more."""
    name, _ = _tapped(turn)
    dropped = tags.drop(turn.work, name or "-", actor(turn), turn.now)
    return Reply("tag.dropped", {"name": name, "members": dropped}, ((LIST,),), edit=True)


def _tapped(turn: Turn) -> tuple[str, int]:
    for name, members in tags.counted(turn.work):
        if sign(name) == turn.arg():
            return name, members
    return "", 0

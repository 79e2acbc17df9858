"""Who gets a message to many: everybody, a level, a store, or a list that is sent or pasted."""

from __future__ import annotations

from typing import Any, Final

from bot.messages import Button, Kind, Reply, Rows
from bot.turn import AS_TEXT
from domain.campaign_errors import ListTooLong
from domain.campaigns import STORE_MONTHS, Audience, AudienceKind
from handlers.drafting import BACK, asked_again, card, opened, step
from handlers.parts import number
from handlers.store_choice import store_rows, tapped_store, typed_store
from handlers.turns import Turn, actor
from services import campaigns
from services.campaigns import ListReport
from services.ports.campaigns import Campaign

LONGEST: Final = 20_000  # lines; their look-up is a moment in which nobody else writes
SHOWN: Final = 10  # lines of a list that were not found
EVERYBODY: Final = Button("broadcast.button_everybody", "draft.everybody", here=True)
KINDS: Final[Rows] = (
    (EVERYBODY, Button("broadcast.button_level", "draft.levels", here=True)),
    (
        Button("broadcast.button_store", "draft.stores", here=True),
        Button("broadcast.button_listed", "draft.list", here=True),
    ),
    (
        Button("segment.button_conditions", "draft.conditions", here=True),
        Button("segment.button_saved", "draft.saved", here=True),
    ),
)


def choose(turn: Turn) -> Reply:
    """Who should get it?"""
    return ask(turn, opened(turn), edit=True)


def ask(turn: Turn, found: Campaign, *, edit: bool = False) -> Reply:
    """The question, with who it is now."""
    step(turn, "card", found)
    values = {"audience": campaigns.named_audience(turn.work, found)}
    return Reply("broadcast.ask_audience", values, (*KINDS, (BACK,)), edit=edit)


def everybody(turn: Turn) -> Reply:
    """All who agreed to offers."""
    return _chosen(turn, Audience())


def levels(turn: Turn) -> Reply:
    """Which level?"""
    step(turn, "card", opened(turn))
    buttons = [
        Button(
            "broadcast.button_one_level",
            "draft.level",
            (str(at),),
            here=True,
            values={"names": dict(one.names), "emoji": one.emoji},
        )
        for at, one in enumerate(turn.work.programmes.current().levels)
    ]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Reply("broadcast.ask_level", {}, (*rows, (BACK,)), edit=True)


def level(turn: Turn) -> Reply:
    """The members of that level."""
    ladder = turn.work.programmes.current().levels
    at = number(turn)
    if at >= len(ladder):
        return levels(turn)
    return _chosen(turn, Audience(AudienceKind.LEVEL, (ladder[at].key,)))


def stores(turn: Turn) -> Reply:
    """Which store?"""
    step(turn, "store", opened(turn))
    rows = store_rows(turn, "draft.store")
    return Reply("broadcast.ask_store", {"months": STORE_MONTHS}, (*rows, (BACK,)), edit=True)


def store(turn: Turn) -> Reply:
    """The store that was tapped."""
    return _chosen(turn, Audience(AudienceKind.STORE, (tapped_store(turn).code,)))


@asked_again
def take_store(turn: Turn) -> Reply:
    """The store that was typed."""
    found = typed_store(turn)
    return _chosen(turn, Audience(AudienceKind.STORE, (found.code,)), edit=False)


def _chosen(turn: Turn, audience: Audience, *, edit: bool = True) -> Reply:
    found = campaigns.set_audience(turn.work, opened(turn).id, audience, actor(turn), turn.now)
    return card(turn, found, edit=edit)


# -- a list -----------------------------------------------------------------------------


def ask_list(turn: Turn) -> Reply:
    """Asks for the list."""
    step(turn, "list", opened(turn))
    return Reply("broadcast.ask_list", {}, ((BACK,),), edit=True)


def listed_file(turn: Turn) -> str:
    """The file that was sent, to be read before the unit of work."""
    media = turn.inbound.media[:1]
    return AS_TEXT + media[0].reference if media and turn.inbound.kind is Kind.FILE else ""


@asked_again
def take_list(turn: Turn) -> Reply:
    """Reads the list and says what it names, line by line where it names nobody."""
    text = turn.text
    if turn.inbound.kind is Kind.FILE:
        if turn.seen is None or turn.seen.problem:
            why = turn.seen.problem if turn.seen else "unreachable"
            return Reply("broadcast.list_unread", {"why": why}, ((BACK,),))
        text = turn.seen.text
    found = opened(turn)
    if text.count("\n") > LONGEST:
        raise ListTooLong(LONGEST)
    report = campaigns.read_list(turn.work, text)
    taken = campaigns.take_list(turn.work, found.id, report, actor=actor(turn), now=turn.now)
    if not report.unknown:
        return card(turn, taken)
    step(turn, "list", taken)
    go_on = Button("broadcast.button_go_on", "draft.listed", here=True)
    return Reply("broadcast.list_taken", _report(report), ((go_on,), (BACK,)))


def go_on(turn: Turn) -> Reply:
    """Without the lines that name nobody."""
    found = campaigns.accept_list(turn.work, opened(turn).id, actor=actor(turn), now=turn.now)
    return card(turn, found, edit=True)


def _report(report: ListReport) -> dict[str, Any]:
    return {
        "found": report.found,
        "repeated": report.doubled,
        "unknown": len(report.unknown),
        "lines": [{"line": line, "text": text[:40]} for line, text in report.unknown[:SHOWN]],
    }

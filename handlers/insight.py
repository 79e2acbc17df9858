"""`/insight`: stages, RFM classes and the pyramid of all members, and audiences of them."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.messages import Button, Document, Reply, Rows
from domain.audience_expressions import dump
from domain.insight_errors import NoInsight
from handlers.audience_parts import AUDIENCE, count
from handlers.audience_parts import card as audience_card
from handlers.turns import Turn, actor
from services import insight_reading
from services.audiences import Counted
from services.insight_reading import AXES

MAKER: Final = "insight"
MOVES: Final = 5
"""So many moves from stage to stage fit the card."""


def show(turn: Turn) -> Reply:
    """One of the three divisions on a card; the stages first."""
    axis = turn.arg() if turn.arg() in AXES else next(iter(AXES))
    try:
        data = insight_reading.overview(turn.work)
    except NoInsight:
        return Reply("insight.none", {})
    values = {
        **{name: data[name] for name in ("day", "before", "members", "window", "cuts")},
        "axis": axis,
        "high": data["rules"]["high_from"],
        "shares": data["rules"]["pyramid"],
        "lines": data["axes"][axis],
        "moves": data["moves"][:MOVES],
    }
    return Reply("insight.card", values, _rows(axis, data), edit=bool(turn.arg()))


def _rows(axis: str, data: dict[str, Any]) -> Rows:
    groups = [
        Button(
            "insight.button_group",
            "insight.whom",
            (axis, one["key"]),
            values={"axis": axis, "key": one["key"]},
        )
        for one in data["axes"][axis]
        if one["count"]
    ]
    others = tuple(
        Button("insight.button_axis", "insight", (name,), values={"axis": name})
        for name in AXES
        if name != axis
    )
    pairs = (tuple(groups[at : at + 2]) for at in range(0, len(groups), 2))
    return (*pairs, (*others, Button("insight.button_file", "insight.file")))


def whom_count(turn: Turn) -> Counted | None:
    """How many are in the group that was tapped."""
    return count(turn, insight_reading.whom(turn.arg(), turn.arg(1)))


def whom(turn: Turn) -> Reply:
    """The group as an audience: to be narrowed, saved, or written to."""
    found = insight_reading.whom(turn.arg(), turn.arg(1))
    if found is None:
        return show(turn)
    turn.start(AUDIENCE, "card", expression=dump(found))
    return audience_card(turn, edit=False)


def overview(turn: Turn) -> dict[str, Any] | None:
    """The plain data of the picture: read before the write transaction."""
    try:
        return insight_reading.overview(turn.work)
    except NoInsight:
        return None


def send(turn: Turn) -> Reply:
    """All three as a picture, noted in the audit."""
    data = turn.counted
    if data is None:
        return Reply("insight.none", {})
    insight_reading.exported(turn.work, "png", actor(turn), turn.now)
    content = json.dumps(data, ensure_ascii=False).encode()
    document = Document(f"insight-{data['day']}.png", content, MAKER)
    file = Reply("insight.file", {"day": data["day"]}, document=document)
    return Reply("insight.coming", {}, more=(file,))

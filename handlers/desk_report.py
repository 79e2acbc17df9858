"""`/queue report`: what came to the desk, how soon it was seen to, and how content people were."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.messages import Button, Document, Reply
from handlers.turns import Turn, actor
from services import ticket_report, ticket_report_plain

MAKER: Final = "desk_report"
FORMS: Final = ("png", "csv")
SHOWN: Final = 5
"""So many lines of each part fit a card."""
PARTS: Final = ("kind", "category", "level", "store")


def show(turn: Turn) -> Reply:
    """The last 30 days on one card."""
    data = count(turn)
    groups = [(by, [_line(one) for one in data["groups"] if one["by"] == by]) for by in PARTS]
    # Where all is alike, a part says nothing.
    parts = [(by, lines) for by, lines in groups if len(lines) > 1]
    causes = [
        {**one, "improvement": next(iter(one["improvements"]), "")} for one in data["causes"]
    ]
    parts += [("cause", causes)] if causes else []
    values = {
        **data,
        "parts": [{"by": by, "lines": lines[:SHOWN]} for by, lines in parts],
        "goodwill": data["goodwill"][:SHOWN],
        "repeated": data["repeated"][:SHOWN],
    }
    files = tuple(
        Button("desk_report.button_file", "queue.file", (form,), values={"form": form})
        for form in FORMS
    )
    return Reply("desk_report.card", values, (files, (Button("button.queue", "queue"),)))


def count(turn: Turn) -> dict[str, Any]:
    """The plain data of the report: read before the write transaction, as it may take long."""
    return ticket_report_plain.plain(ticket_report.report(turn.work, turn.now))


def send(turn: Turn) -> Reply:
    """The picture or the table, noted in the audit."""
    form, data = turn.arg(), turn.counted
    if form not in FORMS or data is None:
        return show(turn)
    ticket_report.exported(turn.work, form, actor(turn), turn.now)
    content = json.dumps({**data, "form": form}, ensure_ascii=False).encode()
    name = f"service-desk-{data['first']}-{data['last']}.{form}"
    values = {"first": data["first"], "last": data["last"]}
    file = Reply("desk_report.file", values, document=Document(name, content, MAKER))
    return Reply("desk_report.coming", {}, more=(file,))


def _line(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "times": one["figures"]["tickets"], "improvement": ""}

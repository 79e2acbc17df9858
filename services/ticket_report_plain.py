"""The report on tickets as plain data, for its card, its picture and its table."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.ticket_report import Figures, Report

HEADS = (
    *("tickets", "answer_median", "answer_p90", "answered_in_time", "settle_median"),
    *("settle_p90", "settled_in_time", "rated", "stars", "content"),
)
"""The figures of a line of the table. Minutes are business minutes, shares per cent."""


def plain(report: Report) -> dict[str, Any]:
    """Everything a report says, without wording."""
    return {
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "now": figures(report.now),
        "before": figures(report.before),
        "groups": [
            {
                "by": one.by,
                "key": one.key,
                "names": dict(one.names),
                "figures": figures(one.figures),
                "share": _percent(one.figures.tickets, report.now.tickets),
            }
            for one in report.groups
        ],
        "weeks": [[monday.isoformat(), count] for monday, count in report.weeks],
        "causes": [
            {
                "key": one.key,
                "names": dict(one.names),
                "times": one.times,
                "improvements": list(one.improvements),
                "share": _percent(one.times, sum(cause.times for cause in report.causes)),
            }
            for one in report.causes
        ],
        "goodwill": [asdict(one) for one in report.goodwill],
        "repeated": [
            {"name": who.name, "number": who.number, "times": times}
            for who, times in report.repeated
        ],
        "faq": report.faq._asdict(),
    }


def figures(found: Figures) -> dict[str, Any]:
    """The figures of some tickets, by the names of HEADS; None where there are none."""
    answer, settle = found.answer or (None, None), found.settle or (None, None)
    return {
        "tickets": found.tickets,
        "answer_median": answer[0],
        "answer_p90": answer[1],
        "answered_in_time": _percent(*found.answered_in_time),
        "settle_median": settle[0],
        "settle_p90": settle[1],
        "settled_in_time": _percent(*found.settled_in_time),
        "rated": found.rated,
        "stars": None if found.stars is None else f"{found.stars:.2f}",
        "content": _percent(found.content, found.rated),
    }


def _percent(some: int, of: int) -> int | None:
    return round(100 * some / of) if of else None

"""What a campaign brought as a picture of charts, as an Excel file and as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from templates.sheets.results import compiled
from templates.sheets.statement import FONTS, Say, Words
from templates.sheets.tables import Sheet, comma_separated, major, workbook

_HEADS: Final = ("what", "of", "value", "low", "high")
_OF_MEMBER: Final = (
    *("number", "name", "text", "state", "reason", "at", "clicked", "redeemed", "purchases"),
    "revenue",
)
_SHARES: Final = ("click_share", "buy_share", "lift_buyers")
_MONEY: Final = ("revenue", "lift_money", "lift_total", "cost", "budget")


def made(words: Words, content: bytes, locale: str) -> bytes:
    """The file of plain data with its `form` (services.campaign_figures) in a language."""
    data = json.loads(content)
    make = {"png": _png, "xlsx": _xlsx, "csv": _figures_csv, "members": _members_csv}
    return make[data["form"]](_said(words, locale), data)


def figures(words: Words, data: Mapping[str, Any], locale: str) -> list[list[Any]]:
    """The figures (services.campaign_figures, with their `rows`) as a table with its heads; money
    in the unit of its currency."""
    return _figures(_said(words, locale), data)


def _said(words: Words, locale: str) -> _Said:
    def say(key: str, **values: Any) -> str:
        return words(f"outcome.{key}", values, locale)

    def reason(word: str) -> str:
        return words("post.reason", {"reason": word}, locale) if word else ""

    return _Said(say, reason, locale)


class _Said:
    """How things are called in a language."""

    def __init__(self, say: Say, reason: Any, locale: str) -> None:
        self.say = say
        self.reason = reason
        self.locale = locale

    def title(self, data: Mapping[str, Any]) -> str:
        about = data["about"]
        text = about.get(self.locale) or next(iter(about.values()), "")
        return str(data["name"] or text or data["campaign_id"])


# -- the picture ------------------------------------------------------------------------


def _png(said: _Said, data: Mapping[str, Any]) -> bytes:
    sheet = {
        "lang": said.locale,
        "font": FONTS[said.locale],
        "title": said.title(data),
        "note": _note(said, data),
        "questions": [one for one in _charts(said, data) if one["bars"]],
    }
    return compiled(sheet)


def _note(said: _Said, data: Mapping[str, Any]) -> str:
    counted = said.say("counted", at=data["at"], zone=data["zone"])
    return f"{said.say('sent_of', sent=data['sent'], planned=data['planned'])} · {counted}"


def _charts(said: _Said, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups = [("all", data["all"])] + ([("held", data["held"])] if data["held"] else [])
    texts = [(one["letter"], one) for one in data["texts"]]
    money = data["lift"] and data["lift"]["money"]
    total = [
        said.say("lift_in_all", low=_amount(data, low), high=_amount(data, high))
        for _, low, high in ([data["lift"]["total"]] if money else [])
    ]
    return [
        _chart(said, "buyers", _bars(said, groups, "buy_share", "buyers"), "".join(total)),
        _chart(said, "clicked", _bars(said, texts or groups[:1], "click_share", "clicked")),
        _chart(said, "buyers_by_text", _bars(said, texts, "buy_share", "buyers")),
        _chart(said, "went", _went(said, data)),
    ]


def _amount(data: Mapping[str, Any], minor: float) -> dict[str, Any]:
    return {"minor": round(minor), "currency": data["currency"]}


def _chart(said: _Said, name: str, bars: list[dict[str, Any]], note: str = "") -> dict[str, Any]:
    head = {"title": said.say("chart", chart=name), "note": note}
    return {**head, "figures": [], "bars": bars, "chart": "", "words": []}


def _bars(
    said: _Said, groups: list[tuple[str, Mapping[str, Any]]], share: str, times: str
) -> list[dict[str, Any]]:
    """Shares beside each other, the widest interval filling the row."""
    found = [(of, one, one[share]) for of, one in groups if one[share]]
    widest = max((high for _, _, (_, _, high) in found), default=0.0) or 1.0
    return [
        {
            "label": said.say("of", of=of),
            "share": value / widest,
            "range": [low / widest, high / widest],
            "said": f"{value:.1%} · {one[times]:,}",
        }
        for of, one, (value, low, high) in found
    ]


def _went(said: _Said, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = ("sent", "unreachable", "skipped", "failed", "unknown", "waiting")
    of = max(data["planned"], 1)
    return [
        {
            "label": said.say("what", what=name),
            "share": min(data[name] / of, 1.0),
            "range": None,
            "said": f"{data[name]:,}",
        }
        for name in names
        if data[name]
    ]


# -- tables -----------------------------------------------------------------------------


def _figures(said: _Said, data: Mapping[str, Any]) -> list[list[Any]]:
    table: list[list[Any]] = [[said.say(f"head_{name}") for name in _HEADS]]
    for what, of, *values in data["rows"]:
        called = _called(said, data, what, of)
        money = what in _MONEY or (
            what.startswith("goal_") and data["goal"] and data["goal"]["kind"] == "revenue"
        )
        cells = [
            "" if one is None else major(data["currency"], one) if money else _rounded(what, one)
            for one in values
        ]
        table.append([said.say("what", what=what), called, *cells])
    return table


def _called(said: _Said, data: Mapping[str, Any], what: str, of: str) -> str:
    """Of whom or of what a figure is."""
    if what == "reason":
        return str(said.reason(of))
    if what == "followed" and not any(t["link"] for t in data["targets"] if t["name"] == of):
        return said.say("button_of", target=of)
    return said.say("of", of=of)


def _rounded(what: str, value: float) -> float:
    return round(value, 5) if what in _SHARES else value


def _members(said: _Said, data: Mapping[str, Any]) -> list[list[Any]]:
    table: list[list[Any]] = [[said.say(f"head_{name}") for name in _OF_MEMBER]]
    for number, name, letter, state, reason, at, clicked, redeemed, times, minor in data[
        "members"
    ]:
        became = said.say("became", state=state)
        used = said.say("yes") if redeemed else ""
        row = [number, name, letter, became, said.reason(reason), at, clicked, used, times]
        table.append([*row, major(data["currency"], minor)])
    return table


def _figures_csv(said: _Said, data: Mapping[str, Any]) -> bytes:
    return comma_separated(_figures(said, data))


def _members_csv(said: _Said, data: Mapping[str, Any]) -> bytes:
    return comma_separated(_members(said, data))


def _xlsx(said: _Said, data: Mapping[str, Any]) -> bytes:
    """The figures on one sheet, the members on another where there are not too many."""
    title = f"{said.title(data)} · {_note(said, data)}"
    sheets = [Sheet(said.say("sheet_figures"), title, _figures(said, data))]
    if data["members"]:
        sheets.append(Sheet(said.say("sheet_members"), title, _members(said, data)))
    return workbook(sheets)

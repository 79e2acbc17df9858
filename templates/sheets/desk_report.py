"""The report on tickets as a picture of its figures and bars, and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from templates.sheets.statement import FONTS, Say, Words
from templates.sheets.tables import comma_separated

FORMS: Final = ("png", "csv")
_LAYOUT: Final = Path(__file__).parent / "results.typ"
_DENSITY: Final = 160.0
_BY: Final = ("kind", "category", "level", "store")
_HEADS: Final = (
    *("tickets", "answer_median", "answer_p90", "answered_in_time", "settle_median"),
    *("settle_p90", "settled_in_time", "rated", "stars", "content"),
)


def made(words: Words, content: bytes, locale: str) -> bytes:
    """The file of plain data with its `form` (services.ticket_report_plain) in a language."""
    data = json.loads(content)
    make = {"png": png, "csv": csv_file}[data["form"]]

    def say(what: str, /, **values: Any) -> str:
        return words(f"desk_report.{what}", values, locale)

    return make(say, data, locale)


# -- the picture ------------------------------------------------------------------------


def png(say: Say, data: Mapping[str, Any], locale: str) -> bytes:
    """All parts one below the other; takes half a second of another thread."""
    import noto_cjk_sans_otc
    import typst

    sheet = {
        "lang": locale,
        "font": FONTS[locale],
        "title": say("title"),
        "note": say("days", first=data["first"], last=data["last"]),
        "questions": [*_whole(say, data), *_groups(say, data), *_rest(say, data)],
    }
    picture: bytes = typst.compile(
        str(_LAYOUT),
        sys_inputs={"data": json.dumps(sheet, ensure_ascii=False)},
        font_paths=[str(Path(noto_cjk_sans_otc.__file__).parent)],
        ignore_system_fonts=True,
        format="png",
        ppi=_DENSITY,
    )
    return picture


def _whole(say: Say, data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    now, before = data["now"], data["before"]
    for title, names in (
        ("tickets", ("tickets",)),
        ("answers", ("answer_median", "answer_p90", "answered_in_time")),
        ("settling", ("settle_median", "settle_p90", "settled_in_time")),
        ("ratings", ("stars", "content", "rated")),
    ):
        boxes = [
            [
                say("figure", what=name),
                say("value", what=name, value=now[name]),
                say("before", what=name, value=before[name]),
            ]
            for name in names
        ]
        yield _part(say("part", part=title), figures=boxes)


def _groups(say: Say, data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for by in _BY:
        bars = [
            _bar(
                say("name", by=by, key=one["key"], names=one["names"]),
                one["share"],
                str(one["figures"]["tickets"]),
            )
            for one in data["groups"]
            if one["by"] == by
        ]
        if bars:
            yield _part(say("part", part=by), bars=bars)


def _rest(say: Say, data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    causes = [
        _bar(
            say("name", by="cause", key=one["key"], names=one["names"]),
            one["share"],
            str(one["times"]),
        )
        for one in data["causes"]
    ]
    if causes:
        yield _part(say("part", part="cause"), bars=causes)
    most = max((count for _, count in data["weeks"]), default=0)
    weeks = [
        _bar(say("week", day=monday), 100 * count // most if most else 0, str(count))
        for monday, count in data["weeks"]
    ]
    yield _part(say("part", part="week"), bars=weeks)


def _part(title: str, **parts: Any) -> dict[str, Any]:
    empty = {"note": "", "figures": [], "bars": [], "chart": "", "words": []}
    return {"title": title, **empty, **parts}


def _bar(label: str, share: int | None, said: str) -> dict[str, Any]:
    return {"label": label, "share": (share or 0) / 100, "range": None, "said": said}


# -- the table --------------------------------------------------------------------------


def csv_file(say: Say, data: Mapping[str, Any], locale: str) -> bytes:
    """Every figure as CSV in UTF-8 with the mark that spreadsheets look for: lines of tickets
    first, then causes, goodwill, repeated complaints and the FAQ as counts."""
    return comma_separated(_table(say, data))


def _table(say: Say, data: Mapping[str, Any]) -> Iterable[list[Any]]:
    yield [say("days", first=data["first"], last=data["last"])]
    yield [say("head_part"), say("head_name"), *(say("figure", what=name) for name in _HEADS)]
    for name in ("now", "before"):
        yield [say("part", part=name), "", *_cells(data[name])]
    for one in data["groups"]:
        called = say("name", by=one["by"], key=one["key"], names=one["names"])
        yield [say("part", part=one["by"]), called, *_cells(one["figures"])]
    for monday, count in data["weeks"]:
        yield [say("part", part="week"), monday, count]
    for one in data["causes"]:
        called = say("name", by="cause", key=one["key"], names=one["names"])
        yield [say("part", part="cause"), called, one["times"], *one["improvements"]]
    for one in data["goodwill"]:
        points, vouchers = (
            say("points", count=one["points"]),
            say("vouchers", count=one["vouchers"]),
        )
        yield [say("part", part="goodwill"), one["staff"], points, vouchers]
    for one in data["repeated"]:
        yield [say("part", part="repeated"), f"{one['name']} {one['number']}", one["times"]]
    for name, count in data["faq"].items():
        yield [say("part", part="faq"), say("faq", what=name), count]


def _cells(figures: Mapping[str, Any]) -> list[Any]:
    return ["" if figures[name] is None else figures[name] for name in _HEADS]

"""The statement as PDF: a month's postings, what they add up to, and twelve months as a chart."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

Words = Callable[[str, dict[str, Any], str], str]
Say = Callable[..., str]

_LAYOUT: Final = Path(__file__).parent / "statement.typ"
FONTS: Final = {"zh": "Noto Sans CJK SC", "en": "Noto Sans CJK SC"}
_GIVEN, _TAKEN, _QUIET = "#7c9a6e", "#d97757", "#667085"


def pdf(words: Words, content: bytes, locale: str) -> bytes:
    """The file of a statement's plain data (see handlers.statements) in a language.

    Takes a fifth of a second and the processor of another thread; raises ValueError for data
    that is no statement.
    """
    import noto_cjk_sans_otc
    import typst

    sheet = _sheet(words, json.loads(content), locale)
    made: bytes = typst.compile(
        str(_LAYOUT),
        sys_inputs={"data": json.dumps(sheet, ensure_ascii=False)},
        font_paths=[str(Path(noto_cjk_sans_otc.__file__).parent)],
        ignore_system_fonts=True,
    )
    return made


def _sheet(words: Words, data: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Every text of the paper, in the order of the layout."""

    def say(key: str, **values: Any) -> str:
        return words(f"statement.{key}", values, locale)

    month, expiring = data["first"], data["expiring"]
    return {
        "lang": locale,
        "font": FONTS[locale],
        "colour": data["colour"],
        "club": say("club"),
        "title": say("title"),
        "period": say("period", first=month, last=data["last"]),
        "name": data["name"],
        "number": say("number", number=data["number"]),
        "level": data["level"].get(locale, ""),
        "sums": [
            [say("opening"), say("count", points=data["opening"])],
            [say("given"), say("change", points=data["given"])],
            [say("taken"), say("change", points=-data["taken"])],
            [say("expired"), say("change", points=-data["expired"])],
            [say("closing"), say("count", points=data["closing"])],
        ],
        "chart": _chart(say, data["months"]),
        "head": [say("day"), say("what"), say("points"), say("balance")],
        "lines": [*_lines(words, data, locale), *_unposted(say, data)],
        "empty": say("empty"),
        "expiring-title": say("expiring"),
        "expiring": [say("expires", **one) for one in expiring],
        "footer": say("made", at=data["made"], zone=data["zone"]),
    }


def _lines(words: Words, data: Mapping[str, Any], locale: str) -> list[list[str]]:
    return [
        [
            words("statement.short_day", {"day": line["item"]["day"]}, locale),
            words("history.what", {"item": line["item"]}, locale),
            words("statement.detail", {"item": line["item"]}, locale),
            words("statement.change", {"points": line["change"]}, locale),
            words("statement.count", {"points": line["balance"]}, locale),
        ]
        for line in data["lines"]
    ]


def _unposted(say: Callable[..., str], data: Mapping[str, Any]) -> list[list[str]]:
    """What the clock has ended and no night has posted yet."""
    if not data["unposted"]:
        return []
    gone, left = say("change", points=-data["unposted"]), say("count", points=data["closing"])
    return [[say("short_day", day=data["last"]), say("expired"), "", gone, left]]


# -- the chart --------------------------------------------------------------------------


def drawn_with_pygal(*, kind: str = "Line", **more: Any) -> Any:
    """An empty chart in the style of our papers.

    The importer for its plug-ins that pygal leaves behind is taken away: an old kind, of which
    Python warns at every import that follows.
    """
    import pygal
    import pygal.style

    ours = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]
    sys.meta_path[:] = ours
    style = pygal.style.Style(
        background="transparent",
        plot_background="transparent",
        foreground=_QUIET,
        foreground_strong=_QUIET,
        foreground_subtle="#e4e7ec",
        colors=(_GIVEN, _TAKEN, _QUIET),
        font_family=FONTS["zh"],
        guide_stroke_color="#e4e7ec",
        major_guide_stroke_color="#e4e7ec",
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=13,
    )
    usual = {
        "width": 1000,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 3,
        "legend_box_size": 11,
        "margin": 4,
        "spacing": 8,
        "show_minor_y_labels": False,
        "js": (),
    }
    return getattr(pygal, kind)(style=style, **{**usual, **more})


def _chart(say: Callable[..., str], months: Sequence[Mapping[str, Any]]) -> str:
    """Twelve months as SVG: what came and what went as bars, what was left as a line."""
    chart = drawn_with_pygal(
        kind="Bar",
        height=230,
        value_formatter=lambda value: say("count", points=int(value)),
    )
    chart.x_labels = [say("month", day=one["first"]) for one in months]
    chart.add(say("given"), [one["given"] for one in months])
    chart.add(say("taken_all"), [one["taken"] for one in months])
    chart.add(say("closing"), [one["closing"] for one in months])
    return chart.render(is_unicode=True)  # type: ignore[no-any-return]

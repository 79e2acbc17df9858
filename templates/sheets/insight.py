"""The club's classes, stages and pyramid as one picture of bars."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from templates.sheets.statement import FONTS, Say, Words

_LAYOUT: Final = Path(__file__).parent / "results.typ"
_DENSITY: Final = 160.0


def made(words: Words, content: bytes, locale: str) -> bytes:
    """The picture of plain data (services.insight_reading.overview) in a language."""

    def say(what: str, /, **values: Any) -> str:
        return words(f"insight.{what}", values, locale)

    return png(say, json.loads(content), locale)


def png(say: Say, data: Mapping[str, Any], locale: str) -> bytes:
    """All parts one below the other; takes half a second of another thread."""
    import noto_cjk_sans_otc
    import typst

    sheet = {
        "lang": locale,
        "font": FONTS[locale],
        "title": say("title"),
        "note": say("note", **{name: data[name] for name in ("members", "day", "window")}),
        "questions": list(_parts(say, data)),
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


def _parts(say: Say, data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for axis, lines in data["axes"].items():
        bars = [
            _bar(
                say("name", axis=axis, key=one["key"]),
                one["share"],
                say("said", count=one["count"], change=one["change"]),
            )
            for one in lines
        ]
        yield _part(say("part", part=axis), bars)
    most = max((one["count"] for one in data["moves"]), default=0)
    moves = [
        _bar(
            say("moved", before=one["before"], after=one["after"]),
            100 * one["count"] // most,
            say("said", count=one["count"], change=None),
        )
        for one in data["moves"]
    ]
    if moves:
        yield _part(say("part", part="moves"), moves)


def _part(title: str, bars: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "note": "", "figures": [], "bars": bars, "chart": "", "words": []}


def _bar(label: str, share: int, said: str) -> dict[str, Any]:
    return {"label": label, "share": share / 100, "range": None, "said": said}

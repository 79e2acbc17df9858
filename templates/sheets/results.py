"""Results of a survey as a picture of charts, as an Excel file and as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from templates.sheets.statement import FONTS, Say, Words, drawn_with_pygal
from templates.sheets.tables import Sheet, comma_separated, workbook

FORMS: Final = ("png", "xlsx", "csv")
_LAYOUT: Final = Path(__file__).parent / "results.typ"
_DENSITY: Final = 160.0
_SMALLEST, _LARGEST = 9.0, 20.0
_OFTEN: Final = 8
_HEADS: Final = ("question", "kind", "what", "answer", "times", "figure", "low", "high")


def made(words: Words, content: bytes, locale: str) -> bytes:
    """The file of plain data with its `form` (services.survey_plain) in a language."""
    data = json.loads(content)
    make = {"png": png, "xlsx": xlsx, "csv": csv_file}[data["form"]]
    return make(lambda key, **values: words(f"results.{key}", values, locale), data, locale)


# -- the picture ------------------------------------------------------------------------


def png(say: Say, data: Mapping[str, Any], locale: str) -> bytes:
    """All charts one below the other; takes half a second of another thread."""
    note = f"{say('sheet_note', **_of(data))} · {say('made', at=data['at'], zone=data['zone'])}"
    sheet = {
        "lang": locale,
        "font": FONTS[locale],
        "title": _said(data["names"], locale),
        "note": note,
        "questions": [_drawn(say, one, locale) for one in data["questions"]],
    }
    return compiled(sheet)


def compiled(sheet: Mapping[str, Any]) -> bytes:
    """A picture of charts: `title`, `note`, and `questions`, each with its `title`, `note`,
    `figures`, `bars`, `chart` (SVG) and `words`."""
    import noto_cjk_sans_otc
    import typst

    picture: bytes = typst.compile(
        str(_LAYOUT),
        sys_inputs={"data": json.dumps(sheet, ensure_ascii=False)},
        font_paths=[str(Path(noto_cjk_sans_otc.__file__).parent)],
        ignore_system_fonts=True,
        format="png",
        ppi=_DENSITY,
    )
    return picture


def _drawn(say: Say, one: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {
        "title": _said(one["texts"], locale),
        "note": _note(say, one),
        "figures": _figures(say, one),
        "bars": [*_bars(say, one, locale), *_moods(say, one)],
        "chart": _trend(say, one) if len(one["weeks"]) > 1 else "",
        "words": _sized(one["words"]),
    }


def _note(say: Say, one: Mapping[str, Any]) -> str:
    if one["hidden"] or one["spread_hidden"]:
        return say("few")
    bare = not (one["choices"] or one["moods"] or one["words"] or one["answered"] is None)
    return say("answered", answered=one["answered"]) if bare else ""


def _figures(say: Say, one: Mapping[str, Any]) -> list[list[str]]:
    found = []
    for name, scale, form in (
        ("nps", 1, "{:+.0f}"),
        ("mean", 1, "{:.1f}" if one["spread_hidden"] else "{:.2f}"),
        ("csat", 100, "{:.0f}%"),
    ):
        if one[name]:
            value, *ends = (form.format(end * scale) for end in one[name] if end is not None)
            found.append([say("what", what=name), value, " … ".join(ends)])
    return found


def _bars(say: Say, one: Mapping[str, Any], locale: str) -> list[dict[str, Any]]:
    bars = []
    for choice in one["choices"]:
        share = choice["share"]
        said = say("few") if choice["times"] is None else str(choice["times"])
        if share:
            said = f"{share[0]:.0%} · {said}"
        label = _said(choice["names"], locale) if choice["names"] else choice["value"]
        bars.append(
            {
                "label": label,
                "share": share[0] if share else None,
                "range": share[1:] if share else None,
                "said": said,
            }
        )
    return bars


def _moods(say: Say, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    total = sum(one["moods"].values())
    return [
        {
            "label": say("mood", label=label),
            "share": times / total,
            "range": None,
            "said": f"{times / total:.0%} · {times}",
        }
        for label, times in one["moods"].items()
        if total
    ]


def _sized(words: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Words with the size they are written in; what few have written stays small."""
    most = max(_OFTEN, *(times for _, times in words), 0)
    span = _LARGEST - _SMALLEST
    return [[word, round(_SMALLEST + span * times / most, 1)] for word, times in words]


def _trend(say: Say, one: Mapping[str, Any]) -> str:
    """The main figure by week as SVG; hidden weeks are gaps."""
    chart = drawn_with_pygal(width=620, height=160, margin_right=26, show_legend=False)
    chart.x_labels = [say("week", day=point["of"]) for point in one["weeks"]]
    figures = [point["figure"][0] if point["figure"] else None for point in one["weeks"]]
    chart.add(say("trend"), figures)
    return str(chart.render(is_unicode=True))


# -- tables -----------------------------------------------------------------------------


def xlsx(say: Say, data: Mapping[str, Any], locale: str) -> bytes:
    """The figures on one sheet, the newest texts on another."""
    title = f"{_said(data['names'], locale)} · {say('sheet_note', **_of(data))}"
    tables = {"figures": _table(say, data, locale), "texts": _texts(say, data, locale)}
    return workbook(
        Sheet(say(f"sheet_{name}"), title, table, 40, 14) for name, table in tables.items()
    )


def csv_file(say: Say, data: Mapping[str, Any], locale: str) -> bytes:
    """The figures as CSV."""
    return comma_separated(_table(say, data, locale))


def _table(say: Say, data: Mapping[str, Any], locale: str) -> list[list[Any]]:
    texts = {one["key"]: _said(one["texts"], locale) for one in data["questions"]}
    names = {
        (one["key"], choice["value"]): _said(choice["names"], locale)
        for one in data["questions"]
        for choice in one["choices"]
    }
    rows: list[list[Any]] = [[say(f"head_{name}") for name in _HEADS]]
    for key, kind, what, answer, *rest in data["rows"]:
        said = say("mood", label=answer) if what == "mood" else names.get((key, answer)) or answer
        rows.append([texts[key], say("kind", kind=kind), say("what", what=what), said, *rest])
    return rows


def _texts(say: Say, data: Mapping[str, Any], locale: str) -> list[list[Any]]:
    rows: list[list[Any]] = [[say(f"head_{name}") for name in ("question", "text", "mood", "day")]]
    for one in data["questions"]:
        for sample in one["samples"]:
            mood = say("mood", label=sample["label"])
            rows.append([_said(one["texts"], locale), sample["text"], mood, sample["day"]])
    return rows


def _of(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("finished", "anonymous", "early")}


def _said(names: Mapping[str, str], locale: str) -> str:
    return names.get(locale) or names.get("zh") or next(iter(names.values()), "")

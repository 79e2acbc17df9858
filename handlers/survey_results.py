"""What surveys found, for those who write them: a card, charts, tables, texts and their moods."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.messages import Button, Document, Reply, Rows
from domain.survey_errors import SurveyNotFound
from domain.surveys import QuestionKind, Wave
from handlers.parts import number
from handlers.turns import Turn, actor
from services import survey_plain, survey_results
from services.survey_results import Results

MAKER: Final = "results"
FORMS: Final = ("png", "xlsx", "csv")
SHOWN: Final = 8
"""So many questions fit a card."""
SAID: Final = 8
"""So many texts at a time."""
BRIEF: Final = 200


def choose(turn: Turn) -> Reply:
    """`/results`: which survey."""
    found = turn.work.surveys.all()
    rows = tuple(
        (
            Button(
                "button.results_of",
                "survey.results",
                (str(wave.id),),
                values={"names": dict(wave.definition.names)},
            ),
        )
        for wave in reversed(found)
    )
    return Reply("results.choose", {"count": len(found)}, rows[:20], edit=True)


def show(turn: Turn) -> Reply:
    """The figures of a wave on one card."""
    found, data = _counted(turn)
    values = {
        **data,
        "questions": [_brief(one) for one in data["questions"][:SHOWN]],
        "rest": max(0, len(data["questions"]) - SHOWN),
        "waves": found.wave.wave,
    }
    return Reply("results.card", values, _rows(turn, found), edit=True)


def _brief(one: dict[str, Any]) -> dict[str, Any]:
    """A question for the card: figures as they are written."""
    kept = ("texts", "kind", "answered", "hidden", "choice", "spread_hidden", "moods", "words")
    choices = [
        {"names": c["names"], "times": c["times"], "share": c["share"] and _percent(c["share"][0])}
        for c in one["choices"]
        if one["choice"]
    ]
    return {
        **{name: one[name] for name in kept},
        "choices": choices,
        "nps": one["nps"] and [round(end) for end in one["nps"]],
        "mean": one["mean"] and [_mean(one, end) for end in one["mean"] if end is not None],
        "csat": one["csat"] and [_percent(end) for end in one["csat"]],
    }


def _mean(one: dict[str, Any], end: float) -> str:
    return f"{end:.1f}" if one["spread_hidden"] else f"{end:.2f}"


def _percent(share: float) -> int:
    return round(100 * share)


def count(turn: Turn) -> dict[str, Any] | None:
    """The plain data of a file: read before the write transaction, as it may take long."""
    try:
        return _counted(turn)[1]
    except SurveyNotFound:
        return None


def send(turn: Turn) -> Reply:
    """The charts as a picture or the figures as a table, noted in the audit."""
    form, data, wave = turn.arg(1), turn.counted, _wave(turn)
    if form not in FORMS or data is None:
        raise SurveyNotFound
    survey_results.export(turn.work, wave, form, actor(turn), turn.now)
    more = {"rows": survey_plain.rows(data)} if form != "png" else {}
    content = json.dumps({**data, **more, "form": form}, ensure_ascii=False).encode()
    name = f"survey-{wave.key}-{wave.wave}.{form}"
    values = {"names": dict(wave.definition.names), "wave": wave.wave, "waves": wave.wave}
    file = Reply("results.file", values, document=Document(name, content, MAKER))
    return Reply("results.coming", {"form": form}, more=(file,))


def texts(turn: Turn) -> Reply:
    """The newest texts that answer a question, with how they sound."""
    found, data = _counted(turn)
    place = number(turn, 1)
    asked = data["questions"][place] if place < len(data["questions"]) else None
    if asked is None or asked["kind"] != QuestionKind.TEXT:
        raise SurveyNotFound
    samples = [{**one, "text": one["text"][:BRIEF]} for one in asked["samples"][:SAID]]
    rows = tuple(
        (
            Button(
                "button.mood_of",
                "mood.choose",
                (one["subject"],),
                values={"place": at, "label": one["label"]},
            ),
        )
        for at, one in enumerate(samples, 1)
        if one["label"] and not found.wave.definition.anonymous
    )
    back = Button("button.back", "survey.results", (str(found.wave.id),))
    values = {"texts": asked["texts"], "samples": samples}
    return Reply("results.texts", values, (*_paired(rows), (back,)), edit=True)


def _paired(rows: Rows) -> Rows:
    flat = [button for row in rows for button in row]
    return tuple(tuple(flat[at : at + 4]) for at in range(0, len(flat), 4))


def _wave(turn: Turn) -> Wave:
    wave = turn.work.surveys.wave(number(turn))
    if wave is None:
        raise SurveyNotFound
    return wave


def _counted(turn: Turn) -> tuple[Results, dict[str, Any]]:
    found = survey_results.of_wave(turn.work, _wave(turn), turn.now)
    return found, survey_plain.plain(found, turn.work.programmes.current())


def _rows(turn: Turn, found: Results) -> Rows:
    this = str(found.wave.id)
    forms = () if found.early else FORMS
    files = tuple(Button(f"button.results_{form}", "results.file", (this, form)) for form in forms)
    spoken = tuple(
        (
            Button(
                "button.results_texts", "results.texts", (this, str(at)), values={"place": at + 1}
            ),
        )
        for at, one in enumerate(found.questions)
        if one.samples
    )
    waves = turn.work.surveys.waves(found.wave.survey_id)
    others = tuple(
        Button("button.results_wave", "survey.results", (str(one.id),), values={"wave": one.wave})
        for one in waves[:5]
        if one.id != found.wave.id
    )
    back = (Button("button.results_all", "results"),)
    return (*((files,) if files else ()), *spoken, *((others,) if others else ()), back)

"""Results of a survey as plain data: for the card in the chat and the makers of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.programme import Programme
from domain.survey_figures import Estimate
from domain.surveys import CHOICES
from services.survey_results import Choice, Found, Point, Results


def plain(results: Results, programme: Programme) -> dict[str, Any]:
    """Everything that is said of a wave; figures as [value, low, high] or None."""
    definition = results.wave.definition
    names = {level.key: dict(level.names) for level in programme.levels}
    return {
        "survey": definition.key,
        "names": dict(definition.names),
        "wave": results.wave.wave,
        "anonymous": definition.anonymous,
        "finished": results.finished,
        "early": results.early,
        "levels": [
            {"key": key, "names": names.get(key, {}), "times": times}
            for key, times in results.levels
        ],
        "questions": [_question(one, names) for one in results.questions],
        "at": results.at.isoformat(),
        "zone": programme.zone,
    }


def _question(found: Found, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    question = found.question
    return {
        "key": question.key,
        "kind": str(question.kind),
        "texts": dict(question.texts),
        "answered": found.answered,
        "hidden": found.hidden,
        "choice": question.kind in CHOICES,
        "choices": [_choice(one) for one in found.choices],
        "spread_hidden": found.spread_hidden,
        "mean": _estimate(found.mean),
        "nps": _estimate(found.nps),
        "csat": _estimate(found.csat),
        "weeks": [_point(one, {}) for one in found.weeks],
        "levels": [_point(one, names) for one in found.levels],
        "moods": dict(found.moods),
        "words": [list(one) for one in found.words],
        "samples": [
            {
                "text": one.text,
                "label": one.label,
                "corrected": bool(one.corrected),
                "subject": one.subject,
                "day": one.day.isoformat(),
            }
            for one in found.samples
        ],
    }


def _choice(one: Choice) -> dict[str, Any]:
    names, share = dict(one.names), _estimate(one.share)
    return {"value": one.value, "names": names, "times": one.times, "share": share}


def _point(one: Point, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    of = one.of if isinstance(one.of, str) else one.of.isoformat()
    return {
        "of": of,
        "names": dict(names.get(of, {})),
        "answered": one.answered,
        "figure": _estimate(one.figure),
    }


def _estimate(found: Estimate | None) -> list[float | None] | None:
    return None if found is None else [found.value, found.low, found.high]


def rows(data: Mapping[str, Any]) -> list[list[object]]:
    """The figures as a table: question, kind, of what, answer, times, figure, low, high."""
    table: list[list[object]] = []
    for one in data["questions"]:
        head = [one["key"], one["kind"]]
        answered = one["answered"] if not one["hidden"] else "<5"
        table.append([*head, "answered", "", "" if answered is None else answered, "", "", ""])
        for choice in one["choices"]:
            answer = [*head, "answer", choice["value"], _or_hidden(choice["times"])]
            table.append([*answer, *_three(choice["share"])])
        for name in ("mean", "nps", "csat"):
            if one[name]:
                table.append([*head, name, "", "", *_three(one[name])])
        for name in ("weeks", "levels"):
            for point in one[name]:
                answered = _or_hidden(point["answered"])
                table.append([*head, name, point["of"], answered, *_three(point["figure"])])
        table += [
            [*head, "mood", label, times, "", "", ""] for label, times in one["moods"].items()
        ]
        table += [[*head, "word", word, times, "", "", ""] for word, times in one["words"]]
    return table


def _or_hidden(times: int | None) -> object:
    return "<5" if times is None else times


def _three(figure: Sequence[float | None] | None) -> list[object]:
    return [round(one, 4) if one is not None else "" for one in figure or (None, None, None)]

"""What a survey found: counts, averages, NPS and CSAT with intervals, trends, texts and words.

SEMANTICS: Surveys. Of an anonymous survey nothing is said that fewer than five have said, also not
by what is left when the rest is taken from the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from domain import survey_figures as figures
from domain.survey_errors import SurveyNotFound
from domain.survey_figures import FEWEST, Estimate
from domain.survey_tallies import ANSWERED, RESPONSES, Counts, numbers
from domain.survey_words import frequent
from domain.surveys import CHOICES, NUMBERS, Names, Question, QuestionKind, Wave
from services.ports import Work
from services.ports.club import Actor
from services.ports.survey_results import Said
from services.sentiments import Label
from services.survey_tally import counts_of

Of = TypeVar("Of", date, str)

WORDS: Final = 12
SAMPLES: Final = 20
_LOOKED_AT: Final = 400
"""Of so many frequent words those are chosen that are not part of another."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that could be given; `times` and `share` are None where they are hidden."""

    value: str
    names: Names
    times: int | None
    share: Estimate | None


@dataclass(frozen=True, slots=True)
class Point:
    """A question's main figure in one week (`of` is its Monday) or at one level; `figure` is None
    where too few have answered."""

    of: date | str
    answered: int | None
    figure: Estimate | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the answers to one question say. `hidden`: so few have answered an anonymous survey's
    question that nothing is said. `spread_hidden`: how many gave each number is not said."""

    question: Question
    answered: int | None
    hidden: bool = False
    choices: tuple[Choice, ...] = ()
    spread_hidden: bool = False
    mean: Estimate | None = None
    nps: Estimate | None = None
    csat: Estimate | None = None
    weeks: tuple[Point, ...] = ()
    levels: tuple[Point, ...] = ()
    moods: Mapping[str, int] = field(default_factory=dict)
    words: tuple[tuple[str, int], ...] = ()
    samples: tuple[Said, ...] = ()

    @property
    def figure(self) -> Estimate | None:
        """The one figure that is followed over weeks and levels."""
        return self.nps or self.mean


@dataclass(frozen=True, slots=True)
class Results:
    """What a wave found. `finished` is None where fewer than five have finished an anonymous one;
    `levels`: how many of each level, hidden ones with None."""

    wave: Wave
    finished: int | None
    levels: tuple[tuple[str, int | None], ...]
    questions: tuple[Found, ...]
    at: datetime


def results(
    work: Work, key: str, number: int | None, now: datetime, *, raw: bool = False
) -> Results:
    """The results of the survey's newest wave, or that of a number; raises SurveyNotFound.

    `raw` counts every answer anew instead of taking the kept counts.
    """
    wave = work.surveys.by_key(key)
    if wave is not None and number not in (None, wave.wave):
        waves = work.surveys.waves(wave.survey_id)
        wave = next((one for one in waves if one.wave == number), None)
    if wave is None:
        raise SurveyNotFound
    return of_wave(work, wave, now, raw=raw)


def of_wave(work: Work, wave: Wave, now: datetime, *, raw: bool = False) -> Results:
    """The results of a wave."""
    tables = _Tables(counts_of(work, wave, raw=raw))
    anonymous = wave.definition.anonymous
    everybody = tables.answered(RESPONSES)
    if anonymous and everybody < FEWEST:
        questions = tuple(Found(one, None, hidden=True) for one in wave.definition.questions)
        return Results(wave, None if everybody else 0, (), questions, now)
    by_level = tables.by_level.get((RESPONSES, ANSWERED), Counter())
    away = figures.hidden(by_level) if anonymous else frozenset()
    levels = tuple((one, None if one in away else by_level[one]) for one in sorted(by_level))
    found = tuple(_found(work, wave, tables, one) for one in wave.definition.questions)
    return Results(wave, everybody, levels, found, now)


class _Tables:
    """Counts laid out by what is asked of them."""

    def __init__(self, counts: Counts) -> None:
        self.totals: dict[str, Counter[str]] = {}
        self.by_level: dict[tuple[str, str], Counter[str]] = {}
        self.by_week: dict[tuple[str, str], Counter[date]] = {}
        for (question, value, level, day), times in counts.items():
            self.totals.setdefault(question, Counter())[value] += times
            key = question, value
            self.by_level.setdefault(key, Counter())[level] += times
            week = day - timedelta(days=day.weekday())
            self.by_week.setdefault(key, Counter())[week] += times

    def answered(self, question: str) -> int:
        return self.totals.get(question, Counter())[ANSWERED]


def _found(work: Work, wave: Wave, tables: _Tables, question: Question) -> Found:
    answered, anonymous = tables.answered(question.key), wave.definition.anonymous
    if anonymous and 0 < answered < FEWEST:
        return Found(question, None, hidden=True)
    if question.kind is QuestionKind.TEXT:
        return _texts(work, wave, tables, question, answered)
    given = tables.totals.get(question.key, Counter())
    if question.kind in NUMBERS:
        return _numbers(tables, question, answered, anonymous)
    if question.kind in CHOICES:
        return Found(question, answered, choices=_choices(question, given, answered, anonymous))
    return Found(question, answered)


# -- choices and numbers ----------------------------------------------------------------


def _choices(
    question: Question, given: Mapping[str, int], answered: int, anonymous: bool
) -> tuple[Choice, ...]:
    cells = {option.key: given.get(option.key, 0) for option in question.options}
    away: frozenset[str] = frozenset()
    if anonymous and question.kind is QuestionKind.MULTIPLE:
        away = figures.hidden_choices(cells, answered)
    elif anonymous:
        away = figures.hidden(cells)
    return tuple(
        Choice(option.key, option.names, None, None)
        if option.key in away
        else Choice(
            option.key,
            option.names,
            cells[option.key],
            figures.share(cells[option.key], answered),
        )
        for option in question.options
    )


def _figure(kind: QuestionKind) -> Callable[[Mapping[float, int]], Estimate | None]:
    return figures.nps if kind is QuestionKind.NPS else figures.average


def _numbers(tables: _Tables, question: Question, answered: int, anonymous: bool) -> Found:
    given = tables.totals.get(question.key, Counter())
    counts, kind = numbers(given), question.kind
    hide = anonymous and any(0 < times < FEWEST for times in counts.values())
    shown = _values(question, given) if not hide else ()
    return Found(
        question,
        answered,
        choices=tuple(
            Choice(value, {}, given[value], figures.share(given[value], answered))
            for value in shown
        ),
        spread_hidden=hide,
        mean=figures.average(counts),
        nps=_nps(counts, anonymous) if kind is QuestionKind.NPS else None,
        csat=_csat(counts, anonymous) if kind is QuestionKind.RATING else None,
        weeks=_points(question, tables.by_week, anonymous),
        levels=_points(question, tables.by_level, anonymous),
    )


def _values(question: Question, given: Mapping[str, int]) -> list[str]:
    """The numbers in order: every possible one of a scale, else those that were given."""
    if question.values:
        return list(question.values)
    return sorted((value for value in given if value != ANSWERED), key=float)


def _nps(counts: Mapping[float, int], anonymous: bool) -> Estimate | None:
    up = sum(times for one, times in counts.items() if one >= figures.PROMOTERS)
    down = sum(times for one, times in counts.items() if one <= figures.DETRACTORS)
    groups = {"up": up, "between": sum(counts.values()) - up - down, "down": down}
    return None if anonymous and figures.hidden(groups) else figures.nps(counts)


def _csat(counts: Mapping[float, int], anonymous: bool) -> Estimate | None:
    up = sum(times for one, times in counts.items() if one >= figures.SATISFIED)
    groups = {"up": up, "not": sum(counts.values()) - up}
    return None if anonymous and figures.hidden(groups) else figures.csat(counts)


def _points(
    question: Question, tables: Mapping[tuple[str, str], Mapping[Of, int]], anonymous: bool
) -> tuple[Point, ...]:
    """The question's figure in each week or at each level."""
    answered = tables.get((question.key, ANSWERED), {})
    away = figures.hidden(answered) if anonymous else frozenset()
    given: dict[Of, dict[float, int]] = {of: {} for of in answered}
    for (key, value), cells in tables.items():
        if key == question.key and value != ANSWERED:
            for of, times in cells.items():
                given[of][float(value)] = times
    return tuple(
        Point(of, None, None)
        if of in away
        else Point(of, answered[of], _figure(question.kind)(given[of]))
        for of in sorted(answered)
    )


# -- texts ------------------------------------------------------------------------------


def _texts(work: Work, wave: Wave, tables: _Tables, question: Question, answered: int) -> Found:
    anonymous, least = wave.definition.anonymous, 1
    given = tables.totals.get(question.key, Counter())
    moods: dict[str, int] = {str(label): given[label] for label in Label}
    if anonymous:
        least = FEWEST
        moods = {} if figures.hidden(moods) else moods
    kept = work.survey_results.kept_words(wave, question.key, _LOOKED_AT)
    return Found(
        question,
        answered,
        moods=moods,
        words=tuple(frequent(kept, WORDS, least)),
        samples=tuple(work.survey_results.texts(wave, question.key, SAMPLES)),
    )


def export(work: Work, wave: Wave, form: str, actor: Actor, now: datetime) -> None:
    """Notes in the audit that somebody takes results out, before anything of them leaves."""
    detail = {"survey": wave.key, "wave": wave.wave, "form": form}
    work.audit.add(actor, "survey.export", ("survey", wave.survey_id), now, detail)

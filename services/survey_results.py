"""What a survey found: counts, averages, NPS and CSAT with intervals, trends, texts and words.

SEMANTICS: Surveys. Of an anonymous survey nothing is said that fewer than five have said, also not
by what is left when the rest is taken from the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from domain import survey_figures as figures
from domain.survey_errors import SurveyNotFound
from domain.survey_figures import FEWEST, Estimate
from domain.survey_tallies import ANSWERED, RESPONSES, Counts, numbers
from domain.survey_words import frequent
from domain.surveys import CHOICES, NUMBERS, Names, Question, QuestionKind, Wave, WaveState
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
    `levels`: how many of each level, hidden ones with None. `early`: nothing but how many have
    finished is told of an anonymous wave before it is closed."""

    wave: Wave
    finished: int | None
    levels: tuple[tuple[str, int | None], ...]
    questions: tuple[Found, ...]
    at: datetime
    early: bool = False


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
    """The results of a wave. Two looks at an anonymous one, before and after a release, would tell
    of the batch alone, so there are none before it is closed."""
    anonymous = wave.definition.anonymous
    if anonymous and wave.state in (WaveState.RUNNING, WaveState.SHORT):
        count = work.survey_invites.progress(wave).finished
        return Results(wave, count, (), (), now, early=True)
    tables = _Tables(counts_of(work, wave, raw=raw))
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
    # Who was not asked has answered another question in another way than the rest.
    few = anonymous and 0 < tables.answered(RESPONSES) - answered < FEWEST
    if question.kind is QuestionKind.TEXT:
        return _texts(work, wave, tables, question, few)
    if question.kind in NUMBERS:
        return _numbers(tables, question, anonymous, few)
    told = None if few else answered
    if question.kind in CHOICES:
        return Found(question, told, choices=_choices(tables, question, anonymous, few))
    return Found(question, told)


# -- choices and numbers ----------------------------------------------------------------


def _choices(
    tables: _Tables, question: Question, anonymous: bool, few: bool
) -> tuple[Choice, ...]:
    """Where few passed the question over, shares are not told: they would tell of how many."""
    given = tables.totals.get(question.key, Counter())
    answered, finished = tables.answered(question.key), tables.answered(RESPONSES)
    cells = {option.key: given.get(option.key, 0) for option in question.options}
    away: frozenset[str] = frozenset()
    if anonymous and question.kind is QuestionKind.MULTIPLE:
        away = figures.hidden_choices(cells, answered) | figures.hidden_choices(cells, finished)
    elif anonymous:
        away = figures.hidden(cells | ({ANSWERED: finished - answered} if few else {}))
    return tuple(
        Choice(option.key, option.names, None, None)
        if option.key in away
        else Choice(
            option.key,
            option.names,
            cells[option.key],
            None if few else figures.share(cells[option.key], answered),
        )
        for option in question.options
    )


def _figure(question: Question) -> Callable[[Mapping[float, int]], Estimate | None]:
    return figures.nps if question.kind is QuestionKind.NPS else partial(_mean, question)


def _mean(question: Question, counts: Mapping[float, int]) -> Estimate | None:
    return figures.average(counts, *question.bounds)


def _numbers(tables: _Tables, question: Question, anonymous: bool, few: bool) -> Found:
    """Where the spread is hidden one figure is told at most: two together would give it away."""
    given, answered = tables.totals.get(question.key, Counter()), tables.answered(question.key)
    counts, kind = numbers(given), question.kind
    hide = anonymous and (few or _any_small(counts))
    shown = _values(question, given) if not hide else ()
    up = _nps(counts, anonymous) if kind is QuestionKind.NPS and not few else None
    happy = _csat(counts, anonymous) if kind is QuestionKind.RATING and not few else None
    mean = None if hide else _mean(question, counts)
    if hide and not (up or happy):
        mean = figures.about(counts, *question.bounds)
    return Found(
        question,
        None if few else answered,
        choices=tuple(
            Choice(value, {}, given[value], figures.share(given[value], answered))
            for value in shown
        ),
        spread_hidden=hide,
        mean=mean,
        nps=up,
        csat=happy,
        weeks=_points(question, tables.by_week, anonymous),
        levels=_points(question, tables.by_level, anonymous),
    )


def _any_small(cells: Mapping[Any, int]) -> bool:
    return any(0 < times < FEWEST for times in cells.values())


def _values(question: Question, given: Mapping[str, int]) -> list[str]:
    """The numbers in order: every possible one of a scale, else those that were given."""
    if question.values:
        return list(question.values)
    return sorted((value for value in given if value != ANSWERED), key=float)


def _groups(counts: Mapping[float, int]) -> dict[str, int]:
    up = sum(times for one, times in counts.items() if one >= figures.PROMOTERS)
    down = sum(times for one, times in counts.items() if one <= figures.DETRACTORS)
    return {"up": up, "between": sum(counts.values()) - up - down, "down": down}


def _nps(counts: Mapping[float, int], anonymous: bool) -> Estimate | None:
    return None if anonymous and _any_small(_groups(counts)) else figures.nps(counts)


def _csat(counts: Mapping[float, int], anonymous: bool) -> Estimate | None:
    up = sum(times for one, times in counts.items() if one >= figures.SATISFIED)
    groups = {"up": up, "not": sum(counts.values()) - up}
    return None if anonymous and _any_small(groups) else figures.csat(counts)


def _points(
    question: Question, tables: Mapping[tuple[str, str], Mapping[Of, int]], anonymous: bool
) -> tuple[Point, ...]:
    """The question's figure in each week or at each level: of an anonymous survey in none, if in
    one of them fewer than five gave an answer, for what is hidden there follows from the rest."""
    answered = tables.get((question.key, ANSWERED), {})
    everybody = tables.get((RESPONSES, ANSWERED), {})
    if anonymous and _any_small({of: everybody[of] - answered.get(of, 0) for of in everybody}):
        return ()
    away = figures.hidden(answered) if anonymous else frozenset()
    given: dict[Of, dict[float, int]] = {of: {} for of in answered}
    for (key, value), cells in tables.items():
        if key == question.key and value != ANSWERED:
            for of, times in cells.items():
                given[of][float(value)] = times
    grouped: Any = _groups if question.kind is QuestionKind.NPS else dict
    told = not (anonymous and any(_any_small(grouped(cells)) for cells in given.values()))
    figure = _figure(question)
    return tuple(
        Point(of, None, None)
        if of in away
        else Point(of, answered[of], figure(given[of]) if told else None)
        for of in sorted(answered)
    )


# -- texts ------------------------------------------------------------------------------


def _texts(work: Work, wave: Wave, tables: _Tables, question: Question, few: bool) -> Found:
    anonymous, least, answered = wave.definition.anonymous, 1, tables.answered(question.key)
    given = tables.totals.get(question.key, Counter())
    moods: dict[str, int] = {str(label): given[label] for label in Label}
    if anonymous:
        least = FEWEST
        moods = {} if few or _any_small(moods) else moods
    kept = work.survey_results.kept_words(wave, question.key, _LOOKED_AT)
    return Found(
        question,
        None if few else answered,
        moods=moods,
        words=tuple(frequent(kept, WORDS, least)),
        # Neither may how many texts there are tell how few wrote none.
        samples=tuple(
            work.survey_results.texts(
                wave, question.key, min(SAMPLES, answered // FEWEST * FEWEST) if few else SAMPLES
            )
        ),
    )


def export(work: Work, wave: Wave, form: str, actor: Actor, now: datetime) -> None:
    """Notes in the audit that somebody takes results out, before anything of them leaves."""
    detail = {"survey": wave.key, "wave": wave.wave, "form": form}
    work.audit.add(actor, "survey.export", ("survey", wave.survey_id), now, detail)

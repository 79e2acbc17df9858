"""What cannot work in a survey: where it is and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from domain.surveys import (
    CHOICES,
    END,
    LONGEST,
    NUMBERS,
    Condition,
    Definition,
    Question,
    QuestionKind,
    Test,
)
from services.programme_yaml import Place

Found = tuple[Place, str]
Places = Mapping[str, int]

_BOUNDED: Final = (QuestionKind.MULTIPLE, QuestionKind.NUMBER, QuestionKind.TEXT)
_ONLY_WHETHER: Final = (QuestionKind.TEXT, QuestionKind.PHOTO)
_WITHOUT_VALUE: Final = (Test.ANSWERED, Test.SKIPPED)
_BY_SIZE: Final = (Test.AT_LEAST, Test.AT_MOST)
ANY: Final = "when_any"


def faults(definition: Definition) -> Iterator[Found]:
    """Everything that is wrong; places begin at the survey."""
    yield from _doubled(definition)
    places = {question.key: place for place, question in enumerate(definition.questions)}
    before = 0
    for place, question in enumerate(definition.questions):
        for where, advice in _of_question(definition, places, question):
            before += 1
            yield ("questions", place, *where), advice
    yield from _of_whole(definition, places)
    if not before:
        yield from _unreachable(definition, places)


# -- one question -----------------------------------------------------------------------


def _of_question(definition: Definition, places: Places, question: Question) -> Iterator[Found]:
    yield from _kind(question)
    yield from _bounds(question)
    here = places[question.key]
    for place, option in enumerate(question.options):
        if option.goto:
            if question.kind is QuestionKind.MULTIPLE:
                yield ("options", place, "goto"), "only one answer can lead on; use when instead"
            else:
                yield from _goto(("options", place, "goto"), option.goto, places, here)
    if question.goto:
        yield from _goto(("goto",), question.goto, places, here)
    name = ANY if question.when_any else "when"
    for number, condition in enumerate(question.when):
        for where, advice in _condition(definition, places, here, condition):
            yield (name, number, *where), advice
    if definition.anonymous and question.kind is QuestionKind.PHOTO:
        yield ("kind",), "a photo can show who sent it; leave it out or anonymous: false"


def _kind(question: Question) -> Iterator[Found]:
    choice = question.kind in CHOICES
    if choice and not question.options:
        yield ("options",), "is missing: give two or more options"
    if question.options and not choice:
        yield ("options",), f"{question.kind} has none; leave them out or use kind: single"
    if question.shuffle and not choice:
        yield ("shuffle",), "only options can be shuffled"
    keys = [option.key for option in question.options]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            yield ("options", place, "key"), f"{key} is there twice; change one"


def _bounds(question: Question) -> Iterator[Found]:
    least, most = question.least, question.most
    if question.kind not in _BOUNDED:
        for name in ("least", "most"):
            if getattr(question, name) is not None:
                yield (name,), f"{question.kind} has fixed bounds; leave it out"
        return
    if least is not None and most is not None and least > most:
        yield ("most",), "is less than least"
        return
    if question.kind is QuestionKind.NUMBER:
        return
    top = len(question.options) if question.options else None
    limit = LONGEST if question.kind is QuestionKind.TEXT else top
    for name, value in (("least", least), ("most", most)):
        if value is not None and value < 1:
            yield (name,), "must be 1 or more; required: false lets people pass it over"
        elif value is not None and limit is not None and value > limit:
            what = "characters" if question.kind is QuestionKind.TEXT else "options"
            yield (name,), f"there are at most {limit} {what}"


def _goto(where: Place, to: str, places: Places, here: int) -> Iterator[Found]:
    if to == END:
        return
    if to not in places:
        yield where, f"there is no question {to}{_meant(to, [*places, END])}"
    elif places[to] == here:
        yield where, "leads to itself: nobody would ever get on; name a later question or end"
    elif places[to] < here:
        yield where, f"leads back to {to}, so people would go round in circles; name a later one"


def _condition(
    definition: Definition, places: Places, here: int, condition: Condition
) -> Iterator[Found]:
    about = places.get(condition.question)
    if about is None:
        advice = f"there is no question {condition.question}{_meant(condition.question, places)}"
        yield ("question",), advice
    elif about >= here:
        yield ("question",), f"{condition.question} is asked later; only earlier answers are known"
    else:
        yield from _values(definition.questions[about], condition)


def _values(about: Question, condition: Condition) -> Iterator[Found]:
    test = condition.test
    if test in _WITHOUT_VALUE:
        return
    name = (str(test),)
    if about.kind in _ONLY_WHETHER:
        yield name, f"{about.key} is answered freely; use answered: true or skipped: true"
        return
    if test in _BY_SIZE and about.kind not in NUMBERS:
        yield name, f"{about.key} is no number; use is or in"
        return
    for value in condition.values:
        if not _possible(about, value):
            yield name, f"nobody can answer {value} to {about.key}{_takes(about, value)}"


def _possible(about: Question, value: str) -> bool:
    if about.kind in CHOICES:
        return about.option(value) is not None
    low, high = about.bounds
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdigit() and low <= int(value) <= high


def _takes(about: Question, value: str) -> str:
    if about.kind in CHOICES:
        return _meant(value, about.values) or f"; there are {', '.join(about.values)}"
    low, high = about.bounds
    return f"; it takes {low} to {high}"


# -- the whole --------------------------------------------------------------------------


def _doubled(definition: Definition) -> Iterator[Found]:
    keys = [question.key for question in definition.questions]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            yield ("questions", place, "key"), f"{key} is there twice; change one"
        if key == END:
            yield ("questions", place, "key"), "end is where a goto ends the survey; rename it"


def _of_whole(definition: Definition, places: Places) -> Iterator[Found]:
    if definition.anonymous and definition.quotas:
        advice = "count who gave which answer at once; leave them out or anonymous: false"
        yield ("quotas",), f"{advice} (quota, for all answers together, may stay)"
    for number, quota in enumerate(definition.quotas):
        about = places.get(quota.question)
        if about is None:
            advice = f"there is no question {quota.question}{_meant(quota.question, places)}"
            yield ("quotas", number, "question"), advice
            continue
        question = definition.questions[about]
        if question.kind in _ONLY_WHETHER:
            yield ("quotas", number, "question"), "is answered freely, so nothing can be counted"
        elif not _possible(question, quota.value):
            takes = _takes(question, quota.value)
            yield ("quotas", number, "value"), f"nobody can answer {quota.value}{takes}"
    yield from _times(definition)


def _times(definition: Definition) -> Iterator[Found]:
    opens, closes, send = definition.opens_at, definition.closes_at, definition.send_at
    if definition.remind_days and send is None and not definition.start:
        yield ("remind_days",), "nobody is written to; give send as well"
    if definition.start and send is not None:
        yield ("send",), "a survey with start goes out by itself; leave send out"
    if send and ((opens and send < opens) or (closes and send >= closes)):
        yield ("send",), "is outside of the days on which it is open"


def _unreachable(definition: Definition, places: Places) -> Iterator[Found]:
    """Questions that no way leads to, and conditions about a question that is never asked on any
    way to this one."""
    reached = [_reached(definition, places, begin) for begin in range(len(places))]
    for place, question in enumerate(definition.questions):
        if place not in reached[0]:
            advice = "no way leads here; correct the goto before it, or take it out"
            yield ("questions", place), advice
            continue
        needed = [one for one in question.when if one.test is not Test.SKIPPED]
        away = [one for one in needed if place not in reached[places[one.question]]]
        if away and (not question.when_any or len(away) == len(question.when)):
            advice = f"is never asked: no way leads here from {away[0].question}"
            yield ("questions", place, ANY if question.when_any else "when"), advice


def _reached(definition: Definition, places: Places, begin: int) -> set[int]:
    """The questions that are reached from one, itself included."""
    found = {begin}
    for place in range(begin, len(places)):
        if place in found:
            found |= _leads(definition, places, place, asked=True)
            if definition.questions[place].when and place > begin:
                found |= _leads(definition, places, place, asked=False)
    return found


def _leads(definition: Definition, places: Places, place: int, *, asked: bool) -> set[int]:
    question = definition.questions[place]
    following = {place + 1} & set(places.values())
    if not asked:
        return following
    straight = question.goto
    names = {option.goto or straight for option in question.options}
    if question.kind is not QuestionKind.SINGLE or not question.required:
        names.add(straight)
    targets = {places[name] for name in names if name not in ("", END)}
    return targets | (following if "" in names else set())


def _meant(word: str, known: object) -> str:
    near = get_close_matches(word, list(known), 1, 0.6)  # type: ignore[call-overload]
    return f"; did you mean {near[0]}?" if near else ""

"""The way through a survey: which question comes next, what a changed answer makes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from domain.survey_values import accepts
from domain.surveys import (
    END,
    Answers,
    Condition,
    Definition,
    Option,
    Question,
    QuestionKind,
    Test,
)


@dataclass(frozen=True, slots=True)
class Trail:
    """Where somebody stands. `path`: the questions shown so far; the last is the current one,
    when `done` the last one at all. `answers` are those on the path; while somebody goes back,
    also those to come."""

    path: tuple[str, ...]
    answers: Mapping[str, Any] = field(default_factory=dict)
    done: bool = False

    @property
    def current(self) -> str:
        """The question that is asked now, "" when done."""
        return "" if self.done else self.path[-1]


# -- order ------------------------------------------------------------------------------


def order(definition: Definition, seed: int) -> tuple[Question, ...]:
    """The questions as this response is asked them. Only neighbours that neither branch nor are
    referred to change places, so that a goto leaves out the same ones in every order."""
    questions = list(definition.questions)
    if not definition.shuffle:
        return tuple(questions)
    fixed = _fixed(definition)
    chance, begin = Random(seed), 0
    for end in range(len(questions) + 1):
        if end == len(questions) or questions[end].key in fixed:
            run = questions[begin:end]
            chance.shuffle(run)
            questions[begin:end] = run
            begin = end + 1
    return tuple(questions)


def options(question: Question, seed: int) -> tuple[Option, ...]:
    """The options as this response sees them; pinned ones keep their places."""
    if not question.shuffle:
        return question.options
    free = [option for option in question.options if not option.pinned]
    Random(f"{seed}:{question.key}").shuffle(free)
    return tuple(option if option.pinned else free.pop() for option in question.options)


def _fixed(definition: Definition) -> frozenset[str]:
    found: set[str] = set()
    for question in definition.questions:
        leads = {question.goto, *(option.goto for option in question.options)} - {""}
        found |= leads | {condition.question for condition in question.when}
        if leads or question.when:
            found.add(question.key)
    return frozenset(found)


# -- conditions -------------------------------------------------------------------------


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether an earlier answer is as the condition says; nothing is said of no answer."""
    value = answers.get(condition.question)
    if condition.test is Test.SKIPPED:
        return value is None
    return value is not None and _TESTS[condition.test](value, condition.values)


def is_asked(question: Question, answers: Answers) -> bool:
    """Whether its conditions let it be asked."""
    if not question.when:
        return True
    some = any if question.when_any else all
    return some(holds(condition, answers) for condition in question.when)


def _keys(value: Any) -> set[str]:
    return {str(one) for one in (value if isinstance(value, list | tuple) else (value,))}


_TESTS: Final[Mapping[Test, Callable[[Any, tuple[str, ...]], bool]]] = {
    Test.ANSWERED: lambda value, _: True,
    Test.IS: lambda value, values: _keys(value) == set(values),
    Test.IN: lambda value, values: bool(_keys(value) & set(values)),
    Test.NOT_IN: lambda value, values: not _keys(value) & set(values),
    Test.AT_LEAST: lambda value, values: isinstance(value, int) and value >= int(values[0]),
    Test.AT_MOST: lambda value, values: isinstance(value, int) and value <= int(values[0]),
}


# -- the way ----------------------------------------------------------------------------


def begin(definition: Definition, seed: int) -> Trail:
    """The first question."""
    return Trail((_from(order(definition, seed), 0, {}),))


def give(definition: Definition, seed: int, trail: Trail, key: str, value: Any) -> Trail:
    """What an answer to a question of the path makes of the way; None passes it over.

    Whoever answers an earlier question again goes on where the new way leaves the old one, past
    what they have answered or passed over before. Answers that are off the new way are gone.
    Raises KeyError for a question that is not on the path.
    """
    if key not in trail.path:
        raise KeyError(key)
    asked = order(definition, seed)
    passed = trail.path if trail.done else trail.path[:-1]
    current = trail.current
    path = list(trail.path[: trail.path.index(key) + 1])
    given = {name: answer for name, answer in trail.answers.items() if name != key}
    if value is not None:
        given[key] = value
    following = _following(asked, path, given)
    while following and following != current and _known(definition, following, passed, given):
        path.append(following)
        following = _following(asked, path, given)
    if following:
        path.append(following)
    return Trail(tuple(path), _kept(asked, path, given, done=not following), done=not following)


def back(trail: Trail) -> Trail:
    """One question back; the first stays where it is. Answers are kept."""
    if trail.done or len(trail.path) < 2:
        return trail
    return Trail(trail.path[:-1], trail.answers)


def progress(definition: Definition, seed: int, trail: Trail) -> tuple[int, int]:
    """At which question somebody is, of how many on the longest way that is left."""
    number = len(trail.path)
    if trail.done:
        return number, number
    asked = order(definition, seed)
    at = _place(asked, trail.path[-1])
    return number, number - 1 + _longest(asked, at, trail)


def _known(
    definition: Definition, key: str, passed: tuple[str, ...], given: Mapping[str, Any]
) -> bool:
    """Whether this question was answered, or passed over, before."""
    question = definition.question(key)
    if key in given:
        return accepts(question, given[key])
    return key in passed and not question.required


def _kept(
    asked: tuple[Question, ...], path: list[str], given: Mapping[str, Any], *, done: bool
) -> dict[str, Any]:
    """The answers that are on the way, or may still come to be."""
    later = () if done else asked[_place(asked, path[-1]) :]
    names = {*path, *(question.key for question in later)}
    return {name: value for name, value in given.items() if name in names}


def _following(asked: tuple[Question, ...], path: list[str], given: Mapping[str, Any]) -> str:
    """The question after the last of the path, "" at the end."""
    at = _place(asked, path[-1])
    on_path = {name: given[name] for name in path if name in given}
    to = _goto(asked[at], on_path)
    if to == END:
        return ""
    return _from(asked, _place(asked, to) if to else at + 1, on_path)


def _goto(question: Question, given: Mapping[str, Any]) -> str:
    value = given.get(question.key)
    if question.kind is QuestionKind.SINGLE and isinstance(value, str):
        chosen = question.option(value)
        if chosen and chosen.goto:
            return chosen.goto
    return question.goto


def _from(asked: tuple[Question, ...], place: int, given: Mapping[str, Any]) -> str:
    for question in asked[place:]:
        if is_asked(question, given):
            return question.key
    return ""


def _place(asked: tuple[Question, ...], key: str) -> int:
    return next(place for place, question in enumerate(asked) if question.key == key)


def _longest(asked: tuple[Question, ...], at: int, trail: Trail) -> int:
    """How many questions are asked from `at` on, itself included, on the longest way that the
    answers so far leave open."""
    known = {name: trail.answers[name] for name in trail.path[:-1] if name in trail.answers}
    decided = {question.key for question in asked[:at]}
    places = {question.key: place for place, question in enumerate(asked)}
    lengths = [0] * (len(asked) + 1)
    for place in range(len(asked) - 1, at - 1, -1):
        question = asked[place]
        here = 1 + max(lengths[to] for to in _leads(question, place, places, len(asked)))
        certain = all(condition.question in decided for condition in question.when)
        if place > at and certain and not is_asked(question, known):
            here = lengths[place + 1]
        elif place > at and not certain:
            here = max(here, lengths[place + 1])
        lengths[place] = here
    return lengths[at]


def _leads(question: Question, place: int, places: Mapping[str, int], end: int) -> set[int]:
    """Where it may go on."""
    straight = question.goto
    named = {option.goto or straight for option in question.options}
    if question.kind is not QuestionKind.SINGLE or not question.required:
        named.add(straight)
    all_ = {END: end, "": place + 1, **places}
    return {all_[name] for name in named}

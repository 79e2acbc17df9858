"""Conditions of SurveyJS about questions that were taken, as conditions of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, floor
from typing import Final

from domain.surveys import Condition, QuestionKind, Test
from services.surveyjs_elements import Draft
from services.surveyjs_logic import Comparison, NotUnderstood, Terms

_SCALES: Final = (QuestionKind.RATING, QuestionKind.NPS, QuestionKind.NUMBER)


def conditions(terms: Terms, before: Mapping[str, Draft]) -> tuple[Condition, ...]:
    """The conditions, about questions `before` it alone; raises NotUnderstood."""
    found: list[Condition] = []
    for part in terms.parts:
        draft = before.get(part.name)
        if draft is None:
            raise NotUnderstood(
                f"it depends on {{{part.name}}}, which is not asked before it or was left out"
            )
        more = list(_of(part, draft))
        if part.op in ("<>", "notcontains") and _may_be_empty(draft):
            if len(terms.parts) > 1 and not terms.any:
                raise NotUnderstood(
                    f"its condition excludes an answer to {{{part.name}}}, which may have none"
                )
            found += [*more, Condition(draft.question.key, Test.SKIPPED)]
            continue
        if terms.any and len(terms.parts) > 1 and len(more) > 1:
            raise NotUnderstood("its condition mixes `and` with `or`; split the question in two")
        found += more
    return tuple(found)


def _may_be_empty(draft: Draft) -> bool:
    """Whether a question may have no answer when a later one is reached: then `<>` holds there,
    and not here."""
    return not draft.question.required or bool(draft.question.when)


def _of(part: Comparison, draft: Draft) -> Iterator[Condition]:
    key = draft.question.key
    if part.op in ("empty", "notempty"):
        yield Condition(key, Test.SKIPPED if part.op == "empty" else Test.ANSWERED)
    elif draft.question.kind in _SCALES:
        yield _number(part, key)
    elif draft.question.kind is QuestionKind.SINGLE:
        yield _single(part, draft)
    elif draft.question.kind is QuestionKind.MULTIPLE:
        yield from _multiple(part, draft)
    else:
        raise NotUnderstood(f"it depends on what was written or sent for {{{part.name}}}")


def _keys(part: Comparison, draft: Draft) -> tuple[str, ...]:
    unknown = [value for value in part.values if value not in draft.values]
    if unknown:
        raise NotUnderstood(f"its condition asks for {unknown[0]!r}, which is no choice there")
    return tuple(draft.values[value] for value in part.values)


def _single(part: Comparison, draft: Draft) -> Condition:
    key, values = draft.question.key, _keys(part, draft)
    if part.op == "anyof":
        return Condition(key, Test.IN, values)
    if part.op == "=" and len(values) == 1:
        return Condition(key, Test.IS, values)
    if part.op == "<>" and len(values) == 1:
        return Condition(key, Test.NOT_IN, values)
    raise _unfit(part)


def _multiple(part: Comparison, draft: Draft) -> Iterator[Condition]:
    key, values = draft.question.key, _keys(part, draft)
    if part.op == "anyof":
        yield Condition(key, Test.IN, values)
    elif part.op in ("contains", "allof"):
        yield from (Condition(key, Test.IN, (value,)) for value in values)
    elif part.op == "notcontains" and len(values) == 1:
        yield Condition(key, Test.NOT_IN, values)
    else:
        raise _unfit(part)


def _number(part: Comparison, key: str) -> Condition:
    try:
        numbers = [float(value) for value in part.values]
    except ValueError as error:
        raise NotUnderstood(f"its condition compares {{{part.name}}} with no number") from error
    if any(abs(number) > 10**9 for number in numbers):
        raise NotUnderstood(f"its condition compares {{{part.name}}} with too large a number")
    if part.op in ("=", "<>", "anyof") and all(number.is_integer() for number in numbers):
        test = {"=": Test.IS, "<>": Test.NOT_IN, "anyof": Test.IN}[part.op]
        if test is Test.IN or len(numbers) == 1:
            return Condition(key, test, tuple(str(int(number)) for number in numbers))
    if len(numbers) != 1 or part.op not in (">", ">=", "<", "<="):
        raise _unfit(part)
    number = numbers[0]
    if part.op in (">", ">="):
        least = floor(number) + 1 if part.op == ">" else ceil(number)
        return Condition(key, Test.AT_LEAST, (str(least),))
    most = ceil(number) - 1 if part.op == "<" else floor(number)
    return Condition(key, Test.AT_MOST, (str(most),))


def _unfit(part: Comparison) -> NotUnderstood:
    return NotUnderstood(f"its condition compares {{{part.name}}} by {part.op}, unlike here")

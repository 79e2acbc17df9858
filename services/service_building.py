"""The section `service` of a programme file becomes the domain's rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from domain import service_rules as rules
from services import programme_schema as schema
from services import service_schema as section

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def service(file: schema.File) -> rules.Service:
    """The rules; a file without the section has a desk that never closes."""
    given = file.service
    if given is None:
        return rules.Service()
    usual = rules.Service()
    return rules.Service(
        hours=_hours(given.hours) if given.hours else usual.hours,
        promises=_promises(given.promises) if given.promises else usual.promises,
        priorities={key: rules.Priority[name.upper()] for key, name in given.priorities.items()},
        remind_minutes=given.remind_minutes,
        escalate_minutes=given.escalate_minutes,
        categories=_categories(given.categories),
        causes=_causes(given.causes),
        alarm_words=_words(given.alarm_words),
        faq=tuple(_faq(one) for one in given.faq),
        answers=tuple(
            rules.ReadyAnswer(one.key, one.name.model_dump(), one.text.model_dump())
            for one in given.answers
        ),
        goodwill=rules.Goodwill(
            given.goodwill.points_per_day,
            tuple(given.goodwill.vouchers),
            given.goodwill.vouchers_per_day,
            given.goodwill.second_above,
        ),
        rating=rules.Rating(
            given.rating.bad, rules.AfterBad(given.rating.then), given.rating.remind_hours
        ),
        flooding=rules.Flooding(**given.flooding.model_dump()),
        named_levels=tuple(given.named_levels),
    )


def _hours(given: section.Hours) -> rules.BusinessHours:
    week = tuple(spans(getattr(given, day)) for day in DAYS)
    return rules.BusinessHours(week, given.country or "", tuple(given.closed))


def spans(given: Sequence[str]) -> tuple[rules.Span, ...]:
    """The spans of a day, `09:00-12:30` each."""
    return tuple(rules.Span(*(_minute(part) for part in one.split("-"))) for one in given)


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _promises(given: section.Promises) -> dict[str, rules.Promise]:
    return {
        name: rules.Promise(int(one.answer * 60), int(one.resolve * 60))
        for name, one in (
            ("normal", given.normal),
            ("high", given.high),
            ("urgent", given.urgent),
        )
    }


def _categories(given: list[section.Category] | None) -> tuple[rules.Category, ...]:
    if given is None:
        return rules.CATEGORIES
    return tuple(rules.Category(one.key, one.name.model_dump(), tuple(one.kinds)) for one in given)


def _causes(given: list[section.Cause] | None) -> tuple[rules.Cause, ...]:
    if given is None:
        return rules.CAUSES
    return tuple(rules.Cause(one.key, one.name.model_dump()) for one in given)


def _words(given: list[str] | None) -> tuple[str, ...]:
    return rules.ALARM_WORDS if given is None else tuple(given)


def _faq(one: section.Faq) -> rules.Faq:
    words = {"zh": tuple(one.words.zh), "en": tuple(one.words.en)}
    return rules.Faq(one.key, one.question.model_dump(), one.answer.model_dump(), words)

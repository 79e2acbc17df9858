"""Plain questions (咨询) and the club's own answers to them."""

from __future__ import annotations

from datetime import date, datetime

from domain.dates import local_day
from domain.listening import ALIKE, alikeness
from domain.service_rules import Faq, Service
from domain.texts import has_phrase
from services.ports import Work


def find(service: Service, text: str, locale: str) -> Faq | None:
    """The answer to a question: the first whose words it holds, in whatever language, else the
    one whose own question is most like it (domain.listening.ALIKE). SEMANTICS: Complaints."""
    for one in service.faq:
        if any(has_phrase(text, word) for words in one.words.values() for word in words):
            return one
    return _most_alike(service, text)


def _most_alike(service: Service, text: str) -> Faq | None:
    likeness = {
        one.key: max(alikeness(text, question) for question in one.question.values())
        for one in service.faq
        if one.question
    }
    best = max(likeness, key=lambda key: likeness[key], default=None)
    if best is None or likeness[best] < ALIKE:
        return None
    return by_key(service, best)


def by_key(service: Service, key: str) -> Faq | None:
    """The answer of that key, None if the club has taken it out."""
    return next((one for one in service.faq if one.key == key), None)


def shown(work: Work, key: str, now: datetime) -> None:
    """Counts that an answer was shown."""
    work.faq_counts.add(_day(work, now), key, shown=1)


def helped(work: Work, key: str, now: datetime) -> None:
    """Counts that an answer helped."""
    work.faq_counts.add(_day(work, now), key, helped=1)


def asked(work: Work, key: str, now: datetime) -> None:
    """Counts that somebody asked a person after all."""
    work.faq_counts.add(_day(work, now), key, asked=1)


def _day(work: Work, now: datetime) -> date:
    return local_day(now, work.programmes.current().zone)

"""What there is in the club that an audience can name, and how each is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

from domain.audience_lexicon import Asked, Survey
from domain.audience_scanning import narrow
from domain.audience_terms import FIXED_NAMES
from domain.money import exponent
from domain.surveys import CHOICES, NUMBERS, Question, Wave
from services.ports import Work

MOST: Final = 500
CAMPAIGNS: Final = 200
Called = Mapping[str, str]
"""A name per language."""


class ClubNames:
    """domain.audience_lexicon.Lexicon of this club; each part is read when it is asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._called: dict[str, Mapping[str, Called]] = {}

    @property
    def digits(self) -> int:
        return exponent(self._work.programmes.current().currency)

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(level.key for level in self._work.programmes.current().levels)

    def names(self, fact: str) -> Mapping[str, tuple[str, ...]]:
        called = self.called(fact)
        if fact in ("city", "source"):
            return _spellings(called)
        found: dict[str, tuple[str, ...]] = {}
        for key, names in called.items():
            for name in names.values():
                found.setdefault(name, (key,))
        if fact == "level":  # 金卡会员 is called 金卡 as well
            short = {name.removesuffix("会员"): keys for name, keys in found.items()}
            found = {**short, **found}
            found.pop("", None)
        return found | {key: (key,) for key in called}

    def surveys(self) -> Mapping[str, Survey]:
        return self._surveys

    def called(self, fact: str) -> Mapping[str, Called]:
        """How the values of a fact are called, by key."""
        if fact not in self._called:
            self._called[fact] = self._find(fact)
        return self._called[fact]

    def name(self, fact: str, key: str) -> Called:
        """How one value is called; what is not there any more is called by its key."""
        return self.called(fact).get(key) or {"zh": key, "en": key}

    def question(self, survey: str, question: str) -> tuple[Called, Called, Mapping[str, Called]]:
        """How a survey, its question and the answers are called."""
        wave = self._work.surveys.by_key(survey)
        found = (
            next((q for q in wave.definition.questions if q.key == question), None)
            if wave
            else None
        )
        options = {option.key: option.names for option in found.options} if found else {}
        titles: Called = wave.definition.names if wave else {"zh": survey, "en": survey}
        return titles, (found.texts if found else {"zh": question, "en": question}), options

    def _find(self, fact: str) -> Mapping[str, Called]:
        if fact in FIXED_NAMES:
            return {key: {"zh": zh, "en": en} for key, (zh, en) in FIXED_NAMES[fact].items()}
        if fact == "level":
            return {level.key: level.names for level in self._work.programmes.current().levels}
        if fact in ("store", "home_store"):
            return {store.code: _same(store.name) for store in self._work.stores.all()}
        if fact == "voucher":
            return {benefit.key: benefit.names for benefit in self._work.benefits.all()}
        if fact in ("got", "clicked"):
            return self._campaigns
        if fact == "audience":
            return {name: _same(name) for name in self._work.audiences.saved_names(MOST)}
        return {name: _same(name) for name in self._work.audiences.spellings(fact, MOST)}

    @cached_property
    def _campaigns(self) -> Mapping[str, Called]:
        newest = self._work.campaigns.newest(CAMPAIGNS)
        return {str(one.id): _same(one.name or f"#{one.id}") for one in newest}

    @cached_property
    def _surveys(self) -> Mapping[str, Survey]:
        found: dict[str, Survey] = {}
        for wave in self._work.surveys.all():
            survey = _survey(wave)
            for name in (wave.key, *wave.definition.names.values()):
                found.setdefault(name, survey)
        return found


def _same(name: str) -> Called:
    return {"zh": name, "en": name}


def _spellings(names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Names that differ in small and large letters only mean the same."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        found[narrow(name)] = (*found.get(narrow(name), ()), name)
    return {name: found[narrow(name)] for name in names}


def _survey(wave: Wave) -> Survey:
    questions: dict[str, Asked] = {}
    for question in wave.definition.questions:
        if question.kind not in (*CHOICES, *NUMBERS):
            continue
        asked = _asked(question)
        for name in (question.key, *question.texts.values()):
            questions.setdefault(name, asked)
    return Survey(wave.key, questions, wave.definition.anonymous)


def _asked(question: Question) -> Asked:
    answers = {value: value for value in question.values}
    for option in question.options:
        answers |= {name: option.key for name in option.names.values() if name not in answers}
    return Asked(question.key, answers, question.kind in NUMBERS)

"""Imports files of surveys: all of them or none, twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from domain.campaigns import Audience, AudienceKind
from domain.dates import zone_of
from domain.surveys import (
    AnswerQuota,
    Condition,
    Definition,
    Option,
    Question,
    QuestionKind,
    Test,
)
from services import survey_schema as schema
from services.content_files import (
    Done,
    Found,
    Written,
    backwards,
    begins,
    doubled,
    ends,
    exists,
    saved,
    texts,
)
from services.ports import Work
from services.ports.club import Actor
from services.survey_checks import faults

SIMPLE = "answer"
"""The key of the question of a survey that has but one."""


def import_surveys(work: Work, text: str, actor: Actor, now: datetime) -> list[Done]:
    """Takes a survey file; raises ContentInvalid with every problem."""
    written = Written(text, "surveys")
    file = written.checked(schema.Surveys)
    zone = work.programmes.current().zone
    entries = file.surveys
    shape = [*doubled("surveys", entries), *backwards("surveys", entries, ("open",))]
    written.require([*shape, *_shapes(entries, zone)])
    definitions = read(entries, zone)
    written.require([*_faults(definitions, entries), *_audiences(work, entries)])

    def save(number: int, _entry: schema.Survey) -> str:
        outcome = work.surveys.save(definitions[number], now)
        if outcome in REFUSED:
            places = {"invited": "anonymous", "ended": "open"}
            place = places.get(outcome) or _asked_at(entries[number])
            raise written.invalid([(("surveys", number, place), REFUSED[outcome])])
        return outcome

    return saved(work, "survey", entries, save, actor, now)


REFUSED = {
    "answered": (
        "has answers already, so what is asked cannot change (its words can); give a new key, or "
        "open a new wave when it is closed"
    ),
    "invited": "people were invited on these terms, so they cannot change; give a new key",
    "ended": (
        "this round has ended and its answers are cut from names; give one that had too few more "
        "time with `memberbot survey extend`, or open a new one with `memberbot survey wave`"
    ),
}
"""Why a survey that there is does not change, by what the register says."""


def read(entries: Iterable[schema.Survey], zone: str) -> list[Definition]:
    """The definitions that entries of a file mean."""
    return [_definition(entry, zone) for entry in entries]


# -- checking ---------------------------------------------------------------------------


def _shapes(entries: Sequence[schema.Survey], zone: str) -> Iterator[Found]:
    """What must hold before an entry can be read at all."""
    for number, entry in enumerate(entries):
        if bool(entry.questions) == bool(entry.question):
            yield ("surveys", number, "questions"), "give either questions or one question"
        if not entry.questions and entry.rating == bool(entry.options):
            yield ("surveys", number, "options"), "give either options or rating: true"
        if entry.questions and (entry.options or entry.rating):
            yield ("surveys", number, "options"), "belong to a question; write them there"
        if entry.send and not exists(entry.send, zone):
            advice = "does not exist there: the clocks jump over it"
            yield ("surveys", number, "send"), advice
        for place, question in enumerate(entry.questions or ()):
            for where, advice in _conditions_shape(question):
                yield ("surveys", number, "questions", place, *where), advice


def _conditions_shape(question: schema.Question) -> Iterator[Found]:
    if question.when and question.when_any:
        yield ("when_any",), "give either when (all must hold) or when_any (one is enough)"
    for name in ("when", "when_any"):
        for number, one in enumerate(getattr(question, name) or ()):
            if len(_tests(one)) != 1:
                known = "is, in, not_in, at_least, at_most, answered or skipped"
                yield (name, number), f"must say exactly one of {known}"


def _faults(
    definitions: Sequence[Definition], entries: Sequence[schema.Survey]
) -> Iterator[Found]:
    for number, definition in enumerate(definitions):
        for where, advice in faults(definition):
            if entries[number].questions:
                yield ("surveys", number, *where), advice
            else:
                yield ("surveys", number, *_simple_place(where)), advice


def _simple_place(where: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return where[2:] if where[:1] == ("questions",) else where


def _asked_at(entry: schema.Survey) -> str:
    return "questions" if entry.questions else "question"


def _audiences(work: Work, entries: Sequence[schema.Survey]) -> Iterator[Found]:
    """Levels and stores that the club does not have."""
    levels = {level.key for level in work.programmes.current().levels}
    stores = {store.code for store in work.stores.all()}
    for number, entry in enumerate(entries):
        if entry.audience is None:
            continue
        if entry.audience.levels and entry.audience.stores:
            yield ("surveys", number, "audience"), "give either levels or stores"
        for name, known in (("levels", levels), ("stores", stores)):
            for place, value in enumerate(getattr(entry.audience, name) or ()):
                if value not in known:
                    advice = f"the club has no {value}; it has {', '.join(sorted(known))}"
                    yield ("surveys", number, "audience", name, place), advice


# -- entries become definitions ---------------------------------------------------------


def _definition(entry: schema.Survey, zone: str) -> Definition:
    start = entry.start or schema.Start(by="purchase")
    return Definition(
        key=entry.key,
        names=texts(entry.name),
        questions=tuple(_questions(entry)),
        intro=texts(entry.intro),
        thanks=texts(entry.thanks),
        anonymous=entry.anonymous,
        reward=entry.reward,
        shuffle=entry.shuffle,
        quota=entry.quota,
        quotas=tuple(AnswerQuota(one.question, one.value, one.most) for one in entry.quotas),
        start=start.by if entry.start else "",
        start_hours=start.after_hours,
        cooldown_days=start.cooldown_days,
        audience=_audience(entry.audience),
        opens_at=begins(entry.open, zone),
        closes_at=ends(entry.open, zone),
        send_at=entry.send.replace(tzinfo=zone_of(zone)) if entry.send else None,
        remind_days=tuple(entry.remind_days),
        recur_days=entry.recur_days,
    )


def _audience(audience: schema.Audience | None) -> Audience:
    if audience and audience.levels:
        return Audience(AudienceKind.LEVEL, tuple(audience.levels))
    if audience and audience.stores:
        return Audience(AudienceKind.STORE, tuple(audience.stores))
    return Audience()


def _questions(entry: schema.Survey) -> Iterator[Question]:
    if entry.question:
        kind = QuestionKind.RATING if entry.rating else QuestionKind.SINGLE
        options = tuple(
            Option(option.key, {"zh": option.zh, "en": option.en})
            for option in entry.options or ()
        )
        yield Question(SIMPLE, kind, texts(entry.question), options)
    for question in entry.questions or ():
        yield _question(question)


def _question(question: schema.Question) -> Question:
    conditions = question.when_any or question.when or ()
    return Question(
        key=question.key,
        kind=QuestionKind(question.kind),
        texts=texts(question.text),
        options=tuple(
            Option(one.key, {"zh": one.zh, "en": one.en}, one.goto or "", one.pinned)
            for one in question.options or ()
        ),
        required=question.required,
        shuffle=question.shuffle,
        least=question.least,
        most=question.most,
        when=tuple(Condition(one.question, *_tests(one)[0]) for one in conditions),
        when_any=bool(question.when_any),
        goto=question.goto or "",
        hints=texts(question.hint),
    )


def _tests(one: schema.When) -> list[tuple[Test, tuple[str, ...]]]:
    """The tests that a condition names, with their values."""
    given = (
        (Test.IS, (one.equal,) if one.equal is not None else None),
        (Test.IN, one.among),
        (Test.NOT_IN, one.not_in),
        (Test.AT_LEAST, (str(one.at_least),) if one.at_least is not None else None),
        (Test.AT_MOST, (str(one.at_most),) if one.at_most is not None else None),
        (Test.ANSWERED, () if one.answered else None),
        (Test.SKIPPED, () if one.skipped else None),
    )
    return [(test, tuple(values)) for test, values in given if values is not None]

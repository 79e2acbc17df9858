"""Random surveys that pass every check, and random answers to their questions."""

from typing import Any

from hypothesis import strategies as st

from domain.surveys import (
    CHOICES,
    END,
    NUMBERS,
    Condition,
    Definition,
    Option,
    Question,
    QuestionKind,
    Test,
)
from services.survey_checks import faults

TEXT = {"zh": "问", "en": "Q"}
PHOTO = {"reference": "f1", "kind": "photo", "channel": "telegram", "account": "42"}


@st.composite
def definitions(draw: st.DrawFn, most: int = 7) -> Definition:
    """A survey of one to `most` questions, with goto and when wherever they are allowed."""
    count = draw(st.integers(1, most))
    questions: list[Question] = []
    for place in range(count):
        questions.append(_question(draw, place, count, questions))
    definition = Definition(
        key="random", names=TEXT, questions=tuple(questions), shuffle=draw(st.booleans())
    )
    return definition if not list(faults(definition)) else _straight(definition)


def _question(draw: st.DrawFn, place: int, count: int, before: list[Question]) -> Question:
    kind = draw(st.sampled_from(list(QuestionKind)))
    later = [f"q{number}" for number in range(place + 1, count)] + [END]
    leads = st.sampled_from(["", "", "", *later])
    options: tuple[Option, ...] = ()
    if kind in CHOICES:
        single = kind is QuestionKind.SINGLE
        options = tuple(
            Option(f"o{number}", TEXT, draw(leads) if single else "")
            for number in range(draw(st.integers(2, 4)))
        )
    return Question(
        key=f"q{place}",
        kind=kind,
        texts=TEXT,
        options=options,
        required=draw(st.booleans()),
        when=tuple(_conditions(draw, before)),
        when_any=draw(st.booleans()),
        goto=draw(leads),
    )


def _conditions(draw: st.DrawFn, before: list[Question]) -> list[Condition]:
    if not before or not draw(st.booleans()):
        return []
    found = []
    for _ in range(draw(st.integers(1, 2))):
        about = draw(st.sampled_from(before))
        tests = [Test.ANSWERED, Test.SKIPPED]
        if about.kind in CHOICES:
            tests += [Test.IS, Test.IN, Test.NOT_IN]
        elif about.kind in NUMBERS:
            tests += [Test.IS, Test.AT_LEAST, Test.AT_MOST]
        test = draw(st.sampled_from(tests))
        values: tuple[str, ...] = ()
        if test not in (Test.ANSWERED, Test.SKIPPED):
            value = draw(answers(about))
            values = tuple(map(str, value)) if isinstance(value, list) else (str(value),)
        found.append(Condition(about.key, test, values))
    return found


def _straight(definition: Definition) -> Definition:
    """The same questions without anything that leads elsewhere."""
    questions = tuple(
        Question(
            question.key,
            question.kind,
            question.texts,
            tuple(Option(option.key, option.names) for option in question.options),
            required=question.required,
        )
        for question in definition.questions
    )
    return Definition(
        key=definition.key,
        names=definition.names,
        questions=questions,
        shuffle=definition.shuffle,
    )


def answers(question: Question) -> st.SearchStrategy[Any]:
    """What the question takes."""
    keys = [option.key for option in question.options]
    if question.kind is QuestionKind.SINGLE:
        return st.sampled_from(keys)
    if question.kind is QuestionKind.MULTIPLE:
        return st.lists(st.sampled_from(keys), min_size=1, unique=True)
    if question.kind in NUMBERS:
        low, high = question.bounds
        return st.integers(max(low, -20), min(high, 20))
    if question.kind is QuestionKind.TEXT:
        return st.text("abc你好", min_size=1, max_size=8)
    return st.just(PHOTO)

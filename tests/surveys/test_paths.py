"""The way through a survey: random ones walked with answers, back and skip; and single rules."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import survey_paths as paths
from domain.survey_json import from_json, to_json
from domain.survey_paths import Trail
from domain.survey_values import accepts
from domain.surveys import (
    END,
    Condition,
    Definition,
    Option,
    Question,
    QuestionKind,
    Test,
)
from tests.surveys.definitions import TEXT, answers, definitions

SEEDS = st.integers(0, 2**31 - 1)


def walked(definition: Definition, seed: int, given_: dict[str, Any]) -> list[str]:
    """The questions that these answers lead over, told anew: one step after the other, each by
    the goto of the answer or question or to the next, over those whose conditions fail."""
    asked = list(paths.order(definition, seed))
    found: list[str] = []
    known: dict[str, Any] = {}
    place = 0
    while place < len(asked):
        question = asked[place]
        tests = [paths.holds(condition, known) for condition in question.when]
        if tests and not (any(tests) if question.when_any else all(tests)):
            place += 1
            continue
        found.append(question.key)
        value = given_.get(question.key)
        if value is not None:
            known[question.key] = value
        chosen = [option.goto for option in question.options if option.key == value]
        to = (chosen[0] if chosen else "") or question.goto
        if to == END:
            break
        place = [one.key for one in asked].index(to) if to else place + 1
    return found


@given(definitions(), SEEDS, st.data())
@settings(max_examples=250, deadline=None)
def test_what_is_kept_at_the_end_is_the_way_that_was_walked(
    definition: Definition, seed: int, data: st.DataObject
) -> None:
    trail = paths.begin(definition, seed)
    for _ in range(60):
        if trail.done:
            break
        _consistent(definition, seed, trail)
        trail = _something(definition, seed, trail, data)
    while not trail.done:  # and straight on to the end
        question = definition.question(trail.current)
        value = data.draw(answers(question))
        trail = paths.give(definition, seed, trail, question.key, value)
    assert list(trail.path) == walked(definition, seed, dict(trail.answers))
    assert set(trail.answers) <= set(trail.path)
    for key in trail.path:
        question = definition.question(key)
        if key in trail.answers:
            assert accepts(question, trail.answers[key])
        else:
            assert not question.required


def _something(definition: Definition, seed: int, trail: Trail, data: st.DataObject) -> Trail:
    """An answer to the current or an earlier question, back, or over."""
    what = data.draw(st.sampled_from(["answer", "answer", "again", "back", "skip"]))
    if what == "back":
        return paths.back(trail)
    key = data.draw(st.sampled_from(trail.path)) if what == "again" else trail.current
    question = definition.question(key)
    if what == "skip" and not question.required:
        return paths.give(definition, seed, trail, key, None)
    return paths.give(definition, seed, trail, key, data.draw(answers(question)))


def _consistent(definition: Definition, seed: int, trail: Trail) -> None:
    on_path = {name: value for name, value in trail.answers.items() if name in trail.path[:-1]}
    assert walked(definition, seed, on_path)[: len(trail.path)] == list(trail.path)
    number, of = paths.progress(definition, seed, trail)
    assert 1 <= number <= of <= len(definition.questions)
    order = [question.key for question in paths.order(definition, seed)]
    here = order.index(trail.path[-1])
    assert all(name in trail.path or order.index(name) > here for name in trail.answers)


@given(definitions(), SEEDS, st.data())
@settings(max_examples=100, deadline=None)
def test_progress_never_promises_too_little(
    definition: Definition, seed: int, data: st.DataObject
) -> None:
    trail, promised = paths.begin(definition, seed), len(definition.questions)
    while not trail.done:
        _, of = paths.progress(definition, seed, trail)
        assert of <= promised
        promised = of
        question = definition.question(trail.current)
        trail = paths.give(definition, seed, trail, question.key, data.draw(answers(question)))
    assert len(trail.path) <= promised


@given(definitions())
@settings(max_examples=100, deadline=None)
def test_a_definition_comes_back_from_its_row(definition: Definition) -> None:
    assert from_json(to_json(definition)) == definition


# -- single rules -----------------------------------------------------------------------


def asked(key: str, kind: QuestionKind = QuestionKind.RATING, **changes: Any) -> Question:
    return replace(Question(key, kind, TEXT), **changes)


def survey(*questions: Question, **changes: Any) -> Definition:
    return Definition(key="s", names=TEXT, questions=questions, **changes)


WAY = survey(
    asked(
        "where",
        QuestionKind.SINGLE,
        options=(Option("shop", TEXT), Option("web", TEXT, goto="site"), Option("no", TEXT, END)),
    ),
    asked("staff"),
    asked("why", QuestionKind.TEXT, when=(Condition("staff", Test.AT_MOST, ("2",)),)),
    asked("site", required=False),
    asked("last", QuestionKind.NPS),
)


def give(trail: Trail, key: str, value: Any) -> Trail:
    return paths.give(WAY, 0, trail, key, value)


@pytest.mark.parametrize(
    ("given_", "path", "left"),
    [
        ([], ["where"], (1, 5)),
        ([("where", "shop")], ["where", "staff"], (2, 5)),
        ([("where", "web")], ["where", "site"], (2, 3)),
        ([("where", "shop"), ("staff", 5)], ["where", "staff", "site"], (3, 4)),
        ([("where", "shop"), ("staff", 2)], ["where", "staff", "why"], (3, 5)),
        ([("where", "no")], ["where"], (1, 1)),
    ],
)
def test_answers_lead_on(
    given_: list[tuple[str, Any]], path: list[str], left: tuple[int, int]
) -> None:
    trail = paths.begin(WAY, 0)
    for key, value in given_:
        trail = give(trail, key, value)
    assert list(trail.path) == path
    assert paths.progress(WAY, 0, trail) == left


def test_another_answer_takes_what_is_off_the_way_with_it() -> None:
    trail = paths.begin(WAY, 0)
    for key, value in (("where", "shop"), ("staff", 1), ("why", "slow"), ("site", None)):
        trail = give(trail, key, value)
    assert trail.current == "last"
    changed = give(trail, "where", "web")
    assert (changed.path, dict(changed.answers)) == (("where", "site", "last"), {"where": "web"})
    better = give(trail, "staff", 5)
    assert (better.path[-1], set(better.answers)) == ("last", {"where", "staff"})
    assert give(trail, "where", "no").done


def test_back_keeps_the_answer_and_the_first_question_stays() -> None:
    trail = give(paths.begin(WAY, 0), "where", "shop")
    back = paths.back(trail)
    assert (back.current, dict(back.answers)) == ("where", {"where": "shop"})
    assert paths.back(back) == back
    third = give(trail, "staff", 5)
    assert paths.back(third).path == trail.path


def test_shuffling_moves_only_neighbours_that_nothing_refers_to() -> None:
    free = [asked(f"f{number}") for number in range(4)]
    jump = asked(
        "jump", QuestionKind.SINGLE, options=(Option("a", TEXT, "end2"), Option("b", TEXT))
    )
    definition = survey(*free, jump, asked("x"), asked("y"), asked("end2"), shuffle=True)
    orders = {tuple(q.key for q in paths.order(definition, seed)) for seed in range(50)}
    assert len(orders) > 10
    for order in orders:
        assert order[4] == "jump"
        assert order[7] == "end2"
        assert {*order[:4]} == {"f0", "f1", "f2", "f3"}


def test_shuffled_options_are_all_there_and_pinned_ones_stay() -> None:
    options = (*(Option(f"o{n}", TEXT) for n in range(4)), Option("other", TEXT, pinned=True))
    question = asked("q", QuestionKind.SINGLE, options=options, shuffle=True)
    seen = {tuple(one.key for one in paths.options(question, seed)) for seed in range(50)}
    assert len(seen) > 10
    assert all(keys[-1] == "other" and len(set(keys)) == 5 for keys in seen)
    assert paths.options(question, 7) == paths.options(question, 7)

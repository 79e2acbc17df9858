"""Rules of tickets without a database: every step from every state, alarm words, events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.service_rules import ALARM_WORDS, Service
from domain.tickets import (
    DONE,
    Event,
    Step,
    TicketKind,
    TicketState,
    after,
    alarm_in,
    categories_of,
    event_text,
    read_event,
)

OPEN, ASSIGNED, WAITING, RESOLVED, CLOSED = TicketState
_ = None

# state, held → after each step, in the order of Step
TABLE = {
    (OPEN, False): (OPEN, WAITING, ASSIGNED, OPEN, RESOLVED, CLOSED, _, CLOSED),
    (ASSIGNED, True): (ASSIGNED, WAITING, ASSIGNED, OPEN, RESOLVED, CLOSED, _, CLOSED),
    (WAITING, False): (OPEN, WAITING, WAITING, WAITING, RESOLVED, CLOSED, _, CLOSED),
    (WAITING, True): (ASSIGNED, WAITING, WAITING, WAITING, RESOLVED, CLOSED, _, CLOSED),
    (RESOLVED, False): (OPEN, RESOLVED, _, _, _, CLOSED, OPEN, _),
    (RESOLVED, True): (ASSIGNED, RESOLVED, _, _, _, CLOSED, ASSIGNED, _),
    (CLOSED, False): (OPEN, CLOSED, _, _, _, _, OPEN, _),
    (CLOSED, True): (ASSIGNED, CLOSED, _, _, _, _, ASSIGNED, _),
}


@pytest.mark.parametrize(
    ("state", "held", "step", "then"),
    [
        (state, held, step, then)
        for (state, held), row in TABLE.items()
        for step, then in zip(Step, row, strict=True)
    ],
)
def test_where_every_step_leads_from_every_state(
    state: TicketState, held: bool, step: Step, then: TicketState | None
) -> None:
    assert after(state, step, held=held) is then


@given(st.lists(st.sampled_from(list(Step))))
def test_no_way_through_the_steps_ends_in_a_state_that_is_none(steps: list[Step]) -> None:
    state, held = OPEN, False
    for step in steps:
        held = (held or step is Step.TAKE) and step is not Step.RELEASE
        state = after(state, step, held=held) or state
        assert state in TicketState
        assert not (state is ASSIGNED and not held)
        assert state not in DONE or after(state, Step.TAKE, held=held) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("用了以后过敏了", "过敏"),
        ("我要打１２３１５", "12315"),
        ("I'll SUE you", "sue"),
        ("I had an Allergic reaction", "allergic"),
        ("a tissue issue", ""),
        ("my order 9912315 is late", ""),
        ("order 123150", ""),
        ("the milk was sour", ""),
        ("", ""),
    ],
)
def test_alarm_words_are_found_whole(text: str, word: str) -> None:
    assert alarm_in(text, ALARM_WORDS) == word


@given(st.sampled_from(list(Event)), st.text(max_size=20))
def test_an_event_is_read_as_it_was_written(event: Event, value: str) -> None:
    assert read_event(event_text(event, value)) == (event.value, value)


def test_categories_belong_to_kinds() -> None:
    service = Service()
    keys = {kind: [one.key for one in categories_of(service, kind)] for kind in TicketKind}
    assert keys[TicketKind.COMPLAINT] == ["product", "service", "delivery", "points", "other"]
    assert keys[TicketKind.QUESTION] == ["points", "other"]
    assert keys[TicketKind.PRAISE] == keys[TicketKind.SUGGESTION] == []

"""Many last answers at once: the reward is paid once, and no more finish than there are places."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest

from domain.errors import Refused
from domain.surveys import Question, QuestionKind, ResponseState
from services import ledger, survey_answers, surveys
from services.surveys import Me, Step
from storage.work import Work
from tests.support.club import Club
from tests.support.threads import ask

MANY = 64
FIRST = Question("first", QuestionKind.RATING, {"zh": "一", "en": "One"})
LAST = Question("last", QuestionKind.NPS, {"zh": "二", "en": "Two"})


async def at_once(count: int, use: Callable[[int], Awaitable[object]]) -> list[object]:
    """What each of so many simultaneous tries got; a refusal counts as None."""

    async def one(place: int) -> object:
        try:
            return await use(place)
        except Refused:
            return None

    return list(await asyncio.gather(*(one(place) for place in range(count))))


async def almost_done(club: Club, survey: int, name: str = "Mei") -> int:
    """A member who has one answer to give."""
    person = await club.person(name).joins()
    member = await person.member_id()
    me = Me(member, "en")
    await club.write(lambda work: surveys.begin(work, me, survey, club.clock()))
    await club.write(
        lambda work: survey_answers.answer(work, me, survey, "first", 4, club.clock())
    )
    return member


def answers(club: Club, member: int, survey: int, value: int) -> Awaitable[Step]:
    return club.write(
        lambda work: survey_answers.answer(
            work, Me(member, "en"), survey, "last", value, club.clock()
        )
    )


async def balance(club: Club, member: int) -> int:
    has = await club.read(lambda work: work.ledger.summary(member, "points", club.clock()))
    found: int = has.available
    return found


@pytest.mark.parametrize("anonymous", [False, True])
async def test_of_many_last_answers_at_once_one_counts_and_pays(
    club: Club, anonymous: bool
) -> None:
    survey = await ask(club, FIRST, LAST, anonymous=anonymous)
    member = await almost_done(club, survey)
    had = await balance(club, member)
    done = await at_once(MANY, lambda place: answers(club, member, survey, place % 11))
    assert sum(one is not None for one in done) == 1
    assert await balance(club, member) == had + 20
    wave = await club.read(lambda work: work.surveys.wave(survey))
    assert wave.taken == 1
    kept = await club.read(
        lambda work: work.survey_responses.answers(work.survey_responses.of(wave, member).id)
    )
    winner = next(one for one in done if one is not None)
    assert isinstance(winner, Step)
    assert kept == dict(winner.answers)


async def test_without_the_lock_and_the_key_a_reward_is_paid_many_times(club: Club) -> None:
    survey = await ask(club, FIRST, LAST)
    member = await almost_done(club, survey)
    had = await balance(club, member)
    seen, go = 0, asyncio.Event()

    async def careless(place: int) -> None:
        nonlocal seen
        response = await club.read(
            lambda work: work.survey_responses.of(work.surveys.wave(survey), member)
        )
        seen += 1
        if seen == 16:
            go.set()
        await go.wait()
        if response.state is not ResponseState.FINISHED:
            await club.write(lambda work: _pay(work, member, f"blind:{place}", club))

    await at_once(16, careless)
    assert await balance(club, member) > had + 20


def _pay(work: Work, member: int, key: str, club: Club) -> None:
    ledger.bonus(work, member, 20, key=key, source=("survey", 1), now=club.clock())


async def test_no_more_finish_than_there_are_places(club: Club) -> None:
    survey = await ask(club, FIRST, LAST, quota=5)
    members = [await almost_done(club, survey, f"P{number}") for number in range(16)]
    had = sum([await balance(club, member) for member in members])
    done = await at_once(16, lambda place: answers(club, members[place], survey, 9))
    paid = [one for one in done if isinstance(one, Step) and not one.full]
    assert len(paid) == 5
    assert sum([await balance(club, member) for member in members]) == had + 5 * 20
    wave = await club.read(lambda work: work.surveys.wave(survey))
    finished = await club.read(lambda work: work.survey_responses.finished(survey))
    assert (wave.taken, finished) == (5, 5)


async def test_a_response_is_finished_once_whoever_asks(club: Club) -> None:
    survey = await ask(club, FIRST, LAST)
    member = await almost_done(club, survey)

    def finish(work: Work) -> bool:
        wave = work.surveys.wave(survey)
        assert wave is not None
        response = work.survey_responses.of(wave, member)
        assert response is not None
        ended = replace(response, state=ResponseState.FINISHED)
        return work.survey_responses.finish(ended, date(2026, 5, 20))

    assert [await club.write(finish) for _ in range(3)] == [True, False, False]


async def test_beginning_on_two_phones_at_once_makes_one_response(club: Club) -> None:
    survey = await ask(club, FIRST, LAST)
    mei = await club.person().joins()
    me = Me(await mei.member_id(), "en")
    steps = await at_once(
        16, lambda _: club.write(lambda work: surveys.begin(work, me, survey, club.clock()))
    )
    assert len({step.response.id for step in steps if isinstance(step, Step)}) == 1

"""What is left of answers when somebody leaves, and whose they are after a merge."""

import pytest

from domain.survey_errors import SurveyAnswered
from services import survey_answers, surveys
from services.surveys import Me
from storage.work import Work
from tests.support.club import Club, Person
from tests.support.threads import ask
from tests.surveys.test_dialogues import NPS, WORDS


async def begins(person: Person, survey: int) -> int:
    club, me = person.club, Me(await person.member_id(), "en")

    def use(work: Work) -> int:
        now = club.clock()
        surveys.begin(work, me, survey, now)
        survey_answers.answer(work, me, survey, "words", "about my neighbour", now)
        wave = work.surveys.wave(survey)
        assert wave is not None
        response = work.survey_responses.of(wave, me.member_id)
        assert response is not None
        return response.id

    found: int = await club.write(use)
    return found


async def finishes(person: Person, survey: int) -> int:
    club, me = person.club, Me(await person.member_id(), "en")
    response = await begins(person, survey)
    await club.write(lambda work: survey_answers.answer(work, me, survey, "nps", 9, club.clock()))
    return response


async def test_who_leaves_stays_counted_without_a_name_and_without_their_words(
    club: Club,
) -> None:
    survey = await ask(club, WORDS, NPS)
    mei, li = await club.person("Mei").joins(), await club.person("Li").joins()
    done, half = await finishes(mei, survey), await begins(li, survey)
    for person in (mei, li):
        member = await person.member_id()
        await club.write(lambda work, m=member: work.mydata.erase([m], club.clock()))
    kept = await club.read(lambda work: work.survey_responses.get(done))
    assert (kept.member_id, kept.posting_id) == (None, None)
    assert await club.read(lambda work: work.survey_responses.answers(done)) == {"nps": 9}
    assert await club.read(lambda work: work.survey_responses.get(half)) is None
    assert await club.read(lambda work: work.survey_responses.answers(half)) == {}
    assert await club.read(lambda work: work.survey_responses.finished(survey)) == 1


async def test_a_merged_member_goes_on_where_they_were_and_answers_once(club: Club) -> None:
    survey = await ask(club, WORDS, NPS)
    old, new = await club.person("Mei").joins(), await club.person("Mei").joins()
    await begins(new, survey)
    kept, gone = await old.member_id(), await new.member_id()
    await club.write(lambda work: work.merges.move(gone, kept))
    step = await club.read(lambda work: surveys.offer(work, kept, survey, club.clock()))
    assert (step.begun, step.number) == (True, 2)


async def merges(club: Club, old: Person, new: Person) -> int:
    kept, gone = await old.member_id(), await new.member_id()
    await club.write(lambda work: work.merges.move(gone, kept))
    return kept


async def test_who_finished_before_a_merge_is_not_asked_again_for_what_the_other_began(
    club: Club,
) -> None:
    survey = await ask(club, WORDS, NPS)
    old, new = await club.person("Mei").joins(), await club.person("Mei").joins()
    await begins(old, survey)
    done = await finishes(new, survey)
    kept = await merges(club, old, new)
    with pytest.raises(SurveyAnswered):
        await club.read(lambda work: surveys.offer(work, kept, survey, club.clock()))
    found = await club.read(lambda work: work.survey_responses.of_member(kept))
    assert [one.id for one in found.values()] == [done]
    assert await club.read(lambda work: work.survey_responses.answers(done)) == {
        "words": "about my neighbour",
        "nps": 9,
    }


async def test_of_two_that_were_begun_the_kept_one_goes_on_if_it_is_as_far(club: Club) -> None:
    survey = await ask(club, WORDS, NPS)
    old, new = await club.person("Mei").joins(), await club.person("Mei").joins()
    first = await begins(old, survey)
    await begins(new, survey)
    kept = await merges(club, old, new)
    found = await club.read(lambda work: work.survey_responses.of_member(kept))
    assert [one.id for one in found.values()] == [first]

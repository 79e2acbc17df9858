"""Results equal the answers: counted anew, kept, and in between; and nothing of few is said."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.survey_figures import FEWEST, Estimate
from domain.survey_tallies import ANSWERED
from domain.surveys import Wave, WaveState
from services import survey_results, survey_tally
from services.survey_results import Found, Results
from storage.work import Work
from tests.results.conftest import DAY, OPTIONS, Answered, answer, survey, tally
from tests.support.club import NOW, Club


def _random(chance: random.Random) -> Answered:
    """Somebody's answers, some of them left out."""
    keys = [option.key for option in OPTIONS]
    every: dict[str, Any] = {
        "one": chance.choice(keys),
        "many": sorted(chance.sample(keys, chance.randint(1, 3))),
        "stars": chance.randint(1, 5),
        "nps": chance.randint(0, 10),
        "number": chance.randint(-3, 3),
        "say": chance.choice(["很好，服务周到", "too slow and cold", "…"]),
        "photo": {"reference": "x", "kind": "photo", "channel": "telegram", "account": "1"},
    }
    given = {key: value for key, value in every.items() if chance.random() < 0.8}
    level = chance.choice(["silver", "gold", "platinum"])
    return Answered(given, level, DAY - timedelta(days=chance.randrange(30)))


async def _results(club: Club, wave: Wave, *, raw: bool = False) -> Results:
    def read(work: Work) -> Results:
        return survey_results.of_wave(work, wave, NOW, raw=raw)

    found: Results = await club.read(read)
    return found


def _of(found: Results, key: str) -> Found:
    return next(one for one in found.questions if one.question.key == key)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("anonymous", [False, True])
async def test_kept_counts_and_the_rest_equal_the_answers(
    club: Club, seed: int, anonymous: bool
) -> None:
    chance = random.Random(seed)
    wave = await club.write(lambda work: survey(work, anonymous=anonymous))
    given: list[Answered] = []
    for _ in range(3):
        some = [_random(chance) for _ in range(chance.randint(1, 25))]
        await club.write(lambda work, some=some: answer(work, wave, some))
        given += some
        counts = await club.read(lambda work: survey_tally.counts_of(work, wave))
        raw = await club.read(lambda work: survey_tally.counts_of(work, wave, raw=True))
        _agrees(counts, given)
        _agrees(raw, given)
        assert await tally(club) == len(some)
    assert await tally(club) == 0


def _agrees(counts: Any, given: list[Answered]) -> None:
    """The counts against a plain walk over the answers."""
    expected: Counter[tuple[Any, ...]] = Counter()
    for one in given:
        expected["", ANSWERED, one.level, one.day] += 1
        for key, value in one.answers.items():
            expected[key, ANSWERED, one.level, one.day] += 1
            if key not in ("say", "photo"):
                for each in value if isinstance(value, list) else [value]:
                    expected[key, str(each), one.level, one.day] += 1
    moods = {"positive", "negative", "unsure"}
    found = {tuple(cell): times for cell, times in counts.items() if cell.value not in moods}
    assert found == dict(expected)


async def test_a_response_counts_once_though_two_look_at_it(club: Club) -> None:
    wave = await club.write(survey)
    await club.write(lambda work: answer(work, wave, [Answered({"stars": 4, "say": "很好"})]))
    both = [survey_tally.listen(await club.read(survey_tally.look)) for _ in range(2)]
    done = [
        await club.write(lambda work, batch=batch: survey_tally.keep(work, batch, NOW))
        for batch in both
    ]
    assert done == [1, 0]
    found = _of(await _results(club, wave), "say")
    assert (found.answered, found.moods, found.words) == (
        1,
        {"positive": 1, "negative": 0, "unsure": 0},
        (),
    )


async def test_figures_are_those_of_the_answers(club: Club) -> None:
    wave = await club.write(survey)
    given = [Answered({"stars": stars, "nps": 2 * stars, "one": "a"}) for stars in (1, 3, 4, 5, 5)]
    await club.write(lambda work: answer(work, wave, given))
    found = await _results(club, wave)
    stars, nps = _of(found, "stars"), _of(found, "nps")
    assert stars.mean is not None
    assert stars.csat is not None
    assert nps.nps is not None
    assert (stars.mean.value, stars.csat.value) == (3.6, 0.6)
    assert round(nps.nps.value) == 0
    assert [one.times for one in stars.choices] == [1, 0, 1, 1, 2]
    assert [one.times for one in _of(found, "one").choices] == [5, 0, 0]
    assert [(point.of, point.answered) for point in stars.levels] == [("silver", 5)]
    assert [point.answered for point in stars.weeks] == [5]


async def test_texts_come_newest_first_with_words_and_moods(club: Club) -> None:
    wave = await club.write(survey)
    said = ["排队太久了，服务态度差", "排队太久，等了一小时", "服务态度很好，谢谢！"]
    await club.write(lambda work: answer(work, wave, [Answered({"say": text}) for text in said]))
    await tally(club)
    found = _of(await _results(club, wave), "say")
    assert [one.text for one in found.samples] == said[::-1]
    assert dict(found.words)["排队"] == 2
    assert found.moods["negative"] == 2
    assert found.samples[0].label == "positive"


# -- anonymous --------------------------------------------------------------------------


async def test_nothing_is_said_of_an_anonymous_survey_that_few_have_finished(club: Club) -> None:
    wave = await club.write(lambda work: survey(work, anonymous=True))
    given = [Answered({"stars": 5, "say": "很好"})] * (FEWEST - 1)
    await club.write(lambda work: answer(work, wave, given))
    await tally(club)
    found = await _results(club, wave)
    assert found.finished is None
    assert found.levels == ()
    assert all(one.hidden and not one.samples and one.answered is None for one in found.questions)


async def test_small_cells_of_an_anonymous_survey_do_not_follow_from_the_rest(club: Club) -> None:
    wave = await club.write(lambda work: survey(work, anonymous=True))
    given = [Answered({"one": "a", "stars": 5, "nps": 10, "many": ["a"]}, "gold")] * 20
    given += [Answered({"one": "b", "stars": 5, "nps": 9, "many": ["a", "b"]}, "silver")] * 6
    given += [Answered({"one": "c", "stars": 1, "nps": 0, "say": "不好"}, "platinum")] * 2
    await club.write(lambda work: answer(work, wave, given))
    await tally(club)
    found = await _results(club, wave)
    assert found.finished == 28
    assert dict(found.levels) == {"gold": 20, "silver": None, "platinum": None}
    assert [one.times for one in _of(found, "one").choices] == [20, None, None]
    # 26 of 28 answered `many`, all of them chose a: that would tell of the other two.
    assert [one.times for one in _of(found, "many").choices] == [None, 6, 0]
    stars, nps, said = _of(found, "stars"), _of(found, "nps"), _of(found, "say")
    assert stars.spread_hidden
    assert stars.choices == ()
    assert (stars.csat, nps.nps) == (None, None)
    assert not [point for point in (*stars.levels, *stars.weeks, *nps.levels) if point.figure]
    assert (stars.mean, nps.mean) == (Estimate(4.7, None, None), Estimate(9.1, None, None))
    assert said.hidden
    assert not said.samples


async def test_how_few_were_not_asked_is_not_told(club: Club) -> None:
    wave = await club.write(lambda work: survey(work, anonymous=True))
    every = {"one": "a", "stars": 5, "nps": 10, "many": ["a"], "say": "很好"}
    given = [Answered(every)] * 11 + [Answered({"number": 3})]
    await club.write(lambda work: answer(work, wave, given))
    await tally(club)
    found = await _results(club, wave)
    assert found.finished == 12
    told = [_of(found, key) for key in ("one", "stars", "nps", "many", "say")]
    assert [one.answered for one in told] == [None] * 5
    assert [one.figure for one in told] == [None] * 5
    assert not [one for one in told if one.moods or one.weeks or one.levels]
    assert [choice.times for choice in _of(found, "one").choices] == [None, 0, 0]
    assert [choice.times for choice in _of(found, "many").choices] == [None, 0, 0]
    assert len(_of(found, "say").samples) == 10
    assert _of(found, "number").hidden


async def test_an_anonymous_survey_tells_nothing_before_its_end(club: Club) -> None:
    wave = await club.write(lambda work: survey(work, anonymous=True))
    await club.write(lambda work: answer(work, wave, [Answered({"stars": 5})] * 20))
    for state in (WaveState.RUNNING, WaveState.SHORT):
        early = await _results(club, replace(wave, state=state))
        assert (early.early, early.levels, early.questions) == (True, (), ())
    assert (await _results(club, wave)).finished == 20


async def test_words_of_an_anonymous_survey_stand_in_five_texts(club: Club) -> None:
    wave = await club.write(lambda work: survey(work, anonymous=True))
    given = [Answered({"say": "排队太久"})] * 5 + [Answered({"say": "小王服务差"})] * 2
    await club.write(lambda work: answer(work, wave, given))
    await tally(club)
    found = _of(await _results(club, wave), "say")
    assert [word for word, _ in found.words] == ["排队"]
    assert len(found.samples) == 7
    assert found.moods == {} or min(times for times in found.moods.values() if times) >= FEWEST


@pytest.mark.parametrize("anonymous", [False, True])
async def test_a_survey_nobody_has_answered_has_empty_results(club: Club, anonymous: bool) -> None:
    wave = await club.write(lambda work: survey(work, anonymous=anonymous))
    found = await _results(club, wave)
    assert (found.finished, found.levels) == (0, ())
    assert not [one for one in found.questions if one.figure or one.samples or one.words]

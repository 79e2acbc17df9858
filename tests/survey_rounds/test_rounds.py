"""Waves: they end and open by themselves, and too few anonymous answers are asked about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.survey_wave_errors import NothingToDecide, WaveClosed, WaveFollowed
from domain.surveys import AnswerQuota, WaveState
from services import survey_answers, survey_release, survey_waves, surveys
from services.ports.club import Actor
from services.surveys import Me
from storage.tables import ledger, people
from tests.support.club import NOW, Club
from tests.support.crowds import staffed
from tests.survey_rounds.support import (
    PLAIN,
    RECORDS,
    RESPONSES,
    SECRET,
    all_of,
    at,
    begins,
    finishes,
    members,
    newest,
    response_of,
    saved,
    steps,
    written,
)

ANN = Actor("Ann", 71)
MEMBERS = people.Member.__table__  # type: ignore[attr-defined]
POSTINGS = ledger.Posting.__table__  # type: ignore[attr-defined]
TODAY = replace(SECRET, send_at=None, closes_at=NOW + timedelta(days=1))


async def release(club: Club) -> int:
    wave = await newest(club, "secret")
    found: int = await club.write(lambda work: survey_release.release(work, wave, club.clock()))
    return found


async def test_five_are_released_together_and_fewer_wait(club: Club) -> None:
    await members(club, 6)
    wave = await saved(club, TODAY)
    for member_id in (1, 2, 3, 4):
        await finishes(club, member_id, wave, words=f"w{member_id}")
    at(club, hours=2)
    assert await release(club) == 0
    assert await all_of(club, RECORDS) == []
    await finishes(club, 5, wave)
    assert await release(club) == 0, "the last steps may come in again for an hour"
    at(club, hours=2)
    assert await release(club) == 5
    assert await release(club) == 0
    records = await all_of(club, RECORDS)
    assert sorted(record.answers.get("words", "") for record in records) == [
        "", "w1", "w2", "w3", "w4",
    ]  # fmt: skip
    assert {record.answers["stars"] for record in records} == {5}
    assert (await newest(club, "secret")).released == 5


async def test_what_is_left_of_a_response_is_that_somebody_took_part(club: Club) -> None:
    await members(club, 5)
    wave = await saved(club, TODAY)
    for member_id in range(1, 6):
        await finishes(club, member_id, wave)
        at(club, seconds=7)
    at(club, hours=2)
    await release(club)
    rows = await all_of(club, RESPONSES)
    assert {row.state for row in rows} == {"finished"}
    assert len({(row.started_at, row.touched_at) for row in rows}) == 1
    assert {(row.seed, row.level, row.posting_id, row.finished_at) for row in rows} == {
        (0, "", None, None)
    }
    assert all(row.path == [] for row in rows)
    answers = await club.read(lambda work: work.survey_responses.answers(rows[0].id))
    assert answers == {}


async def test_the_rare_level_is_not_told(club: Club) -> None:
    await members(club, 6, level="gold")
    await club.write(
        lambda work: work.db.execute(
            MEMBERS.update().values(level="silver").where(MEMBERS.c.id == 6)
        )
    )
    wave = await saved(club, TODAY)
    for member_id in range(1, 7):
        await finishes(club, member_id, wave)
    at(club, hours=2)
    await release(club)
    assert {record.level for record in await all_of(club, RECORDS)} == {""}


async def test_each_reward_is_paid_by_its_own_token(club: Club) -> None:
    await members(club, 2)
    wave = await saved(club, TODAY)
    for member_id in (1, 2):
        await finishes(club, member_id, wave)
    again = await club.write(lambda work: survey_release.pay(work, wave, 1, club.clock()))
    assert again is None
    postings = await all_of(club, POSTINGS)
    assert sorted(one.member_id for one in postings) == [1, 2]
    assert len({one.key for one in postings}) == 2
    assert all(one.key.startswith("survey:token:") for one in postings)


async def test_a_short_one_is_asked_about_extended_and_discarded(club: Club) -> None:
    await staffed(club)
    await members(club, 3)
    wave = await saved(club, TODAY)
    await finishes(club, 1, wave)
    await finishes(club, 2, wave)
    await begins(club, 3, wave)
    at(club, days=1, hours=2)
    await steps(club)
    short = await newest(club, "secret")
    assert short.state is WaveState.SHORT
    assert [one[1] for one in await written(club)] == ["survey_post.short"] * 2
    await club.write(lambda work: survey_waves.extend(work, short, ANN, club.clock()))
    assert (await newest(club, "secret")).is_open(club.clock())
    with pytest.raises(NothingToDecide):
        await club.write(
            lambda work: survey_waves.discard(
                work, survey_waves.by_key(work, "secret"), ANN, club.clock()
            )
        )
    at(club, days=15)
    await steps(club)
    assert len(await written(club)) == 4
    gone = await club.write(
        lambda work: survey_waves.discard(
            work, survey_waves.by_key(work, "secret"), ANN, club.clock()
        )
    )
    assert gone == 2
    assert (await newest(club, "secret")).state is WaveState.DISCARDED
    assert await all_of(club, RECORDS) == []
    assert len(await club.read(lambda work: work.audit.about(("survey", wave.survey_id)))) == 2


async def test_what_is_left_after_a_release_joins_no_batch(club: Club) -> None:
    await staffed(club)
    await members(club, 7)
    wave = await saved(club, TODAY)
    for member_id in range(1, 6):
        await finishes(club, member_id, wave)
    at(club, hours=2)
    await release(club)
    await finishes(club, 6, wave)
    at(club, days=2)
    await steps(club)
    assert (await newest(club, "secret")).state is WaveState.SHORT
    assert len(await all_of(club, RECORDS)) == 5


async def test_nothing_waits_once_all_are_released_be_they_counted_or_not(club: Club) -> None:
    await members(club, 7)
    wave = await saved(club, replace(TODAY, quotas=(AnswerQuota("stars", "4", 1),)))
    for member_id in range(1, 6):
        await finishes(club, member_id, wave)
    await begins(club, 6, wave)
    six = Me(6, "en")
    await club.write(lambda work: survey_answers.skip(work, six, wave.id, "words", club.clock()))
    await begins(club, 7, wave)
    assert await kept(club) == 6
    at(club, hours=2)
    assert await release(club) == 6
    assert await kept(club) == 0
    assert {row.state for row in await all_of(club, RESPONSES)} == {"finished"}


async def kept(club: Club) -> int:
    wave = await newest(club, "secret")
    found: int = (await club.read(lambda work: survey_waves.standing(work, wave))).kept
    return found


async def test_waves_recur_and_everybody_may_answer_again(club: Club) -> None:
    await members(club, 2)
    recurring = replace(
        PLAIN, opens_at=NOW, closes_at=NOW + timedelta(days=10), recur_days=30, remind_days=()
    )
    first = await saved(club, recurring)
    await steps(club)
    await finishes(club, 1, first)
    at(club, days=11)
    await steps(club)
    assert (await newest(club, "plain")).state is WaveState.CLOSED
    at(club, days=20)
    await steps(club)
    second = await newest(club, "plain")
    assert (second.wave, second.state) == (2, WaveState.RUNNING)
    assert second.closes_at == club.clock() + timedelta(days=10)
    assert len(await written(club)) == 4
    await finishes(club, 1, second)
    assert (await response_of(club, second, 1)) is not None


async def test_an_anonymous_wave_is_still_released_after_the_next_has_opened(club: Club) -> None:
    await members(club, 5)
    wave = await saved(club, replace(SECRET, send_at=None))
    for member_id in range(1, 6):
        await finishes(club, member_id, wave)
    await club.write(lambda work: survey_waves.open_next(work, wave, ANN, club.clock()))
    at(club, hours=2)
    await steps(club)
    assert len(await all_of(club, RECORDS)) == 5
    old = await club.read(lambda work: work.surveys.wave(wave.id))
    assert old.state is WaveState.CLOSED


async def test_a_short_wave_whose_next_is_open_can_only_be_discarded(club: Club) -> None:
    await staffed(club)
    await members(club, 2)
    wave = await saved(club, replace(SECRET, opens_at=NOW, send_at=None, recur_days=7))
    await finishes(club, 1, wave)
    at(club, days=7)
    await steps(club)
    at(club, hours=2)
    await steps(club)
    shown = await club.read(survey_waves.standings)
    assert [(one.wave.wave, one.wave.state) for one in shown] == [
        (1, WaveState.SHORT),
        (2, WaveState.RUNNING),
    ]
    short = await club.read(lambda work: survey_waves.to_decide(work, "secret"))
    assert short.id == wave.id
    with pytest.raises(WaveFollowed):
        await club.write(lambda work: survey_waves.extend(work, short, ANN, club.clock()))
    await club.write(lambda work: survey_waves.discard(work, short, ANN, club.clock()))
    assert [one.wave.wave for one in await club.read(survey_waves.standings)] == [2]


async def test_what_is_over_can_neither_be_sent_nor_closed(club: Club) -> None:
    wave = await saved(club, PLAIN)
    await club.write(lambda work: survey_waves.close(work, wave, ANN, club.clock()))
    await steps(club)
    over = await newest(club, "plain")
    for use in (survey_waves.close, survey_waves.send_now):
        with pytest.raises(WaveClosed):
            await club.write(lambda work, use=use: use(work, over, ANN, club.clock()))


async def test_more_time_keeps_what_was_begun_and_the_end_forgets_it(club: Club) -> None:
    await staffed(club)
    await members(club, 3)
    wave = await saved(club, TODAY)
    await finishes(club, 1, wave)
    await begins(club, 3, wave)
    at(club, days=1, hours=2)
    await steps(club)
    short = await newest(club, "secret")
    await club.write(lambda work: survey_waves.extend(work, short, ANN, club.clock()))
    step = await club.write(lambda work: surveys.begin(work, Me(3, "en"), wave.id, club.clock()))
    assert (step.question.key, dict(step.answers)) == ("words", {"stars": 4})
    at(club, days=survey_waves.MORE_DAYS, hours=2)
    await steps(club)
    short = await newest(club, "secret")
    await club.write(lambda work: survey_waves.discard(work, short, ANN, club.clock()))
    begun = await response_of(club, wave, 3)
    assert begun is not None
    assert begun.path == ()

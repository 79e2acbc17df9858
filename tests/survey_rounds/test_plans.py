"""What a survey's file and its staff plan: when rounds come, what a changed file may change."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain import survey_rounds
from domain.refusals import ContentInvalid
from domain.surveys import AnswerQuota, Definition, Wave
from services import survey_waves
from services.ports.club import Actor
from services.surveyjs_files import import_surveyjs
from tests.support.club import NOW, Club
from tests.survey_rounds.support import (
    PLAIN,
    RESPONSES,
    SECRET,
    all_of,
    at,
    finishes,
    members,
    newest,
    saved,
    steps,
)

ANN = Actor("Ann", 71)
DAY = timedelta(days=1)
ZONE = "Europe/Berlin"


async def save(club: Club, definition: Definition) -> str:
    said: str = await club.write(lambda work: work.surveys.save(definition, club.clock()))
    return said


# -- rounds ------------------------------------------------------------------------------


async def test_what_staff_end_or_send_earlier_moves_no_later_round(club: Club) -> None:
    await members(club, 2)
    plan = replace(
        PLAIN, opens_at=NOW, send_at=NOW + 2 * DAY, closes_at=NOW + 20 * DAY, recur_days=30,
        remind_days=(),
    )  # fmt: skip
    first = await saved(club, plan)
    at(club, days=1)
    await club.write(lambda work: survey_waves.send_now(work, first, ANN, club.clock()))
    await steps(club)
    await club.write(lambda work: survey_waves.close(work, first, ANN, club.clock()))
    at(club, days=29, minutes=5)
    await steps(club)
    second = await newest(club, "plain")
    assert second.wave == 2
    assert (second.send_at, second.closes_at) == (NOW + 32 * DAY, NOW + 50 * DAY)
    at(club, days=30, minutes=-5)
    await steps(club)
    assert (await newest(club, "plain")).wave == 3, "the hour does not drift either"


async def test_one_that_says_no_time_recurs_from_when_it_came(club: Club) -> None:
    await saved(club, replace(PLAIN, send_at=None, start="ticket", recur_days=30, remind_days=()))
    for wave in (2, 3):
        at(club, days=30)
        await steps(club)
        assert (await newest(club, "plain")).wave == wave


def test_rounds_keep_their_local_hour_where_the_clocks_change() -> None:
    opens = datetime(2026, 3, 1, 8, tzinfo=UTC)  # 9:00 in Berlin
    plan = replace(
        PLAIN, opens_at=opens, send_at=opens + DAY, closes_at=opens + 3 * DAY, recur_days=30
    )
    wave = Wave(1, 1, 1, plan, "", opens, plan.closes_at, plan.send_at)
    due = datetime(2026, 3, 31, 7, tzinfo=UTC)  # 9:00 in summer
    assert survey_rounds.next_opening(wave, ZONE) == due
    times = survey_rounds.times(wave, opens, due, ZONE)
    assert times == {"send_at": due + DAY, "closes_at": due + 3 * DAY}


# -- changed files -----------------------------------------------------------------------


TOLD = {"en": "Tell", "zh-cn": "说"}
SURVEYJS = json.dumps(
    {"title": TOLD, "elements": [{"type": "comment", "name": "q", "title": TOLD}]}
)


async def test_a_survey_of_surveyjs_stays_what_people_were_told(club: Club) -> None:
    await members(club, 1)

    async def imports(**terms: bool | int) -> Definition:
        await club.write(
            lambda work: import_surveyjs(work, SURVEYJS, "js", ANN, club.clock(), **terms)
        )
        return (await newest(club, "js")).definition

    await imports(anonymous=True, reward=10)
    kept = await imports()
    assert (kept.anonymous, kept.reward) == (True, 10)
    assert not (await imports(anonymous=False)).anonymous, "nobody has been told yet"
    await imports(anonymous=True)
    wave = await newest(club, "js")
    await club.write(lambda work: survey_waves.send_now(work, wave, ANN, club.clock()))
    await steps(club)
    with pytest.raises(ContentInvalid, match="invited on these terms"):
        await imports(anonymous=False)
    assert (await newest(club, "js")).definition.anonymous


async def test_a_quota_that_comes_later_counts_who_has_answered_before(club: Club) -> None:
    await members(club, 3)
    plan = replace(PLAIN, send_at=None)
    wave = await saved(club, plan)
    for member_id in (1, 2):
        await finishes(club, member_id, wave)
    await save(club, replace(plan, quotas=(AnswerQuota("stars", "5", 2),)))
    taken = await club.read(lambda work: work.surveys.taken(wave.id))
    assert dict(taken) == {"stars=5": (2, 2)}
    await save(club, replace(plan, quotas=(AnswerQuota("stars", "5", 3),)))
    await finishes(club, 3, wave)
    taken = await club.read(lambda work: work.surveys.taken(wave.id))
    assert dict(taken) == {"stars=5": (3, 3)}
    assert {row.state for row in await all_of(club, RESPONSES)} == {"finished"}


async def test_a_later_end_in_the_file_opens_a_survey_again(club: Club) -> None:
    plan = replace(PLAIN, send_at=None, remind_days=(), closes_at=NOW + DAY)
    await saved(club, plan)
    at(club, days=2)
    await steps(club)
    assert await save(club, replace(plan, reward=5)) == "changed"
    assert not (await newest(club, "plain")).is_open(club.clock())
    assert await save(club, replace(plan, closes_at=NOW + 9 * DAY)) == "changed"
    assert (await newest(club, "plain")).is_open(club.clock())


async def test_an_anonymous_one_that_is_settled_does_not_open_again(club: Club) -> None:
    plan = replace(SECRET, send_at=None, remind_days=(), closes_at=NOW + DAY)
    await saved(club, plan)
    at(club, days=2)
    await steps(club)
    assert await save(club, replace(plan, closes_at=NOW + 9 * DAY)) == "ended"
    assert not (await newest(club, "secret")).is_open(club.clock())


async def test_words_corrected_in_the_file_do_not_undo_what_staff_ended(club: Club) -> None:
    plan = replace(PLAIN, closes_at=NOW + 9 * DAY)
    wave = await saved(club, plan)
    await club.write(lambda work: survey_waves.close(work, wave, ANN, club.clock()))
    assert await save(club, replace(plan, thanks={"zh": "谢", "en": "Thanks"})) == "changed"
    assert not (await newest(club, "plain")).is_open(club.clock())

"""Invitations and reminders: to whom, once, and never too late."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from domain.campaigns import Audience, AudienceKind
from services import survey_invites
from services.filling import FILLERS
from services.ports.post import Route
from services.post import Claim, take
from storage.work import Work
from tests.support.club import NOW, Club
from tests.survey_rounds.support import (
    PLAIN,
    at,
    begins,
    blocked,
    finishes,
    members,
    newest,
    response_of,
    saved,
    steps,
    written,
)

INVITED = "survey_post.invitation"
REMINDED = "survey_post.reminder"


async def test_everybody_of_the_audience_is_invited_once(club: Club) -> None:
    await members(club, 7)
    await blocked(club, 3)
    wave = await saved(club, PLAIN)
    await steps(club)
    await steps(club)
    found = await written(club)
    assert [one[:2] for one in found] == [(n, INVITED) for n in (1, 2, 4, 5, 6, 7)]
    assert await response_of(club, wave, 3) is None


async def test_nobody_is_invited_before_its_time_or_without_consent(club: Club) -> None:
    await members(club, 2, agreed=False)
    await saved(club, replace(PLAIN, send_at=NOW + timedelta(days=1)))
    assert await steps(club) == 0
    at(club, days=2)
    await steps(club)
    assert await written(club) == []


async def test_slices_go_on_where_they_were_left(club: Club) -> None:
    await members(club, 7)
    wave = await saved(club, PLAIN)
    for _ in range(2):
        current = await newest(club, "plain")
        await club.write(partial(survey_invites.send_some, wave=current, now=club.clock(), most=3))
        assert len(await written(club)) in (3, 6)
    # A slice that was lost with its process is written again: nobody gets a second message.
    await club.write(lambda work: work.surveys.change(wave.id, invited_to=3))
    await steps(club)
    assert sorted(one[0] for one in await written(club)) == list(range(1, 8))


async def test_an_audience_is_a_part_of_those_who_agreed(club: Club) -> None:
    await members(club, 3, level="gold")
    audience = Audience(AudienceKind.LEVEL, ("silver",))
    await saved(club, replace(PLAIN, audience=audience))
    await saved(
        club, replace(PLAIN, key="other", audience=Audience(AudienceKind.LEVEL, ("gold",)))
    )
    await steps(club)
    assert len(await written(club)) == 3


async def remind(club: Club) -> None:
    after: int | None = 0
    while after is not None:
        place = after
        remind_some = partial(survey_invites.remind_some, now=club.clock(), after=place, most=2)
        after = await club.write(remind_some)


async def test_who_has_not_finished_is_reminded_on_its_days(club: Club) -> None:
    await members(club, 4)
    wave = await saved(club, PLAIN)
    await steps(club)
    await finishes(club, 1, wave)
    await begins(club, 2, wave)
    at(club, days=1)
    await remind(club)
    assert not await written(club, REMINDED)
    at(club, days=1)
    await remind(club)
    await remind(club)
    assert [one[0] for one in await written(club, REMINDED)] == [2, 3, 4]
    at(club, days=3)
    await remind(club)
    assert len(await written(club, REMINDED)) == 6
    at(club, days=30)
    await remind(club)
    assert len(await written(club, REMINDED)) == 6


async def leaving(club: Club) -> dict[tuple[int, str], str | dict[str, object]]:
    """What leaves now, or the reason why not, by member and key."""

    def claim(work: Work) -> list[tuple[int, str, dict[str, object]]]:
        asked = Claim(Route("telegram", "42"), "me", club.clock() + timedelta(hours=1), (9, 9, 9))
        rows = take(work, asked, FILLERS, club.clock()).rows
        return [(one.member_id or 0, one.key, dict(one.message["values"])) for one in rows]

    return {(one[0], one[1]): one[2] for one in await club.write(claim)}


async def test_a_reminder_says_how_far_somebody_is_when_it_leaves(club: Club) -> None:
    await members(club, 2)
    wave = await saved(club, PLAIN)
    await steps(club)
    await leaving(club)
    at(club, days=2)
    await remind(club)
    await begins(club, 1, wave)
    await finishes(club, 2, wave)
    found = await leaving(club)
    assert set(found) == {(1, REMINDED)}
    values = found[1, REMINDED]
    assert isinstance(values, dict)
    assert (values["number"], values["of"]) == (1, 2)


@pytest.mark.parametrize("ended", ["closed", "full"])
async def test_nothing_leaves_for_a_survey_that_is_over(club: Club, ended: str) -> None:
    await members(club, 2)
    wave = await saved(club, replace(PLAIN, quota=1))
    await steps(club)
    if ended == "full":
        await finishes(club, 1, wave)
    else:
        await club.write(lambda work: work.surveys.change(wave.id, state="closed"))
    assert await leaving(club) == {}

"""Invitations to surveys and reminders of those that were begun, through the post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from domain.consent import Purpose
from domain.dates import local_day
from domain.errors import Refused
from domain.survey_errors import SurveyAnswered
from domain.surveys import Response, Wave
from services import surveys, wordings
from services.campaign_drafts import store_day
from services.ports import Work
from services.ports.post import Notice, Waiting

INVITATION: Final = "survey_post.invitation"
REMINDER: Final = "survey_post.reminder"
SLICE: Final = 100
"""Members invited in one transaction."""
EVERYBODY: Final = 2**62
"""Stands in `invited_to` when the whole audience was written to."""
LATEST: Final = timedelta(days=7)
"""A reminder that is later than this is not worth it any more."""


def to_send(wave: Wave, now: datetime) -> bool:
    """Whether a wave has invitations to write."""
    due = wave.send_at is not None and wave.send_at <= now
    return due and wave.invited_to < EVERYBODY and wave.is_open(now) and not wave.full


def send_some(work: Work, wave: Wave, now: datetime, most: int = SLICE) -> int:
    """Invites the next members of the audience, each once; how many. The last slice says so."""
    day = store_day(work, now)
    found = work.survey_invites.to_invite(wave, day, wave.invited_to, most)
    for member_id in found:
        invite(work, wave, member_id, now)
    reached = found[-1] if len(found) == most else EVERYBODY
    work.surveys.change(wave.id, invited_to=reached)
    return len(found)


def reach(work: Work, wave: Wave, now: datetime) -> int:
    """How many would be invited now: who is of the audience, agreed to surveys, can be reached,
    and has no invitation yet."""
    return work.survey_invites.reach(wave, store_day(work, now))


def invite(
    work: Work,
    wave: Wave,
    member_id: int,
    now: datetime,
    *,
    occasion: str = "",
) -> bool:
    """Opens the wave to a member and writes the invitation; False if they have it already."""
    response = surveys.invite(work, member_id, wave, occasion, now)
    if response is None:
        return False
    offered = surveys.offer(work, member_id, wave.id, now)
    notice = _notice(INVITATION, f"{_mark(wave, member_id)}:invite", offered)
    _send(work, member_id, notice, now)
    return True


def _mark(wave: Wave, member_id: int) -> str:
    return f"survey:{wave.survey_id}:{wave.wave}:{member_id}"


def _notice(key: str, dedupe: str, offered: surveys.Offer) -> Notice:
    label = "survey_post.button_go_on" if offered.begun else "survey_post.button_begin"
    return Notice(
        key,
        _values(offered),
        (((label, "survey.begin", (str(offered.wave.id),)),),),
        purpose=Purpose.SURVEYS,
        surely=False,
        dedupe=dedupe,
    )


def _values(offered: surveys.Offer) -> dict[str, Any]:
    """What an invitation or a reminder says, and the wave by which it is looked up again."""
    wave = offered.wave
    return {
        "wave": str(wave.id),
        "names": dict(wave.definition.names),
        "intro": dict(wave.definition.intro),
        "reward": wave.definition.reward,
        "anonymous": wave.definition.anonymous,
        "closes_at": wave.closes_at.isoformat() if wave.closes_at else None,
        "number": offered.number - 1,
        "of": offered.of,
        "minutes": offered.minutes,
    }


def _send(work: Work, member_id: int, notice: Notice, now: datetime) -> None:
    notice = wordings.noted(work, notice)
    if work.deliveries.to_member(member_id, notice, now) is None:
        work.deliveries.suppressed(member_id, notice, "unreachable", now)


# -- reminders ---------------------------------------------------------------------------


def to_remind(work: Work, now: datetime) -> list[Wave]:
    """The open waves that remind."""
    return [
        wave
        for wave in work.surveys.running()
        if wave.definition.remind_days and wave.is_open(now) and not wave.full
    ]


def remind_some(work: Work, now: datetime, after: int, most: int) -> int | None:
    """Reminds some of those who have not finished, by response from `after` on; where to go on,
    None at the end."""
    waves = {wave.id: wave for wave in to_remind(work, now)}
    if not waves:
        return None
    found = work.survey_invites.unfinished(waves, after, most)
    for response in found:
        _remind(work, waves[response.wave_id], response, now)
    return found[-1].id if len(found) == most else None


def _remind(work: Work, wave: Wave, response: Response, now: datetime) -> None:
    assert response.member_id is not None
    zone = work.programmes.current().zone
    days = (local_day(now, zone) - local_day(response.started_at, zone)).days
    due = [day for day in wave.definition.remind_days if day <= days <= day + LATEST.days]
    if not due:
        return
    dedupe = f"{_mark(wave, response.member_id)}:remind:{max(due)}"
    if work.deliveries.occasion(dedupe):
        return
    offered = surveys.offer(work, response.member_id, wave.id, now)
    _send(work, response.member_id, _notice(REMINDER, dedupe, offered), now)
    work.survey_invites.reminded(response.id, now)


def still(work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | str | None:
    """What an invitation or a reminder says at the moment of sending; a reason why it is not
    sent: the survey is closed or full, or the member has finished."""
    values: Mapping[str, Any] = row.message["values"]
    assert row.member_id is not None
    try:
        offered = surveys.offer(work, row.member_id, int(values["wave"]), now)
    except SurveyAnswered:
        return "answered"
    except Refused:
        return "closed"
    if row.key == INVITATION:
        return "begun" if offered.begun else values
    return _values(offered)

"""Rounds of surveys: closing, what becomes of too few anonymous answers, the next round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain import anonymity, survey_rounds
from domain.staff import ROLES, permissions
from domain.survey_errors import SurveyNotFound
from domain.survey_wave_errors import NothingToDecide, WaveClosed, WaveFollowed
from domain.surveys import Wave, WaveState
from services import survey_release
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.ports.survey_rounds import Progress

CLOCK: Final = Actor("clock")
PERMISSION: Final = "survey:write"
SHORT: Final = "survey_post.short"
MORE_DAYS: Final = 14
"""So much more time a survey gets that too few have answered."""
_ENDED: Final = (WaveState.CLOSED, WaveState.DISCARDED)


@dataclass(frozen=True, slots=True)
class Standing:
    """A wave as staff see it. `kept`: finished answers of an anonymous one that are not released
    yet; `followed`: a later one of the survey is there."""

    wave: Wave
    progress: Progress
    kept: int
    followed: bool = False

    @property
    def rate(self) -> int | None:
        """How many of a hundred whom it reached have finished, None while it reached nobody."""
        reached = self.progress.reached
        return round(100 * self.progress.finished / reached) if reached else None


def standings(work: Work) -> list[Standing]:
    """The newest wave of every survey, the newest first; before them what waits for a decision
    though a later wave is open."""
    short = (work.surveys.wave(wave_id) for wave_id in work.survey_invites.left_short())
    found = [*(wave for wave in short if wave), *reversed(work.surveys.all())]
    return [standing(work, wave) for wave in found]


def standing(work: Work, wave: Wave) -> Standing:
    kept = work.survey_releases.waiting(wave) if wave.definition.anonymous else 0
    return Standing(wave, work.survey_invites.progress(wave), kept, followed(work, wave))


def followed(work: Work, wave: Wave) -> bool:
    """Whether a later wave of the survey is there."""
    newest = work.surveys.get(wave.survey_id)
    return newest is not None and newest.id != wave.id


def by_key(work: Work, key: str) -> Wave:
    """The newest wave of a survey; raises SurveyNotFound."""
    wave = work.surveys.by_key(key)
    if wave is None:
        raise SurveyNotFound
    return wave


def to_decide(work: Work, key: str) -> Wave:
    """The oldest wave of a survey that waits for a decision, else the newest; raises
    SurveyNotFound."""
    newest = by_key(work, key)
    waves = reversed(work.surveys.waves(newest.survey_id))
    return next((wave for wave in waves if wave.state is WaveState.SHORT), newest)


def by_id(work: Work, wave_id: int) -> Wave:
    """A wave; raises SurveyNotFound."""
    wave = work.surveys.wave(wave_id)
    if wave is None:
        raise SurveyNotFound
    return wave


# -- what staff do -----------------------------------------------------------------------


def send_now(work: Work, wave: Wave, actor: Actor, now: datetime) -> None:
    """Lets the invitations leave from now on, to whoever of the audience has none yet; also to
    those who have come since. Raises WaveClosed."""
    _require_open(wave, now)
    due = wave.send_at if wave.send_at and wave.send_at <= now else now
    work.surveys.change(wave.id, send_at=due, invited_to=0)
    _audit(work, wave, "survey.invite", actor, now)


def close(work: Work, wave: Wave, actor: Actor, now: datetime) -> None:
    """Ends a wave now; its anonymous answers are released or asked about an hour later.
    Raises WaveClosed."""
    if wave.state is not WaveState.RUNNING:
        raise WaveClosed(dict(wave.definition.names))
    work.surveys.change(wave.id, closes_at=now)
    _audit(work, wave, "survey.close", actor, now)


def extend(work: Work, wave: Wave, actor: Actor, now: datetime, days: int = MORE_DAYS) -> datetime:
    """Opens a wave that was too short again; until when. Raises NothingToDecide, and
    WaveFollowed where the next one is open."""
    if wave.state is not WaveState.SHORT:
        raise NothingToDecide(dict(wave.definition.names))
    if followed(work, wave):
        raise WaveFollowed(dict(wave.definition.names))
    until = now + timedelta(days=days)
    work.surveys.change(wave.id, state=WaveState.RUNNING.value, closes_at=until)
    _audit(work, wave, "survey.extend", actor, now)
    return until


def discard(work: Work, wave: Wave, actor: Actor, now: datetime) -> int:
    """Deletes the answers that are too few to be told of; how many. Raises NothingToDecide."""
    if wave.state is not WaveState.SHORT:
        raise NothingToDecide(dict(wave.definition.names))
    gone = survey_release.discard(work, wave, now)
    survey_release.forget_unfinished(work, wave, now)
    after = WaveState.CLOSED if wave.released else WaveState.DISCARDED
    work.surveys.change(wave.id, state=after.value)
    _audit(work, wave, "survey.discard", actor, now)
    return gone


def open_next(work: Work, wave: Wave, actor: Actor, now: datetime) -> Wave:
    """Opens the next wave with the same questions; who was invited to the last one is invited
    again. Raises WaveClosed where a short one has to be decided first."""
    if wave.state is WaveState.SHORT:
        raise WaveClosed(dict(wave.definition.names))
    first = work.surveys.waves(wave.survey_id)[-1]
    zone = work.programmes.current().zone
    times = survey_rounds.times(wave, first.opens_at, now, zone)
    opened = work.surveys.open_wave(wave, now, **times)
    if opened is None:
        return by_key(work, wave.key)
    if wave.state is WaveState.RUNNING and wave.definition.anonymous:
        # It ends, and its answers are still to be released.
        work.surveys.change(wave.id, state=WaveState.RUNNING.value, closes_at=now)
    _audit(work, opened, "survey.wave", actor, now)
    return opened


def _require_open(wave: Wave, now: datetime) -> None:
    ended = wave.closes_at is not None and wave.closes_at <= now
    if wave.state is not WaveState.RUNNING or ended:
        raise WaveClosed(dict(wave.definition.names))


def _audit(work: Work, wave: Wave, action: str, actor: Actor, now: datetime) -> None:
    work.audit.add(actor, action, ("survey", wave.survey_id), now, {"wave": wave.wave})


# -- what waves do by themselves ---------------------------------------------------------


def ends(wave: Wave, now: datetime) -> bool:
    """Whether a wave is over and can be settled; the last answers of an anonymous one have an
    hour to arrive."""
    if wave.state is not WaveState.RUNNING or wave.closes_at is None:
        return False
    grace = survey_release.SETTLED if wave.definition.anonymous else timedelta()
    return wave.closes_at + grace <= now


def end(work: Work, wave: Wave, now: datetime) -> None:
    """Settles a wave that is over: anonymous answers are released, or staff are asked what to do
    with too few."""
    if not wave.definition.anonymous:
        work.surveys.change(wave.id, state=WaveState.CLOSED.value)
        return
    survey_release.release(work, wave, now, last=True)
    left = len([one for one in survey_release.ready(work, wave, now) if one.counted])
    after = WaveState.SHORT if left else WaveState.CLOSED
    work.surveys.change(wave.id, state=after.value)
    if left:  # with more time those who have begun go on, so nothing of theirs is forgotten yet
        _ask(work, wave, left, now)
    else:
        survey_release.forget_unfinished(work, wave, now)


def recurs(work: Work, wave: Wave, now: datetime) -> bool:
    """Whether the wave after this one is due: it is the newest, and opened long ago. One that
    waits for a decision holds up the next."""
    due = survey_rounds.next_opening(wave, work.programmes.current().zone)
    if due is None or due > now or wave.state is WaveState.SHORT:
        return False
    return not followed(work, wave)


def _ask(work: Work, wave: Wave, left: int, now: datetime) -> None:
    """Asks those who may decide, once for each end of the wave."""
    assert wave.closes_at is not None
    mark = f"survey:{wave.id}:short:{wave.closes_at.isoformat()}"
    extend = ("survey_post.button_extend", "surveys.extend", (str(wave.id),))
    discard = ("survey_post.button_discard", "surveys.discard", (str(wave.id),))
    later = followed(work, wave)
    buttons = ((discard,),) if later else ((extend,), (discard,))
    values = {"names": dict(wave.definition.names), "left": left, "least": anonymity.LEAST}
    values |= {"released": wave.released, "days": MORE_DAYS, "followed": later}
    roles = frozenset(role for role in ROLES if PERMISSION in permissions(role))
    for one in work.staff.in_roles(roles):
        if one.address_id is not None:
            notice = Notice(SHORT, values, buttons, dedupe=f"{mark}:{one.id}")
            work.deliveries.to_address(one.address_id, notice, now)

"""What surveys do by themselves: waves end and open, invitations leave, occasions start them.

Each step is one short transaction; a release is one of its own. SEMANTICS: Surveys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.surveys import Wave, WaveState
from services import survey_invites, survey_release, survey_starts, survey_waves
from services.ports import Work

SLICE = survey_invites.SLICE
Step = Callable[[Work], bool]


def due(work: Work, now: datetime) -> bool:
    """Whether `advance` would find something to do; a cheap read."""
    return any(_step(work, wave, now) for wave in _waves(work))


def advance(work: Work, now: datetime, most: int = SLICE) -> bool:
    """One short step of the first survey that has one; True if there may be more at once."""
    for wave in _waves(work):
        work.survey_releases.lock(wave.id)
        current = work.surveys.wave(wave.id) or wave
        step = _step(work, current, now)
        if step is not None:
            return step(work, current, now, most)
    return False


def _waves(work: Work) -> list[Wave]:
    """The newest wave of each survey, and older ones whose end is still to be settled."""
    older = (work.surveys.wave(wave_id) for wave_id in work.survey_invites.left_running())
    return [*(wave for wave in older if wave), *work.surveys.all()]


_Do = Callable[[Work, Wave, datetime, int], bool]


def _step(work: Work, wave: Wave, now: datetime) -> _Do | None:
    if survey_waves.ends(wave, now):
        return _end
    if survey_waves.recurs(work, wave, now):
        return _recur
    if survey_invites.to_send(wave, now):
        return _send
    if survey_starts.waits(work, wave, now):
        return survey_starts.some
    return None


def _end(work: Work, wave: Wave, now: datetime, most: int) -> bool:
    survey_waves.end(work, wave, now)
    return True


def _recur(work: Work, wave: Wave, now: datetime, most: int) -> bool:
    survey_waves.open_next(work, wave, survey_waves.CLOCK, now)
    return True


def _send(work: Work, wave: Wave, now: datetime, most: int) -> bool:
    survey_invites.send_some(work, wave, now, most)
    return True


# -- by night ----------------------------------------------------------------------------


def nothing_to_release(work: Work) -> bool:
    """Whether no anonymous survey is open."""
    return not _anonymous(work)


def release_some(work: Work, now: datetime, after: int) -> int | None:
    """Releases one anonymous wave after an id; where to go on, None at the end."""
    wave = next((one for one in _anonymous(work) if one.id > after), None)
    if wave is None:
        return None
    survey_release.release(work, wave, now)
    return wave.id


def _anonymous(work: Work) -> list[Wave]:
    found = [wave for wave in _waves(work) if wave.definition.anonymous]
    running = [wave for wave in found if wave.state is WaveState.RUNNING]
    return sorted(running, key=lambda wave: wave.id)

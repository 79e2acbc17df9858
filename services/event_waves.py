"""Inviting: waves of invitations that are planned, stopped, and go out by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from domain.audience_expressions import Expression, dump, load
from domain.event_errors import EventTimes
from domain.event_waves import Wave, WaveState
from domain.events import Event
from domain.refusals import EventNotFound
from services import event_telling
from services.event_audience import meant
from services.event_plans import check_open, find
from services.ports import Work
from services.ports.club import Actor

AT_ONCE: Final = 50
"""Members per transaction, so that it stays short."""


def invitable(work: Work, event_id: int, now: datetime, whom: Expression | None = None) -> int:
    """How many members the event is for (and `whom` means) who can be invited and are not yet.
    Raises EventNotFound."""
    event = find(work, event_id)
    return work.events.invitable(event_id, meant(work, event, now, whom))


def plan(
    work: Work,
    event_id: int,
    *,
    key: str,
    due_at: datetime,
    actor: Actor,
    now: datetime,
    whom: Expression | None = None,
    written: str = "",
    most: int | None = None,
) -> Wave:
    """Plans invitations from a moment on; the same key again plans nothing. Raises EventNotFound,
    EventOver, EventTimes for a moment after answers close."""
    event = find(work, event_id)
    check_open(event, now)
    if max(due_at, now) >= event.closes_at:
        raise EventTimes("invites")
    wave = Wave(work.new_id(), event_id, key, due_at, dump(whom) if whom else {}, written, most)
    if work.event_waves.add(wave, actor.staff_id, now):
        about = {"due": due_at.isoformat(), "written": written, "most": most}
        work.audit.add(actor, "event.wave", ("event", event_id), now, about)
    return next(one for one in work.event_waves.of(event_id) if one.key == key)


def stop(work: Work, wave_id: int, actor: Actor, now: datetime) -> Wave:
    """Who is not invited yet is not; again it changes nothing. Raises EventNotFound."""
    wave = work.event_waves.get(wave_id)
    if wave is None:
        raise EventNotFound
    work.events.lock(wave.event_id)
    if wave.state is WaveState.PLANNED:
        work.event_waves.change(wave_id, state=WaveState.STOPPED.value)
        about = {"wave": str(wave_id)}
        work.audit.add(actor, "event.wave_stop", ("event", wave.event_id), now, about)
    return work.event_waves.get(wave_id) or wave


def end(work: Work, event_id: int) -> None:
    """Nobody more is invited to what is called off."""
    for wave in work.event_waves.of(event_id):
        if wave.state is WaveState.PLANNED:
            work.event_waves.change(wave.id, state=WaveState.STOPPED.value)


def go_some(work: Work, event: Event, now: datetime) -> int:
    """Invites some members of the wave that is due, each member once; how much was done."""
    wave = work.event_waves.due(event.id, now)
    if wave is None:
        return 0
    open_still = now < event.closes_at
    most = wave.left(AT_ONCE) if open_still else 0
    whom = meant(work, event, now, load(wave.whom) if wave.whom else None)
    members = work.events.to_invite(event.id, most, whom, wave.reached) if most > 0 else []
    _invite(work, event, wave, members, now)
    ended = {} if members else {"state": WaveState.DONE.value}
    reached = {"reached": members[-1][0]} if members else {}
    work.event_waves.change(wave.id, invited=wave.invited + len(members), **reached, **ended)
    return max(len(members), 1)


def _invite(
    work: Work, event: Event, wave: Wave, members: list[tuple[int, bool]], now: datetime
) -> None:
    places = [
        (who, event_telling.invitation(work, event, who, care, now)) for who, care in members
    ]
    work.events.invite(event.id, places, now, batch=wave.key, face=event.face, staff_id=None)

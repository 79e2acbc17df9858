"""Inviting: waves of invitations that are planned, stopped, and go out by themselves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain.audience_expressions import Expression, dump, load
from domain.errors import Refused
from domain.event_errors import EventTimes
from domain.event_waves import Wave, WaveState
from domain.events import Event
from domain.refusals import EventNotFound
from services import event_telling
from services.event_audience import meant
from services.event_finding import check_open, find
from services.ports import Work
from services.ports.club import Actor

log = logging.getLogger(__name__)
_FILE: Final = "file:"
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


@dataclass(frozen=True, slots=True)
class Written:
    """A wave as a file has it."""

    due_at: datetime
    whom: Expression | None
    written: str
    most: int | None


def from_file(
    work: Work, event: Event, waves: Sequence[Written], actor: Actor, now: datetime
) -> None:
    """The waves that an event's file has: what has not begun is as the file says now."""
    for number, one in enumerate(waves):
        whom = dump(one.whom) if one.whom else {}
        _put(
            work,
            event,
            number,
            Wave(0, event.id, "", one.due_at, whom, one.written, one.most),
            now,
        )
    for known in work.event_waves.of(event.id):
        place = _in_file(known)
        if place is not None and place >= len(waves):
            stop(work, known.id, actor, now)


def copy(work: Work, model: Event, event: Event, now: datetime) -> None:
    """The waves that the file of another event of a series has, as long before the start."""
    for wave in work.event_waves.of(model.id):
        place = _in_file(wave)
        if place is not None:
            due_at = event.starts_at - (model.starts_at - wave.due_at)
            _put(work, event, place, replace(wave, due_at=due_at), now)


def _put(work: Work, event: Event, number: int, wave: Wave, now: datetime) -> None:
    key = f"{_FILE}{event.id}:{number}"
    new = Wave(work.new_id(), event.id, key, wave.due_at, wave.whom, wave.written, wave.most)
    if work.event_waves.add(new, None, now):
        return
    known = next(one for one in work.event_waves.of(event.id) if one.key == key)
    if known.state is not WaveState.DONE and not known.reached:
        state = WaveState.PLANNED.value
        values = {"due_at": wave.due_at, "whom": dict(wave.whom), "state": state}
        work.event_waves.change(known.id, written=wave.written, most=wave.most, **values)


def _in_file(wave: Wave) -> int | None:
    """The place of a wave in its event's file, None for one that was planned in the chat."""
    return int(wave.key.rpartition(":")[2]) if wave.key.startswith(_FILE) else None


def moved(work: Work, event_id: int, later: timedelta) -> None:
    """The waves of a file are so long before the start, also when that moves."""
    for wave in work.event_waves.of(event_id):
        if _in_file(wave) is not None and wave.state is WaveState.PLANNED:
            work.event_waves.change(wave.id, due_at=wave.due_at + later)


def stop(work: Work, wave_id: int, actor: Actor, now: datetime) -> Wave:
    """Who is not invited yet is not, and invitations that wait to be sent are withdrawn; again it
    changes nothing. Raises EventNotFound."""
    wave = work.event_waves.get(wave_id)
    if wave is None:
        raise EventNotFound
    work.events.lock(wave.event_id)
    withdrawn = work.event_waves.withdraw(wave.event_id, wave.key)
    if wave.state is WaveState.PLANNED or withdrawn:
        invited = wave.invited - withdrawn
        work.event_waves.change(wave_id, state=WaveState.STOPPED.value, invited=invited)
        about = {"wave": str(wave_id), "withdrawn": withdrawn}
        work.audit.add(actor, "event.wave_stop", ("event", wave.event_id), now, about)
    return work.event_waves.get(wave_id) or wave


def withdraw(work: Work, event_id: int) -> None:
    """Invitations to what is called off that wait to be sent are not sent."""
    for wave in work.event_waves.of(event_id):
        withdrawn = work.event_waves.withdraw(event_id, wave.key)
        work.event_waves.change(wave.id, invited=wave.invited - withdrawn)


def end(work: Work, event_id: int) -> None:
    """Nobody more is invited to what is called off."""
    withdraw(work, event_id)
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
    try:
        whom = meant(work, event, now, load(wave.whom) if wave.whom else None)
    except Refused:  # it names what is not there any more
        log.warning("wave %d of event %d means nobody any more", wave.id, event.id)
        work.event_waves.change(wave.id, state=WaveState.STOPPED.value)
        return 1
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
        (who, event_telling.invitation(work, event, wave, who, care, now)) for who, care in members
    ]
    work.events.invite(event.id, places, now, batch=wave.key, face=event.face, staff_id=None)

"""Whom an event is for."""

from __future__ import annotations

from datetime import datetime

from domain.audience_expressions import Both, Condition, Expression, Op
from domain.campaigns import load_audience
from domain.errors import Refused
from domain.events import Event
from services import audiences
from services.audience_scope import as_kept, asked_at
from services.ports import Work
from services.ports.audiences import When


def meant(
    work: Work, event: Event, now: datetime, also: Expression | None = None
) -> tuple[Expression, When] | None:
    """Whom it is for, of the levels that may come (and of `also`); None for everybody."""
    asked = _asked(event)
    if event.levels:
        asked.append(Condition("level", Op.IS, tuple(event.levels)))
    if also is not None:
        asked.append(also)
    whole = _all_of(asked)
    return None if whole is None else (as_kept(work, whole), asked_at(work, now))


def open_to(work: Work, event: Event, member_id: int, now: datetime) -> bool:
    """Whether an event that is open to all is open to this member, whatever their level; to nobody
    if it names an audience that is not there."""
    whole = _all_of(_asked(event))
    try:
        return whole is None or member_id in audiences.matches(work, whole, [member_id], now)
    except Refused:
        return False


def _asked(event: Event) -> list[Expression]:
    audience = load_audience(event.audience)
    asked: list[Expression] = []
    if audience is not None and audience.expression is not None:
        asked.append(audience.expression)
    if event.stores:
        asked.append(Condition("home_store", Op.IS, tuple(event.stores)))
    return asked


def _all_of(asked: list[Expression]) -> Expression | None:
    if len(asked) < 2:
        return asked[0] if asked else None
    return Both(tuple(asked))

"""Wrong codes at the till are counted and limited; very many alarm the operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from domain.staff import OPERATOR, OWNER
from domain.wrong_codes import ALARM, TILLS_OF_KEY, WITHIN, Tally, cost, locked, tries_left
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

TOLD: Final = frozenset({OPERATOR, OWNER})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who tries a code: `who` (an operator, a key of the API), and from which chat account or
    network address ("" for none). `tills`: how many people may stand behind it, so that slips of
    all of them together do not lock each out."""

    who: str
    address: str = ""
    tills: int = 1


def caller_of(actor: Actor, address: str = "") -> Caller:
    """The caller that an operator or a key of the API is."""
    person = actor.staff_id is not None
    who = f"staff:{actor.staff_id}" if person else actor.name
    at = f"code:at:{address}" if address else ""
    return Caller(f"code:{who}", at, 1 if person else TILLS_OF_KEY)


def is_locked(work: Work, caller: Caller, now: datetime) -> bool:
    """Whether the caller may try no code for now."""
    return locked(_tally(work, caller, now))


def count(work: Work, caller: Caller, reason: str, now: datetime) -> int:
    """Counts a wrong code and returns how many more there may be. From a thousand in an hour on
    operators and owners are told, once an hour."""
    since, price = now - WITHIN, cost(reason)
    work.wrong_codes.add(caller.who, price, now, since)
    if caller.address:
        work.wrong_codes.add(caller.address, price, now, since)
    hour = _hour(now)
    if (of_all := work.wrong_codes.add_hour(hour)) >= ALARM and work.wrong_codes.alarm(hour):
        _tell(work, hour, of_all, now)
    return tries_left(_tally(work, caller, now))


def _tally(work: Work, caller: Caller, now: datetime) -> Tally:
    since = now - WITHIN
    at = work.wrong_codes.spent(caller.address, since) if caller.address else 0
    return Tally(
        work.wrong_codes.spent(caller.who, since) // caller.tills,
        at // caller.tills,
        work.wrong_codes.hour(_hour(now)),
    )


def _hour(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"


def _tell(work: Work, hour: str, tries: int, now: datetime) -> None:
    for operator in work.staff.in_roles(TOLD):
        assert operator.address_id is not None
        dedupe = f"wrong_codes:{hour}:{operator.id}"
        told = Notice("till.alarm", {"tries": tries}, dedupe=dedupe)
        work.deliveries.to_address(operator.address_id, told, now)

"""Partners, and what we owe them for the codes that members got."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.dates import start_of_day
from domain.partner_errors import BadPartnerKey, PartnerNotFound
from domain.partners import Partner, Settled
from services.ports import Work
from services.ports.club import Actor

_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a partner's codes in a month, batch by batch."""

    partner: Partner
    month: date
    currency: str
    batches: list[Settled]

    @property
    def owed(self) -> int:
        """What we owe the partner for the month, in minor units."""
        return sum(one.owed for one in self.batches)


def save(work: Work, key: str, names: Mapping[str, str], actor: Actor, now: datetime) -> str:
    """Adds a partner, or changes the names: `added`, `changed` or `same`. Raises
    BadPartnerKey."""
    if not _KEY.fullmatch(key):
        raise BadPartnerKey(key)
    outcome = work.partners.save(Partner(key, names))
    if outcome != "same":
        work.audit.add(actor, "partner.save", ("partner", key), now, dict(names))
    return outcome


def settlement(work: Work, key: str, month: date, actor: Actor, now: datetime) -> Settlement:
    """What a partner's codes of all batches came to in the month that a day is in, by the
    programme's zone; noted in the audit. Raises PartnerNotFound.

    A code counts in the month in which a member got it; one whose voucher was cancelled is taken
    off in the month of the cancellation.
    """
    partner = work.partners.get(key)
    if partner is None:
        raise PartnerNotFound(key)
    programme, first = work.programmes.current(), month.replace(day=1)
    start, end = (start_of_day(day, programme.zone) for day in (first, _next(first)))
    found = work.partners.settled(key, start, end)
    detail = {"month": f"{first:%Y-%m}", "owed_minor": sum(one.owed for one in found)}
    work.audit.add(actor, "partner.settlement", ("partner", key), now, detail)
    return Settlement(partner, first, programme.currency, found)


def _next(first: date) -> date:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)

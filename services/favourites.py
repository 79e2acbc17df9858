"""Benefits that a member has marked to find them again."""

from __future__ import annotations

from datetime import datetime

from domain.refusals import BenefitNotFound
from services.ports import Work


def mark(work: Work, member_id: int, benefit_id: int, now: datetime) -> None:
    """Marks a benefit, twice changes nothing; raises BenefitNotFound."""
    benefit = work.benefits.get(benefit_id)
    if benefit is None or not benefit.visible(now):
        raise BenefitNotFound
    work.favourites.mark(member_id, benefit_id, now)


def unmark(work: Work, member_id: int, benefit_id: int, now: datetime) -> None:
    """Unmarks it; one that is not marked stays so."""
    work.favourites.unmark(member_id, benefit_id)

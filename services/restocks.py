"""Benefits that came back into stock: noted where it happens, told in slices afterwards.

Who waits for one is served first (services.waiting); what is left then is news to who had marked
it. SEMANTICS: Care.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from domain.care_rules import CareRule, Occasion
from domain.dates import local_day
from services import caring
from services.care_kinds import Due
from services.care_kinds.back_in_stock import to_be_had
from services.ports import Work
from services.ports.rhythms import Restock

MOST: Final = 50
"""So many members are looked at in one transaction."""


def came_back(work: Work, benefit_id: int, now: datetime) -> None:
    """Notes that a benefit can be had again, if anything of it is left and somebody is to be
    told; while it is being told nothing more is noted."""
    left = work.catalogue.stocks([benefit_id]).get(benefit_id, 0)
    if (left is None or left > 0) and _rules(work) and not work.restocks.is_open(benefit_id):
        work.restocks.add(Restock(work.new_id(), benefit_id, now))


def nothing_to_tell(work: Work) -> bool:
    """Whether nothing came back that is not told yet, by reading."""
    return work.restocks.first() is None


def tell_some(work: Work, now: datetime) -> bool:
    """Tells some of those who had marked what came back; whether there may be more to do. By day
    it is told at once, in quiet hours in the morning (services.caring)."""
    restock = work.restocks.first()
    if restock is None:
        return False
    rules = [rule for rule in _rules(work) if not _too_old(rule, restock, now)]
    fans = work.restocks.fans(restock, MOST) if rules and _is_left(work, restock) else []
    for member_id in fans:
        for rule in rules:
            due = Due(member_id, str(restock.id))
            tell = partial(_tell, work, rule, due, restock.benefit_id, now)
            caring.apart(work, rule, due, now, tell)
    done = len(fans) < MOST
    work.restocks.reach(restock.id, fans[-1] if fans else restock.reached, now if done else None)
    return True


def _tell(work: Work, rule: CareRule, due: Due, benefit_id: int, now: datetime) -> None:
    values = to_be_had(work, due.member_id, benefit_id, now)
    if not values:
        return
    zone = work.members.get(due.member_id).zone or work.programmes.current().zone
    caring.care_for(work, rule, due._replace(values=values), local_day(now, zone), now)


def _too_old(rule: CareRule, restock: Restock, now: datetime) -> bool:
    return now - restock.at > timedelta(hours=rule.late_hours)


def _is_left(work: Work, restock: Restock) -> bool:
    left = work.catalogue.stocks([restock.benefit_id]).get(restock.benefit_id, 0)
    return left is None or left > 0


def _rules(work: Work) -> tuple[CareRule, ...]:
    return work.programmes.current().care.of(Occasion.BACK_IN_STOCK)

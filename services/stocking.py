"""What operators do with benefits that are out: more or less stock, stop and start now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.benefits import Benefit
from domain.partner_errors import (
    BatchComplete,
    BatchNotFound,
    StockUnchangeable,
    UnknownBenefit,
)
from domain.refusals import BenefitNotFound
from services import waiting
from services.ports import Work
from services.ports.club import Actor


@dataclass(frozen=True, slots=True)
class Stocked:
    """A benefit as operators see it, and how many wait for it."""

    benefit: Benefit
    waiting: int = 0


def by_key(work: Work, key: str) -> Benefit:
    """The benefit with a key; raises UnknownBenefit."""
    found = next((one for one in work.benefits.all() if one.key == key), None)
    if found is None:
        raise UnknownBenefit(key)
    return found


def one(work: Work, benefit_id: int) -> Stocked:
    """One benefit; raises BenefitNotFound."""
    benefit = work.benefits.get(benefit_id)
    if benefit is None:
        raise BenefitNotFound
    return _stocked(work, benefit)


def page(work: Work, number: int, size: int) -> tuple[list[Stocked], int]:
    """A page of all benefits, from 0, in the order of the catalogue; and how many pages there
    are."""
    every = work.benefits.all()
    first = number * size
    pages = max(1, -(-len(every) // size))
    return [_stocked(work, benefit) for benefit in every[first : first + size]], pages


def change(work: Work, benefit_id: int, more: int, actor: Actor, now: datetime) -> Stocked:
    """So many more of a benefit, or less if below zero; who waits is offered them.

    Raises BenefitNotFound, StockUnchangeable (`unlimited`, `counted` by a partner's codes,
    `too_few` left).
    """
    return _change(work, _limited(work, benefit_id), more, actor, now)


def set_left(work: Work, benefit_id: int, left: int, actor: Actor, now: datetime) -> Stocked:
    """So many are left of a benefit from now on; raises what `change` raises."""
    benefit = _limited(work, benefit_id)
    return _change(work, benefit, left - (benefit.stock or 0), actor, now)


def stop(work: Work, benefit_id: int, actor: Actor, now: datetime) -> Stocked:
    """Nobody can redeem it from the very next tap on; twice changes nothing."""
    return _switch(work, benefit_id, True, actor, now)


def start(work: Work, benefit_id: int, actor: Actor, now: datetime) -> Stocked:
    """It can be redeemed again, and what is left goes to who waits first."""
    return _switch(work, benefit_id, False, actor, now)


def drop_codes(work: Work, key: str, actor: Actor, now: datetime) -> int:
    """Forgets a batch of codes whose import broke; how many codes it had kept.

    Raises BatchNotFound, BatchComplete.
    """
    batch = work.partners.batch(key)
    if batch is None:
        raise BatchNotFound(key)
    kept = work.partners.kept(batch.id)
    if not work.partners.drop(batch.id):
        raise BatchComplete(key)
    detail = {"batch": key, "codes": kept}
    work.audit.add(actor, "benefit.drop_codes", ("benefit", batch.benefit_id), now, detail)
    return kept


def _switch(work: Work, benefit_id: int, stopped: bool, actor: Actor, now: datetime) -> Stocked:
    if work.benefits.lock(benefit_id) is None:
        raise BenefitNotFound
    if work.benefits.stop(benefit_id, stopped):
        action = "benefit.stop" if stopped else "benefit.start"
        work.audit.add(actor, action, ("benefit", benefit_id), now, {})
        waiting.stock_came(work, benefit_id, now, started=not stopped)
    return one(work, benefit_id)


def _limited(work: Work, benefit_id: int) -> Benefit:
    """The benefit, locked, if its stock is a number that people set."""
    benefit = work.benefits.lock(benefit_id)
    if benefit is None:
        raise BenefitNotFound
    if benefit.imported_codes:
        raise StockUnchangeable("counted", benefit.names)
    if benefit.stock is None:
        raise StockUnchangeable("unlimited", benefit.names)
    return benefit


def _change(work: Work, benefit: Benefit, more: int, actor: Actor, now: datetime) -> Stocked:
    before = benefit.stock or 0
    if not work.benefits.change_stock(benefit.id, more):
        raise StockUnchangeable("too_few", benefit.names, before)
    if more:
        detail = {"before": before, "after": before + more}
        work.audit.add(actor, "benefit.stock", ("benefit", benefit.id), now, detail)
        waiting.stock_came(work, benefit.id, now, more=max(more, 0))
    return one(work, benefit.id)


def _stocked(work: Work, benefit: Benefit) -> Stocked:
    return Stocked(benefit, work.waits.waiting(benefit.id))

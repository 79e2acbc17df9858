"""Back in stock: who had marked a benefit hears that it can be had again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.benefits import Why
from domain.care_rules import CareRule, Occasion
from domain.refusals import BenefitNotFound
from services import catalogue
from services.care_kinds.kind import BENEFITS, Buttons, CareKind, Due
from services.ports import Work
from services.ports.post import Waiting


class BackInStock(CareKind):
    """Told by day when it happens (services.restocks), not found by day. SEMANTICS: Care.

    Only to who can have it or nearly; nothing when it is gone again by the time it leaves.
    """

    occasion = Occasion.BACK_IN_STOCK
    keys = ("care.back_in_stock",)
    timed = False

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        return []

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        return ((("care.button_see", "benefit.show", (str(due.values["id"]),)), *BENEFITS[0]),)

    def still(self, work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
        if row.member_id is None:
            return None
        values: Mapping[str, Any] = row.message["values"]
        fresh = to_be_had(work, row.member_id, int(values["id"]), now)
        return {**values, **fresh} if fresh else None


def to_be_had(work: Work, member_id: int, benefit_id: int, now: datetime) -> dict[str, Any] | None:
    """What the message says of a benefit; None if the member cannot have it, nor nearly."""
    try:
        offer = catalogue.offer(work, member_id, benefit_id, now)
    except BenefitNotFound:
        return None
    stands = offer.standing
    if stands.why is not Why.NOTHING and not stands.near:
        return None
    names = dict(offer.benefit.names)
    price, missing = stands.price, stands.missing
    return {"id": benefit_id, "names": names, "price": price, "missing": missing}

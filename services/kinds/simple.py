"""Kinds that need nothing but their code: something is handed over, or given away."""

from __future__ import annotations

from services.kinds.kind import Kind


class UniqueVoucher(Kind):
    """A voucher with a code of its own, ours or one that a partner gave us."""

    key = "voucher"


class Gift(Kind):
    """Something to take home; perhaps made ready first."""

    key = "gift"


class Service(Kind):
    """Something that is done for the member."""

    key = "service"


class PartnerOffer(Kind):
    """Something to have at a partner, who settles with us by the month."""

    key = "partner"


class Donation(Kind):
    """Points that do good: nothing is handed in, so it counts at once."""

    key = "donation"
    at_once = True
    free = False

"""The kinds of benefits, one class each."""

from typing import Final

from services.kinds.credit import Credit
from services.kinds.discount import Discount
from services.kinds.kind import Kind
from services.kinds.simple import Donation, Gift, PartnerOffer, Service, UniqueVoucher

KINDS: Final[dict[str, Kind]] = {
    kind.key: kind
    for kind in (
        UniqueVoucher(),
        Discount(),
        Gift(),
        Service(),
        PartnerOffer(),
        Credit(),
        Donation(),
    )
}


def kind_of(key: str) -> Kind:
    """The kind of a benefit or voucher; raises KeyError for one that is not registered."""
    return KINDS[key]

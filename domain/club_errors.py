"""Refusals about operators, stores, keys, claiming, merging and erasing."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.errors import Refused
from domain.money import Money

# -- operators, stores, keys ------------------------------------------------------------


@dataclass(eq=False)
class BadRole(Refused):
    """`roles`: the roles there are, for the answer to name them."""

    role: str
    roles: tuple[str, ...]
    code: ClassVar[str] = "staff.bad_role"


@dataclass(eq=False)
class OperatorExists(Refused):
    name: str
    code: ClassVar[str] = "staff.exists"


@dataclass(eq=False)
class OperatorNotFound(Refused):
    name: str
    code: ClassVar[str] = "staff.not_found"


@dataclass(eq=False)
class LastOwner(Refused):
    """Without this operator nobody could manage the others."""

    name: str
    code: ClassVar[str] = "staff.last_owner"


@dataclass(eq=False)
class BadLinkCode(Refused):
    """Unknown, used already, or older than `hours`."""

    hours: int
    code: ClassVar[str] = "staff.bad_code"


@dataclass(eq=False)
class BadStoreCode(Refused):
    text: str
    longest: int
    code: ClassVar[str] = "store.bad_code"


@dataclass(eq=False)
class BadZone(Refused):
    zone: str
    code: ClassVar[str] = "store.bad_zone"


@dataclass(eq=False)
class StoreExists(Refused):
    store: str
    code: ClassVar[str] = "store.exists"


@dataclass(eq=False)
class BadScope(Refused):
    scope: str
    scopes: tuple[str, ...]
    code: ClassVar[str] = "api_key.bad_scope"


@dataclass(eq=False)
class ApiKeyExists(Refused):
    name: str
    code: ClassVar[str] = "api_key.exists"


@dataclass(eq=False)
class ApiKeyNotFound(Refused):
    name: str
    code: ClassVar[str] = "api_key.not_found"


@dataclass(eq=False)
class BadSource(Refused):
    """A webhook's source must be able to stand in a path."""

    text: str
    longest: int
    code: ClassVar[str] = "webhook.bad_source"


@dataclass(eq=False)
class WebhookExists(Refused):
    name: str
    code: ClassVar[str] = "webhook.exists"


@dataclass(eq=False)
class WebhookNotFound(Refused):
    name: str
    code: ClassVar[str] = "webhook.not_found"


# -- finding, claiming, merging ---------------------------------------------------------


@dataclass(eq=False)
class SeveralMembers(Refused):
    """More than one membership fits; `count` of them."""

    who: str
    count: int
    code: ClassVar[str] = "member.several"


@dataclass(eq=False)
class OwnMembership(Refused):
    """Operators do not change their own membership."""

    code: ClassVar[str] = "staff.own_membership"


@dataclass(eq=False)
class ReceiptTaken(Refused):
    """This receipt of the store was booked before, on `day`."""

    receipt: str
    day: date
    amount: Money
    code: ClassVar[str] = "award.receipt_taken"


@dataclass(eq=False)
class BadReceipt(Refused):
    """Not a receipt number; at most `longest` characters."""

    longest: int
    code: ClassVar[str] = "award.bad_receipt"


@dataclass(eq=False)
class BadPoints(Refused):
    """Not a whole number of points with or without a sign."""

    text: str
    code: ClassVar[str] = "adjust.bad_points"


@dataclass(eq=False)
class BadMergeCode(Refused):
    """Unknown, used already, or older than `minutes`."""

    minutes: int
    code: ClassVar[str] = "merge.bad_code"


@dataclass(eq=False)
class SameMembership(Refused):
    code: ClassVar[str] = "merge.same"


@dataclass(eq=False)
class MergeNotFound(Refused):
    code: ClassVar[str] = "merge.not_found"


@dataclass(eq=False)
class MergeTooOld(Refused):
    """The way back is open for `days` days."""

    days: int
    code: ClassVar[str] = "merge.too_old"


@dataclass(eq=False)
class MergeUndone(Refused):
    code: ClassVar[str] = "merge.undone_already"


# -- erasing ----------------------------------------------------------------------------


@dataclass(eq=False)
class CreditLeft(Refused):
    """Stored value must be paid out by an operator first; `minor` units of `currency`."""

    minor: int
    currency: str
    code: ClassVar[str] = "mydata.credit_left"

    def data(self) -> dict[str, object]:
        return {"left": {"minor": self.minor, "currency": self.currency}}

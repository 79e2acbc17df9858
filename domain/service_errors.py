"""Refusals about goodwill and named service persons."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class GoodwillGone(Refused):
    """The voucher is sold out, stopped, or none of those that may be given."""

    names: Mapping[str, str]
    code: ClassVar[str] = "goodwill.gone"


@dataclass(eq=False)
class GoodwillTooLarge(Refused):
    """More points than anybody gives from a ticket at once: `most`."""

    most: int
    code: ClassVar[str] = "goodwill.too_large"


@dataclass(eq=False)
class NotAServicePerson(Refused):
    """The operator does not answer tickets, or the member's level gives no service person."""

    code: ClassVar[str] = "service_person.not_one"

"""Versions of the club rules (会员章程): which a member has accepted and which ask for it anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.errors import Refused
from domain.programme import Charter


class Standing(StrEnum):
    """How a member stands to the club rules. SEMANTICS: Members."""

    CURRENT = "current"
    ANNOUNCED = "announced"  # newer ones hold without being accepted: tell about them
    MUST_ACCEPT = "must_accept"  # rights have shrunk since: accept before points move


@dataclass(eq=False)
class RulesNotAccepted(Refused):
    """Points may not move before the member has accepted this version of the club rules."""

    version: int
    code: ClassVar[str] = "rules.not_accepted"


def standing(accepted: int | None, current: Charter, earlier: Iterable[Charter] = ()) -> Standing:
    """Where somebody stands who accepted version `accepted` (None: none, as an imported member).

    `earlier` are the charters between the accepted and the current one: rights that shrank in a
    version that the member has missed are still to be accepted.
    """
    if accepted is not None and accepted >= current.version:
        return Standing.CURRENT
    missed = [charter for charter in (*earlier, current) if charter.version > (accepted or 0)]
    if accepted is None or any(charter.rights_shrink for charter in missed):
        return Standing.MUST_ACCEPT
    return Standing.ANNOUNCED

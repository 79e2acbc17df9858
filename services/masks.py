"""How staff see a member who need not be known in full: masked name, end of the number, level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.members import mask_name
from services.ports import Work


@dataclass(frozen=True, slots=True)
class Masked:
    """`name` is empty where none is known; `level` is the level's name per language."""

    name: str
    number: str
    level: Mapping[str, str]


def masked(work: Work, member_id: int) -> Masked:
    """The member as a till or a queue shows them."""
    member = work.members.get(member_id)
    level = work.programmes.current().level(member.level)
    return Masked(mask_name(member.name or ""), mask_number(member.number), level.names)


def mask_number(number: str) -> str:
    """`123456789` → `•••• 5678 9`."""
    return f"•••• {number[4:8]} {number[8:]}"

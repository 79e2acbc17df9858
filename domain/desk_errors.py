"""Refusals of the staff's side of tickets: their groups and ready answers."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class NotInGroup(Refused):
    """What only makes sense in a group was said in a private chat."""

    code: ClassVar[str] = "desk.not_in_group"


@dataclass(eq=False)
class GroupUnknown(Refused):
    """The group answers no tickets."""

    code: ClassVar[str] = "desk.group_unknown"


@dataclass(eq=False)
class ReadyUnknown(Refused):
    """The club has no such ready answer, or not any more."""

    code: ClassVar[str] = "desk.ready_unknown"


@dataclass(eq=False)
class NotYours(Refused):
    """Only who has the ticket, or manages the desk, gives it to somebody or says what it is."""

    number: int
    code: ClassVar[str] = "desk.not_yours"

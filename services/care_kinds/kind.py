"""What every kind of care answers: who is due on a day, and with which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from domain.care_rules import CareRule, Occasion
from services.ports import Work
from services.ports.post import Waiting

Buttons = tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]
CARD: Buttons = ((("care.button_card", "card", ()),),)
BENEFITS: Buttons = ((("care.button_benefits", "benefits", ()),),)


class Due(NamedTuple):
    """A member who is due. `occurrence`: how this time is told from the next (for one member
    unique per rule, it never comes again); `values`: what the message says beside the name."""

    member_id: int
    occurrence: str
    values: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the member is written to (`reason` says why not) and whether the gift is theirs."""

    reason: str = ""
    gift: bool = True


class CareKind:
    """One kind of care; each occasion has one in services.care_kinds.KINDS.

    `keys`: the messages it may send, the ones for the late included. `receipt`: what tells of a
    gift to who has not agreed to the greeting. `own_zones`: a rule's hour comes in each member's
    own zone, and `due` is asked zone by zone; else it is asked once, in the night of the
    programme's zone, and messages wait for the member's hour. `again`: it is asked a second time
    in the afternoon, for those whom the first time did not know. `timed`: False for what is not
    found by day, because an event calls services.caring itself. `unasked`: told also where the
    programme has no rule of it. `page`: for so many members is read ahead who is due; few where
    finding costs more than an index.
    """

    occasion: Occasion
    keys: tuple[str, ...] = ()
    receipt = "care.gift"
    gift_buttons: Buttons = CARD
    own_zones = True
    again = False
    timed = True
    unasked = False
    page = 20

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        """Who is due on a local day in a zone (None: those who follow the programme's), each
        once, by member id from `after` on: at most `most`, fewer only at the end.

        Pure reading, also of days to come. Its cost grows with the answer.
        """
        raise NotImplementedError

    def message(self, rule: CareRule, due: Due, late: bool) -> str:
        """The key of the message; `late`: the day is over and the rule has words for that."""
        return self.keys[1] if late and len(self.keys) > 1 else self.keys[0]

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        """The buttons under the message."""
        return CARD

    def verdict(self, work: Work, rule: CareRule, due: Due, day: date, now: datetime) -> Verdict:
        """What beyond state, consent and frequency decides; asked before anything is given."""
        return Verdict()

    def foreseen(self, work: Work, due: Due) -> Mapping[str, Any]:
        """The values as they will be at the moment of sending, as things stand."""
        return due.values

    def still(self, work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
        """The values at the moment of sending; None: nothing is sent."""
        values: Mapping[str, Any] = row.message["values"]
        return values

"""Audiences that operators write: read, said in words, counted and sampled before they are used.

SEMANTICS: Campaigns, Audience.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain import audience_language, audience_writing
from domain.audience_expressions import Expression
from services.audience_names import ClubNames
from services.audience_scope import as_kept, asked_at, written_out
from services.audience_words import Said, said
from services.ports import Work

SAMPLE: Final = 5
_EVENLY: Final = 62
"""Ids of members are random numbers below 2 to this power."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`members`: how many are meant; `reachable`: of them who agreed to promotions and have a
    chat that is not blocked; `all_members`: all active ones."""

    members: int
    reachable: int
    all_members: int

    @property
    def percent(self) -> int:
        """The share of all active members, rounded down, but never up to all."""
        return self.members * 100 // self.all_members if self.all_members else 0


@dataclass(frozen=True, slots=True)
class Sampled:
    """A member of an audience, shown to operators."""

    number: str
    name: str
    level: str


def read(work: Work, text: str, now: datetime) -> Expression:
    """The expression that a text means in this club. Raises AudienceEmpty, AudienceUnreadable
    with the place and what there is, AudienceTooLarge, SurveyIsAnonymous, AudienceLoop."""
    expression = audience_language.read(text, ClubNames(work))
    written_out(work, expression)
    return expression


def written(work: Work, expression: Expression, locale: str) -> str:
    """The text that reads back to the same expression, with names as people know them."""
    names = ClubNames(work)

    def spelled(fact: str, key: str) -> str:
        name = names.name(fact, key).get(locale, key)
        return name if names.names(fact).get(name) == (key,) else key

    return audience_writing.written(expression, locale, digits=names.digits, spelled=spelled)


def explained(work: Work, expression: Expression) -> dict[str, list[Said]]:
    """The values of the text `audience.explained`, which says it in words."""
    return {"meaning": said(ClubNames(work), work.programmes.current().currency, expression)}


def count(work: Work, expression: Expression, now: datetime) -> Counted:
    """How many are meant; reads much, so outside of writing transactions."""
    when, whole = asked_at(work, now), as_kept(work, expression)
    return Counted(*work.audiences.number(whole, when), work.audiences.active())


def too_many(work: Work, counted: Counted) -> bool:
    """Whether so large a share of the club is meant that it could be a mistake."""
    above = work.programmes.current().announcements.ask_above_share
    return counted.all_members > 0 and counted.members * 100 > above * counted.all_members


def sample(work: Work, expression: Expression, now: datetime, most: int = SAMPLE) -> list[Sampled]:
    """Some who are meant: from a place that changes, so that they are not always the same."""
    when, whole = asked_at(work, now), as_kept(work, expression)
    start = int(now.timestamp() * 1000) * 2654435761 % (1 << _EVENLY)
    found = work.audiences.some(whole, when, start, most)
    if len(found) < most:
        seen = {one.id for one in found}
        more = work.audiences.some(whole, when, 0, most)
        found += [one for one in more if one.id not in seen][: most - len(found)]
    return [Sampled(one.number, one.name, one.level) for one in found]


def matches(
    work: Work, expression: Expression, member_ids: Collection[int], now: datetime
) -> set[int]:
    """Those of the members who are meant."""
    if not member_ids:
        return set()
    return work.audiences.among(as_kept(work, expression), asked_at(work, now), member_ids)

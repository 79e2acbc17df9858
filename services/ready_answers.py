"""Ready answers: the programme's texts with the member's name, the number and the operator."""

from __future__ import annotations

from typing import Final

from domain.desk_errors import ReadyUnknown
from domain.service_rules import ReadyAnswer
from domain.tickets import Ticket
from services.ports import Work

_LEADING: Final = " ，,、"


def all_of(work: Work) -> tuple[ReadyAnswer, ...]:
    """The club's ready answers."""
    return work.programmes.current().service.answers


def filled(work: Work, ticket: Ticket, place: int, staff: str) -> str:
    """The text at that place of `all_of` for the ticket's member, in their language; raises
    ReadyUnknown."""
    known = all_of(work)
    if place >= len(known):
        raise ReadyUnknown
    answer = known[place]
    member = work.members.get(ticket.member_id)
    language = (member.locale or "zh").partition("-")[0]
    text = answer.text.get(language) or next(iter(answer.text.values()))
    name = member.name or ""
    if not name:
        text = text.replace(" {name}", "")
    values = {"{name}": name, "{number}": str(ticket.number), "{staff}": staff}
    for name_of, value in values.items():
        text = text.replace(name_of, value)
    return text.lstrip(_LEADING)

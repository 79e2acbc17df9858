"""A member's named service person (专属客服), chosen on the member's card."""

from __future__ import annotations

from bot.messages import Button, Reply
from domain.members import Member
from handlers.parts import number
from handlers.portrait import back_to
from handlers.turns import Turn, actor
from services import portraits, service_persons
from services.finding import standing


def choose(turn: Turn) -> Reply:
    """Who may be the member's service person."""
    member = _others(turn, number(turn))
    seen = service_persons.seen(turn.work, member.id)
    values = {"name": member.name, "staff": seen.staff.name if seen.staff else ""}
    rows = tuple(
        (
            Button(
                "service_person.button_staff",
                "service.give",
                (str(member.id), service_persons.token(one.id)),
                values={"name": one.name},
            ),
        )
        for one in service_persons.candidates(turn.work)
    )
    return Reply("service_person.choose", values, (*rows, *back_to(member.id)))


def give(turn: Turn) -> Reply:
    """Makes an operator the member's service person."""
    member = _others(turn, number(turn))
    chosen = service_persons.by_token(turn.work, turn.arg(1))
    staff = service_persons.give(turn.work, member.id, chosen, actor(turn), turn.now)
    values = {"name": member.name, "staff": staff.name}
    return Reply("service_person.given", values, back_to(member.id), edit=True)


def _others(turn: Turn, member_id: int) -> Member:
    """The member, who is not the operator themselves."""
    member = standing(turn.work, member_id)
    portraits.not_own(turn.person.member_id, member.id)
    return member

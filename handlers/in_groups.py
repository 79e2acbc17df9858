"""What staff do in a group chat works in the groups that answer tickets, for the ticket there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.messages import Kind, Reply
from bot.router import Route
from handlers import general, staff_group, staff_words
from handlers.turns import Turn
from services import tickets
from services.ports.staff_groups import OFF

LINKING = "desk"


def guarded(route: Route) -> Route:
    """A route for groups, kept to groups of the staff: in any other one everybody would read what
    members said. Only linking a group needs none."""
    if not route.groups or route.intent == LINKING:
        return route
    return replace(route, handle=_inside(route.handle))


def _inside(handle: Callable[[Turn], Reply | None]) -> Callable[[Turn], Reply | None]:
    def inside(turn: Turn) -> Reply | None:
        if turn.inbound.address.private:
            return handle(turn)
        group = staff_words.group_of(turn)
        if group is None or group.purpose == OFF:
            return general.group(turn)
        if _elsewhere(turn):
            turn.end()
            return staff_group.said(turn)
        return handle(turn)

    return inside


def _elsewhere(turn: Turn) -> bool:
    """Whether the answer to a question was written in the topic of another ticket, or in answer
    to its card: then it is said there, and the question is over."""
    asked = turn.conversation
    if turn.inbound.kind is Kind.TAP or turn.intent != f"{asked.flow}.{asked.step}":
        return False
    there = staff_words.ticket_meant(turn)
    if there is None or "ticket" not in asked.data:
        return False
    about = tickets.leading(turn.work, int(asked.data["ticket"]))
    return tickets.leading(turn.work, there).id != about.id

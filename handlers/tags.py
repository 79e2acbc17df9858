"""Tags on a member's card, and the list of all tags."""

from __future__ import annotations

from typing import Any, Final

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from domain.members import Member
from domain.tags import LONGEST_TAG
from handlers.parts import number, pairs, sign
from handlers.portrait import back_to
from handlers.turns import Turn, actor
from services import portraits, tags
from services.finding import standing

FLOW: Final = Flow("tagging", (Step("text"),))
KNOWN: Final = 8
"""So many tags in use are offered to be tapped."""


def show(turn: Turn) -> Reply:
    """The tags of a member."""
    return _card(turn, _other(turn, number(turn)))


def ask(turn: Turn) -> Reply:
    """Which tag? The most frequent ones can be tapped."""
    member = _other(turn, number(turn))
    turn.start(FLOW, member=str(member.id))
    carried = {one.name for one in tags.of(turn.work, member.id)}
    rows = tuple(
        (Button("tag.button_put", "tag.put", (str(member.id), sign(name)), values={"name": name}),)
        for name, _ in tags.counted(turn.work)[:KNOWN]
        if name not in carried
    )
    values = {"longest": LONGEST_TAG, "known": bool(rows)}
    return Reply("tag.ask", values, (*rows, *back_to(member.id)), edit=True)


def put(turn: Turn) -> Reply:
    """Gives a tag in use that was tapped."""
    member, which = _other(turn, number(turn)), turn.arg(1)
    for name, _ in tags.counted(turn.work):
        if sign(name) == which:
            tags.give(turn.work, member.id, name, actor(turn), turn.now)
            break
    turn.end()
    return _card(turn, member)


def write(turn: Turn) -> Reply:
    """Gives the tag that was typed."""
    member = _other(turn, int(turn.data["member"]))
    tags.give(turn.work, member.id, turn.text, actor(turn), turn.now)
    turn.end()
    return _card(turn, member, edit=False)


def take(turn: Turn) -> Reply:
    """Takes a tag away."""
    member, which = _other(turn, number(turn)), turn.arg(1)
    for one in tags.of(turn.work, member.id):
        if not one.by_rule and sign(one.name) == which:
            tags.take(turn.work, member.id, one.name, actor(turn), turn.now)
    return _card(turn, member)


def list_all(turn: Turn) -> Reply:
    """All tags with how many members carry them."""
    found = [{"name": name, "members": members} for name, members in tags.counted(turn.work)]
    rows = ((Button("tag.button_of_list", "tag.list_new"),),)
    return Reply("tag.list", {"tags": found}, rows, edit=True)


def _card(turn: Turn, member: Member, *, edit: bool = True) -> Reply:
    carried = tags.of(turn.work, member.id)
    by_hand = [_button("take", member, one.name) for one in carried if not one.by_rule]
    add = Button("tag.button_add", "tag.add", (str(member.id),))
    values: dict[str, Any] = {
        "who": member.name or "",
        "number": member.shown_number,
        "tags": [{"name": one.name, "by_rule": one.by_rule} for one in carried],
    }
    return Reply("tag.member", values, (*pairs(by_hand), (add,), *back_to(member.id)), edit=edit)


def _button(act: str, member: Member, tag: str) -> Button:
    args = (str(member.id), sign(tag))
    return Button(f"tag.button_{act}", f"tag.{act}", args, values={"name": tag})


def _other(turn: Turn, member_id: int) -> Member:
    """The member, who is not the operator themselves."""
    member = standing(turn.work, member_id)
    portraits.not_own(turn.person.member_id, member.id)
    return member

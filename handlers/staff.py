"""What operators begin with: linking their chat, and finding a member."""

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from domain.club_errors import SeveralMembers
from domain.staff import permissions
from handlers import portrait
from handlers.parts import refusal
from handlers.turns import Turn, actor, address_id
from services import finding, masks, staffing

FINDING = Flow("member", (Step("who"),))
LISTED = 8
FIND = Button("button.member", "member")
AWARD = Button("button.award", "award")
DECIDE = Button("button.approvals", "approvals")


def link(turn: Turn, payload: str) -> Reply:
    """`/start op_CODE`: this chat is the operator's from now on."""
    operator = staffing.link(turn.work, address_id(turn), payload, turn.now, locale=turn.locale)
    store = turn.work.stores.by_id(operator.store_id) if operator.store_id else None
    may = permissions(operator.role)
    buttons = [(FIND, "member:find"), (AWARD, "purchase:book"), (DECIDE, "approval:see")]
    rows = tuple((button,) for button, needs in buttons if needs in may)
    values = {"name": operator.name, "role": operator.role, "store": store.name if store else ""}
    return Reply("staff.linked", values, rows)


def member(turn: Turn) -> Reply:
    """`/member NUMBER`, or asks which one."""
    turn.end()
    if turn.args:
        return found(turn, " ".join(turn.args))
    turn.start(FINDING)
    return Reply("portrait.ask")


def who(turn: Turn) -> Reply:
    """The answer to which one."""
    return found(turn, turn.text)


def found(turn: Turn, text: str) -> Reply:
    """The member's card, or the list of those who fit."""
    look = finding.look(turn.work, text, actor(turn), turn.now)
    if isinstance(look.refused, SeveralMembers):
        return _several(turn, text)
    if look.member is None:
        return refusal(look.problem)
    turn.end()
    return portrait.card(turn, look.member.id)


def _several(turn: Turn, text: str) -> Reply:
    """Those who fit, masked, each with a button."""
    members = finding.several(turn.work, text)[:LISTED]
    shown = [masks.masked(turn.work, one.id) for one in members]
    rows = tuple(
        (
            Button(
                "button.member_one",
                "member.show",
                (str(one.id),),
                values={"name": mask.name, "number": mask.number},
            ),
        )
        for one, mask in zip(members, shown, strict=True)
    )
    return Reply("portrait.several", {"count": len(members)}, rows)

"""Points that staff give or take on a member's card: by hand, expired ones, a gift undone."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from domain.approvals import Approval
from domain.club_errors import BadPoints
from domain.members import Member
from handlers.parts import LARGEST, number, whole
from handlers.portrait import CANCEL, back_to
from handlers.turns import Turn, actor
from services import adjustments, desk, gifting, large_adjustments, masks, portraits, reinstating
from services.finding import standing

ADJUST = Flow("adjust", (Step("points"), Step("reason"), Step("sure")))
REINSTATE = Flow("reinstate", (Step("points"), Step("reason"), Step("sure")))
UNDOING = Flow("undoing", (Step("reason"), Step("sure")))


def _others(turn: Turn, member_id: int) -> Member:
    """The member, who is not the operator themselves."""
    member = standing(turn.work, member_id)
    portraits.not_own(turn.person.member_id, member.id)
    return member


def _reason(turn: Turn) -> str:
    return adjustments.short(turn.text)


# -- by hand ----------------------------------------------------------------------------


def adjust(turn: Turn) -> Reply:
    """Asks how many points to give or take."""
    member = _others(turn, number(turn))
    turn.start(ADJUST, member=str(member.id))
    return Reply("adjust.points", {"number": member.shown_number}, ((CANCEL,),))


def adjust_points(turn: Turn) -> Reply:
    """The signed number, then the reason."""
    turn.go("reason", points=_signed(turn.text))
    return Reply("adjust.reason", {"points": turn.data["points"]}, ((CANCEL,),))


def adjust_reason(turn: Turn) -> Reply:
    """The reason, then a last look."""
    turn.go("sure", reason=_reason(turn))
    return adjust_sure(turn)


def adjust_sure(turn: Turn) -> Reply:
    """What will be booked, whether a second person has to agree, and the button that does it."""
    member = turn.work.members.get(int(turn.data["member"]))
    second = large_adjustments.needs_second(turn.work, turn.data["points"])
    values = {
        "points": turn.data["points"],
        "reason": turn.data["reason"],
        "name": member.name,
        "number": member.shown_number,
        "second": second,
    }
    label = "button.adjust_ask" if second else "button.adjust_do"
    do = Button(label, "adjust.do", effect=True, here=True)
    return Reply("adjust.sure", values, ((do,), (CANCEL,)))


def adjust_do(turn: Turn) -> Reply:
    """Books the points within the operator's limit of the day, or asks a second person."""
    member = _others(turn, int(turn.data["member"]))
    done = large_adjustments.adjust(
        turn.work,
        member.id,
        int(turn.data["points"]),
        reason=turn.data["reason"],
        key=f"adjust:{turn.nonce}",
        actor=actor(turn),
        now=turn.now,
        tell=True,
    )
    points = turn.data["points"]
    turn.end()
    key = "adjust.waiting" if isinstance(done, Approval) else "adjust.done"
    return Reply(key, {"points": points}, back_to(member.id), edit=True)


def _signed(text: str) -> int:
    """`+200`, `-50`, `−50`, full-width digits; raises BadPoints."""
    clean = text.strip().replace("−", "-").replace("，", "").replace(",", "").replace(" ", "")
    try:
        points = int(clean)
    except ValueError:
        raise BadPoints(text[:40]) from None
    if not points or abs(points) > LARGEST:
        raise BadPoints(text[:40])
    return points


# -- expired points ---------------------------------------------------------------------


def reinstate(turn: Turn) -> Reply:
    """What expired and can come back, and how much of it shall."""
    member = _others(turn, number(turn))
    turn.start(REINSTATE, member=str(member.id))
    found = reinstating.possible(turn.work, member.id, turn.now)
    if not found.points:
        turn.end()
        return Reply("reinstate.none", {}, back_to(member.id))
    every = Button("button.reinstate_all", "reinstate.all", here=True, values=_all(found.points))
    values = {
        "number": member.shown_number,
        "points": found.points,
        "last_day": found.last_day,
    }
    return Reply("reinstate.points", values, ((every,), (CANCEL,)))


def _all(points: int) -> dict[str, int]:
    return {"points": points}


def reinstate_all(turn: Turn) -> Reply:
    """All of it, then the reason."""
    member_id = int(turn.data["member"])
    return _how_many(turn, reinstating.possible(turn.work, member_id, turn.now).points)


def reinstate_points(turn: Turn) -> Reply:
    """A number, then the reason."""
    return _how_many(turn, whole(turn.text))


def _how_many(turn: Turn, points: int) -> Reply:
    reinstating.check(turn.work, int(turn.data["member"]), points, turn.now)
    turn.go("reason", points=points)
    return Reply("reinstate.reason", {"points": points}, ((CANCEL,),))


def reinstate_reason(turn: Turn) -> Reply:
    """The reason, then a last look."""
    turn.go("sure", reason=_reason(turn))
    return reinstate_sure(turn)


def reinstate_sure(turn: Turn) -> Reply:
    """What will be booked, and the button that does it."""
    member_id = int(turn.data["member"])
    member = turn.work.members.get(member_id)
    values = {
        "points": turn.data["points"],
        "reason": turn.data["reason"],
        "name": member.name,
        "number": member.shown_number,
        "last_day": reinstating.possible(turn.work, member_id, turn.now).last_day,
    }
    do = Button("button.reinstate_do", "reinstate.do", effect=True, here=True)
    return Reply("reinstate.sure", values, ((do,), (CANCEL,)))


def reinstate_do(turn: Turn) -> Reply:
    """Gives the expired points again."""
    member = _others(turn, int(turn.data["member"]))
    done = desk.reinstate(
        turn.work,
        member.id,
        int(turn.data["points"]),
        reason=turn.data["reason"],
        key=f"reinstate:{turn.nonce}",
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    return Reply("reinstate.done", {"points": done.amount}, back_to(member.id), edit=True)


# -- a gift between members -------------------------------------------------------------


def undo(turn: Turn) -> Reply:
    """Asks why a gift is to be taken back."""
    gift = gifting.gift(turn.work, number(turn))
    for member_id in (gift.giver, gift.receiver):
        _others(turn, member_id)
    turn.start(UNDOING, gift=gift.posting_id)
    return Reply("undoing.reason", {"points": gift.points}, ((CANCEL,),))


def undo_reason(turn: Turn) -> Reply:
    """The reason, then a last look."""
    turn.go("sure", reason=_reason(turn))
    return undo_sure(turn)


def undo_sure(turn: Turn) -> Reply:
    """Between whom, how many, why, and the button that does it."""
    gift = gifting.gift(turn.work, int(turn.data["gift"]))
    giver, receiver = (masks.masked(turn.work, one) for one in (gift.giver, gift.receiver))
    values = {
        "points": gift.points,
        "reason": turn.data["reason"],
        "giver": giver.number,
        "giver_name": giver.name,
        "receiver": receiver.number,
        "receiver_name": receiver.name,
    }
    do = Button("button.gift_undo_do", "undoing.do", effect=True, here=True)
    return Reply("undoing.sure", values, ((do,), (CANCEL,)))


def undo_do(turn: Turn) -> Reply:
    """Takes the gift back from both."""
    gift = gifting.gift(turn.work, int(turn.data["gift"]))
    for member_id in (gift.giver, gift.receiver):
        _others(turn, member_id)
    done = gifting.undo(
        turn.work,
        gift.posting_id,
        reason=turn.data["reason"],
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    return Reply("undoing.done", {"points": done.points}, back_to(done.giver), edit=True)

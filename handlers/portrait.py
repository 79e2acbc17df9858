"""A member as staff see them, on one card, and what staff may change there."""

from __future__ import annotations

from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.club_errors import BadPoints
from domain.members import Member, MemberState, mask_email, mask_name, mask_phone
from domain.money import Money
from handlers.parts import number
from handlers.turns import Turn, actor
from services import adjustments, desk, portraits
from services.finding import standing
from services.masks import mask_number
from services.portraits import Portrait
from services.ports.sales import BOOKED, Purchase

ADJUST = Flow("adjust", (Step("points"), Step("reason"), Step("sure")))
FREEZE = Flow("freeze", (Step("reason"),))
CANCEL = Button("button.cancel", "cancel")
LARGEST = 10**9


def show(turn: Turn) -> Reply:
    """The card of the member whose button was tapped."""
    return card(turn, number(turn))


def card(turn: Turn, member_id: int) -> Reply:
    """The portrait; who may only find members sees as much as a till needs."""
    seen = portraits.portrait(turn.work, member_id, turn.now)
    full = turn.person.may("member:view")
    return Reply("portrait.shown", _values(seen, full=full), _buttons(turn, seen))


def back_to(member_id: int | None) -> Rows:
    """The button that leads back to a member's card, if there is one."""
    if member_id is None:
        return ()
    return ((Button("button.member_show", "member.show", (str(member_id),)),),)


def _values(seen: Portrait, *, full: bool) -> dict[str, Any]:
    member = seen.member
    phone = mask_phone(member.phone) if member.phone else None
    return {
        "full": full,
        "name": member.name if full else mask_name(member.name or ""),
        "number": _number(member, full=full),
        "state": member.state.value,
        "level": dict(seen.programme.level(member.level).names),
        "phone": phone,
        "phone_verified": seen.phone_verified,
        "email": mask_email(member.email) if member.email and full else None,
        "claimed": seen.claimed,
        "available": seen.points.available,
        "pending": seen.points.pending,
        "held": seen.points.held,
        "debt": seen.points.debt,
        "vouchers": seen.vouchers,
        **_insight(seen, full=full),
    }


def _number(member: Member, *, full: bool) -> str:
    """An erased member has none any more."""
    if member.state is MemberState.CLOSED:
        return ""
    return member.shown_number if full else mask_number(member.number)


def _insight(seen: Portrait, *, full: bool) -> dict[str, Any]:
    """What only those see who may view members."""
    member, born = seen.member, seen.member.birthday
    spending = seen.spending
    return {
        "lifetime": spending.lifetime if full else None,
        "year": spending.year if full else None,
        "visits": spending.visits if full else 0,
        "days_ago": spending.days_ago if full else None,
        "newest": [_bought(one) for one in seen.newest] if full else [],
        "birthday": born.occurs_on(born.year or 2000) if born and full else None,
        "city": member.city if full else None,
        "consents": list(seen.consents) if full else [],
        "channels": list(seen.channels),
        "tickets": seen.tickets if full else 0,
        "source": _came_by(seen) if full else None,
        "joined": member.joined_at.date(),
        "merged": seen.merge is not None,
    }


def _came_by(seen: Portrait) -> str | None:
    """The link or partner that led the member here; a bare channel says nothing new."""
    source = seen.member.source
    return None if source in seen.channels else source


def _bought(one: Purchase) -> dict[str, Any]:
    return {
        "day": one.day,
        "amount": Money(one.minor - one.refunded_minor, one.currency),
        "points": one.points - one.returned_points,
        "void": one.state != BOOKED,
    }


def _buttons(turn: Turn, seen: Portrait) -> Rows:
    """What this operator may do with this member; nothing on their own membership."""
    member = seen.member
    if member.id == turn.person.member_id:
        return ()
    this = (str(member.id),)
    active = member.state is MemberState.ACTIVE
    offered = (
        ("member:view", bool(member.phone), Button("button.phone_show", "member.phone", this)),
        ("points:adjust", active, Button("button.adjust", "member.adjust", this)),
        ("purchase:move", bool(seen.newest), Button("button.purchases", "correct.list", this)),
        ("member:merge", active, Button("button.member_merge", "pairing.start", this)),
        ("member:freeze", active, Button("button.freeze", "member.freeze", this)),
        (
            "member:freeze",
            member.state is MemberState.FROZEN,
            Button("button.unfreeze", "member.unfreeze", this),
        ),
    )
    buttons = [button for needs, when, button in offered if when and turn.person.may(needs)]
    if seen.merge is not None and turn.person.may("member:merge"):
        buttons.append(Button("button.unmerge", "parting.ask", (str(seen.merge.id),)))
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


# -- the phone in full ------------------------------------------------------------------


def phone(turn: Turn) -> Reply:
    """The phone for who has to call; audited."""
    member_id = number(turn)
    found = portraits.phone(turn.work, member_id, actor(turn), turn.now)
    return Reply("portrait.phone", {"phone": found}, back_to(member_id))


# -- points by hand ---------------------------------------------------------------------


def adjust(turn: Turn) -> Reply:
    """Asks how many points to give or take."""
    member = standing(turn.work, number(turn))
    portraits.not_own(turn.person.member_id, member.id)
    turn.start(ADJUST, member=str(member.id))
    return Reply("adjust.points", {"number": member.shown_number}, ((CANCEL,),))


def adjust_points(turn: Turn) -> Reply:
    """The signed number, then the reason."""
    turn.go("reason", points=_signed(turn.text))
    return Reply("adjust.reason", {"points": turn.data["points"]}, ((CANCEL,),))


def adjust_reason(turn: Turn) -> Reply:
    """The reason, then a last look."""
    turn.go("sure", reason=" ".join(turn.text.split())[: adjustments.LONGEST_REASON])
    return adjust_sure(turn)


def adjust_sure(turn: Turn) -> Reply:
    """What will be booked, and the button that does it."""
    member = turn.work.members.get(int(turn.data["member"]))
    values = {
        "points": turn.data["points"],
        "reason": turn.data["reason"],
        "name": member.name,
        "number": member.shown_number,
    }
    do = Button("button.adjust_do", "adjust.do", effect=True, here=True)
    return Reply("adjust.sure", values, ((do,), (CANCEL,)))


def adjust_do(turn: Turn) -> Reply:
    """Books the points, within the operator's limit of the day."""
    member_id = int(turn.data["member"])
    portraits.not_own(turn.person.member_id, member_id)
    posting = desk.adjust(
        turn.work,
        member_id,
        int(turn.data["points"]),
        reason=turn.data["reason"],
        key=f"adjust:{turn.nonce}",
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    return Reply("adjust.done", {"points": posting.amount}, back_to(member_id), edit=True)


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


# -- freezing ---------------------------------------------------------------------------


def freeze(turn: Turn) -> Reply:
    """Asks why the membership is to be frozen, or made active again."""
    member = standing(turn.work, number(turn))
    portraits.not_own(turn.person.member_id, member.id)
    on = turn.intent == "member.freeze"
    turn.start(FREEZE, member=str(member.id), on=on)
    return Reply("freeze.reason", {"freezes": on, "number": member.shown_number}, ((CANCEL,),))


def freeze_do(turn: Turn) -> Reply:
    """Freezes, or makes active again, with the reason that was typed."""
    member_id, on = int(turn.data["member"]), bool(turn.data["on"])
    portraits.not_own(turn.person.member_id, member_id)
    change = portraits.freeze if on else portraits.unfreeze
    change(turn.work, member_id, turn.text, actor(turn), turn.now)
    turn.end()
    return Reply("freeze.done", {"freezes": on}, back_to(member_id))

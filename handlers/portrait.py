"""A member as staff see them, on one card, and what staff may change there."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.birthdays import Birthday
from domain.members import Member, MemberState, mask_email, mask_name, mask_phone
from domain.money import Money
from handlers.parts import number
from handlers.turns import Turn, actor
from services import portraits, service_persons
from services.finding import standing
from services.masks import mask_number
from services.portraits import Portrait
from services.ports.sales import BOOKED, Purchase

FREEZE = Flow("freeze", (Step("reason"),))
CANCEL = Button("button.cancel", "cancel")


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


def _birthday(born: Birthday) -> date | dict[str, int]:
    """A solar one as a day, a lunar one by its month and day."""
    if born.lunar:
        return {"month": born.month, "day": born.day}
    return born.occurs_on(born.year or 2000)


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
        "birthday": _birthday(born) if born and full else None,
        "city": member.city if full else None,
        "consents": list(seen.consents) if full else [],
        "channels": list(seen.channels),
        "tickets": seen.tickets if full else 0,
        "source": _came_by(seen) if full else None,
        "joined": member.joined_at.date(),
        "merged": seen.merge is not None,
        "insight": seen.insight if full else None,
        "tags": list(seen.tags) if full else [],
        "likes": list(seen.likes) if full else [],
        "hour": seen.usual_hour if full else None,
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
        ("member:view", True, Button("post.button_messages", "post.member", this)),
        ("member:view", active, Button("tag.button", "member.tags", this)),
        ("ticket:answer", active, Button("desk.button_call", "desk.call", this)),
        ("points:adjust", active, Button("button.adjust", "member.adjust", this)),
        (
            "points:adjust",
            active and seen.expired > 0,
            Button("button.reinstate", "member.reinstate", this),
        ),
        ("purchase:move", bool(seen.newest), Button("button.purchases", "correct.list", this)),
        ("member:merge", active, Button("button.member_merge", "pairing.start", this)),
        ("level:give", active, Button("button.lift", "member.level", this)),
        (
            "credit:block",
            active and seen.programme.stored_value is not None,
            Button("credit.button_desk", "credit.desk", this),
        ),
        (
            "ticket:manage",
            active and service_persons.by_level(turn.work, member.id),
            Button("service_person.button_choose", "service.person", this),
        ),
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
    if seen.gift is not None and turn.person.may("points:adjust"):
        buttons.append(Button("button.gift_undo", "undoing.ask", (str(seen.gift.posting_id),)))
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


# -- the phone in full ------------------------------------------------------------------


def phone(turn: Turn) -> Reply:
    """The phone for who has to call; audited."""
    member_id = number(turn)
    found = portraits.phone(turn.work, member_id, actor(turn), turn.now)
    return Reply("portrait.phone", {"phone": found}, back_to(member_id))


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

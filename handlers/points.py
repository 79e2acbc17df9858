"""The member card and the points."""

from typing import Any

from bot.messages import Button, Reply, Rows
from domain.charters import Standing
from handlers import levels, menu
from handlers.turns import Turn, member_id
from services import balances, cards, gifting

SHOWN_LATER = 3
GIFT = Button("button.gift", "gift")


def show(turn: Turn) -> Reply:
    """How many points there are, and what happens to them when; growth and credit if any."""
    has = balances.balances(turn.work, member_id(turn), turn.now)
    later = has.points.later
    values = {
        **_values(has.points),
        "later": [list(part) for part in later[:SHOWN_LATER]],
        "more": len(later) > SHOWN_LATER,
        "activating": [list(part) for part in has.activating[:SHOWN_LATER]],
        "lifetime": has.lifetime,
        "gifts": gifting.allowed(turn.work),
        "growth": has.growth,
        "growth_name": dict(turn.work.programmes.current().growth_name),
        "credit": has.credit,
    }
    gift: Rows = ((GIFT,),) if values["gifts"] else ()
    return Reply("points.balance", values, (*gift, *menu.SHORT))


def card(turn: Turn) -> Reply:
    """The member card."""
    return card_of(turn, member_id(turn))


def card_of(turn: Turn, member: int) -> Reply:
    """The card of a member who may only just have joined."""
    shown = cards.card(turn.work, member, turn.now)
    values = {
        "name": shown.member.name or turn.inbound.name,
        "number": shown.member.shown_number,
        "frozen": shown.frozen,
        "rules": shown.rules.value,
        "offer": shown.offer,
        "next": levels.next_step(shown.level.next, shown.programme, turn.locale),
        **levels.level(shown.level.level, turn.locale),
        **_values(shown.points),
    }
    rows = (*_wanted(shown), *menu.rows_for(turn, member=True))
    return Reply("card.shown", values, rows)


def _wanted(shown: cards.Card) -> Rows:
    """What the card asks the member to do, above the main buttons."""
    rules: Rows = ((menu.NEW_RULES,),) if shown.rules is not Standing.CURRENT else ()
    offer = Button("button.profile_offer", "profile.tour", values={"points": shown.offer})
    return (*rules, (offer,)) if shown.offer else rules


def _values(has: cards.Points) -> dict[str, Any]:
    names = ("available", "pending", "held", "debt", "expiring", "last_day")
    return {name: getattr(has, name) for name in names}

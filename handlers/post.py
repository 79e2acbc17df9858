"""`/post`: how sending stands, the switch that holds it, and what nobody knows the end of."""

from __future__ import annotations

from typing import Any

from bot.messages import Button, Reply, Rows
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, actor
from services import campaigns, post, posted, suppressions
from services.posted import Standing
from services.suppressions import Told

POST = Button("post.button_back", "post")


def show(turn: Turn) -> Reply:
    """What waits, what is unclear or failed, and whether everything is on hold."""
    found = posted.standing(turn.work, turn.now)
    return Reply("post.card", _values(turn, found), _buttons(turn, found), edit=True)


def switch(turn: Turn) -> Reply:
    """Stops all sending but service messages within seconds, or lets it go on; set, not turned
    over, so that a second tap changes nothing."""
    post.hold(turn.work, turn.arg() == "on", actor(turn), turn.now)
    return show(turn)


def _values(turn: Turn, found: Standing) -> dict[str, Any]:
    return {
        "hold": found.hold,
        "lanes": [{"lane": one.lane, "count": one.count} for one in found.lanes],
        "waiting": found.waiting,
        "lag": found.lag,
        "later": found.later,
        "per_minute": found.per_minute,
        "floods": [{"channel": channel, "until": until} for channel, until in found.floods],
        "unknown": found.unknown,
        "dead": [{"reason": why, "count": count} for why, count in found.dead[:4]],
        "failed": sum(count for _, count in found.dead),
        "zone": turn.work.programmes.current().zone,
    }


def _buttons(turn: Turn, found: Standing) -> Rows:
    label, to = ("post.button_release", "off") if found.hold else ("post.button_hold", "on")
    switched = Button(label, "post.switch", (to,), effect=True)
    refresh = Button("post.button_refresh", "post")
    unknown = Button("post.button_unknown", "post.unknown", values={"count": found.unknown})
    middle: Rows = ((unknown,),) if found.unknown else ()
    back = ((menu.CARD,),) if turn.person.member_id is not None else ()
    return ((switched, refresh), *middle, *back)


# -- what is unclear --------------------------------------------------------------------


def unknown(turn: Turn) -> Reply:
    """Messages of which nobody knows whether they arrived, of one campaign or of all."""
    return _unknown(turn, number(turn) or None)


def again(turn: Turn) -> Reply:
    """Sends one of them again."""
    posted.send_again(turn.work, number(turn), actor(turn), turn.now)
    return _unknown(turn, number(turn, 1) or None)


def leave(turn: Turn) -> Reply:
    """Leaves one of them as it is."""
    posted.let_be(turn.work, number(turn), actor(turn), turn.now)
    return _unknown(turn, number(turn, 1) or None)


def all_again(turn: Turn) -> Reply:
    """Sends those of a campaign again."""
    posted.send_all_again(turn.work, number(turn), actor(turn), turn.now)
    return _unknown(turn, number(turn))


def leave_all(turn: Turn) -> Reply:
    """Leaves those of a campaign as they are."""
    posted.let_all_be(turn.work, number(turn), actor(turn), turn.now)
    return _unknown(turn, number(turn))


def _unknown(turn: Turn, campaign_id: int | None) -> Reply:
    found, count = posted.unknown(turn.work, campaign_id)
    values = {
        "messages": [suppressions.values(one) for one in found],
        "count": count,
        "campaign": campaign_id is not None,
        "zone": turn.work.programmes.current().zone,
    }
    named = {one.line.campaign_id for one in found if one.line.campaign_id}
    over = {one for one in named if not campaigns.may_again(turn.work, one)}
    rows = tuple(_row(place, one, campaign_id, over) for place, one in enumerate(found, start=1))
    whole = _of_campaign(campaign_id, count, again=campaign_id not in over)
    return Reply("post.unknown", values, (*rows, *whole), edit=True)


def _row(place: int, one: Told, campaign_id: int | None, over: set[int]) -> tuple[Button, ...]:
    """What can be done with one; those of campaigns that are `over` are not sent again."""
    of = (str(campaign_id),) if campaign_id else ()
    args, values = (str(one.line.id), *of), {"place": place}
    again = Button("post.button_again", "post.again", args, effect=True, values=values)
    leave = Button("post.button_leave", "post.leave", args, effect=True, values=values)
    row = (leave,) if one.line.campaign_id in over else (again, leave)
    if campaign_id or not one.line.campaign_id:
        return row
    mark = (str(one.line.campaign_id),)
    return (*row, Button("post.button_campaign", "post.unknown", mark, values=values))


def _of_campaign(campaign_id: int | None, count: int, *, again: bool) -> Rows:
    if not campaign_id or not count:
        return ((POST,),)
    mark = (str(campaign_id),)
    all_again = Button("post.button_all_again", "post.all_again", mark, effect=True)
    leave_all = Button("post.button_leave_all", "post.leave_all", mark, effect=True)
    return (*(((all_again,),) if again else ()), (leave_all,), (POST,))


# -- a member's messages ----------------------------------------------------------------


def of_member(turn: Turn) -> Reply:
    """What was sent to a member lately, or why it was not."""
    member_id = number(turn)
    found = suppressions.messages(turn.work, member_id)
    values = {
        "messages": [suppressions.values(one) for one in found],
        "zone": turn.work.programmes.current().zone,
    }
    back = Button("button.member_show", "member.show", (str(member_id),))
    return Reply("post.member", values, ((back,),))

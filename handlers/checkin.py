"""`/checkin` (签到): one tap a day."""

from __future__ import annotations

from bot.messages import Button, Reply
from handlers import menu
from handlers.turns import Turn, member_id
from services import checkins


def check_in(turn: Turn) -> Reply:
    """Checks in for today; a second time it says when the next is possible."""
    done = checkins.check_in(turn.work, member_id(turn), turn.now)
    programme = turn.work.programmes.current()
    values = {
        "new": done.new,
        "points": done.today.points,
        "extra": done.extra,
        "growth": done.today.growth,
        "growth_names": dict(programme.growth_name),
        "streak": done.today.streak,
        "week": list(done.week),
        "ahead": {"days": done.ahead.days, "points": done.ahead.points} if done.ahead else None,
        "again_at": done.again_at,
        "zone": turn.person.zone or programme.zone,
    }
    rows = ((menu.POINTS, Button("button.level", "level")), (menu.CARD,))
    return Reply("checkin.done", values, rows)

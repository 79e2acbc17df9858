"""`/care`: the rules of care with their last seven days, whom they left out, what comes next."""

from __future__ import annotations

from typing import Any

from bot.messages import Button, Reply, Rows
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn
from services import care_calendar, suppressions
from services.care_calendar import Planned, Words
from services.suppressions import Seen, Told

LIST = Button("caring.button_list", "care")
DAYS = Button("caring.button_days", "care.days")
MEMBERS = 6
PAGE = 6


def show_all(turn: Turn) -> Reply:
    """Every rule: on or off, its hour, and what became of it in the last seven days."""
    found = suppressions.rules(turn.work, turn.now)
    care = turn.work.programmes.current().care
    values = {"rules": [_values(one) for one in found], "per_week": care.per_week}
    buttons = [_open(one, place) for place, one in enumerate(found)]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    back = ((DAYS, menu.CARD),) if turn.person.member_id is not None else ((DAYS,),)
    return Reply("caring.list", values, (*rows, *back), edit=True)


def show(turn: Turn) -> Reply:
    """One rule: its numbers by reason, and whom it left out lately."""
    found = suppressions.rule(turn.work, number(turn), turn.now)
    newest = suppressions.newest(turn.work, found.rule.key)
    full = turn.person.may("member:view")
    words = care_calendar.words_of(turn.work, found.rule)
    values = {
        **_values(found),
        "version": words[0].version if words else None,
        "suppressed": [{"reason": why, "count": count} for why, count in found.suppressed],
        "newest": [_left_out(one, full=full) for one in newest],
        "zone": turn.work.programmes.current().zone,
    }
    rows = (*_members(turn, newest), _edit(turn, words), (LIST,))
    return Reply("caring.rule", values, rows, edit=True)


def _edit(turn: Turn, words: list[Words]) -> tuple[Button, ...]:
    if not turn.person.may("message:write"):
        return ()
    keys = [one.key for one in words[:2]]
    return tuple(
        Button("caring.button_words", "words.show", (key,), values={"belated": place == 1})
        for place, key in enumerate(keys)
    )


def _left_out(one: Told, *, full: bool) -> dict[str, Any]:
    return {**suppressions.values(one), "name": one.name if full else ""}


def _members(turn: Turn, newest: list[Told]) -> Rows:
    if not turn.person.may("member:find"):
        return ()
    known = {one.number: one.line.member_id for one in newest if one.number}
    buttons = [
        Button("caring.button_member", "member.show", (str(of),), values={"number": shown})
        for shown, of in list(known.items())[:MEMBERS]
    ]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def _open(one: Seen, place: int) -> Button:
    values = {"occasion": str(one.rule.occasion), "on": one.rule.on, "key": one.rule.key}
    return Button("caring.button_rule", "care.rule", (str(place),), values=values)


def _values(one: Seen) -> dict[str, Any]:
    rule = one.rule
    return {
        "key": rule.key,
        "occasion": str(rule.occasion),
        "on": rule.on,
        "at": f"{rule.at:%H:%M}",
        "timed": care_calendar.is_timed(rule),
        "points": rule.points,
        "voucher": bool(rule.voucher),
        "sent": one.sent,
        "waiting": one.waiting,
        "unknown": one.unknown,
        "failed": one.failed,
        "held_back": one.held_back,
    }


# -- what comes next --------------------------------------------------------------------


def days(turn: Turn) -> Reply:
    """The next seven days: how many messages of each rule on each day."""
    plan = care_calendar.summary(turn.work, turn.now)
    values = {
        "days": [
            {
                "day": one.day,
                "rules": [
                    {"occasion": str(part.rule.occasion), "count": part.count, "more": part.more}
                    for part in one.parts
                ],
            }
            for one in plan
        ]
    }
    buttons = [
        Button("caring.button_day", "care.day", (one.day.isoformat(),), values={"day": one.day})
        for one in plan
        if one.parts
    ]
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    return Reply("caring.days", values, (*rows, (LIST,)), edit=True)


def day(turn: Turn) -> Reply:
    """Who gets what on one day, with what speaks against it."""
    found = care_calendar.of_day(turn.work, turn.arg(), turn.now, number(turn, 1), PAGE)
    values = {
        "day": found.day,
        "zone": turn.work.programmes.current().zone,
        "messages": [_planned(turn, one) for one in found.planned],
        "page": found.page + 1,
    }
    mark = found.day.isoformat()
    to = ((found.page - 1, "caring.button_before"), (found.page + 1, "caring.button_after"))
    looks = tuple(
        Button("caring.button_preview", "care.look", (mark, str(found.page), str(at)), values=one)
        for at, one in enumerate({"place": place + 1} for place in range(len(found.planned)))
    )
    turning = tuple(
        Button(label, "care.day", (mark, str(page)))
        for page, label in to
        if page >= 0 and (page <= found.page or found.more)
    )
    return Reply("caring.day", values, (looks, turning, (DAYS,)), edit=True)


def look(turn: Turn) -> Reply:
    """One of them as its member will see it, in their language."""
    found = care_calendar.of_day(turn.work, turn.arg(), turn.now, number(turn, 1), PAGE)
    at = number(turn, 2)
    if at >= len(found.planned):
        return day(turn)
    one = found.planned[at]
    words = turn.work.wordings.contents([one.wording_id]) if one.wording_id else {}
    back = Button("caring.button_day", "care.day", turn.args[:2], values={"day": found.day})
    return Reply(
        one.key,
        one.values,
        ((back,),),
        locale=one.locale,
        wording=words.get(one.wording_id or 0),
    )


def _planned(turn: Turn, one: Planned) -> dict[str, Any]:
    return {
        "occasion": str(one.rule.occasion),
        "number": one.number,
        "name": one.name if turn.person.may("member:view") else "",
        "at": one.at,
        "zone": one.zone,
        "warnings": list(one.warnings),
    }

"""A level that staff give on a member's card: which one, until when and why."""

from __future__ import annotations

from datetime import date

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.members import Member
from domain.programme import Level, say
from handlers.parts import number
from handlers.portrait import CANCEL, back_to
from handlers.turns import Turn, actor
from services import level_giving, portraits
from services.finding import standing

LIFT = Flow("lift", (Step("level"), Step("until"), Step("reason"), Step("sure")))
LIFT_END = Flow("unlift", (Step("reason"),))
MONTHS = (1, 3, 6, 12)


def _others(turn: Turn, member_id: int) -> Member:
    """The member, who is not the operator themselves."""
    member = standing(turn.work, member_id)
    portraits.not_own(turn.person.member_id, member.id)
    return member


def _names(turn: Turn, key: str) -> dict[str, str]:
    return dict(turn.work.programmes.current().level(key).names)


def start(turn: Turn) -> Reply:
    """Asks which level, or offers to end the one that was given."""
    member = _others(turn, number(turn))
    turn.start(LIFT, member=str(member.id))
    return _choose(turn, member)


def _choose(turn: Turn, member: Member) -> Reply:
    made = level_giving.given(turn.work, member.id)
    offered = level_giving.choices(turn.work, member.id, turn.now)
    ladder = turn.work.programmes.current().levels
    buttons = [_button(one, ladder.index(one)) for one in offered]
    rows: list[tuple[Button, ...]] = [
        tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)
    ]
    if made:
        rows.append((Button("button.lift_end", "lift.end", (str(member.id),)),))
    values = {
        "number": member.shown_number,
        "level": _names(turn, member.level),
        "given": {"names": _names(turn, made.level), "until": made.until, "reason": made.reason}
        if made
        else None,
    }
    return Reply("lift.choose", values, (*rows, (CANCEL,)))


def _button(level: Level, place: int) -> Button:
    values = {"names": dict(level.names), "emoji": level.emoji}
    return Button("button.lift_level", "lift.pick", (str(place),), values=values, here=True)


def typed_level(turn: Turn) -> Reply:
    """A level that was typed by its name or key, or the question again."""
    wanted = " ".join(turn.text.split()).casefold()
    member = _others(turn, int(turn.data["member"]))
    for level in level_giving.choices(turn.work, member.id, turn.now):
        if wanted in {level.key.casefold(), *(name.casefold() for name in level.names.values())}:
            return _until(turn, level.key)
    return _choose(turn, member)


def pick(turn: Turn) -> Reply:
    """The level whose button was tapped, then its last day."""
    ladder = turn.work.programmes.current().levels
    return _until(turn, ladder[min(number(turn), len(ladder) - 1)].key)


def _until(turn: Turn, level: str) -> Reply:
    turn.go("until", level=level)
    months = tuple(
        Button("button.lift_months", "lift.months", (f"+{n}",), values={"months": n}, here=True)
        for n in MONTHS
    )
    rows: Rows = (months[:2], months[2:], (CANCEL,))
    return Reply("lift.until", {"level": _names(turn, level)}, rows)


def until(turn: Turn) -> Reply:
    """The last day as typed, or so many months by button; then the reason."""
    text = turn.arg() if turn.intent == "lift.months" else turn.text
    day = level_giving.last_day(turn.work, text, turn.now)
    turn.go("reason", until=day.isoformat())
    values = {"level": _names(turn, turn.data["level"]), "until": day}
    return Reply("lift.reason", values, ((CANCEL,),))


def reason(turn: Turn) -> Reply:
    """The reason, then a last look."""
    turn.go("sure", reason=" ".join(turn.text.split())[: level_giving.LONGEST_REASON])
    return sure(turn)


def sure(turn: Turn) -> Reply:
    """What will be given, and the button that does it."""
    member = turn.work.members.get(int(turn.data["member"]))
    values = {
        "name": member.name,
        "number": member.shown_number,
        "level": _names(turn, turn.data["level"]),
        "until": turn.data["until"],
        "reason": turn.data["reason"],
    }
    do = Button("button.lift_do", "lift.do", effect=True, here=True)
    return Reply("lift.sure", values, ((do,), (CANCEL,)))


def do(turn: Turn) -> Reply:
    """Gives the level."""
    member = _others(turn, int(turn.data["member"]))
    made = level_giving.give(
        turn.work,
        member.id,
        turn.data["level"],
        date.fromisoformat(turn.data["until"]),
        reason=turn.data["reason"],
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    values = {"level": _names(turn, made.level), "until": made.until}
    return Reply("lift.done", values, back_to(member.id), edit=True)


def ending(turn: Turn) -> Reply:
    """Asks why what was given ends early."""
    member = _others(turn, number(turn))
    turn.start(LIFT_END, member=str(member.id))
    return Reply("lift.end_reason", {"number": member.shown_number}, ((CANCEL,),))


def end(turn: Turn) -> Reply:
    """Ends it, with the reason that was typed."""
    member = _others(turn, int(turn.data["member"]))
    level = level_giving.end(
        turn.work, member.id, reason=turn.text, actor=actor(turn), now=turn.now
    )
    turn.end()
    return Reply("lift.ended", {"level": say(level.names, turn.locale)}, back_to(member.id))

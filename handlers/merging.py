"""Making one membership of two: by the member with a code, after a phone, or by staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from handlers import menu
from handlers.parts import gone, number, refusal
from handlers.portrait import CANCEL, back_to
from handlers.turns import Turn, actor, address_id, member_id
from services import desk, finding, merging, parting, portraits
from services.codes import show_code
from services.masks import mask_number
from services.merging import MINUTES, Preview
from services.parting import WayBack
from services.ports.club import Actor

MERGE = Flow("merge", (Step("code"), Step("sure")), timedelta(hours=1))
PAIRING = Flow("pairing", (Step("other"), Step("sure")))
ENTER = Button("button.merge_enter", "merge.enter")
_MEMBER = Actor("member")


# -- by the member ----------------------------------------------------------------------


def merge(turn: Turn) -> Reply:
    """`/merge` shows a code for the other chat; `/merge CODE` uses one from there."""
    turn.end()
    if turn.args:
        return _typed(turn, " ".join(turn.args))
    if turn.person.member_id is None:
        return enter(turn)
    code = merging.code(turn.work, turn.person.member_id, turn.now)
    return Reply("merge.code", {"code": show_code(code), "minutes": MINUTES}, ((ENTER,),))


def enter(turn: Turn) -> Reply:
    """Asks for the code that the other chat shows."""
    turn.start(MERGE)
    return Reply("merge.enter", {}, ((CANCEL,),))


def take_code(turn: Turn) -> Reply:
    """The code that was typed."""
    return _typed(turn, turn.text)


def _typed(turn: Turn, code: str) -> Reply:
    other = merging.behind(turn.work, code, turn.now)
    if turn.person.member_id is None:
        turn.start(MERGE, "sure", code=code, other=str(other.id))
        values = {"number": other.shown_number}
        return Reply("merge.adopt", values, ((_do(),), (CANCEL,)))
    shown = merging.preview(turn.work, turn.person.member_id, other.id, turn.now)
    turn.start(MERGE, "sure", code=code, other=str(other.id))
    return _preview(turn, shown)


def by_phone(turn: Turn) -> Reply:
    """The other membership was found by a phone that the platform has just vouched for."""
    if turn.now.timestamp() >= number(turn, 1):
        return gone(turn)
    other = finding.standing(turn.work, number(turn))
    shown = merging.preview(turn.work, member_id(turn), other.id, turn.now)
    turn.start(MERGE, "sure", code="", other=str(other.id))
    return _preview(turn, shown)


def sure(turn: Turn) -> Reply:
    """Something else was typed: the question again."""
    other = finding.standing(turn.work, int(turn.data["other"]))
    if turn.person.member_id is None:
        return Reply("merge.adopt", {"number": other.shown_number}, ((_do(),), (CANCEL,)))
    shown = merging.preview(turn.work, turn.person.member_id, other.id, turn.now)
    return _preview(turn, shown)


def do(turn: Turn) -> Reply:
    """Makes one of the two; a code is used up."""
    if not turn.conversation.active(turn.now):
        return gone(turn)
    code, other = turn.data["code"], int(turn.data["other"])
    if code:
        other = merging.use(turn.work, code, turn.now).id
    turn.end()
    if turn.person.member_id is None:
        one = turn.work.members.get(other)
        merging.adopt(turn.work, address_id(turn), one, turn.now)
        values = {"number": one.shown_number}
        return Reply("merge.adopted", values, menu.rows_for(turn, member=True), edit=True)
    join = merging.merge if code else merging.merge_by_phone
    done = join(turn.work, turn.person.member_id, other, _MEMBER, turn.now)
    now_one = {"number": done.kept.shown_number, "points": done.points}
    return Reply("merge.done", now_one, menu.main(turn), edit=True)


def _preview(turn: Turn, shown: Preview) -> Reply:
    return Reply("merge.preview", _values(turn, shown), ((_do(),), (CANCEL,)))


def _do() -> Button:
    return Button("button.merge_do", "merge.do", effect=True, here=True)


def _values(turn: Turn, shown: Preview) -> dict[str, Any]:
    programme = turn.work.programmes.current()
    kept, merged = shown.pair.kept, shown.pair.merged
    return {
        "kept": kept.shown_number,
        "merged": merged.shown_number,
        "kept_level": dict(programme.level(kept.level).names),
        "merged_level": dict(programme.level(merged.level).names),
        "kept_points": shown.kept_points.available,
        "merged_points": shown.merged_points.available,
        "points": shown.points,
        "pending": shown.kept_points.pending + shown.merged_points.pending,
        "debt": shown.kept_points.debt + shown.merged_points.debt,
        "purchases": shown.purchases,
        "fills": list(shown.fills),
    }


# -- by staff ---------------------------------------------------------------------------


def start_pairing(turn: Turn) -> Reply:
    """Asks which membership is the same person's."""
    one = finding.standing(turn.work, number(turn))
    portraits.not_own(turn.person.member_id, one.id)
    turn.start(PAIRING, one=str(one.id))
    return Reply("pairing.other", {"number": one.shown_number}, ((CANCEL,),))


def take_other(turn: Turn) -> Reply:
    """The other one, then the preview."""
    look = finding.look(turn.work, turn.text, actor(turn), turn.now)
    if (other := look.member) is None:
        return refusal(look.problem, ((CANCEL,),))
    portraits.not_own(turn.person.member_id, other.id)
    turn.go("sure", other=str(other.id))
    return pairing_sure(turn)


def pairing_sure(turn: Turn) -> Reply:
    """What becomes of both, and the button that does it."""
    one, other = int(turn.data["one"]), int(turn.data["other"])
    shown = merging.preview(turn.work, one, other, turn.now)
    pair = shown.pair
    names = {"kept_name": pair.kept.name, "merged_name": pair.merged.name}
    do = Button("button.pairing_do", "pairing.do", effect=True, here=True)
    return Reply("pairing.sure", {**_values(turn, shown), **names}, ((do,), (CANCEL,)))


def pairing_do(turn: Turn) -> Reply:
    """Makes one of the two."""
    one, other = int(turn.data["one"]), int(turn.data["other"])
    for member in (one, other):
        portraits.not_own(turn.person.member_id, member)
    done = desk.merge(turn.work, one, other, actor(turn), turn.now)
    turn.end()
    values = {"number": done.kept.shown_number, "points": done.points}
    return Reply("pairing.done", values, back_to(done.kept.id), edit=True)


def parting_ask(turn: Turn) -> Reply:
    """What parting them again would do, and what cannot be undone."""
    back = parting.way_back(turn.work, number(turn), turn.now)
    portraits.not_own(turn.person.member_id, back.kept.id)
    do = Button("button.parting_do", "parting.do", (str(back.merge.id),), effect=True)
    return Reply("parting.sure", _way_back(turn, back), ((do,), *back_to(back.kept.id)))


def parting_do(turn: Turn) -> Reply:
    """Parts them."""
    kept = parting.way_back(turn.work, number(turn), turn.now).kept
    portraits.not_own(turn.person.member_id, kept.id)
    back = desk.unmerge(turn.work, number(turn), actor(turn), turn.now)
    return Reply("parting.done", _way_back(turn, back), back_to(back.merged.id), edit=True)


def _way_back(turn: Turn, back: WayBack) -> dict[str, Any]:
    return {
        "kept": back.kept.shown_number,
        "merged": mask_number(back.merged.number),
        "points": back.points,
        "spent": back.spent,
        "purchases": back.purchases,
        "stays": back.stays,
        "until": back.until,
        "zone": turn.work.programmes.current().zone,
    }

"""Saved audiences: the list, one with who came and went, its name, its tag; and using it."""

from __future__ import annotations

from typing import Any, Final

from bot.messages import Button, Reply, Rows
from domain.audience_expressions import load
from domain.campaigns import Audience, AudienceKind
from domain.errors import Refused
from domain.saved_audiences import LONGEST_NAME, SavedAudience
from domain.tags import LONGEST_TAG
from handlers import audience_builder, drafting
from handlers.audience_parts import AUDIENCE, BACK, LIST, asked_again, card, so_far
from handlers.parts import number, refusal, turning
from handlers.turns import Turn, actor
from services import audiences, campaigns, saved_audiences
from services.audiences import Counted

PAGE: Final = 8
WEEK: Final = 7


def list_all(turn: Turn) -> Reply:
    """All saved audiences; a new one."""
    found, page = turn.work.saved_audiences.all(), number(turn)
    rows: Rows = tuple((_open(one),) for one in found[page * PAGE : (page + 1) * PAGE])
    new = (Button("segment.button_new", "audience.new"), Button("tag.button_list", "tags"))
    rows = (*rows, *turning(page, len(found), PAGE, Button("", "audiences")), new)
    return Reply("segment.list", {"count": len(found)}, rows, edit=True)


def _open(saved: SavedAudience, intent: str = "audience.show", *, here: bool = False) -> Button:
    values = {"name": saved.name, "members": saved.members}
    return Button("segment.button_one", intent, (str(saved.id),), here=here, values=values)


def show(turn: Turn) -> Reply:
    """One of them: who is meant, how many, who came and went in a week."""
    return _shown(turn, saved_audiences.get(turn.work, number(turn)))


def _shown(turn: Turn, saved: SavedAudience, *, edit: bool = True) -> Reply:
    expression = load(saved.expression)
    values: dict[str, Any] = {
        **audiences.explained(turn.work, expression),
        "written": audiences.written(turn.work, expression, turn.locale),
        "name": saved.name,
        "members": saved.members,
        "counted_at": saved.counted_at,
        "followed": saved.followed,
        "tag": saved.tag,
    }
    if saved.followed:
        days = saved_audiences.moves(turn.work, saved.id, WEEK, turn.now)
        values["came"] = sum(one.entered for one in days)
        values["went"] = sum(one.left for one in days)
    return Reply("segment.shown", values, _rows(saved), edit=edit)


def _rows(saved: SavedAudience) -> Rows:
    this = (str(saved.id),)
    follow = "unfollow" if saved.followed else "follow"
    return (
        (
            Button("segment.button_count", "audience.count", this),
            Button("segment.button_change", "audience.change", this),
        ),
        (
            Button(f"segment.button_{follow}", f"audience.{follow}", this),
            Button("segment.button_tag", "audience.ask_tag", this),
        ),
        (Button("segment.button_close", "audience.closing", this), LIST),
    )


def counted(turn: Turn) -> Counted | None:
    """How many there are now; before the write transaction."""
    try:
        saved = saved_audiences.get(turn.work, number(turn))
        return audiences.count(turn.work, load(saved.expression), turn.now)
    except Refused:
        return None


def note_count(turn: Turn) -> Reply:
    """Counts it now."""
    saved = saved_audiences.get(turn.work, number(turn))
    if isinstance(turn.counted, Counted):
        saved = saved_audiences.counted(turn.work, saved, turn.counted.members, turn.now)
    return _shown(turn, saved)


def change(turn: Turn) -> Reply:
    """Opens it to be put together anew."""
    saved = saved_audiences.get(turn.work, number(turn))
    turn.start(AUDIENCE, "card", expression=dict(saved.expression), name=saved.name)
    return card(turn)


# -- its name ----------------------------------------------------------------------------


def ask_name(turn: Turn) -> Reply:
    """Under which name? One that was opened to be changed has one."""
    turn.go("name")
    name = str(turn.data.get("name") or "")
    same: Rows = ()
    if name:
        values = {"name": name}
        same = ((Button("segment.button_same", "audience.same", here=True, values=values),),)
    return Reply("segment.ask_name", {"longest": LONGEST_NAME}, (*same, (BACK,)), edit=True)


def save_same(turn: Turn) -> Reply:
    """Changes the one that was opened."""
    return _saved(turn, str(turn.data.get("name") or ""), replaced=True)


@asked_again
def save(turn: Turn) -> Reply:
    """Saves it under the name that was typed."""
    return _saved(turn, turn.text, replaced=False)


def _saved(turn: Turn, name: str, *, replaced: bool) -> Reply:
    expression = so_far(turn)
    if expression is None:
        return card(turn)
    saved = saved_audiences.save(
        turn.work,
        name,
        expression,
        audiences.written(turn.work, expression, turn.locale),
        actor=actor(turn),
        now=turn.now,
        replaced=replaced,
    )
    if turn.data.get("campaign"):
        return use(turn)
    turn.end()
    return _shown(turn, saved, edit=False)


# -- following, tag, closing ---------------------------------------------------------------


def follow(turn: Turn) -> Reply:
    """From now on who comes and goes is written down."""
    saved = saved_audiences.get(turn.work, number(turn))
    saved_audiences.follow(turn.work, saved.id, saved.tag, actor(turn), turn.now)
    return _compared(turn, saved.id)


def unfollow(turn: Turn) -> Reply:
    """Nothing more is written down; its tag goes."""
    saved = saved_audiences.unfollow(turn.work, number(turn), actor(turn), turn.now)
    return _shown(turn, saved)


def ask_tag(turn: Turn) -> Reply:
    """Which tag are its members to carry?"""
    saved = saved_audiences.get(turn.work, number(turn))
    turn.start(AUDIENCE, "tag", saved=str(saved.id))
    values = {"name": saved.name, "tag": saved.tag, "longest": LONGEST_TAG}
    back = Button("segment.button_leave", "audience.show", (str(saved.id),))
    return Reply("segment.ask_tag", values, ((back,),), edit=True)


def take_tag(turn: Turn) -> Reply:
    """Its members carry that tag; a dash takes it away."""
    saved = saved_audiences.get(turn.work, int(turn.data.get("saved") or 0))
    text = "" if turn.text.strip() in ("-", "—", "–") else turn.text
    try:
        saved_audiences.follow(turn.work, saved.id, text, actor(turn), turn.now)
    except Refused as error:
        back = Button("segment.button_leave", "audience.show", (str(saved.id),))
        return refusal(error, ((back,),))
    turn.end()
    return _compared(turn, saved.id, edit=False)


def _compared(turn: Turn, audience_id: int, *, edit: bool = True) -> Reply:
    """Compares the first members at once; in large clubs the night does the rest."""
    saved_audiences.compare(turn.work, audience_id, 0, turn.now)
    return _shown(turn, saved_audiences.get(turn.work, audience_id), edit=edit)


def closing(turn: Turn) -> Reply:
    """Asks before it is closed."""
    saved = saved_audiences.get(turn.work, number(turn))
    this = (str(saved.id),)
    sure = Button("segment.button_sure", "audience.close", this)
    back = Button("segment.button_leave", "audience.show", this)
    values = {"name": saved.name, "tag": saved.tag}
    return Reply("segment.closing", values, ((sure,), (back,)), edit=True)


def close(turn: Turn) -> Reply:
    """Closes it."""
    saved_audiences.close(turn.work, number(turn), actor(turn), turn.now)
    return list_all(turn)


# -- for a message to many ------------------------------------------------------------------


def by_conditions(turn: Turn) -> Reply:
    """Who gets a message, by conditions."""
    found = drafting.opened(turn)
    turn.start(AUDIENCE, "card", campaign=str(found.id))
    return card(turn)


def saved_for(turn: Turn) -> Reply:
    """Which saved audience gets a message?"""
    drafting.step(turn, "card", drafting.opened(turn))
    found, page = turn.work.saved_audiences.all(), number(turn)
    some = found[page * PAGE : (page + 1) * PAGE]
    rows: Rows = tuple((_open(one, "draft.one_saved", here=True),) for one in some)
    pages = turning(page, len(found), PAGE, Button("", "draft.saved", here=True))
    new = Button("segment.button_first", "draft.conditions", here=True)
    key = "segment.choose" if found else "segment.none_saved"
    return Reply(key, {}, (*rows, *pages, (new,), (drafting.BACK,)), edit=True)


def use_saved(turn: Turn) -> Reply:
    """That one gets it."""
    found = drafting.opened(turn)
    saved = saved_audiences.get(turn.work, number(turn))
    audience = Audience(AudienceKind.EXPRESSION, expression=load(saved.expression))
    changed = campaigns.set_audience(turn.work, found.id, audience, actor(turn), turn.now)
    return drafting.card(turn, changed, edit=True)


def use(turn: Turn) -> Reply:
    """Who was put together gets the message."""
    expression = so_far(turn)
    found = drafting.own(turn, int(turn.data.get("campaign") or 0))
    if expression is None:
        return audience_builder.open_card(turn)
    audience = Audience(AudienceKind.EXPRESSION, expression=expression)
    changed = campaigns.set_audience(turn.work, found.id, audience, actor(turn), turn.now)
    return drafting.card(turn, changed, edit=not turn.text)


def out(turn: Turn) -> Reply:
    """Back to the message, which stays as it was."""
    found = drafting.own(turn, int(turn.data.get("campaign") or 0))
    return drafting.card(turn, found, edit=True)

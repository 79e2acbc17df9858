"""A second text of a message to many, and its checklist: parts of its plan."""

from __future__ import annotations

from typing import Any, Final

from bot.messages import Reply, Rows
from domain.wordings import LANGUAGES, campaign_key
from handlers import drafting
from handlers.campaign_plan import BACK, asked, asked_again, card, here, leave, opened, show
from handlers.parts import number
from handlers.turns import Turn, actor
from services import campaign_tasks, campaign_variants, wordings
from services.ports.campaigns import Campaign

SHARES: Final = (50, 20, 10)


def texts(turn: Turn) -> Reply:
    """Text B, and how many get it."""
    found = opened(turn)
    written = {one.letter: one for one in campaign_variants.of(turn.work, found.id)}
    languages = tuple(drafting.texts_of(turn, found)) or LANGUAGES
    write = tuple(here("text_b", "plan.write", one, language=one) for one in languages)
    rows: Rows = (write,)
    shown: dict[str, Any] = {"texts": [], "share": 0}
    if second := written.get("B"):
        words = wordings.get(turn.work, second.wording_id)
        shown = {"texts": list(words.texts.values()), "share": second.share}
        shares = tuple(here("share", "plan.share", str(one), share=one) for one in SHARES)
        rows = (write, shares, (here("one_text", "plan.one_text"),))
    return asked(turn, "card", "campaign_plan.ask_text_b", rows, **shown)


def write_text(turn: Turn) -> Reply:
    """Asks for text B in a language."""
    language = turn.arg() if turn.arg() in LANGUAGES else LANGUAGES[0]
    turn.go("text", language=language)
    return Reply("campaign_plan.ask_text", {"language": language}, ((BACK,),), edit=True)


def to_try(turn: Turn) -> str:
    """For `Route.looks`: text B is tried before it is kept."""
    return drafting.to_try(turn, text=turn.text)


@asked_again
def take_text(turn: Turn) -> Reply:
    """Keeps text B; half of the members get it unless another share is chosen."""
    found = opened(turn)
    drafting.check_tried(turn)
    base = drafting.words(turn, found)
    if base is None:
        return leave(turn)
    before = {one.letter: one for one in campaign_variants.of(turn.work, found.id)}
    older = wordings.get(turn.work, before["B"].wording_id) if "B" in before else None
    written = {**(older.texts if older else {}), str(turn.data["language"]): turn.text}
    saved = wordings.save(
        turn.work,
        campaign_key(found.id),
        written,
        base.buttons,
        base.picture,
        actor=actor(turn),
        now=turn.now,
        use=False,
    )
    share = before["B"].share if "B" in before else SHARES[0]
    _share(turn, found, saved.id, share)
    turn.go("card")
    return card(turn, opened(turn), edit=False)


def share(turn: Turn) -> Reply:
    """Another share for text B."""
    found = opened(turn)
    second = {one.letter: one for one in campaign_variants.of(turn.work, found.id)}.get("B")
    if second is not None and number(turn) in SHARES:
        _share(turn, found, second.wording_id, number(turn))
    return show(turn)


def _share(turn: Turn, found: Campaign, wording_id: int, percent: int) -> None:
    assert found.wording_id is not None
    both = [("A", found.wording_id, 100 - percent), ("B", wording_id, percent)]
    campaign_variants.set_variants(turn.work, found.id, both, actor(turn), turn.now)


def one_text(turn: Turn) -> Reply:
    """The first text for all again."""
    campaign_variants.set_variants(turn.work, opened(turn).id, [], actor(turn), turn.now)
    return show(turn)


# -- the checklist -------------------------------------------------------------------------


def tasks(turn: Turn) -> Reply:
    """What is to be done before; a line is typed, or ticked off by a tap."""
    found = opened(turn)
    lines = campaign_tasks.listed(turn.work, found.id)
    rows = tuple(
        (
            here(
                "task_open" if one.done_at is None else "task_done",
                "plan.tick",
                str(one.position),
                text=one.text,
            ),
        )
        for one in lines
    )
    return asked(turn, "task", "campaign_plan.ask_task", rows, count=len(lines))


@asked_again
def take_task(turn: Turn) -> Reply:
    """Adds the line that was typed; it is one's own."""
    found, me = opened(turn), actor(turn)
    campaign_tasks.add(turn.work, found.id, turn.text, me.staff_id, None, me, turn.now)
    turn.go("card")
    return card(turn, found, edit=False)


def tick(turn: Turn) -> Reply:
    """Done, or open again."""
    found = opened(turn)
    lines = {one.position: one for one in campaign_tasks.listed(turn.work, found.id)}
    line = lines.get(number(turn))
    if line is not None:
        act = campaign_tasks.done if line.done_at is None else campaign_tasks.undone
        act(turn.work, found.id, line.position, actor(turn), turn.now)
    return tasks(turn)

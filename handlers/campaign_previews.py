"""A draft as a particular member would get it: somebody of the audience, or who is typed."""

from __future__ import annotations

from typing import Any, Final

from bot.messages import Button, Reply, Rows
from bot.router import Route
from domain.errors import Refused
from handlers.drafting import BACK, OUT, asked_again, opened, step
from handlers.parts import number, refusal
from handlers.turns import Turn, actor
from services import campaign_previews, campaigns, finding, wordings
from services.campaign_previews import Preview
from services.masks import mask_number
from services.ports.campaigns import Campaign, Named


def next_one(turn: Turn) -> int | None:
    """Who is shown, looked for before the write transaction."""
    try:
        return campaign_previews.following(turn.work, opened(turn).id, number(turn), turn.now)
    except (Refused, ValueError):
        return None  # and the handler says why


@asked_again
def show(turn: Turn) -> Reply:
    """Somebody of the audience, another one with each tap."""
    found = opened(turn)
    campaigns.check_audience(found)
    step(turn, "preview", found)
    if turn.counted is None:
        return Reply("campaign_preview.nobody", {}, ((BACK,),), edit=True)
    return _card(turn, found, turn.counted)


@asked_again
def show_one(turn: Turn) -> Reply:
    """The member who was tapped, of several with a name."""
    found = opened(turn)
    step(turn, "preview", found)
    return _card(turn, found, number(turn))


def namesakes(turn: Turn) -> list[Named]:
    """Recipients of the name that was typed, looked for before the write transaction."""
    try:
        return campaign_previews.named(turn.work, opened(turn).id, turn.text, turn.now)
    except (Refused, ValueError):
        return []


@asked_again
def take(turn: Turn) -> Reply:
    """The member who was typed: by name who would get it, by number, phone or email anybody."""
    found, same = opened(turn), turn.counted or []
    campaigns.check_audience(found)
    if len(same) > 1:
        rows = tuple((_one(member),) for member in same)
        return Reply("campaign_preview.which", {"count": len(same)}, (*rows, (BACK,)))
    if same:
        return _card(turn, found, same[0].id, edit=False)
    look = finding.look(turn.work, turn.text, actor(turn), turn.now)
    if look.member is None:
        return refusal(look.problem, ((BACK,),))
    return _card(turn, found, look.member.id, edit=False)


def _one(member: Named) -> Button:
    shown = {"name": member.name, "number": mask_number(member.number)}
    args = (str(member.id),)
    return Button(
        "campaign_preview.button_member", "draft.preview_of", args, here=True, values=shown
    )


def _card(turn: Turn, found: Campaign, member_id: int, *, edit: bool = True) -> Reply:
    seen = campaign_previews.of(turn.work, found.id, member_id, turn.now)
    campaign_previews.note(turn.work, seen, actor(turn), turn.now)
    another = Button(
        "campaign_preview.button_another", "draft.preview", (str(member_id),), here=True
    )
    rows: Rows = ((another,), (BACK,))
    shown = () if seen.held else (_message(turn, seen),)
    return Reply("campaign_preview.card", _values(seen), rows, edit=edit, shown=shown)


def _message(turn: Turn, seen: Preview) -> Reply:
    """The message with this member's values."""
    content = wordings.get(turn.work, seen.wording_id).content
    values = {"name": seen.member.name or ""}
    return Reply(campaigns.MESSAGE, values, OUT, locale=seen.gets, wording=content)


def _values(seen: Preview) -> dict[str, Any]:
    return {
        "name": seen.member.name or "",
        "number": seen.member.shown_number,
        "level": dict(seen.level),
        "language": seen.language,
        "gets": seen.gets,
        "letter": seen.letter,
        "held": seen.held,
        "why": seen.why,
    }


WRITES: Final = "campaign:write"
ROUTES: Final[tuple[Route, ...]] = (
    Route("draft.preview", show, writes=True, needs=WRITES, long=True, counts=next_one),
    Route("draft.preview_of", show_one, writes=True, needs=WRITES),
    Route("broadcast.preview", take, writes=True, needs=WRITES, long=True, counts=namesakes),
)

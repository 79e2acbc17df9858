"""`/broadcast`: all messages to many, page by page, how each does, and all of them as a file."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.messages import Button, Document, Reply, Rows
from bot.router import Route
from domain.campaign_errors import CampaignNotFound
from handlers import menu
from handlers.parts import number, turning
from handlers.turns import Turn, actor
from services import campaign_listing
from services.campaign_listing import PAGE, Page

NEW: Final = Button("broadcast.button_new", "draft.new")
MAKER: Final = "campaigns"
FORMS: Final = ("xlsx", "csv")
_NAME: Final = 20
"""So many letters of a text stand on a button."""


def seen(turn: Turn) -> Page:
    """The page, read before the write transaction."""
    me = actor(turn).staff_id or 0
    return campaign_listing.page(turn.work, me, number(turn), turn.now)


def show_all(turn: Turn) -> Reply:
    """A page, with the operator's own drafts to go on with."""
    turn.end()
    page = turn.counted if isinstance(turn.counted, Page) else seen(turn)
    values = {
        "campaigns": page.lines,
        "count": page.count,
        "page": page.page + 1,
        "pages": max(-(-page.count // PAGE), 1),
        "zone": turn.work.programmes.current().zone,
    }
    rows: Rows = tuple((_open(one),) for one in page.lines)
    rows = (*rows, *turning(page.page, page.count, PAGE, Button("", "broadcast")), (NEW,))
    if page.count:
        files = (Button(f"outcome.button_{one}", "campaigns.file", (one,)) for one in FORMS)
        rows = (*rows, tuple(files))
    back = ((menu.CARD,),) if turn.person.member_id is not None else ()
    return Reply("broadcast.list", values, (*rows, *back), edit=True)


def _open(line: dict[str, Any]) -> Button:
    intent = "draft.open" if line["state"] == "draft" else "campaign.show"
    about = {one: text[:_NAME] for one, text in line["about"].items()}
    if line["name"]:
        about = dict.fromkeys(("zh", "en"), line["name"][:_NAME])
    values = {"state": line["state"], "about": about}
    return Button("broadcast.button_open", intent, (line["id"],), values=values)


def read_all(turn: Turn) -> dict[str, Any]:
    """What the file says, read before the write transaction."""
    return campaign_listing.table(turn.work, turn.now)


def send(turn: Turn) -> Reply:
    """All that are no drafts with their key figures; noted in the audit."""
    form = turn.arg()
    if form not in FORMS:
        raise CampaignNotFound
    campaign_listing.note(turn.work, form, actor(turn), turn.now)
    content = json.dumps({**(turn.counted or {}), "form": form}, ensure_ascii=False).encode()
    count = len(turn.counted["rows"]) if turn.counted else 0
    document = Document(f"campaigns.{form}", content, MAKER)
    file = Reply("campaign_list.file", {"count": count}, document=document)
    return Reply("outcome.coming", {"form": form}, more=(file,))


WRITES: Final = "campaign:write"
ROUTES: Final[tuple[Route, ...]] = (
    Route("broadcast", show_all, writes=True, needs=WRITES, long=True, counts=seen),
    Route("campaigns.file", send, writes=True, needs=WRITES, long=True, counts=read_all),
)

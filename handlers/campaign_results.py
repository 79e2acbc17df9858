"""What a campaign brought, for those who send: a card, a picture of charts, tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from bot.messages import Button, Document, Reply, Rows
from bot.router import Route
from domain.campaign_errors import CampaignNotFound
from domain.campaign_words import TooManyForChat
from domain.errors import Refused
from handlers.parts import number
from handlers.turns import Turn, actor
from services import campaign_figures, campaign_result_files, campaign_settling, campaigns

MAKER: Final = "outcome"
FORMS: Final = ("png", "xlsx", "csv", "members")
MOST: Final = 20_000
SHOWN: Final = 3
"""So many links and buttons are named on a card."""
_WITH_MEMBERS: Final = ("xlsx", "members")


def show(turn: Turn) -> Reply:
    """The figures of a campaign on one card."""
    data = campaign_settling.shown(turn.work, number(turn), turn.now)
    return Reply("outcome.card", card(data), _rows(data), edit=True)


def card(data: Mapping[str, Any]) -> dict[str, Any]:
    """Plain figures (services.campaign_figures) as the card shows them."""
    currency = data["currency"]

    def money(minor: float | None) -> dict[str, Any] | None:
        return None if minor is None else {"minor": round(minor), "currency": currency}

    def group(one: Mapping[str, Any]) -> dict[str, Any]:
        shares = {f"{name}_percent": _percent(one[f"{name}_share"]) for name in ("click", "buy")}
        kept = ("letter", "members", "clicked", "redeemed", "buyers", "purchases")
        return {**{name: one[name] for name in kept}, **shares, "revenue": money(one["revenue"])}

    same = (
        *("campaign_id", "name", "about", "state", "until", "over", "window_days", "zone"),
        *("planned", "sent", "waiting", "skipped", "unreachable", "failed", "unknown", "reasons"),
        *("contest", "gifts", "parted"),
    )
    lift = data["lift"]
    return {
        **{name: data[name] for name in same},
        "all": group(data["all"]),
        "held": data["held"] and group(data["held"]),
        "texts": [group(one) for one in data["texts"]],
        "lift": lift
        and {
            "buyers": _points(lift["buyers"]),
            "money": lift["money"] and [money(end) for end in lift["money"]],
            "total": lift["total"] and [money(end) for end in lift["total"]],
            "sign": _sign(lift["money"]) or _sign(lift["buyers"]),
        },
        "goal": _goal(data["goal"], currency),
        "cost": money(data["cost"]),
        "budget": money(data["budget"]),
        "stars": data.get("stars", 0),
        "over_budget": data["budget"] is not None and data["cost"] > data["budget"],
        "targets": [
            {"name": one["name"], "link": one["link"], "members": one["members"]}
            for one in data["targets"][:SHOWN]
        ],
    }


def _percent(share: Sequence[float] | None) -> str | None:
    return f"{100 * share[0]:.1f}" if share else None


def _points(lift: Sequence[float] | None) -> list[str] | None:
    """A difference of shares in percentage points."""
    return [f"{100 * end:+.1f}".replace("-", "−") for end in lift] if lift else None


def _sign(lift: Sequence[float] | None) -> int:
    """1 and -1 where the interval leaves zero out, else 0."""
    if not lift:
        return 0
    return 1 if lift[1] > 0 else -1 if lift[2] < 0 else 0


def _goal(goal: Mapping[str, Any] | None, currency: str) -> dict[str, Any] | None:
    if goal is None or goal["kind"] != "revenue":
        return dict(goal) if goal else None
    amounts = {name: {"minor": goal[name], "currency": currency} for name in ("target", "reached")}
    return {**goal, **amounts}


def _rows(data: Mapping[str, Any]) -> Rows:
    this = (str(data["campaign_id"]),)
    files = tuple(
        Button(f"outcome.button_{form}", "campaign.results_file", (*this, form)) for form in FORMS
    )
    again = Button("broadcast.button_refresh", "campaign.results", this)
    back = Button("outcome.button_back", "campaign.show", this)
    return (files[:2], files[2:], ((again,) if not data["over"] else ()) + (back,))


# -- files -------------------------------------------------------------------------------


def count(turn: Turn) -> dict[str, Any] | None:
    """What a file says: read before the write transaction, as it may take long."""
    try:
        return _read(turn, turn.arg(1))
    except Refused:
        return None  # and the handler says why


def _read(turn: Turn, form: str) -> dict[str, Any]:
    campaign_id = number(turn)
    data = campaign_settling.shown(turn.work, campaign_id, turn.now)
    members: list[list[Any]] = []
    if form in _WITH_MEMBERS and data["planned"] <= MOST:
        whole = campaign_result_files.may_see_whole(turn.work, actor(turn))
        found = campaign_result_files.members(turn.work, campaign_id, turn.now, whole=whole)
        members = list(islice(found, MOST))
    return {**data, "rows": campaign_figures.rows(data), "members": members, "form": form}


def send(turn: Turn) -> Reply:
    """The charts as a picture, the figures or the members as a table; noted in the audit."""
    form, data = turn.arg(1), turn.counted
    campaign = campaigns.find(turn.work, number(turn))
    if form not in FORMS or data is None:
        raise CampaignNotFound
    if form == "members" and data["planned"] > MOST:
        raise TooManyForChat(MOST, str(campaign.id))
    campaign_settling.export(turn.work, campaign.id, form, actor(turn), turn.now)
    content = json.dumps(data, ensure_ascii=False).encode()
    ending = "csv" if form == "members" else form
    name = f"campaign-{campaign.id}{'-members' if form == 'members' else ''}.{ending}"
    values = {"name": data["name"], "about": data["about"], "form": form}
    file = Reply("outcome.file", values, document=Document(name, content, MAKER))
    return Reply("outcome.coming", {"form": form}, more=(file,))


ROUTES: Final[tuple[Route, ...]] = (
    Route("campaign.results", show, needs="campaign:write", long=True),
    Route("campaign.results_file", send, writes=True, needs="campaign:write", counts=count),
)

"""How campaigns are told of: by the beginning of their text, and what can be done with one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from domain.campaign_words import about
from domain.staff import ROLES, permissions
from services import wordings
from services.ports import Work
from services.ports.campaigns import Campaign

POST: Final = "post:hold"
NoticeButton = tuple[str, str, tuple[str, ...]]
NoticeRows = tuple[tuple[NoticeButton, ...], ...]
_GOING: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "draft": (("back", "draft.open"),),
    "in_review": (("edit", "draft.open"), ("call_off", "campaign.stop")),
    "approved": (("call_off", "campaign.stop"),),
    "scheduled": (("call_off", "campaign.stop"),),
    "running": (("pause", "campaign.pause"), ("halt", "campaign.stop")),
    "paused": (("resume", "campaign.resume"), ("halt", "campaign.stop")),
}
_FOLLOWING: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    **_GOING,
    "draft": (("call_off", "campaign.stop"),),
    "in_review": (("call_off", "campaign.stop"),),
}
_GIFTLESS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "budget": (("raise", "campaign.budget"), ("without", "campaign.without")),
    "gift_gone": (("without", "campaign.without"),),
}
"""What is asked first where it paused for its gift."""
_OVER: Final = ("finished", "cancelled")


def chats(work: Work, campaign: Campaign) -> list[int]:
    """Where it is told what becomes of a campaign: to its author; of one without (from the
    command line), to those who answer for the post."""
    if campaign.address_id:
        return [campaign.address_id]
    return [address_id for _, address_id in answering(work)]


def answering(work: Work) -> Iterator[tuple[int, int]]:
    """The operators who answer for the post, by their ids and chats."""
    roles = frozenset(role for role in ROLES if POST in permissions(role))
    for one in work.staff.in_roles(roles):
        if one.address_id is not None:
            yield one.id, one.address_id


def abouts(work: Work, campaigns: Iterable[Campaign]) -> dict[int, dict[str, str]]:
    """The beginning of each campaign's text, per language; one statement for all."""
    some = list(campaigns)
    contents = wordings.contents(work, (one.wording_id for one in some))
    return {one.id: _about(contents.get(one.wording_id or 0, {})) for one in some}


def _about(content: Mapping[str, Any]) -> dict[str, str]:
    return {language: about(text) for language, text in content.get("texts", {}).items()}


def buttons(figures: Mapping[str, Any]) -> NoticeRows:
    """What can be done with a campaign of which these are the figures
    (services.campaign_progress.values), as a notice has its buttons."""
    args = (str(figures["campaign_id"]),)
    kinds = _GOING if figures["kind"] == "broadcast" else _FOLLOWING
    state = str(figures["state"])
    last = (("refresh", "campaign.show"), ("list", "broadcast"))
    asks = _GIFTLESS.get(str(figures["reason"]), ()) if state == "paused" else ()
    rows = (
        kinds.get(state, ()),
        *_afterwards(figures, over=state in _OVER),
        last[1:] if state in _OVER else last,
    )
    made = tuple(tuple(_button(*one, args) for one in row) for row in rows if row)
    return (*((one,) for one in _asking(asks, args)), *made)


def _asking(asks: tuple[tuple[str, str], ...], args: tuple[str, ...]) -> Iterator[NoticeButton]:
    for label, intent in asks:
        yield (f"campaign_plan.button_{label}", intent, args)


def _afterwards(
    figures: Mapping[str, Any], *, over: bool
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """What can be done about what has left, or has not."""
    if not figures["planned"] or figures["state"] not in (*_OVER, "running", "paused"):
        return ()
    again = figures["retryable"] and figures["state"] == "finished"
    retry = (("retry", "campaign.retry"),) if again else ()
    unknown = (("unknown", "post.unknown"),) if figures["unknown"] else ()
    sent = figures["sent"] and figures["kind"] == "broadcast"
    correct = (("correct", "campaign.correct"),) if sent and over else ()
    recall = (("recall", "campaign.recall"),) if sent else ()
    found = (("outcome.button_results", "campaign.results"),) if sent else ()
    report = (*found, ("report", "campaign.report"))
    return (retry + unknown, report, correct + recall)


def _button(label: str, intent: str, args: tuple[str, ...]) -> NoticeButton:
    key = label if "." in label else f"broadcast.button_{label}"
    return (key, intent, () if intent == "broadcast" else args)

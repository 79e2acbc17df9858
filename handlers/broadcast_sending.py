"""The last steps of a message to many: when, how fast, a look at it, the check, sending."""

from __future__ import annotations

from typing import Any, Final

from bot.messages import Button, Reply, Rows
from domain import sending
from domain.campaign_errors import CampaignWordless
from domain.campaign_plan_errors import TasksOpen
from domain.campaigns import AudienceKind, read_time
from domain.errors import NotAllowed
from domain.wordings import LANGUAGES
from handlers import campaign_cards, drafting
from handlers.drafting import BACK, asked_again, card, opened, step
from handlers.parts import number, pairs, refusal
from handlers.turns import Turn, actor, address_id
from services import campaign_variants, campaigns
from services.campaigns import Estimate
from services.ports.campaigns import Campaign

ANYWAY: Final = "anyway"

# -- when and how fast ------------------------------------------------------------------


def ask_time(turn: Turn) -> Reply:
    """When?"""
    found = opened(turn)
    step(turn, "time", found)
    now = Button("broadcast.button_now", "draft.now", here=True)
    values = {"send_at": found.send_at, "zone": _zone(turn)}
    return Reply("broadcast.ask_time", values, ((now,), (BACK,)), edit=True)


@asked_again
def take_time(turn: Turn) -> Reply:
    """The time that was typed."""
    at = read_time(turn.text, _zone(turn), turn.now)
    found = campaigns.set_time(turn.work, opened(turn).id, at, actor(turn), turn.now)
    return card(turn, found)


def at_once(turn: Turn) -> Reply:
    """As soon as it is confirmed."""
    found = campaigns.set_time(turn.work, opened(turn).id, None, actor(turn), turn.now)
    return card(turn, found, edit=True)


def _zone(turn: Turn) -> str:
    return turn.work.programmes.current().zone


def ask_pace(turn: Turn) -> Reply:
    """Usual, or paid for, and what that costs. Reads only: to count takes a while."""
    found = opened(turn)
    count = campaigns.estimate(turn.work, found.id, turn.now).count
    usual = sending.estimate(count, turn.work.rate)
    paid = sending.estimate(count, turn.work.rate, turn.work.paid_rate)
    values = {
        "count": count,
        "seconds": usual.seconds,
        "paid_seconds": paid.seconds,
        "rate": int(turn.work.rate),
        "paid_rate": int(turn.work.paid_rate),
        "stars": paid.stars,
        "paid": found.paid,
    }
    buttons = (
        Button("broadcast.button_usual", "draft.paid", ("no",), here=True),
        Button("broadcast.button_paid", "draft.paid", ("yes",), here=True),
    )
    return Reply("broadcast.pace", values, (buttons, (BACK,)), edit=True)


def set_pace(turn: Turn) -> Reply:
    """Paid for, or not any more."""
    paid = turn.arg() == "yes"
    found = campaigns.set_paid(turn.work, opened(turn).id, paid, actor(turn), turn.now)
    return card(turn, found, edit=True)


# -- the check --------------------------------------------------------------------------


def review(turn: Turn) -> Reply:
    """How many, per language, who not, how long: before anything is sent. Reads only."""
    found = opened(turn)
    texts = drafting.texts_of(turn, found)
    if not texts:
        raise CampaignWordless()
    if unsure := _unsure(found):
        return unsure
    told = campaigns.estimate(turn.work, found.id, turn.now)
    spoken = _spoken(told, list(texts))
    missing = next((one for one in spoken if one["language"] != one["gets"]), None)
    if missing and turn.arg() == drafting.ASKING:
        return _ask_other(missing)
    values = {
        **drafting.facts(turn, found),
        "count": told.count,
        "by_language": spoken,
        "over_budget": told.over_budget,
        "no_address": told.no_address,
        "no_consent": told.no_consent,
        "seconds": told.seconds,
        "stars": told.stars,
        "needs_second": told.needs_second,
        **_trial(turn, told),
    }
    return Reply("broadcast.review", values, _review_buttons(found, told), edit=True)


def _trial(turn: Turn, told: Estimate) -> dict[str, Any]:
    """What the plan means in figures: who is held out, who gets which text, what gifts cost."""
    currency = turn.work.programmes.current().currency
    gift = told.gift
    everybody = turn.work.audiences.active()
    above = turn.work.programmes.current().announcements.ask_above_share
    found = opened(turn)
    conditions = found.audience.get("kind") == AudienceKind.EXPRESSION
    return {
        "held_out": told.held,
        "by_letter": [{"letter": one, "count": n} for one, n in told.letters.items()],
        "gift_cost": {"minor": gift.total_minor, "currency": currency} if gift else None,
        "enough": gift is None or gift.enough,
        "nearly_all": conditions and told.count * 100 > above * everybody,
    }


def _unsure(found: Campaign) -> Reply | None:
    """Lines of its list name nobody: it is not sent before somebody has said to go on."""
    listed = found.content.get("list", {})
    asked = found.audience.get("kind") == AudienceKind.LIST and listed.get("unknown")
    if not asked or listed.get("partly"):
        return None
    go_on = Button("broadcast.button_go_on", "draft.listed", here=True)
    again = Button("broadcast.button_listed", "draft.list", here=True)
    values = {"found": listed["found"], "repeated": listed["doubled"], "lines": []}
    values["unknown"] = listed["unknown"]
    return Reply("broadcast.list_taken", values, ((go_on,), (again, BACK)), edit=True)


def _ask_other(missing: dict[str, Any]) -> Reply:
    """Some speak a language in which nothing is written: write it, or the same for all?"""
    same = Button("broadcast.button_same_for_all", "draft.review", here=True)
    rows = ((drafting.text_button(missing["language"]),), (same,), (BACK,))
    return Reply("broadcast.ask_other", missing, rows, edit=True)


def _spoken(told: Estimate, texts: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "language": language,
            "count": told.by_language[language],
            "gets": language if language in texts else texts[0],
        }
        for language in LANGUAGES
        if told.by_language.get(language)
    ]


def _review_buttons(found: Campaign, told: Estimate) -> Rows:
    label = "submit" if told.needs_second else "plan" if found.send_at else "send"
    look = Button("broadcast.button_look", "campaign.look", (str(found.id),), effect=True)
    args = (str(told.count),)
    send = Button(f"broadcast.button_{label}", "draft.submit", args, effect=True, here=True)
    preview = Button("campaign_preview.button_preview", "draft.preview", here=True)
    return ((look, preview), (send,), (BACK,))


def look(turn: Turn) -> Reply:
    """Sends the message to whoever looks at it, in each language, as members get it; of several
    texts the one they choose."""
    if not (turn.person.may("campaign:write") or turn.person.may("campaign:approve")):
        raise NotAllowed("campaign:write")
    found, letter = campaigns.find(turn.work, number(turn)), turn.arg(1)
    texts = campaign_variants.of(turn.work, found.id)
    if texts and not letter:
        buttons = [_look_at(found, one.letter, one.share) for one in texts]
        return Reply("broadcast.ask_look", {"count": len(texts)}, pairs(buttons))
    wording_id = campaign_variants.words_of(turn.work, found, letter)
    if wording_id is None:
        raise CampaignWordless()
    for language in drafting.languages(turn, wording_id):
        to, name = address_id(turn), actor(turn).name
        campaigns.to_self(turn.work, found.id, to, language, turn.now, wording_id, name)
    return Reply("broadcast.sent_to_self", {"letter": letter})


def _look_at(found: Campaign, letter: str, share: int) -> Button:
    """Leads to one of several texts."""
    shown = {"letter": letter, "share": share}
    args = (str(found.id), letter)
    return Button("broadcast.button_look_at", "campaign.look", args, values=shown)


def submit(turn: Turn) -> Reply:
    """Sends it, plans it, or asks the second operator; asks again while its checklist is open."""
    try:
        found = campaigns.submit(
            turn.work,
            opened(turn).id,
            actor=actor(turn),
            key=turn.nonce,
            now=turn.now,
            count=number(turn),
            anyway=turn.arg(1) == ANYWAY,
        )
    except TasksOpen as error:
        args = (turn.arg(), ANYWAY)
        sure = Button("broadcast.button_anyway", "draft.submit", args, effect=True, here=True)
        return refusal(error, ((sure,), (BACK,)))
    turn.end()
    return campaign_cards.watched(turn, found.id)

"""The card of a message to many while it is sent and afterwards, and what can be done with it."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any, Final

from bot.flow import Flow, Step
from bot.messages import Button, Document, Reply
from domain.campaign_words import TooManyForChat, check_lengths
from domain.campaigns import RECALL_HOURS, BroadcastEmpty
from domain.errors import Refused
from domain.wordings import LANGUAGES, Wording, campaign_key, content
from handlers import drafting, general, trying
from handlers.parts import number
from handlers.turns import Turn, actor, address_id
from services import campaign_telling, campaigns, wordings
from services.ports.campaigns import Campaign

OVER: Final = ("finished", "cancelled")
MAKER: Final = "recipients"
MOST_REPORTED: Final = 20_000
CORRECTING: Final = Flow("correcting", (Step("text"), Step("sure", frozenset())))


def show(turn: Turn) -> Reply:
    """How far it is; this card is kept up to date from now on."""
    return watched(turn, number(turn), turn.counted)


def counted(turn: Turn) -> dict[str, Any] | None:
    """The figures of the card, to be counted before the unit of work."""
    try:
        return campaigns.values(turn.work, number(turn), turn.now)
    except Refused:
        return None  # and the handler says why


def watched(turn: Turn, campaign_id: int, values: dict[str, Any] | None = None) -> Reply:
    """The card in the place of the tapped one, kept up to date."""
    values = values or campaigns.values(turn.work, campaign_id, turn.now)
    if turn.inbound.message and values["state"] not in OVER:
        campaigns.watch(turn.work, campaign_id, address_id(turn), turn.inbound.message)
    return _card(values)


def pause(turn: Turn) -> Reply:
    """Nothing leaves until it is resumed."""
    campaigns.pause(turn.work, number(turn), actor(turn), turn.now)
    return watched(turn, number(turn))


def resume(turn: Turn) -> Reply:
    """Goes on."""
    campaigns.resume(turn.work, number(turn), actor(turn), turn.now)
    return watched(turn, number(turn))


def ask_stop(turn: Turn) -> Reply:
    """Stop? That cannot be undone."""
    now = campaigns.progress(turn.work, number(turn), turn.now)
    if not now.stoppable:
        return watched(turn, now.campaign_id)
    args = (str(now.campaign_id),)
    sure = Button("broadcast.button_halt_sure", "campaign.halt", args, effect=True)
    values = {"waiting": now.waiting, "sent": now.sent, "state": now.state}
    rows = ((sure,), (_keep(now.campaign_id),))
    return Reply("broadcast.sure_stop", values, rows, edit=True)


def stop(turn: Turn) -> Reply:
    """Stops it: what has not left stays here."""
    campaigns.stop(turn.work, number(turn), actor(turn), turn.now)
    return watched(turn, number(turn))


def retry(turn: Turn) -> Reply:
    """Tries those again that failed."""
    campaigns.retry_failed(turn.work, number(turn), actor(turn), turn.now)
    return watched(turn, number(turn))


def report(turn: Turn) -> Reply:
    """Who got it, as a file that is written when it is sent."""
    campaign = campaigns.find(turn.work, number(turn))
    if campaigns.progress(turn.work, campaign.id, turn.now).planned > MOST_REPORTED:
        raise TooManyForChat(MOST_REPORTED, str(campaign.id))
    whole = campaigns.begin_report(turn.work, campaign.id, actor(turn), turn.now)
    rows = campaigns.recipients_csv(turn.work, campaign.id, whole=whole)
    content = json.dumps(list(islice(rows, MOST_REPORTED)), ensure_ascii=False).encode()
    about = campaign_telling.abouts(turn.work, (campaign,))[campaign.id]
    document = Document(f"campaign-{campaign.id}.csv", content, MAKER)
    sent = Reply("broadcast.report", {"about": about}, document=document)
    return Reply("broadcast.report_coming", {}, more=(sent,))


# -- the card ---------------------------------------------------------------------------


def _card(values: dict[str, Any]) -> Reply:
    rows = tuple(
        tuple(Button(label, intent, args) for label, intent, args in row)
        for row in campaign_telling.buttons(values)
    )
    return Reply("broadcast.progress", values, rows, edit=True)


# -- correcting and recalling -----------------------------------------------------------


def ask_correction(turn: Turn) -> Reply:
    """Asks for the corrected text, of the first language that was written."""
    campaign = campaigns.find(turn.work, number(turn))
    before = _standing(turn, campaign.id)
    if before is None:
        return watched(turn, campaign.id)
    return _ask_language(turn, campaign.id, before, dict(before.texts), edit=True)


def _ask_language(
    turn: Turn, campaign_id: int, before: Wording, texts: dict[str, str], *, edit: bool
) -> Reply:
    """Asks for the next language that stands in the words and was not corrected yet."""
    done = list(turn.data.get("done", ())) if turn.conversation.flow == CORRECTING.name else []
    left = [one for one in LANGUAGES if one in before.texts and one not in done]
    data = {"campaign": str(campaign_id), "texts": texts, "done": done}
    turn.start(CORRECTING, "text", **data, language=left[0])
    same = Button("broadcast.button_same", "correct.same", here=True)
    rows = ((same,), (_keep(campaign_id),)) if len(before.texts) > 1 else ((_keep(campaign_id),),)
    return Reply("broadcast.ask_correction", {"language": left[0]}, rows, edit=edit)


def _standing(turn: Turn, campaign_id: int) -> Wording | None:
    """The words as members have them now, earlier corrections included."""
    found = campaigns.standing_words(turn.work, campaign_id)
    return wordings.get(turn.work, found) if found else None


def tried_correction(turn: Turn) -> str:
    """The corrected words, to be tried before the unit of work."""
    try:
        before = _standing(turn, _corrected(turn))
    except Refused:
        return ""
    if before is None:
        return ""
    texts = {**turn.data["texts"], turn.data["language"]: turn.inbound.marked.strip()}
    return trying.wanted(before.key, content(texts, before.buttons, before.picture))


def take_correction(turn: Turn) -> Reply:
    """Keeps the corrected text; the card shows it once more before anything is changed."""
    text = turn.inbound.marked.replace("\x00", "").strip()
    if not text:
        raise BroadcastEmpty()
    drafting.check_tried(turn)
    return _corrected_text(turn, text, edit=False)


def same(turn: Turn) -> Reply:
    """This language stays as it is."""
    if not _correcting(turn):
        return general.expired(turn)
    return _corrected_text(turn, turn.data["texts"][turn.data["language"]], edit=True)


def _corrected_text(turn: Turn, text: str, *, edit: bool) -> Reply:
    campaign = campaigns.find(turn.work, _corrected(turn))
    before = _standing(turn, campaign.id)
    assert before is not None
    language = str(turn.data["language"])
    texts = {**turn.data["texts"], language: text}
    check_lengths(texts, pictured=bool(before.picture))
    done = [*turn.data["done"], language]
    turn.go("text", texts=texts, done=done)
    if any(one not in done for one in before.texts):
        return _ask_language(turn, campaign.id, before, texts, edit=edit)
    return _sure(turn, campaign, before, texts, edit=edit)


def _sure(
    turn: Turn, campaign: Campaign, before: Wording, texts: dict[str, str], *, edit: bool
) -> Reply:
    """The corrected words as members will see them, and the last question."""
    saved = wordings.save(
        turn.work,
        campaign_key(campaign.id),
        texts,
        before.buttons,
        before.picture,
        actor=actor(turn),
        now=turn.now,
        use=False,
    )
    turn.go("sure", wording=str(saved.id))
    sent = campaigns.progress(turn.work, campaign.id, turn.now).sent
    sure = Button("broadcast.button_correct_sure", "correct.now", effect=True, here=True)
    rows = ((sure,), (_keep(campaign.id),))
    shown = drafting.previews(turn, saved) if drafting.fits(texts) else ()
    return Reply("broadcast.correction", {"sent": sent}, rows, edit=edit, shown=shown)


def correct(turn: Turn) -> Reply:
    """Changes what was sent."""
    if not _correcting(turn) or "wording" not in turn.data:
        return general.expired(turn)
    made = campaigns.correct(
        turn.work,
        _corrected(turn),
        int(turn.data["wording"]),
        actor=actor(turn),
        key=turn.nonce,
        now=turn.now,
    )
    turn.end()
    return watched(turn, made.id)


def _correcting(turn: Turn) -> bool:
    return turn.conversation.flow == CORRECTING.name


def _corrected(turn: Turn) -> int:
    return int(turn.data.get("campaign") or 0)


def ask_recall(turn: Turn) -> Reply:
    """Recall? What that means."""
    now = campaigns.progress(turn.work, number(turn), turn.now)
    args = (str(now.campaign_id),)
    sure = Button("broadcast.button_recall_sure", "campaign.undo", args, effect=True)
    values = {"sent": now.sent, "hours": RECALL_HOURS, "state": now.state}
    return Reply("broadcast.sure_recall", values, ((sure,), (_keep(now.campaign_id),)), edit=True)


def recall(turn: Turn) -> Reply:
    """Deletes what can still be deleted."""
    made = campaigns.recall(
        turn.work, number(turn), actor=actor(turn), key=turn.nonce, now=turn.now
    )
    return watched(turn, made.id)


def _keep(campaign_id: int) -> Button:
    return Button("broadcast.button_keep", "campaign.show", (str(campaign_id),))

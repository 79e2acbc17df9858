"""A new message to many: its texts, picture and buttons."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.messages import Button, Kind, Reply, Rows
from domain.campaign_words import MOST_BUTTONS, flat, read_links
from domain.campaigns import EDITABLE, BroadcastEmpty
from domain.wordings import LANGUAGES, ButtonRows, WordingButton, rows_of_two, sent_picture
from handlers import broadcast_audience, drafting, general
from handlers.campaign_list import NEW
from handlers.drafting import BACK, LIMITS, LIST, asked_again, card, opened, own, step
from handlers.parts import CANCEL, number
from handlers.turns import Turn, actor, address_id
from services import campaigns
from services.ports.campaigns import Campaign

OURS: Final = (
    "card",
    "benefits",
    "vouchers",
    "points",
    "level",
    "checkin",
    "events",
    "survey",
    "profile",
)
"""Where buttons of a message may lead, as they are offered."""


# -- the draft --------------------------------------------------------------------------


def new(turn: Turn) -> Reply:
    """Asks for the first text, in the operator's language."""
    turn.start(drafting.BROADCAST, "text", campaign="", language=_language(turn))
    return Reply("broadcast.ask", _asked(turn), ((CANCEL, LIST),), edit=True)


def open_one(turn: Turn) -> Reply:
    """Goes on with a draft, or changes what is in review, which takes it back."""
    found = own(turn, number(turn))
    if found.state not in EDITABLE:
        return general.expired(turn)
    return card(turn, found, edit=True)


def back(turn: Turn) -> Reply:
    """The card of the draft as it stands now."""
    return card(turn, opened(turn), edit=True)


def discard(turn: Turn) -> Reply:
    """Gives the draft up."""
    campaigns.stop(turn.work, opened(turn).id, actor(turn), turn.now)
    turn.end()
    return Reply("broadcast.discarded", {}, ((NEW, LIST),), edit=True)


# -- texts ------------------------------------------------------------------------------


def ask_text(turn: Turn) -> Reply:
    """Asks for the text of a language anew."""
    found = opened(turn)
    language = turn.arg() if turn.arg() in LANGUAGES else LANGUAGES[0]
    there = drafting.texts_of(turn, found)
    step(turn, "text", found, language=language)
    drop = drafting.text_button(language, "drop_text")
    more = ((drop,),) if language in there and len(there) > 1 else ()
    values = {"language": language, **LIMITS}
    return Reply("broadcast.change", values, (*more, (BACK,)), edit=True)


def tried_text(turn: Turn) -> str:
    """The text, to be tried before the unit of work."""
    text = _text(turn)
    return drafting.to_try(turn, text) if text else ""


def _text(turn: Turn) -> str:
    return turn.inbound.marked.replace("\x00", "").strip()


@asked_again
def take_text(turn: Turn) -> Reply:
    """Keeps the text; the first one is followed by the question who gets it."""
    text = _text(turn)
    if not text:
        raise BroadcastEmpty()
    language = str(turn.data["language"])
    if turn.data.get("campaign"):
        opened(turn)
    drafting.check_tried(turn)
    first = not turn.data.get("campaign")
    found = _begun(turn) if first else opened(turn)
    texts = {**drafting.texts_of(turn, found), language: text}
    found = drafting.save(turn, found, texts=texts)
    return broadcast_audience.ask(turn, found) if first else card(turn, found)


def drop_text(turn: Turn) -> Reply:
    """One text for all again."""
    found = opened(turn)
    texts = {one: text for one, text in drafting.texts_of(turn, found).items()}
    if len(texts) > 1:
        texts.pop(turn.arg(), None)
    return card(turn, drafting.save(turn, found, texts=texts), edit=True)


def _begun(turn: Turn) -> Campaign:
    return campaigns.draft(
        turn.work,
        author=actor(turn),
        address_id=address_id(turn),
        key=turn.nonce,
        now=turn.now,
    )


def _asked(turn: Turn) -> dict[str, Any]:
    return {"language": _language(turn), **LIMITS}


def _language(turn: Turn) -> str:
    return turn.locale if turn.locale in LANGUAGES else LANGUAGES[-1]


# -- picture ----------------------------------------------------------------------------


def ask_picture(turn: Turn) -> Reply:
    """Asks for a photo."""
    found = opened(turn)
    step(turn, "picture", found)
    values = drafting.words(turn, found)
    drop = Button("broadcast.button_drop_picture", "draft.unpicture", here=True)
    more = ((drop,),) if values and values.picture else ()
    return Reply("broadcast.ask_picture", dict(LIMITS), (*more, (BACK,)), edit=True)


def take_picture(turn: Turn) -> Reply:
    """Keeps the photo that was sent."""
    if turn.inbound.kind is not Kind.PHOTO or not turn.inbound.media:
        return Reply("broadcast.not_a_picture", {}, ((BACK,),))
    address = turn.inbound.address
    picture = sent_picture(address.channel, address.account, turn.inbound.media[0].reference)
    return card(turn, drafting.save(turn, opened(turn), picture=picture))


def drop_picture(turn: Turn) -> Reply:
    """No picture any more."""
    return card(turn, drafting.save(turn, opened(turn), picture=""), edit=True)


# -- buttons ----------------------------------------------------------------------------


def ask_buttons(turn: Turn) -> Reply:
    """The buttons there are, those of ours to switch on and off, and how links are written."""
    return _buttons_card(turn, opened(turn), edit=True)


def _buttons_card(turn: Turn, found: Campaign, *, edit: bool) -> Reply:
    step(turn, "buttons", found)
    there = _there(turn, found)
    values = {"buttons": drafting.labels((there,)), "most": MOST_BUTTONS}
    on = {one.intent for one in there if one.intent}
    buttons = [_own_button(intent, intent in on) for intent in OURS]
    ours = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    none = Button("broadcast.button_no_buttons", "draft.unbuttons", here=True)
    more: Rows = ((none,),) if there else ()
    return Reply("broadcast.ask_buttons", values, (*ours, *more, (BACK,)), edit=edit)


def _own_button(intent: str, on: bool) -> Button:
    values = {"intent": intent, "chosen": on}
    return Button("broadcast.button_own", "draft.own", (intent,), here=True, values=values)


def toggle_own(turn: Turn) -> Reply:
    """A button of ours on or off."""
    found, intent = opened(turn), turn.arg()
    there = _there(turn, found)
    rest = tuple(one for one in there if one.intent != intent)
    if rest == there and intent in OURS and len(there) < MOST_BUTTONS:
        rest = (*there, WordingButton({}, intent))
    found = drafting.save(turn, found, buttons=_rows(rest))
    return _buttons_card(turn, found, edit=True)


@asked_again
def take_links(turn: Turn) -> Reply:
    """Links, one a line, in the place of those there are."""
    found = opened(turn)
    ours = tuple(one for one in _there(turn, found) if one.intent)
    links = read_links(_plain(turn), MOST_BUTTONS - len(ours))
    return _buttons_card(
        turn, drafting.save(turn, found, buttons=_rows((*ours, *links))), edit=False
    )


def drop_buttons(turn: Turn) -> Reply:
    """No buttons any more."""
    return _buttons_card(turn, drafting.save(turn, opened(turn), buttons=()), edit=True)


def _there(turn: Turn, campaign: Campaign) -> tuple[WordingButton, ...]:
    found = drafting.words(turn, campaign)
    return flat(found.buttons) if found else ()


def _rows(buttons: tuple[WordingButton, ...]) -> ButtonRows:
    return rows_of_two(buttons)


def _plain(turn: Turn) -> str:
    return re.sub("[\u200b\u2060\ufeff]", "", turn.text)

"""A Rendered message becomes calls of the Bot API: methods with their parameters."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from bot.markup import plain_text, problems, split
from bot.messages import Inbound, Key, Kind, Media, Rendered
from bot.telegram import attached

EDIT = "editMessageText"
EDIT_CAPTION = "editMessageCaption"
EDIT_MEDIA = "editMessageMedia"
EDITS = (EDIT, EDIT_CAPTION, EDIT_MEDIA)
UPLOAD = "picture"
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TOAST_LIMIT = 200
NO_PREVIEW = {"is_disabled": True}
NO_KEYBOARD = {"remove_keyboard": True}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API. `keep`: which picture of ours it uploads; `known`: which one it
    names by the platform's id; `lent`: whether it sends what people sent us."""

    method: str
    params: dict[str, Any]
    keep: str = ""
    known: str = ""
    lent: bool = False


def answer(message: Rendered, inbound: Inbound) -> list[Call]:
    """The calls that answer an event, in order; the last one carries the buttons.

    An edit replaces the tapped message where that is possible. A keyboard that asked for the
    contact is put away when the contact or another answer has come.
    """
    if under := _under_picture(message, inbound):
        return [under]
    tapped = inbound.message if inbound.kind is Kind.TAP and message.edit else ""
    done = inbound.kind in (Kind.CONTACT, Kind.TEXT) and inbound.address.private
    return calls(message, inbound.address.chat, edit=tapped, put_away=done)


def calls(message: Rendered, chat: str, *, edit: str = "", put_away: bool = False) -> list[Call]:
    """The calls that send a message to a chat, or put it in the place of message `edit`."""
    made = _made(message, chat)
    if edit and not message.photo and not message.media:
        made[0] = _edited(made[0], edit)
    _place(made, message)
    body = made[-1]
    if message.rows and body.method != attached.ALBUM:
        body.params["reply_markup"] = inline_keyboard(message.rows)
    if message.ask_contact:
        _ask_contact(made, message, chat)
    elif put_away and not message.rows and body.method != EDIT:
        body.params["reply_markup"] = NO_KEYBOARD
    return made


def _made(message: Rendered, chat: str) -> list[Call]:
    if message.media:
        return _media(message, chat)
    return _photo(message, chat) if message.photo else _texts(message, chat, message.text)


def _place(made: list[Call], message: Rendered) -> None:
    """Puts what is sent into its topic, and under the message that it answers."""
    sent = [call for call in made if call.method not in EDITS]
    if message.topic:
        for call in sent:
            call.params["message_thread_id"] = int(message.topic)
    if message.quote and sent:
        answered = {"message_id": int(message.quote), "allow_sending_without_reply": True}
        sent[0].params["reply_parameters"] = answered


def _under_picture(message: Rendered, inbound: Inbound) -> Call | None:
    """The call that changes the text under a tapped picture, which stays the same."""
    wanted = inbound.kind is Kind.TAP and message.edit and message.photo and inbound.pictured
    if not wanted or message.ask_contact or not _fits(message.text, CAPTION_LIMIT):
        return None
    params: dict[str, Any] = {
        "chat_id": chat_id(inbound.address.chat),
        "message_id": int(inbound.pictured),
        "caption": message.text,
        "parse_mode": "HTML",
    }
    if message.rows:
        params["reply_markup"] = inline_keyboard(message.rows)
    return Call(EDIT_CAPTION, params)


def caption_edit(message: Rendered, chat: str, edit: str) -> Call | None:
    """The call that changes the text under a picture, None for a text that has no place there."""
    if not _fits(message.text, CAPTION_LIMIT):
        return None
    return _changing(EDIT_CAPTION, message, chat, edit, {"caption": message.text})


def media_edit(message: Rendered, chat: str, edit: str) -> Call | None:
    """The call that changes a picture and the text under it, the picture being the message's or
    an upload; None for a text that has no place there: it was sent behind its picture."""
    if not _fits(message.text, CAPTION_LIMIT):
        return None
    photo = message.photo or f"attach://{UPLOAD}"
    media = {"type": "photo", "media": photo, "caption": message.text, "parse_mode": "HTML"}
    call = _changing(EDIT_MEDIA, message, chat, edit, {"media": media})
    del call.params["parse_mode"]
    return call


def _changing(method: str, message: Rendered, chat: str, edit: str, what: dict[str, Any]) -> Call:
    params = {"chat_id": chat_id(chat), "message_id": int(edit), **what, "parse_mode": "HTML"}
    if message.rows:
        params["reply_markup"] = inline_keyboard(message.rows)
    return Call(method, params)


def inline_keyboard(rows: tuple[tuple[Key, ...], ...]) -> dict[str, Any]:
    """Buttons under a message."""
    return {"inline_keyboard": [[_button(key) for key in row] for row in rows]}


def toast(message: Rendered | None) -> str:
    """The short note over the chat, "" if there is none."""
    return plain_text(message.toast)[:TOAST_LIMIT] if message and message.toast else ""


def chat_id(chat: str) -> int | str:
    """A chat as the Bot API wants it: a number, or @name."""
    return int(chat) if chat.lstrip("-").isdecimal() else chat


def pieces(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """A text in pieces that Telegram takes; markup that a cut would tear is dropped."""
    if _fits(text, limit):
        return [text]
    parts = _cut(text, limit)
    if any(problems(part) for part in parts):
        parts = _cut(html.escape(plain_text(text), quote=False), limit)
    return parts


def _cut(text: str, limit: int) -> list[str]:
    return [
        short
        for part in split(text, limit)
        for short in ([part] if _fits(part, limit) else split(part, limit // 2))
    ]


def _fits(text: str, limit: int) -> bool:
    """Telegram counts UTF-16 units; a character is one or two of them."""
    return len(text) <= limit // 2 or len(text.encode("utf-16-le", "replace")) <= 2 * limit


def _texts(message: Rendered, chat: str, text: str) -> list[Call]:
    return [_send(message, chat, piece) for piece in pieces(text)]


def _send(message: Rendered, chat: str, text: str) -> Call:
    params: dict[str, Any] = {
        "chat_id": chat_id(chat),
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": NO_PREVIEW,
    }
    if message.protect:
        params["protect_content"] = True
    return Call("sendMessage", params)


def _media(message: Rendered, chat: str) -> list[Call]:
    """Media with the text under the first; where it has no place there it comes before them, or
    behind them with the buttons that cannot stand under an album."""
    runs = list(attached.runs(message.media))
    under = message.text if is_caption(message) else ""
    last = bool(message.rows) and bool(message.text) and not under
    made = [_lent(message, chat, run, "" if number else under) for number, run in enumerate(runs)]
    texts = _texts(message, chat, message.text) if message.text and not under else []
    return [*made, *texts] if last else [*texts, *made]


def is_caption(message: Rendered) -> bool:
    """Whether the text of a message with media stands under the first of them."""
    fits = attached.takes_caption(message.media[0]) and _fits(message.text, CAPTION_LIMIT)
    return fits and not (message.rows and len(message.media) > 1)


def _lent(message: Rendered, chat: str, run: tuple[Media, ...], caption: str) -> Call:
    method, params = attached.sending(run, caption)
    params = {"chat_id": chat_id(chat), **params}
    if message.protect:
        params["protect_content"] = True
    return Call(method, params, lent=True)


def _photo(message: Rendered, chat: str) -> list[Call]:
    params: dict[str, Any] = {"chat_id": chat_id(chat), "photo": message.photo}
    if message.protect:
        params["protect_content"] = True
    call = Call("sendPhoto", params)
    if len(message.text) > CAPTION_LIMIT // 2 and not _fits(message.text, CAPTION_LIMIT):
        return [call, *_texts(message, chat, message.text)]
    if message.text:
        params |= {"caption": message.text, "parse_mode": "HTML"}
    return [call]


def _edited(call: Call, message_id: str) -> Call:
    params = {name: value for name, value in call.params.items() if name != "protect_content"}
    return Call(EDIT, params | {"message_id": int(message_id)})


def _ask_contact(made: list[Call], message: Rendered, chat: str) -> None:
    """A message holds one keyboard and an edited one only buttons under it; where the contact
    button has no place it gets a short message of its own."""
    if message.rows or made[-1].method == EDIT:
        made.append(_send(message, chat, html.escape(message.ask_contact, quote=False)))
    made[-1].params["reply_markup"] = {
        "keyboard": [[{"text": message.ask_contact, "request_contact": True}]],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


def _button(key: Key) -> dict[str, Any]:
    if key.url:
        return {"text": key.label, "url": key.url}
    return {"text": key.label, "callback_data": key.payload}

"""A raw Telegram update, decoded from JSON, becomes a neutral Inbound.

Straight from the JSON, because `telegram.Update.de_json` costs as much as the rest of a reply
together; tests hold both against each other.
"""

from __future__ import annotations

from typing import Any

from bot.messages import Address, Contact, Inbound, Kind, Media
from bot.telegram.fields import (
    BadUpdate,
    Json,
    flag,
    integer,
    part,
    some_part,
    some_parts,
    some_string,
    string,
)
from bot.telegram.marking import marked

CHANNEL = "telegram"
ALLOWED = ("message", "callback_query", "my_chat_member")
FILES = ("document", "voice", "video", "audio", "animation", "video_note", "sticker")
STATES = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}


def account_of(token: str) -> str:
    """The bot's id: the digits before the colon of its token."""
    return token.partition(":")[0]


def translate(update: Any, account: str) -> Inbound:
    """The event in an update; Kind.OTHER if it is none of ours, with an empty address.

    Raises BadUpdate, and nothing else, whatever the update holds.
    """
    if type(update) is not dict:
        raise BadUpdate("update")
    update_id = str(integer(update, "update_id"))
    try:
        return _event(update, update_id, account) or _other(update_id, account)
    except BadUpdate as error:
        error.update_id = update_id
        raise


def _event(update: Json, update_id: str, account: str) -> Inbound | None:
    if (message := some_part(update, "message")) is not None:
        return _message(message, update_id, account)
    if (query := some_part(update, "callback_query")) is not None:
        return _tap(query, update_id, account)
    if (change := some_part(update, "my_chat_member")) is not None:
        return _standing(change, update_id, account)
    return None


def _other(update_id: str, account: str) -> Inbound:
    return Inbound(Address(CHANNEL, account, "", ""), update_id, Kind.OTHER)


def _message(message: Json, update_id: str, account: str) -> Inbound | None:
    sender = some_part(message, "from")
    chat = part(message, "chat")
    if sender is None or flag(sender, "is_bot"):
        return None
    text = some_string(message, "text") or some_string(message, "caption")
    # In a group only commands are meant for us; what people say to each other is not our affair.
    if string(chat, "type") != "private" and not text.startswith("/"):
        return None
    kind, contact, media = _content(message, sender, text)
    if kind is Kind.OTHER:
        return None
    answered = some_part(message, "reply_to_message")
    return Inbound(
        Address(CHANNEL, account, str(integer(chat, "id")), str(integer(sender, "id"))),
        update_id,
        kind,
        text=text,
        contact=contact,
        media=media,
        locale=some_string(sender, "language_code"),
        name=_name(sender),
        message=str(integer(message, "message_id")),
        reply_to=str(integer(answered, "message_id")) if answered else "",
        markup=_marked(message, text),
    )


def _marked(message: Json, text: str) -> str:
    """What is formatted in a text or a caption; "" for nothing."""
    formatted = some_parts(message, "entities" if message.get("text") else "caption_entities")
    # `clean` has taken something out of the text, so that the places are not the platform's.
    same = text == (message.get("text") or message.get("caption"))
    return marked(text, formatted) if formatted and same else ""


def _content(
    message: Json, sender: Json, text: str
) -> tuple[Kind, Contact | None, tuple[Media, ...]]:
    if text and message.get("text"):
        return Kind.TEXT, None, ()
    if (contact := some_part(message, "contact")) is not None:
        return Kind.CONTACT, _contact(contact, sender), ()
    if sizes := some_parts(message, "photo"):
        return Kind.PHOTO, None, (Media(_largest(sizes), "photo"),)
    for kind in FILES:
        if (found := some_part(message, kind)) is not None:
            file = Media(string(found, "file_id"), kind, some_string(found, "file_name"))
            return Kind.FILE, None, (file,)
    return Kind.OTHER, None, ()


def _contact(contact: Json, sender: Json) -> Contact:
    """Telegram vouches for a number only if the card's user is the sender.

    Numbers of its own users are international but come without the plus.
    """
    phone = string(contact, "phone_number")
    own = contact.get("user_id") is not None and integer(contact, "user_id") == sender.get("id")
    return Contact(f"+{phone}" if own and phone.isdecimal() else phone, own)


def _largest(sizes: list[Json]) -> str:
    best = max(sizes, key=lambda size: integer(size, "width") * integer(size, "height"))
    return string(best, "file_id")


def _tap(query: Json, update_id: str, account: str) -> Inbound | None:
    sender = part(query, "from")
    message = some_part(query, "message")
    payload = some_string(query, "data")
    if message is None or not payload:
        return None
    chat = part(message, "chat")
    return Inbound(
        Address(CHANNEL, account, str(integer(chat, "id")), str(integer(sender, "id"))),
        update_id,
        Kind.TAP,
        payload=payload,
        locale=some_string(sender, "language_code"),
        name=_name(sender),
        message=_editable(message),
        pictured=_pictured(message),
        callback=string(query, "id"),
    )


def _editable(message: Json) -> str:
    """The tapped message's id, "" where its text cannot be edited: it is gone (Bot API,
    InaccessibleMessage: the date is 0) or has no text."""
    identity = str(integer(message, "message_id"))
    return identity if integer(message, "date") and some_string(message, "text") else ""


def _pictured(message: Json) -> str:
    """The tapped message's id if it is a picture whose caption can be edited, else ""."""
    identity = str(integer(message, "message_id"))
    return identity if integer(message, "date") and some_parts(message, "photo") else ""


def _standing(change: Json, update_id: str, account: str) -> Inbound | None:
    chat = part(change, "chat")
    kind = STATES.get(string(part(change, "new_chat_member"), "status"))
    if kind is None or string(chat, "type") != "private":
        return None
    sender = part(change, "from")
    return Inbound(
        Address(CHANNEL, account, str(integer(chat, "id")), str(integer(sender, "id"))),
        update_id,
        kind,
        locale=some_string(sender, "language_code"),
        name=_name(sender),
    )


def _name(sender: Json) -> str:
    last = some_string(sender, "last_name")
    first = string(sender, "first_name")
    return f"{first} {last}" if last else first

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
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
UNSUPPORTED = ("location", "venue", "poll", "dice", "game", "story", "checklist", "paid_media")
FILES = ("animation", "document", "voice", "video", "audio", "video_note", "sticker")
STATES = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}
IN_GROUP = frozenset({"member", "administrator", "restricted", "left", "kicked"})
GROUPS = ("group", "supergroup")
LONGEST_ID = 64
LONGEST_QUOTED = 500


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
    if (message := some_part(update, "edited_message")) is not None:
        return _message(message, update_id, account, edited=True)
    if (query := some_part(update, "callback_query")) is not None:
        return _tap(query, update_id, account)
    if (change := some_part(update, "my_chat_member")) is not None:
        return _standing(change, update_id, account)
    return None


def _other(update_id: str, account: str) -> Inbound:
    return Inbound(Address(CHANNEL, account, "", ""), update_id, Kind.OTHER)


def _message(
    message: Json, update_id: str, account: str, *, edited: bool = False
) -> Inbound | None:
    sender = some_part(message, "from")
    chat = part(message, "chat")
    if (moved := _moved(message, sender, chat, update_id, account)) is not None:
        return moved
    hidden = _hidden(message, chat)
    if sender is None or (flag(sender, "is_bot") and not hidden):
        return None
    text = some_string(message, "text") or some_string(message, "caption")
    private = string(chat, "type") == "private"
    topic = "" if private else _topic(message)
    # In a group what people say to each other is not our affair.
    if not private and not (_for_us(message, topic, account) or (_asks(text) and not edited)):
        return None
    kind, contact, media = _content(message, sender, text)
    if kind is Kind.OTHER or (edited and kind in (Kind.CONTACT, Kind.UNSUPPORTED)):
        return None
    return Inbound(
        Address(CHANNEL, account, str(integer(chat, "id")), str(integer(sender, "id"))),
        update_id,
        Kind.EDITED if edited else kind,
        text=text,
        contact=contact,
        media=media,
        locale=some_string(sender, "language_code"),
        name=_name(sender),
        message=str(integer(message, "message_id")),
        reply_to=_answered(message),
        quoted=_ours(message, account),
        markup=_marked(message, text),
        album=some_string(message, "media_group_id")[:LONGEST_ID],
        topic=topic,
        title="" if private else some_string(chat, "title"),
        forum=flag(chat, "is_forum"),
        hidden=hidden,
    )


def _moved(
    message: Json, sender: Json | None, chat: Json, update_id: str, account: str
) -> Inbound | None:
    """A group has become a supergroup with a new id, which is told in the old one and in the
    new one (Bot API: migrate_to_chat_id, migrate_from_chat_id)."""
    here = integer(chat, "id")
    old, new = here, here
    if message.get("migrate_to_chat_id") is not None:
        new = integer(message, "migrate_to_chat_id")
    elif message.get("migrate_from_chat_id") is not None:
        old = integer(message, "migrate_from_chat_id")
    if old == new:
        return None
    user = str(integer(sender, "id")) if sender is not None else ""
    return Inbound(
        Address(CHANNEL, account, str(old), user), update_id, Kind.GROUP, became=str(new)
    )


def _hidden(message: Json, chat: Json) -> bool:
    """Whether an administrator writes in the name of the group (Bot API: sender_chat)."""
    named = some_part(message, "sender_chat")
    return named is not None and integer(named, "id") == integer(chat, "id")


def _asks(text: str) -> bool:
    return text.startswith("/") and not text.startswith("//")


def _for_us(message: Json, topic: str, account: str) -> bool:
    """Whether something in a group was said in a topic, or answers what this bot said."""
    if topic:
        return True
    return _of_us(message, account) is not None


def _of_us(message: Json, account: str) -> Json | None:
    """The message of this bot that is answered."""
    answered = some_part(message, "reply_to_message")
    writer = some_part(answered, "from") if answered and _answered(message) else None
    ours = writer is not None and str(integer(writer, "id")) == account
    return answered if ours else None


def _ours(message: Json, account: str) -> str:
    """How the message of this bot that is answered begins, "" for somebody else's."""
    answered = _of_us(message, account)
    if answered is None:
        return ""
    return (some_string(answered, "text") or some_string(answered, "caption"))[:LONGEST_QUOTED]


def _topic(message: Json) -> str:
    """The topic's id; a thread of replies, which every group has, is none."""
    is_one = flag(message, "is_topic_message") and message.get("message_thread_id") is not None
    return str(integer(message, "message_thread_id")) if is_one else ""


def _answered(message: Json) -> str:
    """The id of the message that is answered; a topic's first message is none, though all that
    is said in the topic names it."""
    answered = some_part(message, "reply_to_message")
    if answered is None or some_part(answered, "forum_topic_created") is not None:
        return ""
    return str(integer(answered, "message_id"))


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
        return Kind.PHOTO, None, (_largest(sizes),)
    # An animation is a document too, for programs that do not know animations.
    for kind in FILES:
        if (found := some_part(message, kind)) is not None:
            return Kind.FILE, None, (_file(found, kind),)
    unfit = any(message.get(kind) is not None for kind in UNSUPPORTED)
    return Kind.UNSUPPORTED if unfit else Kind.OTHER, None, ()


def _contact(contact: Json, sender: Json) -> Contact:
    """Telegram vouches for a number only if the card's user is the sender.

    Numbers of its own users are international but come without the plus.
    """
    phone = string(contact, "phone_number")
    own = contact.get("user_id") is not None and integer(contact, "user_id") == sender.get("id")
    return Contact(f"+{phone}" if own and phone.isdecimal() else phone, own)


def _largest(sizes: list[Json]) -> Media:
    best = max(sizes, key=lambda size: integer(size, "width") * integer(size, "height"))
    return Media(string(best, "file_id"), "photo", size=_some_integer(best, "file_size"))


def _file(found: Json, kind: str) -> Media:
    return Media(
        string(found, "file_id"),
        kind,
        some_string(found, "file_name"),
        _some_integer(found, "file_size"),
        some_string(found, "mime_type"),
        _some_integer(found, "duration"),
    )


def _some_integer(data: Json, name: str) -> int:
    return max(integer(data, name), 0) if data.get(name) is not None else 0


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
        topic="" if string(chat, "type") == "private" else _topic(message),
        title=some_string(chat, "title"),
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
    status = string(part(change, "new_chat_member"), "status")
    kind = STATES.get(status) if (where := string(chat, "type")) == "private" else None
    if where in GROUPS and status in IN_GROUP:
        kind = Kind.GROUP
    if kind is None:
        return None
    sender = part(change, "from")
    in_group = kind is Kind.GROUP
    return Inbound(
        Address(CHANNEL, account, str(integer(chat, "id")), str(integer(sender, "id"))),
        update_id,
        kind,
        text=status if in_group else "",
        locale=some_string(sender, "language_code"),
        name=_name(sender),
        title=some_string(chat, "title") if in_group else "",
        forum=flag(chat, "is_forum"),
    )


def _name(sender: Json) -> str:
    last = some_string(sender, "last_name")
    first = string(sender, "first_name")
    return f"{first} {last}" if last else first

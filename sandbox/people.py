"""What a person does with the phone: write, share a contact, send files, tap, edit, block."""

import secrets
from typing import Any

from sandbox.entities import found_entities, trimmed, units
from sandbox.errors import PersonError
from sandbox.facts import MAX_CAPTION, MAX_TEXT
from sandbox.files import Upload, image_size
from sandbox.markup import inline_rows
from sandbox.messages import as_api, document_body, new_message, photo_body, text_body
from sandbox.model import Bot, Chat, Message, Person, Query
from sandbox.world import World

Json = dict[str, Any]


def write(
    world: World, bot: Bot, person: Person, text: str, reply_to: int | None = None
) -> Message:
    """The person sends a text."""
    text, _ = trimmed(text, [])
    if not 1 <= units(text) <= MAX_TEXT:
        raise PersonError(400, f"a message has 1-{MAX_TEXT} characters", "length")
    return _send(world, bot, person, text_body(text, found_entities(text, [])), reply_to)


def share_contact(world: World, bot: Bot, person: Person, contact: Json | None) -> Message:
    """The person shares a phone number: the own one (``contact`` None) or somebody else's."""
    if contact is None:
        if not person.phone:
            raise PersonError(409, "this person has no phone number")
        contact = person.contact()
    else:
        contact = _foreign_contact(contact)
    return _send(world, bot, person, {"contact": contact})


def _foreign_contact(given: Json) -> Json:
    names: dict[str, type] = dict.fromkeys(
        ("phone_number", "first_name", "last_name", "vcard"), str
    )
    names["user_id"] = int
    for name, value in given.items():
        if name not in names or not isinstance(value, names[name]):
            raise PersonError(400, f"{name!r} does not fit into a contact")
    if not given.get("phone_number") or not given.get("first_name"):
        raise PersonError(400, "a contact has phone_number and first_name")
    return given


def send_file(
    world: World, bot: Bot, person: Person, upload: Upload, *, as_photo: bool, caption: str = ""
) -> Message:
    """The person sends a photo or a document."""
    caption, _ = trimmed(caption, [])
    if units(caption) > MAX_CAPTION:
        raise PersonError(400, f"a caption has at most {MAX_CAPTION} characters", "length")
    if as_photo and not image_size(upload.content):
        raise PersonError(400, "a photo is a PNG, JPEG, GIF or WebP file", "photo")
    file = world.keep_file(upload)
    body = (photo_body if as_photo else document_body)(world, file.file_id)
    if caption:
        body |= text_body(caption, found_entities(caption, []), "caption")
    return _send(world, bot, person, body)


def _send(
    world: World, bot: Bot, person: Person, body: Json, reply_to: int | None = None
) -> Message:
    chat = _open_chat(world, bot, person)
    if reply_to is not None and reply_to not in chat.messages:
        raise PersonError(404, f"there is no message {reply_to} to reply to", "gone")
    chat.started = True
    chat.force_reply = None
    _used_keyboard(chat, body)
    message = new_message(world, bot, chat, body, by_bot=False, reply_to=reply_to)
    world.keep_chat(chat)
    world.add_update(bot, "message", as_api(world, bot, message))
    return message


def _open_chat(world: World, bot: Bot, person: Person) -> Chat:
    chat = world.chat(bot, person)
    if chat.blocked:
        raise PersonError(409, "this person has blocked the bot; unblock it first", "blocked")
    return chat


def _used_keyboard(chat: Chat, body: Json) -> None:
    # a one-time keyboard folds away as soon as it has been used
    keyboard = chat.keyboard
    if not keyboard or not keyboard.get("one_time_keyboard"):
        return
    labels = [button["text"] for row in keyboard["keyboard"] for button in row]
    if body.get("text") in labels or "contact" in body:
        chat.keyboard = {**keyboard, "used": True}


def edit(world: World, bot: Bot, person: Person, message_id: int, text: str) -> Message:
    """The person changes an own text message."""
    chat = _open_chat(world, bot, person)
    message = chat.messages.get(message_id)
    if message is None or message.by_bot or "text" not in message.body:
        raise PersonError(404, f"this person has written no text message {message_id}")
    text, _ = trimmed(text, [])
    if not 1 <= units(text) <= MAX_TEXT:
        raise PersonError(400, f"a message has 1-{MAX_TEXT} characters", "length")
    message.body = text_body(text, found_entities(text, []))
    message.edit_date = world.seconds()
    world.keep_message(chat, message)
    world.add_update(bot, "edited_message", as_api(world, bot, message))
    return message


def tap(
    world: World, bot: Bot, person: Person, message_id: int, data: str, *, force: bool = False
) -> Query:
    """The person taps an inline button; ``force`` sends data that the message does not show."""
    chat = _open_chat(world, bot, person)
    message = chat.messages.get(message_id)
    if not force and data not in _callback_data(message):
        raise PersonError(409, f"message {message_id} shows no such button", "gone")
    query = Query(
        id=str(secrets.randbelow(10**18) + 10**17),
        bot_id=bot.id,
        person_id=person.id,
        message_id=message_id,
        since=world.real_time(),
    )
    world.keep_query(query)
    shown = {"chat": person.chat(), "message_id": message_id, "date": 0}
    if message is not None:
        shown = as_api(world, bot, message)
    body = {
        "id": query.id,
        "from": person.user(),
        "message": shown,
        "chat_instance": str(bot.id * 1_000_003 + chat.id),
        "data": data,
    }
    world.add_update(bot, "callback_query", body)
    return query


def _callback_data(message: Message | None) -> set[str]:
    rows = inline_rows(message.markup) if message else []
    return {button["callback_data"] for row in rows for button in row if "callback_data" in button}


def block(world: World, bot: Bot, person: Person) -> None:
    """The person blocks the bot."""
    _membership(world, bot, person, blocked=True)


def unblock(world: World, bot: Bot, person: Person) -> None:
    """The person lets the bot write again."""
    _membership(world, bot, person, blocked=False)


def _membership(world: World, bot: Bot, person: Person, *, blocked: bool) -> None:
    chat = world.chat(bot, person)
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    world.keep_chat(chat)
    member = {"user": bot.user(), "status": "member"}
    kicked = {"user": bot.user(), "status": "kicked", "until_date": 0}
    old, new = (member, kicked) if blocked else (kicked, member)
    body = {
        "chat": person.chat(),
        "from": person.user(),
        "date": world.seconds(),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    world.add_update(bot, "my_chat_member", body)

"""What a person does with the phone: write, share a contact, send files, tap, edit, delete, block.

``place`` is where: in private, or in a group and perhaps a topic of it.
"""

import secrets
from typing import Any

from sandbox.entities import found_entities, trimmed, units
from sandbox.errors import PersonError
from sandbox.facts import MAX_CAPTION, MAX_TEXT
from sandbox.files import Upload, image_size
from sandbox.groups import hears
from sandbox.markup import inline_rows
from sandbox.media import CAPTIONED, captioned, file_body
from sandbox.messages import api_chat, as_api, new_message, text_body
from sandbox.methods.sending import ALBUM, thread_of
from sandbox.model import PRIVATE, Bot, Chat, Group, Message, Person, Place, Query
from sandbox.world import World

Json = dict[str, Any]


def write(
    world: World,
    bot: Bot,
    person: Person,
    text: str,
    reply_to: int | None = None,
    place: Place = PRIVATE,
) -> Message:
    """The person sends a text."""
    text, _ = trimmed(text, [])
    if not 1 <= units(text) <= MAX_TEXT:
        raise PersonError(400, f"a message has 1-{MAX_TEXT} characters", "length")
    body = text_body(text, found_entities(text, []))
    return _send(world, bot, person, body, reply_to, place)


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


def send_files(
    world: World,
    bot: Bot,
    person: Person,
    files: list[tuple[str, Upload]],
    *,
    caption: str = "",
    duration: int = 0,
    reply_to: int | None = None,
    place: Place = PRIVATE,
) -> list[Message]:
    """The person sends a file of some kind (sandbox.media) or several as an album, the caption
    under the first; a message of each."""
    caption, _ = trimmed(caption, [])
    if units(caption) > MAX_CAPTION:
        raise PersonError(400, f"a caption has at most {MAX_CAPTION} characters", "length")
    for kind, upload in files:
        if kind == "photo" and not image_size(upload.content):
            raise PersonError(400, "a photo is a PNG, JPEG, GIF or WebP file", "photo")
    if not 1 <= len(files) <= ALBUM[1]:
        raise PersonError(400, f"an album has at most {ALBUM[1]} files", "album")
    _check_open(_open_chat(world, bot, person, place), person, place.topic)
    album = str(10**16 + bot.next_message_id) if len(files) > 1 else ""
    sent: list[Message] = []
    for kind, upload in files:
        body = file_body(kind, world.keep_file(upload, kind, duration))
        if caption and kind in CAPTIONED and not sent:
            body |= text_body(caption, found_entities(caption, []), "caption")
        sent.append(_send(world, bot, person, body, reply_to, place, album))
    return sent


def _send(
    world: World,
    bot: Bot,
    person: Person,
    body: Json,
    reply_to: int | None = None,
    place: Place = PRIVATE,
    album: str = "",
) -> Message:
    chat = _open_chat(world, bot, person, place)
    _check_open(chat, person, place.topic)
    replied = chat.messages.get(reply_to) if reply_to is not None else None
    if reply_to is not None and replied is None:
        raise PersonError(404, f"there is no message {reply_to} to reply to", "gone")
    group = isinstance(chat, Group)
    if not group:
        chat.started = True
        chat.force_reply = None
        _used_keyboard(chat, body)
    message = new_message(
        world,
        bot,
        chat,
        body,
        by_bot=False,
        reply_to=reply_to,
        sender=person.id if group else 0,
        topic=place.topic or thread_of(chat, replied),
        album=album,
    )
    world.keep_chat(chat)
    _tell(world, bot, chat, "message", message)
    return message


def _tell(world: World, bot: Bot, chat: Chat, kind: str, message: Message) -> None:
    # in a group the bot hears only what privacy mode lets through
    if not isinstance(chat, Group) or hears(bot, chat, message):
        world.add_update(bot, kind, as_api(world, bot, message))


def _open_chat(world: World, bot: Bot, person: Person, place: Place = PRIVATE) -> Chat:
    if place.group:
        return enter(world, bot, person, place)
    chat = world.chat(bot, person)
    if chat.blocked:
        raise PersonError(409, "this person has blocked the bot; unblock it first", "blocked")
    return chat


def enter(world: World, bot: Bot, person: Person, place: Place) -> Group:
    """The group a person looks into; PersonError for one they are not in, or no such topic."""
    group = world.group(bot, place.group)
    if group.moved_to or person.id not in group.members:
        raise PersonError(409, "this person is not in the group", "outside")
    if place.topic and place.topic not in group.topics:
        raise PersonError(404, f"there is no topic {place.topic}", "topic")
    return group


def _check_open(chat: Chat, person: Person, topic: int) -> None:
    # the owner may write to a closed topic, the others may not
    if not topic or not isinstance(chat, Group) or person.id == chat.members[0]:
        return
    if chat.topics[topic].closed:
        raise PersonError(409, "this topic is closed", "closed")


def _used_keyboard(chat: Chat, body: Json) -> None:
    # a one-time keyboard folds away as soon as it has been used
    keyboard = chat.keyboard
    if not keyboard or not keyboard.get("one_time_keyboard"):
        return
    labels = [button["text"] for row in keyboard["keyboard"] for button in row]
    if body.get("text") in labels or "contact" in body:
        chat.keyboard = {**keyboard, "used": True}


def edit(
    world: World,
    bot: Bot,
    person: Person,
    message_id: int,
    text: str,
    place: Place = PRIVATE,
) -> Message:
    """The person changes an own text, or what stands under an own file."""
    chat = _open_chat(world, bot, person, place)
    message = _own(chat, person, message_id)
    under = captioned(message.body)
    if "text" not in message.body and not under:
        raise PersonError(404, f"message {message_id} has no text to change", "gone")
    text, _ = trimmed(text, [])
    if not (0 if under else 1) <= units(text) <= (MAX_CAPTION if under else MAX_TEXT):
        raise PersonError(400, f"a message has 1-{MAX_TEXT} characters", "length")
    name = "caption" if under else "text"
    kept = {k: v for k, v in message.body.items() if k not in (name, f"{name}_entities")}
    kept.pop("entities", None)
    message.body = kept | (text_body(text, found_entities(text, []), name) if text else {})
    message.edit_date = world.seconds()
    world.keep_message(chat, message)
    _tell(world, bot, chat, "edited_message", message)
    return message


def _own(chat: Chat, person: Person, message_id: int) -> Message:
    message = chat.messages.get(message_id)
    if message is None or message.by_bot or message.sender not in (0, person.id):
        raise PersonError(404, f"this person has written no message {message_id}", "gone")
    return message


def delete(
    world: World, bot: Bot, person: Person, message_id: int, place: Place = PRIVATE
) -> None:
    """The person deletes an own message for everybody; no update tells the bot."""
    chat = _open_chat(world, bot, person, place)
    world.drop_message(chat, _own(chat, person, message_id))


def tap(
    world: World,
    bot: Bot,
    person: Person,
    message_id: int,
    data: str,
    *,
    force: bool = False,
    place: Place = PRIVATE,
) -> Query:
    """The person taps an inline button; ``force`` sends data that the message does not show."""
    chat = _open_chat(world, bot, person, Place(place.group))
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
    shown: Json = {"chat": api_chat(world, chat), "message_id": message_id, "date": 0}
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

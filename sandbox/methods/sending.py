"""sendMessage, the methods that send files, sendMediaGroup, copyMessage, sendChatAction."""

from collections.abc import Callable
from typing import Any

from sandbox.entities import Entity, check_entities, found_entities, parse_html, trimmed, units
from sandbox.errors import bad_request, forbidden
from sandbox.facts import CHAT_ACTIONS, MAX_CAPTION, MAX_TEXT
from sandbox.files import Upload, image_size
from sandbox.groups import check_standing, may
from sandbox.markup import check_markup, inline_rows
from sandbox.media import CAPTIONED, KINDS, captioned, file_body
from sandbox.messages import as_api, new_message, text_body
from sandbox.model import Bot, Chat, Group, Message
from sandbox.world import World

Json = dict[str, Any]

ALBUM = (2, 10)
# photos and videos may stand in one album, the others only among their like
_MIXED = {"photo", "video"}
_NAMES = {kind: kind.title().replace("_", "") for kind in KINDS} | {"voice": "VoiceNote"}
_MAX_PHOTO = 10 * 1024 * 1024
_MAX_DOCUMENT = 50 * 1024 * 1024


def reachable(world: World, bot: Bot, chat_id: int | str) -> Chat:
    """The chat, if the bot may write to it; ApiError if the person blocked the bot or the group
    sent it away."""
    chat = world.chat_for_bot(bot, chat_id)
    if isinstance(chat, Group):
        check_standing(chat)
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    return chat


def read_text(given: Json, name: str = "text") -> tuple[str, list[Entity]]:
    """Text (or caption) and entities of a call, after parse_mode, checked for their length."""
    text, mode = given[name], given.get("parse_mode", "")
    if mode.lower() == "html":
        text, entities = parse_html(text)
    elif mode:
        raise bad_request("unsupported parse_mode (the stand-in knows HTML only)")
    else:
        entities = given.get("entities" if name == "text" else "caption_entities", [])
        check_entities(text, entities)
        text, entities = trimmed(text, entities)
    _check_length(text, name)
    return text, found_entities(text, entities)


def _check_length(text: str, name: str) -> None:
    if name == "text" and not text:
        raise bad_request("message text is empty")
    if name == "text" and units(text) > MAX_TEXT:
        raise bad_request("message is too long")
    if name == "caption" and units(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")


def send_message(world: World, bot: Bot, given: Json) -> Json:
    """A text message."""
    chat = reachable(world, bot, given["chat_id"])
    return _deliver(world, bot, chat, text_body(*read_text(given)), given)


def sending_of(kind: str) -> Callable[[World, Bot, Json], Json]:
    """The method that sends a file of that kind, uploaded or by its file_id."""

    def send(world: World, bot: Bot, given: Json) -> Json:
        chat = reachable(world, bot, given["chat_id"])
        if isinstance(given[kind], Upload):
            _check_upload(kind, given[kind])
        caption = read_caption(given) if kind in CAPTIONED else {}
        file = world.files[_file_id(world, kind, given[kind])]
        return _deliver(world, bot, chat, file_body(kind, file, _facts(given)) | caption, given)

    return send


def _facts(given: Json) -> Json:
    names = ("duration", "width", "height", "length", "performer", "title")
    return {name: given[name] for name in names if name in given}


def _check_upload(kind: str, upload: Upload) -> None:
    _check_size(upload, _MAX_PHOTO if kind == "photo" else _MAX_DOCUMENT)
    if kind != "photo":
        return
    size = image_size(upload.content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * max(1, min(size)):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def _check_size(upload: Upload, most: int) -> None:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > most:
        raise bad_request("file is too big")


def _file_id(world: World, kind: str, given: Upload | str) -> str:
    if isinstance(given, Upload):
        return world.keep_file(given, kind).file_id
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content (the stand-in fetches nothing)")
    if given not in world.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    known = world.files[given].kind or ("photo" if world.files[given].width else "document")
    if known != kind:
        raise bad_request(f"can't use file of type {_NAMES[known]} as {_NAMES[kind]}")
    return given


def read_caption(given: Json) -> Json:
    """The caption of a call in Bot API form, empty without one."""
    if not given.get("caption"):
        return {}
    text, entities = read_text(given, "caption")
    return text_body(text, entities, "caption") if text else {}


def send_media_group(world: World, bot: Bot, given: Json) -> list[Json]:
    """An album of files by their file_id: as many messages with one media_group_id."""
    chat = reachable(world, bot, given["chat_id"])
    items, kinds = given["media"], {item["type"] for item in given["media"]}
    if not ALBUM[0] <= len(items) <= ALBUM[1]:
        raise bad_request("media group must include 2-10 items")
    if len(kinds) > 1 and not kinds <= _MIXED:
        raise bad_request("media group can't mix files of these types")
    bodies = [_piece(world, item) for item in items]
    album = str(10**16 + bot.next_message_id)
    return [_deliver(world, bot, chat, body, given, album) for body in bodies]


def _piece(world: World, item: Json) -> Json:
    kind = item["type"]
    if item["media"].startswith("attach://"):
        raise bad_request("media must be a file_id (the stand-in takes no uploads in albums)")
    file = world.files[_file_id(world, kind, item["media"])]
    return file_body(kind, file, _facts(item)) | read_caption(item)


def _deliver(world: World, bot: Bot, chat: Chat, body: Json, given: Json, album: str = "") -> Json:
    markup = given.get("reply_markup")
    check_markup(markup)
    topic = _thread(chat, given)
    replied = _replied(chat, topic, given.get("reply_parameters"))
    message = new_message(
        world,
        bot,
        chat,
        body,
        by_bot=True,
        markup={"inline_keyboard": inline_rows(markup)} if inline_rows(markup) else None,
        reply_to=replied.message_id if replied else None,
        protected=given.get("protect_content", False),
        topic=topic or thread_of(chat, replied),
        album=album,
    )
    _show_keyboard(world, chat, markup)
    world.events.announce("typing", person=chat.person_id, chat=chat.id, bot=bot.id, on=False)
    return as_api(world, bot, message)


def _thread(chat: Chat, given: Json) -> int:
    """The topic that a call names, 0 for none; ApiError where the bot may not write to it."""
    number = int(given.get("message_thread_id", 0))
    if not number:
        return 0
    topic = chat.topics.get(number) if isinstance(chat, Group) else None
    if topic is None or not isinstance(chat, Group):
        raise bad_request("message thread not found")
    if topic.closed and not may(chat, "can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return number


def thread_of(chat: Chat, replied: Message | None) -> int:
    """The thread that an answer to a message belongs to; private chats have none."""
    if replied is None or not isinstance(chat, Group) or chat.kind != "supergroup":
        return 0
    return replied.topic or (0 if chat.forum else replied.message_id)


def _replied(chat: Chat, topic: int, parameters: Json | None) -> Message | None:
    if not parameters:
        return None
    here = parameters.get("chat_id", chat.id) == chat.id
    found = chat.messages.get(parameters["message_id"]) if here else None
    # a message of another topic cannot be answered here
    if found and not (topic and found.topic != topic):
        return found
    if parameters.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _show_keyboard(world: World, chat: Chat, markup: Json | None) -> None:
    if not markup or "inline_keyboard" in markup:
        return
    if "keyboard" in markup:
        chat.keyboard = markup
    if "remove_keyboard" in markup:
        chat.keyboard = None
    chat.force_reply = None
    if "force_reply" in markup:
        chat.force_reply = {**markup, "message_id": max(chat.messages)}
    world.keep_chat(chat)


def copy_message(world: World, bot: Bot, given: Json) -> Json:
    """A copy of a message, without a link to the original."""
    chat = reachable(world, bot, given["chat_id"])
    source = world.chat_for_bot(bot, given["from_chat_id"]).messages.get(given["message_id"])
    if source is None:
        raise bad_request("message to copy not found")
    if source.protected:
        raise bad_request("message can't be copied")
    sent = _deliver(world, bot, chat, _copied_body(source, given), given)
    return {"message_id": sent["message_id"]}


def _copied_body(source: Message, given: Json) -> Json:
    body = dict(source.body)
    if "caption" in given and captioned(body):
        body.pop("caption", None), body.pop("caption_entities", None)
        body |= read_caption(given)
    return body


def send_chat_action(world: World, bot: Bot, given: Json) -> bool:
    """Shows for some seconds that the bot is busy."""
    chat = reachable(world, bot, given["chat_id"])
    if given["action"] not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.announce("typing", person=chat.person_id, chat=chat.id, bot=bot.id, on=True)
    return True

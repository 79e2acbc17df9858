"""sendMessage, sendPhoto, sendDocument, copyMessage, sendChatAction."""

from typing import Any

from sandbox.entities import Entity, check_entities, found_entities, parse_html, trimmed, units
from sandbox.errors import bad_request, forbidden
from sandbox.facts import CHAT_ACTIONS, MAX_CAPTION, MAX_TEXT
from sandbox.files import Upload, image_size
from sandbox.markup import check_markup, inline_rows
from sandbox.messages import as_api, document_body, new_message, photo_body, text_body
from sandbox.model import Bot, Chat, Message
from sandbox.world import World

Json = dict[str, Any]

_MAX_PHOTO = 10 * 1024 * 1024
_MAX_DOCUMENT = 50 * 1024 * 1024


def reachable(world: World, bot: Bot, chat_id: int | str) -> Chat:
    """The chat, if the bot may write to it; ApiError 403 if the person blocked the bot."""
    chat = world.chat_for_bot(bot, chat_id)
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


def send_photo(world: World, bot: Bot, given: Json) -> Json:
    """A photo, uploaded or by file_id."""
    chat = reachable(world, bot, given["chat_id"])
    photo = given["photo"]
    if isinstance(photo, Upload):
        _check_size(photo, _MAX_PHOTO)
        size = image_size(photo.content)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if sum(size) > 10_000 or max(size) > 20 * max(1, min(size)):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
    body = read_caption(given)
    file_id = _file_id(world, photo)
    if not world.files[file_id].width:
        raise bad_request("can't use file of type Document as Photo")
    return _deliver(world, bot, chat, photo_body(world, file_id) | body, given)


def send_document(world: World, bot: Bot, given: Json) -> Json:
    """A file, uploaded or by file_id."""
    chat = reachable(world, bot, given["chat_id"])
    document = given["document"]
    if isinstance(document, Upload):
        _check_size(document, _MAX_DOCUMENT)
    body = read_caption(given)
    file_id = _file_id(world, document)
    return _deliver(world, bot, chat, document_body(world, file_id) | body, given)


def _check_size(upload: Upload, most: int) -> None:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > most:
        raise bad_request("file is too big")


def _file_id(world: World, given: Upload | str) -> str:
    if isinstance(given, Upload):
        return world.keep_file(given).file_id
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content (the stand-in fetches nothing)")
    if given not in world.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return given


def read_caption(given: Json) -> Json:
    """The caption of a call in Bot API form, empty without one."""
    if not given.get("caption"):
        return {}
    text, entities = read_text(given, "caption")
    return text_body(text, entities, "caption") if text else {}


def _deliver(world: World, bot: Bot, chat: Chat, body: Json, given: Json) -> Json:
    markup = given.get("reply_markup")
    check_markup(markup)
    message = new_message(
        world,
        bot,
        chat,
        body,
        by_bot=True,
        markup={"inline_keyboard": inline_rows(markup)} if inline_rows(markup) else None,
        reply_to=_replied(chat, given.get("reply_parameters")),
        protected=given.get("protect_content", False),
    )
    _show_keyboard(world, chat, markup)
    world.events.announce("typing", person=chat.person_id, bot=bot.id, on=False)
    return as_api(world, bot, message)


def _replied(chat: Chat, parameters: Json | None) -> int | None:
    if not parameters:
        return None
    here = parameters.get("chat_id", chat.id) == chat.id
    if here and parameters["message_id"] in chat.messages:
        return int(parameters["message_id"])
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
    if "caption" in given and ("photo" in body or "document" in body):
        body.pop("caption", None), body.pop("caption_entities", None)
        body |= read_caption(given)
    return body


def send_chat_action(world: World, bot: Bot, given: Json) -> bool:
    """Shows for some seconds that the bot is busy."""
    chat = reachable(world, bot, given["chat_id"])
    if given["action"] not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.announce("typing", person=chat.person_id, bot=bot.id, on=True)
    return True

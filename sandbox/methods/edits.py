"""editMessageText, -Caption and -ReplyMarkup, deleteMessage, answerCallbackQuery."""

from typing import Any

from sandbox.errors import bad_request
from sandbox.groups import check_standing, may
from sandbox.markup import check_markup, inline_rows
from sandbox.media import captioned
from sandbox.messages import as_api, text_body
from sandbox.methods.sending import reachable, read_caption, read_text
from sandbox.model import Bot, Chat, Group, Message
from sandbox.world import World

Json = dict[str, Any]

DELETABLE_SECONDS = 48 * 3600
QUERY_SECONDS = 900.0


def edit_message_text(world: World, bot: Bot, given: Json) -> Json:
    """New text for an own text message; buttons go unless they are given again."""
    chat, message = _own_message(world, bot, given)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return _changed(world, bot, chat, message, text_body(*read_text(given)), given)


def edit_message_caption(world: World, bot: Bot, given: Json) -> Json:
    """New text under an own file; without one the old text goes."""
    chat, message = _own_message(world, bot, given)
    if not captioned(message.body):
        raise bad_request("there is no caption in the message to edit")
    body = {k: v for k, v in message.body.items() if not k.startswith("caption")}
    return _changed(world, bot, chat, message, body | read_caption(given), given)


def edit_message_reply_markup(world: World, bot: Bot, given: Json) -> Json:
    """New buttons for an own message, or none."""
    chat, message = _own_message(world, bot, given)
    return _changed(world, bot, chat, message, message.body, given)


def _own_message(world: World, bot: Bot, given: Json) -> tuple[Chat, Message]:
    if "inline_message_id" in given:
        raise bad_request("MESSAGE_ID_INVALID (the stand-in has no inline mode)")
    if "chat_id" not in given:
        raise bad_request("chat_id is empty")
    chat = reachable(world, bot, given["chat_id"])
    if "message_id" not in given:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(given["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.by_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _changed(
    world: World, bot: Bot, chat: Chat, message: Message, body: Json, given: Json
) -> Json:
    check_markup(given.get("reply_markup"))
    rows = inline_rows(given.get("reply_markup"))
    markup = {"inline_keyboard": rows} if rows else None
    if body == message.body and markup == message.markup:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message"
        )
    if body != message.body:
        message.edit_date = world.seconds()
    message.body, message.markup = body, markup
    world.keep_message(chat, message)
    return as_api(world, bot, message)


def delete_message(world: World, bot: Bot, given: Json) -> bool:
    """Deletes a message for both sides, within 48 hours of the club's clock; in a group what
    others wrote only with the right to do so."""
    chat = world.chat_for_bot(bot, given["chat_id"])
    message = chat.messages.get(given["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if isinstance(chat, Group):
        check_standing(chat, writes=False)
        if not message.by_bot and not may(chat, "can_delete_messages"):
            raise bad_request("message can't be deleted")
    if world.seconds() - message.date > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.drop_message(chat, message)
    return True


def answer_callback_query(world: World, bot: Bot, given: Json) -> bool:
    """Ends the waiting of a tapped button, with a notice if there is a text."""
    query = world.queries.get(given["callback_query_id"])
    late = query is None or world.real_time() - query.since > QUERY_SECONDS
    if query is None or late or query.bot_id != bot.id:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(given.get("text", "")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {
        "text": given.get("text", ""),
        "show_alert": given.get("show_alert", False),
        "url": given.get("url", ""),
    }
    world.keep_query(query)
    world.events.announce(
        "answer", person=query.person_id, bot=bot.id, query=query.id, **query.answer
    )
    return True

"""Messages in Bot API form, and the making of new ones."""

from typing import Any

from sandbox.model import Bot, Chat, Message
from sandbox.world import World

Json = dict[str, Any]


def as_api(world: World, bot: Bot, message: Message, *, nested: bool = False) -> Json:
    """The message as the Bot API shows it; a replied-to message is shown one level deep."""
    chat = world.chats[bot.id, message.chat_id]
    person = world.persons[chat.person_id]
    shown: Json = {
        "message_id": message.message_id,
        "from": bot.user() if message.by_bot else person.user(),
        "chat": person.chat(),
        "date": message.date,
        **message.body,
    }
    if message.edit_date:
        shown["edit_date"] = message.edit_date
    if message.protected:
        shown["has_protected_content"] = True
    if message.markup:
        shown["reply_markup"] = message.markup
    replied = chat.messages.get(message.reply_to or 0)
    if replied and not nested:
        shown["reply_to_message"] = as_api(world, bot, replied, nested=True)
    return shown


def new_message(
    world: World,
    bot: Bot,
    chat: Chat,
    body: Json,
    *,
    by_bot: bool,
    markup: Json | None = None,
    reply_to: int | None = None,
    protected: bool = False,
) -> Message:
    """Adds a message to a chat, dated by the club's clock."""
    message = Message(
        message_id=world.next_message_id(bot),
        chat_id=chat.id,
        by_bot=by_bot,
        date=world.seconds(),
        body=body,
        markup=markup,
        reply_to=reply_to,
        protected=protected,
    )
    world.keep_message(chat, message)
    return message


def text_body(text: str, entities: list[Json], name: str = "text") -> Json:
    """The fields of a text (or, by ``name``, of a caption)."""
    body: Json = {name: text}
    if entities:
        body["entities" if name == "text" else "caption_entities"] = entities
    return body


def photo_body(world: World, file_id: str) -> Json:
    """The sizes of a photo; the stand-in keeps only the original."""
    file = world.files[file_id]
    size = {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "width": file.width,
        "height": file.height,
        "file_size": file.size,
    }
    return {"photo": [size]}


def document_body(world: World, file_id: str) -> Json:
    """A general file."""
    file = world.files[file_id]
    document = {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_name": file.name,
        "mime_type": file.mime,
        "file_size": file.size,
    }
    return {"document": document}

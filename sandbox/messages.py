"""Messages in Bot API form, and the making of new ones."""

from typing import Any

from sandbox.model import Bot, Chat, Group, Message
from sandbox.world import World

Json = dict[str, Any]


def as_api(world: World, bot: Bot, message: Message, *, nested: bool = False) -> Json:
    """The message as the Bot API shows it; a replied-to message is shown one level deep."""
    chat = world.chats[bot.id, message.chat_id]
    writer = bot if message.by_bot else world.persons[message.sender or chat.person_id]
    shown: Json = {
        "message_id": message.message_id,
        "from": writer.user(),
        "chat": api_chat(world, chat),
        "date": message.date,
        **_thread(chat, message),
        **message.body,
    }
    if message.edit_date:
        shown["edit_date"] = message.edit_date
    if message.album:
        shown["media_group_id"] = message.album
    if message.protected:
        shown["has_protected_content"] = True
    if message.markup:
        shown["reply_markup"] = message.markup
    # what is said in a topic and answers nothing answers the message that began it
    replied = chat.messages.get(message.reply_to or message.topic)
    if replied and replied is not message and not nested:
        shown["reply_to_message"] = as_api(world, bot, replied, nested=True)
    return shown


def api_chat(world: World, chat: Chat) -> Json:
    """A chat in Bot API form."""
    return chat.api() if isinstance(chat, Group) else world.persons[chat.person_id].chat()


def _thread(chat: Chat, message: Message) -> Json:
    if not message.topic:
        return {}
    in_topic = isinstance(chat, Group) and message.topic in chat.topics
    # in a group without topics a thread of replies has a number, too
    return {"message_thread_id": message.topic} | ({"is_topic_message": True} if in_topic else {})


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
    sender: int = 0,
    topic: int = 0,
    album: str = "",
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
        sender=sender,
        topic=topic,
        album=album,
    )
    world.keep_message(chat, message)
    return message


def text_body(text: str, entities: list[Json], name: str = "text") -> Json:
    """The fields of a text (or, by ``name``, of a caption)."""
    body: Json = {name: text}
    if entities:
        body["entities" if name == "text" else "caption_entities"] = entities
    return body

"""A conversation as the page and the tests read it: messages with safe HTML, keyboards, menu."""

from typing import Any

from sandbox.markup import inline_rows
from sandbox.methods.commands import menu
from sandbox.model import Bot, Chat, Message, Person
from sandbox.rendering import start_link, to_html
from sandbox.world import World

Json = dict[str, Any]


def person_view(world: World, person: Person) -> Json:
    """A person with the state of the chat with each bot."""
    chats = {
        bot.username: {"started": chat.started, "blocked": chat.blocked}
        for bot in world.bots.values()
        if (chat := world.chats.get((bot.id, person.chat_id)))
    }
    return {**vars(person), "chats": chats}


def chat_view(world: World, bot: Bot, person: Person, limit: int = 200) -> Json:
    """The whole state of one conversation; ``limit`` newest messages, oldest of them first."""
    number = person.chat_id
    chat = world.chats.get((bot.id, number)) or Chat(bot.id, number, person.id)
    messages = sorted(chat.messages.values(), key=lambda message: message.message_id)
    return {
        "person": vars(person),
        "bot": {"id": bot.id, "username": bot.username, "name": bot.name},
        "started": chat.started,
        "blocked": chat.blocked,
        "messages": [_message(world, chat, message) for message in messages[-limit:]],
        "earlier": max(0, len(messages) - limit),
        "reply_keyboard": _reply_keyboard(chat.keyboard),
        "force_reply": chat.force_reply,
        "commands": menu(bot, chat, person),
        "answers": _answers(world, bot, person),
    }


def _message(world: World, chat: Chat, message: Message) -> Json:
    body = message.body
    bots = frozenset(bot.username.lower() for bot in world.bots.values())
    text: str = body.get("text") or body.get("caption") or ""
    entities: list[Json] = body.get("entities") or body.get("caption_entities") or []
    shown: Json = {
        "message_id": message.message_id,
        "from": "bot" if message.by_bot else "person",
        "date": message.date,
        "edit_date": message.edit_date,
        "text": text,
        "html": to_html(text, entities, bots),
        "keyboard": [[_button(b, bots) for b in row] for row in inline_rows(message.markup)],
        "protected": message.protected,
    }
    replied = chat.messages.get(message.reply_to or 0)
    if replied:
        shown["reply_to"] = _quoted(replied)
    return shown | _attachments(world, body)


def _quoted(message: Message) -> Json:
    text = message.body.get("text") or message.body.get("caption") or ""
    kind = next((k for k in ("photo", "document", "contact") if k in message.body), "text")
    return {"message_id": message.message_id, "text": text[:120], "kind": kind}


def _attachments(world: World, body: Json) -> Json:
    shown: Json = {}
    if "contact" in body:
        shown["contact"] = body["contact"]
    if "photo" in body:
        size = body["photo"][-1]
        url = _url(world, size["file_id"])
        shown["photo"] = {"url": url, "width": size["width"], "height": size["height"]}
    if "document" in body:
        document = body["document"]
        shown["document"] = {
            "url": _url(world, document["file_id"]),
            "name": document["file_name"],
            "mime": document["mime_type"],
            "size": document["file_size"],
        }
    return shown


def _url(world: World, file_id: str) -> str:
    return f"/sandbox/files/{world.files[file_id].path}"


def _button(button: Json, bots: frozenset[str]) -> Json:
    shown: Json = {"text": button["text"], "style": button.get("style", "")}
    if "callback_data" in button:
        return shown | {"kind": "callback", "data": button["callback_data"]}
    if "url" in button:
        start = start_link(button["url"], bots)
        if start:
            return shown | {"kind": "start", "bot": start[0], "payload": start[1]}
        return shown | {"kind": "url", "url": button["url"]}
    if "copy_text" in button:
        return shown | {"kind": "copy", "copy_text": button["copy_text"]["text"]}
    return shown | {"kind": "unsupported"}


def _reply_keyboard(keyboard: Json | None) -> Json | None:
    if keyboard is None:
        return None
    rows = [
        [
            {
                "text": button["text"],
                "style": button.get("style", ""),
                "request_contact": button.get("request_contact", False),
            }
            for button in row
        ]
        for row in keyboard["keyboard"]
        if row
    ]
    return {
        "rows": rows,
        "one_time": keyboard.get("one_time_keyboard", False),
        "used": keyboard.get("used", False),
        "placeholder": keyboard.get("input_field_placeholder", ""),
    }


def _answers(world: World, bot: Bot, person: Person) -> list[Json]:
    mine = [q for q in world.queries.values() if (q.bot_id, q.person_id) == (bot.id, person.id)]
    return [{"query": q.id, **q.answer} for q in mine[-20:] if q.answer]

"""A conversation as the page and the tests read it: messages with safe HTML, keyboards, menu."""

from typing import Any

from sandbox.groups import is_service
from sandbox.markup import inline_rows
from sandbox.media import kind_in
from sandbox.methods.commands import menu
from sandbox.model import PRIVATE, Bot, Chat, Group, Message, Person, Place, Topic
from sandbox.rendering import start_link, to_html
from sandbox.world import World

Json = dict[str, Any]

MAX_TOPICS = 200


def person_view(world: World, person: Person) -> Json:
    """A person with the state of the chat with each bot."""
    chats = {
        bot.username: {"started": chat.started, "blocked": chat.blocked}
        for bot in world.bots.values()
        if (chat := world.chats.get((bot.id, person.chat_id)))
    }
    return {**vars(person), "chats": chats}


def chat_view(
    world: World, bot: Bot, person: Person, limit: int = 200, place: Place = PRIVATE
) -> Json:
    """The whole state of one conversation; ``limit`` newest messages, oldest of them first."""
    number = place.group or person.chat_id
    chat = world.chats.get((bot.id, number)) or Chat(bot.id, number, person.id)
    messages = sorted(_here(chat, place), key=lambda message: message.message_id)
    group = chat if isinstance(chat, Group) else None
    return {
        "person": vars(person),
        "bot": {"id": bot.id, "username": bot.username, "name": bot.name},
        "started": chat.started,
        "blocked": chat.blocked,
        "messages": [_message(world, chat, message, person) for message in messages[-limit:]],
        "earlier": max(0, len(messages) - limit),
        "reply_keyboard": _reply_keyboard(chat.keyboard),
        "force_reply": chat.force_reply,
        "commands": menu(bot, chat, person),
        "answers": _answers(world, bot, person),
        "group": group_view(group) if group else None,
        "groups": [group_view(each) for each in world.groups(bot) if person.id in each.members],
    }


def _here(chat: Chat, place: Place) -> list[Message]:
    if not isinstance(chat, Group) or not chat.forum:
        return list(chat.messages.values())
    # what stands in no topic stands in the general one
    return [each for each in chat.messages.values() if each.topic == place.topic]


def group_view(group: Group) -> Json:
    """A group with its topics, those with the newest messages first."""
    newest: dict[int, Message] = {}
    counts: dict[int, int] = {}
    for message in group.messages.values():
        newest[message.topic] = message
        counts[message.topic] = counts.get(message.topic, 0) + 1
    topics = sorted(group.topics.values(), key=lambda each: -newest[each.id].message_id)
    latest = max(newest.values(), key=lambda each: each.message_id, default=None)
    shown = {k: v for k, v in vars(group).items() if k in _GROUP_FIELDS}
    return shown | {
        "topics": [_topic(t, newest[t.id], counts[t.id]) for t in topics[:MAX_TOPICS]],
        "general": _last(newest.get(0)),
        "last": _last(latest),
    }


_GROUP_FIELDS = ("id", "title", "kind", "forum", "members", "standing", "rights")


def _topic(topic: Topic, last: Message, count: int) -> Json:
    return vars(topic) | {"last": _last(last), "count": count}


def _last(message: Message | None) -> Json | None:
    return _quoted(message) | {"date": message.date} if message else None


def _message(world: World, chat: Chat, message: Message, person: Person) -> Json:
    body = message.body
    bots = frozenset(bot.username.lower() for bot in world.bots.values())
    text: str = body.get("text") or body.get("caption") or ""
    entities: list[Json] = body.get("entities") or body.get("caption_entities") or []
    shown: Json = {
        "message_id": message.message_id,
        "from": _side(message, person),
        "date": message.date,
        "edit_date": message.edit_date,
        "text": text,
        "html": to_html(text, entities, bots),
        "keyboard": [[_button(b, bots) for b in row] for row in inline_rows(message.markup)],
        "protected": message.protected,
        "album": message.album,
    }
    if message.sender:
        writer = world.persons[message.sender]
        names = {"first_name": writer.first_name, "last_name": writer.last_name}
        shown["author"] = {"id": writer.id} | names
    if is_service(message):
        shown["service"] = body
    replied = chat.messages.get(message.reply_to or 0)
    if replied:
        shown["reply_to"] = _quoted(replied)
    return shown | _attachments(world, body)


def _side(message: Message, person: Person) -> str:
    if message.by_bot:
        return "bot"
    return "person" if message.sender in (0, person.id) else "other"


def _quoted(message: Message) -> Json:
    text = message.body.get("text") or message.body.get("caption") or ""
    kind = kind_in(message.body) or ("contact" if "contact" in message.body else "text")
    if is_service(message):
        kind = next(iter(message.body))
    return {"message_id": message.message_id, "text": text[:120], "kind": kind}


def _attachments(world: World, body: Json) -> Json:
    shown: Json = {}
    if "contact" in body:
        shown["contact"] = body["contact"]
    if "photo" in body:
        size = body["photo"][-1]
        url = _url(world, size["file_id"])
        shown["photo"] = {"url": url, "width": size["width"], "height": size["height"]}
    kind = kind_in(body)
    if kind == "document":
        shown["document"] = _file(world, body[kind])
    elif kind not in ("photo", ""):
        moving = {name: body[kind].get(name, 0) for name in ("duration", "width", "height")}
        shown["file"] = _file(world, body[kind]) | moving | {"kind": kind}
    return shown


def _file(world: World, given: Json) -> Json:
    file = world.files[given["file_id"]]
    url = _url(world, file.file_id)
    return {"url": url, "name": file.name, "mime": file.mime, "size": file.size}


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

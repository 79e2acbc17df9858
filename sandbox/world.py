"""The stand-in's state: bots, persons, chats, messages, files, waiting updates, faults and log."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.errors import ApiError, PersonError, bad_request, moved
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.files import StoredFile, Upload, describe
from sandbox.journal import Journal
from sandbox.model import Bot, Chat, Group, Message, Person, Query, Topic, Webhook, Words
from sandbox.store import Store
from sandbox.updates import UpdateQueue, wanted

Json = dict[str, Any]

FIRST_PERSON = 10_001
REORDER_SECONDS = 1.0
KEPT_QUERIES = 10_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """Everything the stand-in knows.

    ``bots``: (token, username, name) of each bot; other tokens get 401. ``now``: the club's
    clock, which dates messages. ``store``: a file that lets the world survive a restart.
    ``title`` and ``note`` head the page, as one text or by language code. ``webhook_pace``
    stretches (or, in tests, shrinks) the waits between deliveries that failed.
    """

    def __init__(
        self,
        bots: Iterable[tuple[str, str, str]],
        *,
        title: Words = "",
        note: Words = "",
        now: Callable[[], datetime] = _utc_now,
        store: Path | None = None,
        webhook_pace: float = 1.0,
        journal_size: int = 100_000,
    ) -> None:
        self.title = title
        self.note = note
        self.now = now
        self.webhook_pace = webhook_pace
        self.real_time: Callable[[], float] = time.time
        self.store = Store(store)
        self.events = Events()
        self.faults = Faults()
        self.journal = Journal(self.store, self._announce_call, journal_size)
        self.bots: dict[str, Bot] = {}
        self.queues: dict[int, UpdateQueue] = {}
        self.persons: dict[int, Person] = {}
        self.chats: dict[tuple[int, int], Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, Query] = {}
        for token, username, name in bots:
            self.add_bot(token, username, name)
        self._restore()

    # -- set-up ---------------------------------------------------------------------------------

    def add_bot(self, token: str, username: str, name: str) -> Bot:
        """Makes a bot known by its token, of the form ``<digits>:<anything>``."""
        bot = Bot(token, username, name)
        self.bots[token] = bot
        self.queues[bot.id] = UpdateQueue(bot.id, self.store, lambda: self.real_time())
        return bot

    def add_person(
        self,
        id: int | None,
        first_name: str,
        last_name: str = "",
        username: str = "",
        language_code: str = "en",
        phone: str = "",
        note: Words = "",
        *,
        started: bool = False,
    ) -> Person:
        """Adds a person, or renews one with the same id; ``started`` opens the chat with every bot
        as if they had written before. Without ``id`` the next free number is taken."""
        number = id if id is not None else max([FIRST_PERSON - 1, *self.persons]) + 1
        person = Person(number, first_name, last_name, username, language_code, phone, note)
        self.persons[number] = person
        self.store.put("person", number, asdict(person))
        if started:
            for bot in self.bots.values():
                self.chat(bot, person).started = True
                self.keep_chat(self.chat(bot, person))
        self.store.commit()
        self.events.announce("persons")
        return person

    def keep(self) -> None:
        """Makes what was done to the world so far survive a restart."""
        self.store.commit()

    def _restore(self) -> None:
        by_id = {bot.id: bot for bot in self.bots.values()}
        for record in self.store.all("bot"):
            bot = by_id.get(int(record.pop("id")))
            if bot:
                _restore_bot(bot, record)
        self.persons = {r["id"]: Person(**r) for r in self.store.all("person")}
        self.chats = {(r["bot_id"], r["id"]): Chat(**r) for r in self.store.all("chat")}
        self.chats |= {(r["bot_id"], r["id"]): Group(**r) for r in self.store.all("group")}
        for record in self.store.all("topic"):
            group = self.chats[record.pop("bot_id"), record.pop("chat_id")]
            assert isinstance(group, Group)
            group.topics[record["id"]] = Topic(**record)
        messages = sorted(self.store.all("message"), key=lambda record: record["message_id"])
        for record in messages:
            bot_id = record.pop("bot_id")
            message = Message(**record)
            self.chats[bot_id, message.chat_id].messages[message.message_id] = message
        self.files = {r["file_id"]: StoredFile(**r) for r in self.store.all("file")}
        self.queries = {r["id"]: Query(**r) for r in self.store.all("query")}
        self.journal.restore(self.store.all("call"))
        waiting = list(self.store.all("update"))
        for queue in self.queues.values():
            queue.restore(r for r in waiting if r["bot_id"] == queue.bot_id)

    # -- looking up -----------------------------------------------------------------------------

    def bot_by_token(self, token: str) -> Bot:
        """The bot, or ApiError 401."""
        bot = self.bots.get(token)
        if bot is None:
            raise ApiError(401, "Unauthorized")
        return bot

    def bot_by_name(self, username: str = "") -> Bot:
        """The bot of that username, the first one without; PersonError 404."""
        for bot in self.bots.values():
            if username.lower() in ("", bot.username.lower()):
                return bot
        raise PersonError(404, f"there is no bot @{username}")

    def person(self, person_id: int) -> Person:
        """The person, or PersonError 404."""
        if person_id not in self.persons:
            raise PersonError(404, f"there is no person {person_id}")
        return self.persons[person_id]

    def chat(self, bot: Bot, person: Person) -> Chat:
        """The conversation of the two, made at first sight."""
        key = (bot.id, person.chat_id)
        if key not in self.chats:
            self.chats[key] = Chat(bot.id, key[1], person.id)
        return self.chats[key]

    def chat_for_bot(self, bot: Bot, chat_id: int | str) -> Chat:
        """The chat as a bot may address it; ApiError 400 if the person never wrote to it."""
        chat = self.chats.get((bot.id, chat_id)) if isinstance(chat_id, int) else None
        if isinstance(chat, Group):
            if chat.moved_to:
                raise moved(chat.moved_to)
            return chat
        if chat is None or not (chat.started or chat.messages):
            raise bad_request("chat not found")
        return chat

    def group(self, bot: Bot, group_id: int) -> Group:
        """The group as this bot sees it, or PersonError 404."""
        group = self.chats.get((bot.id, group_id))
        if not isinstance(group, Group):
            raise PersonError(404, f"there is no group {group_id}")
        return group

    def groups(self, bot: Bot) -> list[Group]:
        """All groups of the bot that have not become others, oldest first."""
        chats = [chat for chat in self.chats.values() if chat.bot_id == bot.id]
        return [chat for chat in chats if isinstance(chat, Group) and not chat.moved_to]

    # -- writing --------------------------------------------------------------------------------

    def seconds(self) -> int:
        """The club's time as Unix seconds."""
        return int(self.now().timestamp())

    def keep_bot(self, bot: Bot) -> None:
        """Stores a bot's counters, webhook and commands."""
        self.store.put("bot", bot.id, {"id": bot.id, **bot.record()})

    def keep_chat(self, chat: Chat) -> None:
        """Stores a chat without its messages and tells the page."""
        kind = "group" if isinstance(chat, Group) else "chat"
        self.store.put(kind, f"{chat.bot_id}:{chat.id}", chat.record())
        self.announce_chat(chat)

    def keep_topic(self, group: Group, topic: Topic) -> None:
        """Stores a new or changed topic and tells the page."""
        group.topics[topic.id] = topic
        where = {"bot_id": group.bot_id, "chat_id": group.id}
        self.store.put("topic", f"{group.bot_id}:{group.id}:{topic.id}", where | vars(topic))
        self.announce_chat(group)

    def drop_topic(self, group: Group, topic: Topic) -> None:
        """Deletes a topic with all that was said in it."""
        del group.topics[topic.id]
        self.store.drop("topic", f"{group.bot_id}:{group.id}:{topic.id}")
        said = [m for m in group.messages.values() if topic.id in (m.topic, m.message_id)]
        for message in said:
            self.drop_message(group, message)

    def keep_message(self, chat: Chat, message: Message) -> None:
        """Stores a new or changed message and tells the page."""
        chat.messages[message.message_id] = message
        key = f"{chat.bot_id}:{chat.id}:{message.message_id}"
        self.store.put("message", key, {"bot_id": chat.bot_id, **vars(message)})
        self.announce_chat(chat)

    def drop_message(self, chat: Chat, message: Message) -> None:
        """Deletes a message for both sides."""
        del chat.messages[message.message_id]
        self.store.drop("message", f"{chat.bot_id}:{chat.id}:{message.message_id}")
        self.announce_chat(chat)

    def keep_query(self, query: Query) -> None:
        """Stores a tap; only the latest ones are kept."""
        self.queries[query.id] = query
        self.store.put("query", query.id, vars(query))
        if len(self.queries) > KEPT_QUERIES:
            oldest = next(iter(self.queries))
            del self.queries[oldest]
            self.store.drop("query", oldest)

    def keep_file(self, upload: Upload, kind: str = "", duration: int = 0) -> StoredFile:
        """Stores an uploaded file, sent as a photo, voice and so on."""
        file = describe(upload, len(self.files) + 1, kind, duration)
        self.files[file.file_id] = file
        self.store.put("file", file.file_id, asdict(file))
        self.store.put_content(file.file_id, upload.content)
        return file

    def next_message_id(self, bot: Bot) -> int:
        """A fresh message id."""
        bot.next_message_id += 1
        self.keep_bot(bot)
        return bot.next_message_id - 1

    def add_update(self, bot: Bot, kind: str, body: Json) -> None:
        """Queues an update for the bot, if it wants that kind; faults may double or delay it."""
        if not wanted(kind, bot.allowed_updates):
            return
        update = {"update_id": bot.next_update_id, kind: body}
        bot.next_update_id += 1
        self.keep_bot(bot)
        fault = self.faults.for_update(kind)
        queue = self.queues[bot.id]
        if fault and fault.kind == "reorder":
            queue.hold(update, REORDER_SECONDS)
        else:
            queue.add(update, copies=2 if fault else 1)

    def announce_chat(self, chat: Chat) -> None:
        """Tells the page that a conversation changed."""
        self.events.announce("chat", person=chat.person_id, bot=chat.bot_id, chat=chat.id)

    def _announce_call(self, entry: Json) -> None:
        self.events.announce("call", call=entry)

    def close(self) -> None:
        """Ends listeners and closes the file."""
        self.events.close()
        for queue in self.queues.values():
            queue.release()
        self.store.close()


def _restore_bot(bot: Bot, record: Json) -> None:
    webhook = record.pop("webhook")
    record.pop("username"), record.pop("name")
    for name, value in record.items():
        setattr(bot, name, value)
    bot.webhook = Webhook(**webhook) if webhook else None

"""Bots, persons, chats and messages as the stand-in keeps them."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# a text of the page, in one language or by language code
Words = str | dict[str, str]


@dataclass
class Person:
    """Somebody with a phone; ``note`` is one line for the page's person picker."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "en"
    phone: str = ""
    note: Words = ""

    @property
    def chat_id(self) -> int:
        """The id of the person's private chat, which the Bot API gives the person's own id."""
        return self.id

    def user(self) -> Json:
        """The person as a Bot API ``User``."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return user | _filled(self, "last_name", "username", "language_code")

    def chat(self) -> Json:
        """The person's private chat as a Bot API ``Chat``."""
        chat: Json = {"id": self.chat_id, "type": "private", "first_name": self.first_name}
        return chat | _filled(self, "last_name", "username")

    def contact(self) -> Json:
        """The person's own phone as a Bot API ``Contact``."""
        contact: Json = {"phone_number": self.phone, "first_name": self.first_name}
        return contact | _filled(self, "last_name") | {"user_id": self.id}


def _filled(person: Person, *names: str) -> Json:
    return {name: getattr(person, name) for name in names if getattr(person, name)}


@dataclass
class Webhook:
    """Where updates of a bot are posted to, and how the last attempts went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass
class Bot:
    """A bot by its token; ids of messages and updates count up per bot."""

    token: str
    username: str
    name: str
    next_message_id: int = 1
    next_update_id: int = 100_000_001
    webhook: Webhook | None = None
    allowed_updates: list[str] | None = None
    commands: dict[str, list[Json]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The number before the colon of the token."""
        return int(self.token.partition(":")[0])

    def user(self) -> Json:
        """The bot as a Bot API ``User``."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }

    def record(self) -> Json:
        """What is stored; the token stays out of the file. With each message, so not copied."""
        kept = {name: value for name, value in vars(self).items() if name != "token"}
        return kept | {"webhook": vars(self.webhook) if self.webhook else None}


@dataclass
class Message:
    """One message of a chat; ``body`` holds text, photo and so on in Bot API form.

    ``sender``: the person who wrote it in a group, 0 in a private chat. ``topic``: the message
    that began the topic it stands in, 0 for none. ``album``: what its pieces share.
    """

    message_id: int
    chat_id: int
    by_bot: bool
    date: int
    body: Json
    markup: Json | None = None
    edit_date: int | None = None
    reply_to: int | None = None
    protected: bool = False
    sender: int = 0
    topic: int = 0
    album: str = ""


@dataclass
class Chat:
    """A conversation of one bot with one person; a person may talk to several bots.

    Of a group (``Group``) ``person_id`` is 0.
    """

    bot_id: int
    id: int
    person_id: int
    started: bool = False
    blocked: bool = False
    keyboard: Json | None = None
    force_reply: Json | None = None
    messages: dict[int, Message] = field(default_factory=dict)

    def record(self) -> Json:
        """What is stored; messages are stored one by one."""
        return {name: value for name, value in vars(self).items() if name != "messages"}


@dataclass
class Topic:
    """A topic of a forum; ``id`` is the message that began it, ``by`` the user who did."""

    id: int
    name: str
    color: int
    by: int
    closed: bool = False


@dataclass
class Group(Chat):
    """A group as one bot sees it.

    ``kind``: ``supergroup`` or ``group``; ``standing`` is the bot's own: ``administrator`` (with
    ``rights``), ``member``, ``restricted``, ``left`` or ``kicked``. ``moved_to``: the supergroup
    that it became.
    """

    title: str = ""
    kind: str = "supergroup"
    forum: bool = False
    members: list[int] = field(default_factory=list)
    standing: str = "administrator"
    rights: list[str] = field(default_factory=list)
    moved_to: int | None = None
    topics: dict[int, Topic] = field(default_factory=dict)

    def api(self) -> Json:
        """The group as a Bot API ``Chat``."""
        shown: Json = {"id": self.id, "type": self.kind, "title": self.title}
        return shown | ({"is_forum": True} if self.forum else {})

    def record(self) -> Json:
        """What is stored; messages and topics are stored one by one."""
        return {k: value for k, value in super().record().items() if k != "topics"}


@dataclass(frozen=True)
class Place:
    """Where a person acts: in a group and perhaps in a topic of it; both 0: in private."""

    group: int = 0
    topic: int = 0


PRIVATE = Place()


@dataclass
class Query:
    """A tap on an inline button that waits for answerCallbackQuery."""

    id: str
    bot_id: int
    person_id: int
    message_id: int
    since: float
    answer: Json | None = None

"""What comes in and what goes out, without a word of any chat platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from html import escape
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached: one chat of one user on one account (bot) of one channel."""

    channel: str
    account: str
    chat: str
    user: str

    @property
    def private(self) -> bool:
        return self.chat == self.user

    @property
    def signed_for(self) -> str:
        """Whose the buttons are: the user's, in a group everybody's there."""
        return self.user if self.private else self.chat


class Kind(StrEnum):
    """What sort of event came in."""

    TEXT = "text"
    TAP = "tap"
    CONTACT = "contact"
    PHOTO = "photo"
    FILE = "file"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    EDITED = "edited"
    GROUP = "group"
    UNSUPPORTED = "unsupported"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone shared through the platform; `own` only if the platform vouches for it."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, voice or file that a platform keeps for us under `reference`.

    `kind` as the platform calls it (photo, video, voice, document …), `size` in bytes and
    `seconds` as far as they are known, `mime` what the sender says it is. `channel` and `account`:
    whose reference it is, "" for the account that it came to or is sent by. `file`: under which
    name the file can be fetched from us, "" for none. Set when it is sent: `content`, where the
    platform has to be given the file, and `url`, where people can get it.
    """

    reference: str
    kind: str
    name: str = ""
    size: int = 0
    mime: str = ""
    seconds: int = 0
    channel: str = ""
    account: str = ""
    file: str = ""
    content: bytes = b""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from a chat platform.

    `payload` is the packed action of a tapped button, `message` the id of the message that was
    sent or tapped ("" for one whose text cannot be edited), `pictured` the id of a tapped message
    that is a picture with a text under it, `callback` what the platform wants back to stop its
    spinner, `reply_to` the id of the message this one answers, `locale` the platform's hint
    ("zh-hans", "en-GB", ""), `markup` the text as bot.markup writes what was formatted in it, ""
    where nothing was. `album` is alike for pictures that were sent together. `quoted`: how the
    message of ours that this one answers begins, "" for one of somebody else.

    Kind.EDITED: the earlier `message` now has this text. Kind.UNSUPPORTED: a place, a poll, a
    game: nothing that we can pass on. In a group: `title` is its name, `forum`
    whether it has topics, `topic` the one this was said in; Kind.GROUP: the bot's standing there
    has become the `text` (member, administrator, restricted, left, kicked), or the group has the
    new id `became`. `hidden`: written by one of its administrators, nobody knows which.
    """

    address: Address
    update_id: str
    kind: Kind
    text: str = ""
    payload: str = ""
    contact: Contact | None = None
    media: tuple[Media, ...] = ()
    locale: str = ""
    name: str = ""
    message: str = ""
    pictured: str = ""
    callback: str = ""
    reply_to: str = ""
    markup: str = ""
    album: str = ""
    topic: str = ""
    title: str = ""
    forum: bool = False
    quoted: str = ""
    became: str = ""
    hidden: bool = False

    @property
    def marked(self) -> str:
        """The text in our markup, with what the person formatted in it."""
        return self.markup or escape(self.text, quote=False)


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its label by key, what the person wants by tapping it, or a link to open.

    `effect` gives the packed action a nonce, which is the idempotency key of what it does;
    `here` ties it to this point of the conversation: later it is an old button.
    """

    label: str
    intent: str = ""
    args: tuple[str, ...] = ()
    effect: bool = False
    here: bool = False
    url: str = ""
    values: Values = field(default_factory=dict)


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that we made for somebody; a picture is shown as one.

    With a `maker` the content is plain data (JSON), and the maker of that name turns it into the
    file when it is sent: outside every transaction.
    """

    name: str
    content: bytes
    maker: str = ""

    @property
    def picture(self) -> bool:
        return self.name.casefold().endswith((".png", ".jpg", ".jpeg"))


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say: a message key with plain values, buttons, and how it is shown.

    `edit` replaces the tapped card instead of sending a new message; `toast` is the key of a
    short note over the chat; `ask_contact` the label key of the platform's contact button;
    `photo` the platform's reference of a picture, a URL, or a picture of ours as `maker:which`,
    which is found or drawn when it is sent (see bot.channel.Pictures); under a tapped picture
    `edit` with a `photo` changes only the text, so it has to be the same picture. `protect`
    forbids forwarding; `secret` is for what may be kept nowhere: if such an answer cannot be sent
    at once, the person is asked to try again. `more` are further messages, which become
    deliveries of the same transaction.

    `media` are sent by their references, with the text under the first one where it has a place
    there, else before them; buttons come last. `quote` is the id of a message in that chat that
    this one answers, `topic` the topic of a group where it is said.

    For showing what members get, in answers only: `locale` renders it in that language instead of
    the person's, `wording` from an operator's words, `sampled` with the sample values of its key;
    `shown` are messages that stand inside this one, which its text finds under that name, each
    with its `text`, `locale`, `labels` of its buttons, whether it has a `picture`, and whether
    its words are `broken`.
    """

    key: str
    values: Values = field(default_factory=dict)
    rows: Rows = ()
    edit: bool = False
    toast: str = ""
    ask_contact: str = ""
    document: Document | None = None
    photo: str = ""
    protect: bool = False
    secret: bool = False
    more: tuple[Reply, ...] = ()
    locale: str = ""
    wording: Values | None = None
    sampled: bool = False
    shown: tuple[Reply, ...] = ()
    media: tuple[Media, ...] = ()
    quote: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A rendered button: its label and either the packed action or a link."""

    label: str
    payload: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready for a channel: text in the neutral markup and labelled buttons."""

    key: str
    locale: str
    text: str
    rows: tuple[tuple[Key, ...], ...] = ()
    edit: bool = False
    toast: str = ""
    ask_contact: str = ""
    photo: str = ""
    protect: bool = False
    secret: bool = False
    media: tuple[Media, ...] = ()
    quote: str = ""
    topic: str = ""


def is_ours(photo: str) -> bool:
    """Whether a reference names a picture that we find or draw ourselves: `maker:which`."""
    maker, colon, _ = photo.partition(":")
    return bool(colon) and maker not in ("http", "https")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dates as ISO text, money as {"minor", "currency"}."""
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "minor") and hasattr(value, "currency"):
        return {"minor": value.minor, "currency": value.currency}
    raise TypeError(f"a message value may not be a {type(value).__name__}")


def plain_values(values: Values) -> dict[str, Any]:
    """All values of a message as JSON can hold them."""
    return {name: plain(value) for name, value in values.items()}


def dump_rendered(message: Rendered) -> dict[str, Any]:
    """A rendered message as plain data, for the inbox."""
    data = {part.name: getattr(message, part.name) for part in fields(message)}
    data["rows"] = [[[key.label, key.payload, key.url] for key in row] for row in message.rows]
    data["media"] = _dump_media(message.media)
    return data


def load_rendered(data: Mapping[str, Any]) -> Rendered:
    """The rendered message that `dump_rendered` wrote."""
    rows = tuple(tuple(Key(*key) for key in row) for row in data["rows"])
    return Rendered(**{**data, "rows": rows, "media": load_media(data.get("media", ()))})


def dump_reply(reply: Reply) -> dict[str, Any]:
    """A reply as plain data, for a delivery row; documents travel beside it."""
    return {
        "key": reply.key,
        "values": plain_values(reply.values),
        "rows": [[_dump_button(button) for button in row] for row in reply.rows],
        "ask_contact": reply.ask_contact,
        "photo": reply.photo,
        "protect": reply.protect,
        **_dump_place(reply),
    }


def _dump_place(reply: Reply) -> dict[str, Any]:
    """What few messages have, so that the others' rows are no longer for it."""
    media = {"media": _dump_media(reply.media)} if reply.media else {}
    return media | {name: at for name in ("quote", "topic") if (at := getattr(reply, name))}


def load_reply(data: Mapping[str, Any]) -> Reply:
    """The reply that `dump_reply` wrote."""
    rows = tuple(tuple(_load_button(button) for button in row) for row in data["rows"])
    return Reply(
        key=data["key"],
        values=data["values"],
        rows=rows,
        ask_contact=data["ask_contact"],
        photo=data["photo"],
        protect=data["protect"],
        media=load_media(data.get("media", ())),
        quote=data.get("quote", ""),
        topic=data.get("topic", ""),
    )


_KEPT = ("reference", "kind", "name", "size", "mime", "seconds", "channel", "account", "file")


def _dump_media(media: Iterable[Media]) -> list[dict[str, Any]]:
    parts = [{name: getattr(one, name) for name in _KEPT} for one in media]
    return [{name: value for name, value in part.items() if value} for part in parts]


def load_media(data: Iterable[Mapping[str, Any]]) -> tuple[Media, ...]:
    """Media from plain data, as messages and tickets keep it; what else is there is left out."""
    return tuple(Media(**{name: one[name] for name in _KEPT if name in one}) for one in data)


def _dump_button(button: Button) -> dict[str, Any]:
    return {
        "label": button.label,
        "intent": button.intent,
        "args": list(button.args),
        "effect": button.effect,
        "here": button.here,
        "url": button.url,
        "values": plain_values(button.values),
    }


def _load_button(data: Mapping[str, Any]) -> Button:
    return Button(**{**data, "args": tuple(data["args"])})

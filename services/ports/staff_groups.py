"""Ports of where the staff see tickets: their groups, a ticket's topics, and what was posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from domain.tickets import Ticket
from services.ports.post import Notice

DESK: Final = "desk"
ESCALATION: Final = "escalation"
OFF: Final = "off"
MAKING, OPEN, CLOSED, FAILED, NONE = TOPICS = ("making", "open", "closed", "failed", "none")
"""States of a topic. NONE: the platform never said whether it made one, so the ticket has its card
in the group itself."""


class GroupChat(NamedTuple):
    """A group chat of one account (bot) of one channel."""

    channel: str
    account: str
    chat: str


@dataclass(frozen=True, slots=True)
class StaffGroup:
    """A group chat of the staff. `purpose`: DESK, ESCALATION or OFF. `topics`: a topic for each
    ticket. `problem`: "", `no_topics`, `no_rights` or `gone`; with one its tickets go to the
    operators' own chats. `categories`: of which it has the tickets, () for all."""

    id: int
    channel: str
    account: str
    chat: str
    name: str
    purpose: str
    topics: bool
    categories: tuple[str, ...] = ()
    store_id: int | None = None
    locale: str = ""
    problem: str = ""
    added_by: int | None = None

    @property
    def place(self) -> GroupChat:
        return GroupChat(self.channel, self.account, self.chat)

    def takes(self, ticket: Ticket) -> bool:
        """Whether tickets of that category and store come here."""
        if self.categories and ticket.category not in self.categories:
            return False
        return self.store_id is None or self.store_id == ticket.store_id


@dataclass(frozen=True, slots=True)
class Topic:
    """The topic of a ticket in a group; `topic` is "" until the platform has made it. `card_id`:
    the delivery of the ticket's card in it."""

    ticket_id: int
    group_id: int
    topic: str
    state: str
    card_id: int | None = None


class StaffGroups(Protocol):
    """The groups and the topics in them."""

    def save(self, group: StaffGroup, now: datetime) -> StaffGroup:
        """Adds the group, or changes the one of that chat, which keeps its id."""

    def get(self, group_id: int) -> StaffGroup | None: ...
    def by_chat(self, place: GroupChat) -> StaffGroup | None: ...
    def all(self) -> list[StaffGroup]:
        """Those that are not OFF, oldest first."""

    def set_problem(self, group_id: int, problem: str) -> bool:
        """Keeps why the group cannot be used, "" for nothing; False if it was known."""

    def moved(self, place: GroupChat, chat: str) -> None:
        """The chat has a new id. Where that is another group already, it gets the topics and posts
        of the old one, which is OFF then."""

    def begin(self, ticket_id: int, group_id: int) -> bool:
        """Adds a topic that is to be made, or lets a failed one be made again; False if there is
        one."""

    def topic(self, ticket_id: int, group_id: int) -> Topic | None:
        """The topic, locked until the end of the unit."""

    def topics_of(self, ticket_id: int) -> list[Topic]: ...
    def ticket_at(self, group_id: int, topic: str) -> int | None:
        """The ticket of a topic."""

    def set_topic(
        self,
        topic: Topic,
        *,
        name: str | None = None,
        state: str | None = None,
        card_id: int | None = None,
    ) -> None:
        """Changes what is given; `name`: the platform's id of it."""

    def forget_topics(self, group_id: int) -> None:
        """The group has lost its topics: those that come are made anew."""


@dataclass(frozen=True, slots=True)
class Post:
    """A delivery that shows a ticket at an address or in a group. `said_id`: what it carries, None
    for a card. `state` and `message` (the platform's id, "" until it is sent) are the delivery's,
    `act` what it does, `key` and `values` its words. `pieces`: messages of an album, whose ids end
    with `message`."""

    delivery_id: int
    ticket_id: int
    address_id: int | None
    group_id: int | None
    side: str
    said_id: int | None
    pieces: int
    state: str
    message: str
    act: str
    key: str
    values: Mapping[str, Any]


class TicketPosts(Protocol):
    """What was posted of tickets, and where."""

    def add(
        self,
        ticket_id: int,
        delivery_id: int,
        side: str,
        *,
        address_id: int | None = None,
        group_id: int | None = None,
        said_id: int | None = None,
        pieces: int = 1,
    ) -> None:
        """Remembers that a delivery shows the ticket there."""

    def at(self, delivery_id: int) -> Post | None: ...
    def of_said(self, said_id: int) -> list[Post]:
        """Where a message of a ticket was posted."""

    def cards(self, ticket_id: int) -> list[Post]:
        """The ticket's cards, oldest first."""

    def newest(self, ticket_id: int, key: str) -> Post | None:
        """The newest of the ticket's last posts with that message key, edits too."""

    def edits(self, ticket_id: int, target: str) -> list[Post]:
        """Changes of a message that wait to be made."""

    def titled(self, ticket_id: int, group_id: int) -> str:
        """What the ticket's topic was called last."""

    def shown(
        self, message: str, *, address_id: int | None = None, group_id: int | None = None
    ) -> Post | None:
        """What a sent message of that chat shows, any piece of an album too."""

    def stuck(self, group_id: int) -> list[Post]:
        """What a group has not got: what waits for it and what was refused."""

    def waiting(self, address_id: int) -> list[Post]:
        """What waits for an operator's own chat."""

    def skip(self, delivery_ids: list[int], reason: str) -> None:
        """What waits is not sent any more."""

    def replace(self, delivery_id: int, notice: Notice, pieces: int = 1) -> bool:
        """Puts another message in the place of one that waits; False if it is on its way."""


class QueueCounts(NamedTuple):
    """How many tickets stand where."""

    mine: int
    new: int
    near: int
    waiting: int


class TicketQueue(Protocol):
    """Tickets as the staff look for them; each list is one indexed query."""

    def mine(self, staff_id: int, most: int, skip: int) -> list[Ticket]:
        """What an operator has and owes an answer, the earliest promise first."""

    def new(self, most: int, skip: int) -> list[Ticket]:
        """What nobody has taken, the most urgent and the earliest promise first."""

    def near(self, until: datetime, most: int, skip: int) -> list[Ticket]:
        """What is owed before a moment, the earliest promise first."""

    def waiting(self, most: int, skip: int) -> list[Ticket]:
        """What waits for the member, the oldest first."""

    def done(self, since: datetime, most: int, skip: int) -> list[Ticket]:
        """What was resolved or closed since then, newest first."""

    def counts(self, staff_id: int, until: datetime) -> QueueCounts: ...
    def loads(self) -> Mapping[int, int]:
        """By operator: how many running tickets they have."""

"""Ports of events and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.audience_expressions import Expression
from domain.event_waves import Wave
from domain.events import Event, Invitation
from services.ports.audiences import When


class Events(Protocol):
    """Events and who comes."""

    def all(self) -> list[Event]:
        """Every event, the earliest first."""

    def get(self, event_id: int) -> Event | None: ...
    def by_key(self, key: str) -> Event | None: ...
    def hash_of(self, key: str) -> str:
        """The hash of what the event with that key was written from, "" if there is none."""

    def save(self, event: Event, content_hash: str, now: datetime) -> str:
        """Adds or changes the event with its key: `added`, `changed` or `same`."""

    def lock(self, event_id: int) -> None:
        """Locks the event until the end of the unit (nothing to do on SQLite)."""

    def of_member(self, member_id: int, now: datetime) -> list[tuple[Event, Invitation | None]]:
        """Events to come that the member is invited to or that are open to all."""

    def unsettled(self, member_id: int) -> list[Invitation]:
        """The seats and places on waiting lists that the member has of events which are not
        settled."""

    def invitation(self, event_id: int, member_id: int) -> Invitation | None: ...
    def invite(
        self,
        event_id: int,
        places: Sequence[tuple[int, int | None]],
        now: datetime,
        *,
        batch: str,
        face: str,
        staff_id: int | None,
    ) -> None:
        """Adds places for members, each with the delivery that carries the invitation, whose card
        shows `face`; who has a place already keeps it."""

    def come(self, event_id: int, member_id: int) -> None:
        """Adds a place for a member who was not invited, if there is none."""

    def change(self, event_id: int, **values: Any) -> None:
        """Changes columns of an event."""

    def steps(self, horizon: datetime) -> list[int]:
        """Events that are not settled and begin before a moment."""

    def take_seats(self, event_id: int, seats: int) -> bool:
        """Takes so many seats; False if fewer are left."""

    def free_seats(self, event_id: int, seats: int) -> None: ...
    def next_waiting(self, event_id: int, seats: int) -> Invitation | None:
        """Who waits first with a party of at most so many."""

    def ahead(self, part: Invitation) -> int:
        """How many wait before somebody who waits."""

    def lapsed(self, event_id: int, now: datetime) -> list[Invitation]:
        """Offers whose time is over."""

    def next_lapse(self, after: datetime) -> datetime | None:
        """When the next of all open offers lapses after a moment."""

    def part(self, invitation_id: int) -> Invitation | None: ...
    def put(self, part: Invitation, **values: Any) -> bool:
        """Changes a part if it is still as it was read."""

    def expected(self, event_id: int, most: int) -> tuple[int, list[tuple[Invitation, str, str]]]:
        """How many have a seat and were not checked in, and some by name, as in `guests`."""

    def absent(self, event_id: int, most: int) -> list[Invitation]:
        """Who has a seat, was not checked in and is no known no-show."""

    def guests(self, event_id: int, after: int, most: int) -> list[tuple[Invitation, str, str]]:
        """Who answered, after an id, each with the member's number and name."""

    def untold(
        self, event_id: int, what: str, answers: Sequence[str], places: Sequence[str], most: int
    ) -> list[Invitation]:
        """Who gave one of these answers or has one of these places, and was not told this."""

    def tell(self, invitation_id: int, what: str, now: datetime) -> bool:
        """Notes that somebody is told this; False if they were told before."""

    def to_invite(
        self,
        event_id: int,
        most: int,
        meant: tuple[Expression, When] | None = None,
        after: int = 0,
    ) -> list[tuple[int, bool]]:
        """Members after an id who agreed to care or promotions, can be reached and have no place
        yet: id, and whether it was care that they agreed to."""

    def invitable(self, event_id: int, meant: tuple[Expression, When] | None = None) -> int:
        """How many members could be invited."""

    def counts(self, event_id: int) -> dict[str, int]:
        """How many were invited, and how many gave each answer."""


class EventWaves(Protocol):
    """Waves of invitations."""

    def add(self, wave: Wave, staff_id: int | None, now: datetime) -> bool:
        """Adds a wave; False if there is one with its key."""

    def get(self, wave_id: int) -> Wave | None: ...
    def of(self, event_id: int) -> list[Wave]:
        """The waves of an event, the earliest first."""

    def due(self, event_id: int, now: datetime) -> Wave | None:
        """The first planned one that is due."""

    def next_due(self, after: datetime) -> datetime | None:
        """When the next planned wave of all events is due after a moment."""

    def withdraw(self, event_id: int, batch: str) -> int:
        """Keeps invitations of a wave that wait from being sent, as if they had not been written;
        how many."""

    def change(self, wave_id: int, **values: Any) -> None:
        """Changes columns of a wave."""


class Card(NamedTuple):
    """An invitation that a member has in a chat, or will have: the `state` of its delivery."""

    invitation_id: int
    member_id: int
    address_id: int | None
    message_id: str | None
    state: str


class EventCards(Protocol):
    """The cards of events in members' chats. A `face` stands for all that a card says of the
    event; one whose face is another has to be renewed."""

    def own(self, event_id: int, most: int) -> list[Card]:
        """Cards in chats of members with news of their own."""

    def others(self, event_id: int, face: str, after: int, most: int) -> list[Card]:
        """Cards that say something else, by invitation, those after an id."""

    def left(self, event_id: int, face: str) -> bool:
        """Whether cards that say something else are there or on their way."""

    def plan(self, event_id: int, at: datetime | None, after: int) -> None:
        """Cards are renewed next at a moment, those of invitations after an id."""

    def show(self, invitation_id: int, face: str) -> None:
        """Notes what a card says; "" for nothing that holds."""

    def withdraw(self, dedupe: str) -> bool:
        """Keeps a renewal that waits from being sent; False if it is just being sent."""

    def withdraw_news(self, event_id: int, member_id: int) -> None:
        """Keeps what waits to be told to a member of an event (an offer, a reminder) from being
        sent: it does not hold any more."""

    def touch(self, event_id: int, at: datetime) -> None:
        """Cards are renewed at a moment, unless they will be anyway or nobody has one."""

    def events(self, now: datetime) -> list[int]:
        """The events of which cards are to be renewed by now."""

    def due(self, event_id: int, now: datetime) -> int | None:
        """After which invitation it is time to renew cards, None while it is not."""

    def next_due(self, after: datetime) -> datetime | None:
        """When cards of some event are renewed next after a moment."""

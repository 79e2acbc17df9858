"""The line of claimed messages that wait for their moment: replies first, each chat in order."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from bot.messages import Rendered, is_ours
from scheduler.budget import Budget, Track
from services.ports.post import REPLY, Waiting

MOST_PER_CHAT = 3


@dataclass(slots=True, eq=False)
class Flight:
    """A message on its way: `words` it is rendered from (None: the shipped ones), `at` is its
    moment in monotonic seconds, `message` None for one that shows nothing; `needs`: what it
    has for itself while it is on its way."""

    row: Waiting
    track: Track
    words: Mapping[str, Any] | None = None
    message: Rendered | None = None
    at: float = 0.0
    needs: tuple[str, ...] = field(default=())

    @property
    def messages(self) -> int:
        """Of how many messages it is made: an album has one for each of its pictures."""
        return max(len(self.message.media), 1) if self.message else 1


class _Place(NamedTuple):
    ready: float
    number: int
    flight: Flight


class Line:
    """Flights by track. A chat has one message on its way at a time, and a picture that the
    platform has not got yet is sent by one message alone, the others wait for its id."""

    def __init__(self, budget: Budget, show: Callable[[Flight], bool]) -> None:
        """`show` renders a flight; False: it cannot be sent and is done."""
        self._budget = budget
        self._show = show
        self._heaps: dict[Track, list[_Place]] = {track: [] for track in Track}
        self._aside: defaultdict[str, list[_Place]] = defaultdict(list)
        self._taken: set[str] = set()
        self._chats: Counter[str] = Counter()
        self._numbers = count()
        self._uploaded: set[str] = set()

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._heaps.values())) + sum(map(len, self._aside.values()))

    def stock(self, track: Track) -> int:
        """How many of a track wait."""
        aside = (place for places in self._aside.values() for place in places)
        return len(self._heaps[track]) + sum(place.flight.track is track for place in aside)

    def add(self, row: Waiting, words: Mapping[str, Any] | None = None) -> bool:
        """Puts a row into the line; False if its chat has its next turns taken."""
        if self._chats[row.chat] >= MOST_PER_CHAT:
            return False
        self._chats[row.chat] += 1
        track = self._budget.track(row)
        flight = Flight(row, track, words)
        self._push(_Place(self._budget.turn_of(row.chat), next(self._numbers), flight))
        return True

    def pick(self, until: float, most: dict[Track, int]) -> list[Flight]:
        """Those whose moment comes before `until`, in the order of their moments."""
        picked: list[Flight] = []
        for track in Track:
            for flight in self._pick(track, until, most.get(track, 0)):
                flight.at = self._budget.step(track)
                picked.append(flight)
        return sorted(picked, key=lambda flight: flight.at)

    def next(self, most: dict[Track, int]) -> float | None:
        """When the next one could start; None if nothing can before something comes back."""
        moments = [
            max(heap[0].ready, self._budget.next(track))
            for track, heap in self._heaps.items()
            if heap and most.get(track, 0) > 0
        ]
        return min(moments, default=None)

    def done(self, flight: Flight, *, sent: bool) -> None:
        """A flight has come back: who waited for its chat or its picture may go."""
        self._chats[flight.row.chat] -= 1
        if not self._chats[flight.row.chat]:
            del self._chats[flight.row.chat]
        for need in flight.needs:
            self._taken.discard(need)
            if sent and need.startswith(_PICTURE):
                self._uploaded.add(need)
            for place in self._aside.pop(need, ()):
                self._push(place)

    def drop(self, chat: str, *, replies: bool) -> list[Waiting]:
        """Takes out what else waits for a chat, in bulk or `replies` too: the rows."""
        if self._chats[chat] < 2:
            return []
        dropped: list[Waiting] = []
        for places in (*self._heaps.values(), *self._aside.values()):
            gone = [
                place
                for place in places
                if place.flight.row.chat == chat and (replies or place.flight.row.lane != REPLY)
            ]
            for place in gone:
                places.remove(place)
                dropped.append(place.flight.row)
            if gone:
                heapq.heapify(places)
        self._chats[chat] -= len(dropped)
        return dropped

    def forget(self, flight: Flight) -> None:
        """The platform has lost a flight's picture: it is uploaded once more."""
        if flight.message is not None:
            self._uploaded.discard(_PICTURE + flight.message.photo)

    def _pick(self, track: Track, until: float, most: int) -> Iterator[Flight]:
        heap = self._heaps[track]
        while heap and most > 0 and heap[0].ready <= until and self._budget.next(track) <= until:
            place = heapq.heappop(heap)
            flight = place.flight
            if flight.row.shows and not flight.message and not self._show(flight):
                self.done(flight, sent=False)
                continue
            if (turn := self._budget.turn_of(flight.row.chat)) > until:
                self._push(place._replace(ready=turn))
            elif self._take(place):
                most -= 1
                yield flight

    def _take(self, place: _Place) -> bool:
        """Takes what the flight needs for itself; else it stands aside until that is free."""
        needs = self._needs(place.flight)
        for need in needs:
            if need in self._taken:
                self._aside[need].append(place)
                return False
        self._taken.update(needs)
        place.flight.needs = needs
        return True

    def _needs(self, flight: Flight) -> tuple[str, ...]:
        chat = f"chat {flight.row.chat}"
        picture = _PICTURE + flight.message.photo if flight.message else ""
        if not flight.message or not is_ours(flight.message.photo) or picture in self._uploaded:
            return (chat,)
        return chat, picture

    def _push(self, place: _Place) -> None:
        heapq.heappush(self._heaps[place.flight.track], place)


_PICTURE = "picture "

"""The line of claimed messages that wait for their moment: replies first, each chat in order."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, NamedTuple

from bot.messages import Rendered, is_ours
from scheduler.budget import Budget, Track
from services.ports.post import Waiting

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

    def answers(self, quotes: Mapping[int, str]) -> None:
        """The message that it answers is out now, or never will be (by row)."""
        if self.message is not None and self.row.id in quotes:
            self.message = replace(self.message, quote=quotes[self.row.id])


class _Place(NamedTuple):
    ready: float
    number: int
    flight: Flight


class Line:
    """Flights by track. A chat has one message on its way at a time, and a picture that the
    platform has not got yet is sent by one message alone, the others wait for its id. Of a chat
    only the first one on each track is in the heaps or aside, the others follow it in order."""

    def __init__(self, budget: Budget, show: Callable[[Flight], bool]) -> None:
        """`show` renders a flight; False: it cannot be sent and is done."""
        self._budget = budget
        self._show = show
        self._heaps: dict[Track, list[_Place]] = {track: [] for track in Track}
        self._aside: defaultdict[str, list[_Place]] = defaultdict(list)
        self._taken: set[str] = set()
        self._chats: Counter[str] = Counter()
        self._queues: defaultdict[tuple[str, Track], deque[_Place]] = defaultdict(deque)
        self._behind: Counter[Track] = Counter()
        self._numbers = count()
        self._uploaded: set[str] = set()

    def __len__(self) -> int:
        """How many wait."""
        waiting = (*self._heaps.values(), *self._aside.values())
        return sum(map(len, waiting)) + self._behind.total()

    def stock(self, track: Track) -> int:
        """How many of a track wait."""
        aside = (place for places in self._aside.values() for place in places)
        set_aside = sum(place.flight.track is track for place in aside)
        return len(self._heaps[track]) + set_aside + self._behind[track]

    def add(self, row: Waiting, words: Mapping[str, Any] | None = None) -> bool:
        """Puts a row into the line; False if its chat has its next turns taken."""
        if self._chats[row.chat] >= MOST_PER_CHAT:
            return False
        self._chats[row.chat] += 1
        track = self._budget.track(row)
        flight = Flight(row, track, words)
        place = _Place(self._budget.turn_of(row.chat), next(self._numbers), flight)
        queue = self._queues[row.chat, track]
        queue.append(place)
        if len(queue) == 1:
            self._push(place)
        else:
            self._behind[track] += 1
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
        self._count(flight.row.chat, 1)
        for need in flight.needs:
            self._taken.discard(need)
            if sent and need.startswith(_PICTURE):
                self._uploaded.add(need)
            for place in self._aside.pop(need, ()):
                self._push(place)
        key = (flight.row.chat, flight.track)
        queue = self._queues[key]
        queue.popleft()
        if queue:
            self._behind[flight.track] -= 1
            self._push(queue[0])
        else:
            del self._queues[key]

    def drop(self, chat: str, *, replies: bool) -> list[Waiting]:
        """Takes out what else waits for a chat, in bulk or `replies` too: the rows."""
        dropped: list[Waiting] = []
        for track in Track:
            queue = self._queues.get((chat, track))
            if queue and (replies or track is not Track.REPLIES):
                dropped += self._drop(queue, track)
        self._count(chat, len(dropped))
        return dropped

    def _drop(self, queue: deque[_Place], track: Track) -> list[Waiting]:
        """Empties a queue, but for a first one that is on its way."""
        first = queue[0].flight
        heap = self._heaps[track]
        for places in (heap, *self._aside.values()):
            here = next((place for place in places if place.flight is first), None)
            if here is not None:
                places.remove(here)
                heapq.heapify(heap)
                break
        gone = list(queue)[here is None :]
        self._behind[track] -= len(queue) - 1
        for _ in gone:
            queue.pop()
        if not queue:
            del self._queues[first.row.chat, track]
        return [place.flight.row for place in gone]

    def _count(self, chat: str, gone: int) -> None:
        self._chats[chat] -= gone
        if not self._chats[chat]:
            del self._chats[chat]

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

"""How fast we may send: so much in bulk, replies before it, each chat one message a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import IntEnum

from services.ports.post import REPLY, Waiting

HEADROOM = 5.0
"""Messages per second that bulk never gets (Telegram stops at about 30 with 25 in bulk)."""
CHAT_SECONDS = 1.0
GROUP_MOST, GROUP_SECONDS = 20, 60.0
"""A group takes so many messages in so many seconds (Bot API FAQ)."""
MARGIN = 0.003
"""Seconds by which a window is longer than it need be: a message may leave a little late."""
CATCH_UP = 0.1
"""So far behind its pace a track may be and still make up for it, in seconds."""


class Track(IntEnum):
    """What is paced by itself."""

    REPLIES = 0
    BULK = 1
    PAID = 2


class Window:
    """At most `rate` starts in any second, counted over the last ones. `planned`: how many have
    their moment and have not started yet."""

    def __init__(self, rate: float) -> None:
        self._most = max(int(rate), 1)
        self._seconds = max(self._most / rate, 1.0) + MARGIN
        self._starts: deque[float] = deque(maxlen=self._most)
        self.planned = 0

    def opens(self, ahead: int = 0) -> float:
        """From when on one more may start after `ahead` others."""
        last = len(self._starts) - self._most + ahead
        if last < 0 or not self._starts:
            return 0.0
        return self._starts[min(last, len(self._starts) - 1)] + self._seconds

    def start(self, now: float) -> None:
        self._starts.append(now)


class Pace:
    """Even steps of `1 / rate` seconds."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = 0.0

    def next(self, now: float) -> float:
        """When the next one is due."""
        return max(self._next, now - CATCH_UP)

    def step(self, now: float) -> float:
        """Takes the next step; its moment."""
        at = self.next(now)
        self._next = at + self._gap
        return at


class Budget:
    """Says when a message may start, in monotonic seconds.

    `rate`: messages per second in bulk. All messages but the paid ones share rate + HEADROOM per
    second; replies take what they need of it, bulk only what is left. `paid`: per second, for
    messages that may be charged for; 0: they go as the others in bulk.
    """

    def __init__(self, rate: float, monotonic: Callable[[], float], paid: float = 0.0) -> None:
        everything = Window(rate + HEADROOM)
        self.rate = rate
        self.paid = paid
        self._monotonic = monotonic
        together = Pace(rate + HEADROOM)
        self._paces = {Track.REPLIES: [together], Track.BULK: [together, Pace(rate)]}
        self._windows = {Track.REPLIES: [everything], Track.BULK: [everything, Window(rate)]}
        if paid:
            self._paces[Track.PAID] = [Pace(paid)]
            self._windows[Track.PAID] = [Window(paid)]
        self._chats: dict[str, float] = {}
        self._groups: dict[str, deque[float]] = {}

    def track(self, row: Waiting) -> Track:
        """On which track a row leaves."""
        if row.lane == REPLY:
            return Track.REPLIES
        return Track.PAID if row.paid and self.paid else Track.BULK

    def rate_of(self, track: Track) -> float:
        """Messages per second of a track."""
        return {Track.REPLIES: self.rate + HEADROOM, Track.PAID: self.paid}.get(track, self.rate)

    def next(self, track: Track) -> float:
        """From when on one more message of a track could start."""
        now = self._monotonic()
        windows = max(window.opens(window.planned) for window in self._windows[track])
        return max(windows, *(pace.next(now) for pace in self._paces[track]))

    def step(self, track: Track) -> float:
        """Gives a message its moment on the track; it starts or is given back."""
        now = self._monotonic()
        for window in self._windows[track]:
            window.planned += 1
        return max(pace.step(now) for pace in self._paces[track])

    def give_back(self, track: Track) -> None:
        """A message that had its moment does not start."""
        for window in self._windows[track]:
            window.planned -= 1

    def opens(self, track: Track, chat: str) -> float:
        """From when on this very message may start, as seen by what has really started."""
        windows = max(window.opens() for window in self._windows[track])
        return max(windows, self.turn_of(chat))

    def start(self, track: Track, chat: str, messages: int = 1) -> None:
        """A message starts at this moment; an album is several `messages`."""
        now = self._monotonic()
        for window in self._windows[track]:
            window.planned -= 1
            window.start(now)
        self._chats[chat] = now
        if is_group(chat):
            starts = self._groups.setdefault(chat, deque(maxlen=GROUP_MOST))
            starts.extend([now] * messages)
        if len(self._chats) > 10_000:
            self._chats = {c: at for c, at in self._chats.items() if at + CHAT_SECONDS > now}

    def turn_of(self, chat: str) -> float:
        """When a chat has its next turn, by what has started there."""
        last = self._chats.get(chat)
        turn = last + CHAT_SECONDS if last is not None else 0.0
        starts = self._groups.get(chat)
        if starts is None or len(starts) < GROUP_MOST:
            return turn
        return max(turn, starts[0] + GROUP_SECONDS + MARGIN)

    def wait_of(self, chat: str) -> float:
        """Seconds until a chat has its next turn, 0 if it could have it now."""
        return max(self.turn_of(chat) - self._monotonic(), 0.0)


def is_group(chat: str) -> bool:
    """Whether a chat is a group: platforms that have them give them negative ids."""
    return chat.startswith("-")

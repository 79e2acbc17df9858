"""How fast we may send: so much in bulk, replies before it, each chat one message a second."""

from __future__ import annotations

from collections.abc import Callable

HEADROOM = 5.0
"""Messages per second that bulk never gets (Telegram stops at about 30 with 25 in bulk)."""
CHAT_SECONDS = 1.0
HORIZON = 2.0
BULK_HORIZON = 0.5
MOST_REPLIES = 50
MOST_BULK = 500


class Budget:
    """Hands out moments for sending, in seconds from now.

    `rate`: messages per second in bulk. All messages share rate + HEADROOM per second; replies
    take what they need of it, bulk only what is left.
    """

    def __init__(self, rate: float, monotonic: Callable[[], float]) -> None:
        self._bulk_gap = 1 / rate
        self._gap = 1 / (rate + HEADROOM)
        self._monotonic = monotonic
        self._next = 0.0
        self._next_bulk = 0.0
        self._chats: dict[str, float] = {}

    def room(self, *, bulk: bool) -> int:
        """How many messages could be given a moment soon."""
        now = self._monotonic()
        if not bulk:
            behind = max(self._next - now, 0.0)
            return max(min(int((HORIZON - behind) / self._gap), MOST_REPLIES), 0)
        ahead = now + BULK_HORIZON - max(self._next, self._next_bulk, now)
        if ahead <= 0:
            return 0
        return max(min(int(ahead / self._bulk_gap), MOST_BULK), 1)

    def reserve(self, chat: str, *, bulk: bool) -> float | None:
        """Seconds until this message may leave; None if its chat's turn is too far away."""
        now = self._monotonic()
        at = max(self._next, now)
        if bulk:
            at = max(at, self._next_bulk)
        at = max(at, self._chats.get(chat, 0.0))
        if at - now > HORIZON:
            return None
        self._chats[chat] = at + CHAT_SECONDS
        self._next = max(self._next, now) + self._gap
        if bulk:
            self._next_bulk = max(self._next_bulk, now) + self._bulk_gap
        if len(self._chats) > 10_000:
            self._forget(now)
        return at - now

    def wait_of(self, chat: str) -> float:
        """Seconds until a chat's next turn."""
        return max(self._chats.get(chat, 0.0) - self._monotonic(), 0.0)

    def _forget(self, now: float) -> None:
        self._chats = {chat: at for chat, at in self._chats.items() if at > now}

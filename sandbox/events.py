"""What happens in the world, for whoever listens: the page through Server-Sent Events."""

import asyncio
from typing import Any

Json = dict[str, Any]


class Events:
    """Hands every announcement to all listeners; a listener that falls behind is cut off."""

    def __init__(self, backlog: int = 1000) -> None:
        self._listeners: set[asyncio.Queue[Json | None]] = set()
        self._backlog = backlog

    def announce(self, kind: str, **facts: Any) -> None:
        """Tells all listeners."""
        for queue in list(self._listeners):
            if queue.full():
                self._listeners.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait({"kind": kind, **facts})

    def listen(self) -> "asyncio.Queue[Json | None]":
        """A new listener's queue; None in it means that it is over."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue(self._backlog)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: "asyncio.Queue[Json | None]") -> None:
        """Ends a listener."""
        self._listeners.discard(queue)

    def close(self) -> None:
        """Ends all listeners."""
        for queue in list(self._listeners):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
        self._listeners.clear()

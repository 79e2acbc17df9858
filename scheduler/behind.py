"""Who was put back as their chat was busy: nobody later of that chat goes before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from scheduler.budget import CHAT_SECONDS
from services.ports.post import Waiting

PATIENCE_SECONDS = 10.0
"""A row that no look at the database brought back for so long was taken by another, or is gone."""
MOST_CHATS = 1000
"""Beyond that, chats in which nothing comes back are forgotten."""
Key = tuple[str, int]


class Behind:
    """The moments at which rows of a chat and a lane are due again, in monotonic seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._rows: defaultdict[Key, dict[int, float]] = defaultdict(dict)
        self._looked = monotonic()

    def looked(self, since: float) -> None:
        """What was due at this moment has been looked for. Patience counts from here: whoever
        stood still has not looked, so that nothing is given up that only waits for us."""
        self._looked = since

    def put(self, row: Waiting, seconds: float) -> float:
        """The row is put back for so long at least, and until after those before it: how long."""
        now, key = self._monotonic(), _key(row)
        if len(self._rows) >= MOST_CHATS:
            self._forget(self._looked - PATIENCE_SECONDS)
        before = [at for other, at in self._rows[key].items() if other < row.id]
        due = max(now + seconds, max(before, default=0.0) + CHAT_SECONDS)
        self._rows[key][row.id] = due
        return due - now

    def holds(self, row: Waiting) -> bool:
        """Whether an earlier row of its chat and lane is still to come back."""
        rows = self._rows.get(_key(row))
        if not rows:
            return False
        gone = self._looked - PATIENCE_SECONDS
        return any(other < row.id and at > gone for other, at in rows.items())

    def goes(self, row: Waiting) -> None:
        """The row is in the line: it and those before it hold up nobody any more."""
        key = _key(row)
        if key not in self._rows:
            return
        later = {other: at for other, at in self._rows[key].items() if other > row.id}
        if later:
            self._rows[key] = later
        else:
            del self._rows[key]

    def _forget(self, gone: float) -> None:
        for key, rows in list(self._rows.items()):
            if max(rows.values()) <= gone:
                del self._rows[key]


def _key(row: Waiting) -> Key:
    return row.chat, row.lane

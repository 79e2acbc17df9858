"""The updates of one bot that wait for getUpdates or for its webhook."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.store import Store

Json = dict[str, Any]
Lane = tuple[str, int]

# not sent unless asked for, as the Bot API says
_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True)
class Pending:
    """One waiting update; ``serial`` is its place in the queue, ``since`` real seconds."""

    serial: int
    bot_id: int
    update: Json
    since: float

    @property
    def kind(self) -> str:
        """``message``, ``callback_query`` and so on."""
        return next(name for name in self.update if name != "update_id")

    @property
    def lane(self) -> Lane:
        """Updates of one lane are delivered one after the other: messages of a chat, taps of a
        user, membership changes of a chat; lanes do not wait for each other."""
        body = self.update[self.kind]
        if self.kind == "callback_query":
            return "taps", body["from"]["id"]
        if self.kind == "my_chat_member":
            return "membership", body["chat"]["id"]
        return "messages", body["chat"]["id"]

    @property
    def life(self) -> float:
        """Seconds after which an undelivered update is given up."""
        return 150.0 if self.kind == "callback_query" else 86_400.0


class UpdateQueue:
    """Waiting updates in order; ``changed`` is set whenever something is added."""

    def __init__(self, bot_id: int, store: Store, clock: Callable[[], float]) -> None:
        self.bot_id = bot_id
        self.changed = asyncio.Event()
        self._store = store
        self._clock = clock
        self._waiting: dict[int, Pending] = {}
        self.lanes: dict[Lane, dict[int, Pending]] = {}
        self._serial = 0
        self._held: list[Json] = []

    def restore(self, records: Iterable[Json]) -> None:
        """Takes back what a former run had not delivered."""
        for record in sorted(records, key=lambda record: record["serial"]):
            self._insert(Pending(**record))

    def add(self, update: Json, copies: int = 1) -> None:
        """Appends an update, several times for a fault of that kind, then what was held back."""
        for item in [update] * copies + self._held:
            self._append(item)
        self._held = []

    def hold(self, update: Json, seconds: float) -> None:
        """Keeps an update back until the next one has been added, or for some seconds."""
        self._held.append(update)
        asyncio.get_running_loop().call_later(seconds, self.release)

    def release(self) -> None:
        """Appends what was held back."""
        if not self._held:
            return
        for item in self._held:
            self._append(item)
        self._held = []
        self._store.commit()

    def _append(self, update: Json) -> None:
        self._serial += 1
        pending = Pending(self._serial, self.bot_id, update, self._clock())
        self._insert(pending)
        self._store.put("update", f"{self.bot_id}:{pending.serial}", vars(pending))
        self.changed.set()

    def _insert(self, pending: Pending) -> None:
        self._serial = max(self._serial, pending.serial)
        self._waiting[pending.serial] = pending
        self.lanes.setdefault(pending.lane, {})[pending.serial] = pending

    def settle(self, pending: Pending) -> None:
        """Removes a delivered or expired update."""
        if self._waiting.pop(pending.serial, None):
            self._store.drop("update", f"{self.bot_id}:{pending.serial}")
            lane = self.lanes[pending.lane]
            del lane[pending.serial]
            if not lane:
                del self.lanes[pending.lane]

    def expired(self, pending: Pending, ahead: float = 0.0) -> bool:
        """Whether an update is, or in ``ahead`` seconds will be, too old to be delivered."""
        return self._clock() + ahead - pending.since > pending.life

    def head(self, lane: Lane) -> Pending | None:
        """The oldest deliverable update of a lane."""
        while lane in self.lanes:
            pending = next(iter(self.lanes[lane].values()))
            if not self.expired(pending):
                return pending
            self.settle(pending)
        return None

    def waiting(self) -> list[Pending]:
        """All that waits, oldest first, without what has expired."""
        for pending in list(self._waiting.values()):
            if self.expired(pending):
                self.settle(pending)
        return list(self._waiting.values())

    def confirm(self, offset: int) -> None:
        """Drops updates below ``offset``; a negative one keeps only the last ``-offset``."""
        waiting = list(self._waiting.values())
        if offset < 0:
            gone = waiting[:offset]
        else:
            gone = [pending for pending in waiting if pending.update["update_id"] < offset]
        for pending in gone:
            self.settle(pending)

    def clear(self) -> None:
        """Drops everything."""
        self._held = []
        for pending in list(self._waiting.values()):
            self.settle(pending)


def wanted(kind: str, allowed: list[str] | None) -> bool:
    """Whether a bot with this ``allowed_updates`` gets an update of that kind."""
    if not allowed:
        return kind not in _ON_REQUEST
    return kind in allowed

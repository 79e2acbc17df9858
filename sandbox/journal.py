"""The log of Bot API calls: written before a call is answered, without tokens and secrets."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.store import Store

Json = dict[str, Any]
_SECRET = ("secret_token",)


class Journal:
    """The latest calls, newest last; ``seq`` counts up over restarts."""

    def __init__(self, store: Store, announce: Callable[[Json], None], size: int) -> None:
        self._entries: deque[Json] = deque(maxlen=size)
        self._store = store
        self._announce = announce
        self._seq = 0

    def restore(self, records: Iterable[Json]) -> None:
        """Takes back the log of a former run."""
        for entry in sorted(records, key=lambda record: record["seq"]):
            self._entries.append(entry)
            self._seq = entry["seq"]

    def open(self, facts: Json, params: Json, token: str) -> Json:
        """Records an accepted call whose answer is still to come."""
        self._seq += 1
        kept = {name: _kept(name, value, token) for name, value in params.items()}
        entry = {"seq": self._seq, **facts, "params": kept, "status": "open"}
        if len(self._entries) == self._entries.maxlen:
            self._store.drop("call", self._entries[0]["seq"])
        self._entries.append(entry)
        return entry

    def close(self, entry: Json, outcome: Json) -> None:
        """Completes a record with its answer, before the answer is sent."""
        entry |= outcome
        self._store.put("call", entry["seq"], entry)
        self._store.commit()
        self._announce(entry)

    def entries(self, after: int = 0, method: str = "", limit: int = 500) -> list[Json]:
        """The last ``limit`` calls after a ``seq``, oldest first, of one method if given."""
        found = [
            entry
            for entry in self._entries
            if entry["seq"] > after and method.lower() in ("", entry["method"].lower())
        ]
        return found[-limit:]

    def clear(self) -> None:
        """Forgets all calls."""
        for entry in self._entries:
            self._store.drop("call", entry["seq"])
        self._entries.clear()
        self._store.commit()


def _kept(name: str, value: Any, token: str) -> Any:
    if name in _SECRET:
        return "***"
    if hasattr(value, "journal"):
        return value.journal()
    if isinstance(value, str):
        return value.replace(token, "<token>")
    if isinstance(value, dict):
        return {key: _kept(key, item, token) for key, item in value.items()}
    if isinstance(value, list):
        return [_kept(name, item, token) for item in value]
    return value

"""Faults that can be switched on: refused, slow, broken and hanging calls, disordered updates."""

import random
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError, PersonError

CALL_KINDS = ("429", "403", "400", "500", "slow", "hang", "group")
UPDATE_KINDS = ("duplicate", "reorder")
_DEFAULT_TEXT = {
    "429": "Too Many Requests: retry after {retry_after}",
    "403": "Forbidden: bot was blocked by the user",
    "400": "Bad Request: chat not found",
    "500": "Internal Server Error",
    "group": "Too Many Requests: retry after {retry_after}",
}
PER_MINUTE = 20
MINUTE = 60.0


@dataclass
class Fault:
    """One switched-on fault; ``count`` None means until it is switched off.

    ``effect`` says whether the call is carried out although its answer is bad or late.
    """

    id: int
    kind: str
    count: int | None = None
    probability: float = 1.0
    method: str = ""
    chat_id: int | None = None
    retry_after: int = 5
    ms: int = 1000
    effect: bool = False
    description: str = ""
    hits: int = 0

    def error(self) -> ApiError:
        """The refusal that this fault answers with."""
        wait = self.retry_after if self.kind in ("429", "group") else None
        text = self.description or _DEFAULT_TEXT[self.kind].format(retry_after=wait)
        return ApiError(429 if self.kind == "group" else int(self.kind), text, wait)


class Faults:
    """The faults that are on, oldest first."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)
        self._on: dict[int, Fault] = {}
        self._last = 0
        self.clock = time.monotonic
        self._said: dict[object, deque[float]] = defaultdict(deque)

    def add(self, given: dict[str, Any]) -> Fault:
        """Switches a fault on; PersonError 400 says what is wrong with the request."""
        kind = str(given.get("kind", ""))
        if kind not in CALL_KINDS + UPDATE_KINDS:
            raise PersonError(400, f"kind must be one of {', '.join(CALL_KINDS + UPDATE_KINDS)}")
        self._last += 1
        fault = Fault(self._last, kind, effect=kind in ("slow", "hang"))
        for name, value in given.items():
            if name != "kind":
                _set(fault, name, value)
        self._on[fault.id] = fault
        return fault

    def all(self) -> list[Fault]:
        """What is on."""
        return list(self._on.values())

    def clear(self, fault_id: int | None = None) -> None:
        """Switches one fault off, or all."""
        if fault_id is None:
            self._on.clear()
        else:
            self._on.pop(fault_id, None)

    def for_call(self, method: str, chat_id: object, pieces: int = 1) -> Fault | None:
        """The fault that hits this call, counted; an album has several pieces."""
        for fault in self._on.values():
            fits = not fault.method or fault.method.lower() == method.lower()
            here = fault.chat_id is None or str(fault.chat_id) == str(chat_id)
            if fault.kind not in CALL_KINDS or not (fits and here):
                continue
            if fault.kind == "group" and not self._crowded(fault, method, chat_id, pieces):
                continue
            if self._strikes(fault):
                return fault
        return None

    def _crowded(self, fault: Fault, method: str, chat_id: object, pieces: int) -> bool:
        """Whether a group has had its twenty messages of a minute; what goes out is noted."""
        group = str(chat_id).startswith("-")
        if not group or not method.startswith(("send", "copy", "edit")):
            return False
        now, said = self.clock(), self._said[str(chat_id)]
        while said and said[0] <= now - MINUTE:
            said.popleft()
        if said and len(said) + pieces > PER_MINUTE:
            fault.retry_after = max(1, int(said[0] + MINUTE - now + 0.999))
            return True
        said.extend([now] * pieces)
        return False

    def for_update(self, kind: str) -> Fault | None:
        """The fault that hits this update, counted; ``method`` filters by kind of update."""
        for fault in self._on.values():
            fits = not fault.method or fault.method == kind
            if fault.kind in UPDATE_KINDS and fits and self._strikes(fault):
                return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return False
        fault.hits += 1
        if fault.count is not None and fault.hits >= fault.count:
            self._on.pop(fault.id)
        return True


_NUMBERS = {
    "count": (1, 1_000_000),
    "retry_after": (1, 86_400),
    "ms": (0, 600_000),
    "chat_id": (-(2**53), 2**53),
}


def _set(fault: Fault, name: str, value: Any) -> None:
    if name in _NUMBERS:
        least, most = _NUMBERS[name]
        if value is not None and not _is_number(value, int, least, most):
            raise PersonError(400, f"{name} must be a whole number of {least}-{most}", "number")
        if value is None and name not in ("count", "chat_id"):
            return
    elif name == "probability":
        if not _is_number(value, int | float, 0, 1):
            raise PersonError(400, "probability must be a number of 0-1", "number")
    elif name in ("method", "description"):
        value = str(value or "")
    elif name == "effect":
        value = bool(value)
    else:
        raise PersonError(400, f"a fault has no field {name!r}")
    setattr(fault, name, value)


def _is_number(value: Any, kind: Any, least: float, most: float) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and least <= value <= most

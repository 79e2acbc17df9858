"""A conversation as data: its steps in order, what each accepts, and when it lapses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.messages import Kind

TEXT = frozenset({Kind.TEXT})
TEXT_OR_CONTACT = frozenset({Kind.TEXT, Kind.CONTACT})
ANYTHING = frozenset({Kind.TEXT, Kind.PHOTO, Kind.FILE})


@dataclass(frozen=True, slots=True)
class Step:
    """One question: its name (the handler is routed as `flow.step`) and the kinds it accepts."""

    name: str
    accepts: frozenset[Kind] = TEXT


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps in order. A conversation not answered within `timeout` is over."""

    name: str
    steps: tuple[Step, ...]
    timeout: timedelta = timedelta(days=1)

    def step(self, name: str) -> Step:
        """The step of that name; raises KeyError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(f"{self.name}.{name}")

    def after(self, name: str) -> str | None:
        """The name of the step that follows, None after the last."""
        names = [step.name for step in self.steps]
        place = names.index(name) + 1
        return names[place] if place < len(names) else None

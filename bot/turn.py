"""One turn of a conversation as a handler sees it: who, what they want, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from bot.flow import Flow
from bot.messages import Inbound
from bot.state import Conversation, Person, State

W = TypeVar("W")
AS_TEXT = "text:"
"""Before a reference in `Route.looks`: the file is to be read as text."""
TO_TRY = "words:"
"""What `Route.looks` gives before words that are to be tried, as JSON; what was found to be wrong
with them is `Seen.text`, as JSON too."""

MOOD = "mood:"
"""Before a text in `Route.looks`: how it sounds, as JSON in `Seen.text`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a picture that somebody sent is known again by, found before the unit of work began:
    `digest` of its bytes, `near` of its looks. Of a file that is to be read (AS_TEXT before its
    reference): its `text`. `problem`: why there is nothing to know (`unreachable`, `too_big`,
    `not_a_picture`, `not_a_text`), else ""."""

    reference: str
    digest: str = ""
    near: str = ""
    problem: str = ""
    text: str = ""


@dataclass(slots=True)
class Turn(Generic[W]):
    """What a handler is given.

    `args` belong to the intent (words after a command, parts of a button), `nonce` is the
    idempotency key of the effect, `work` the unit of work that the handler's service uses. `seen`
    is there for routes that look at a picture, `counted` for those that count beforehand.
    """

    work: W
    inbound: Inbound
    person: Person
    conversation: Conversation
    now: datetime
    intent: str
    args: tuple[str, ...] = ()
    nonce: str = ""
    seen: Seen | None = None
    counted: Any = None
    moved: bool = field(default=False)

    @classmethod
    def of(cls, work: W, inbound: Inbound, state: State, now: datetime, intent: str) -> Turn[W]:
        return cls(work, inbound, state.person, state.conversation, now, intent)

    @property
    def text(self) -> str:
        return self.inbound.text

    @property
    def locale(self) -> str:
        return self.person.locale

    @property
    def data(self) -> Mapping[str, Any]:
        """What the running conversation has collected so far."""
        return self.conversation.data

    def arg(self, place: int = 0) -> str:
        """The intent's argument at that place, "" if it was not given."""
        return self.args[place] if place < len(self.args) else ""

    def start(self, flow: Flow, step: str = "", **data: Any) -> None:
        """Begins a conversation at its first step or the one named."""
        self._move(flow.name, step or flow.steps[0].name, data, self.now + flow.timeout)

    def go(self, step: str, **data: Any) -> None:
        """Moves to another step of the running conversation and adds to its data."""
        old = self.conversation
        self._move(old.flow, step, {**old.data, **data}, old.expires_at)

    def end(self) -> None:
        """Ends the running conversation, if there is one."""
        if self.conversation.flow:
            self._move("", "", {}, None)

    def _move(
        self, flow: str, step: str, data: Mapping[str, Any], expires_at: datetime | None
    ) -> None:
        version = self.conversation.version + (0 if self.moved else 1)
        self.conversation = Conversation(flow, step, data, version, expires_at)
        self.moved = True

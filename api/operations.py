"""The table of operations: path, scope, shapes, problems. Routes, rights, checks and the OpenAPI
document all come from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel

from domain.errors import Refused
from services.answers import Answer
from services.ports import Work
from services.ports.club import Actor
from services.ports.keys import ApiKey
from services.ports.webhooks import Webhook

ROOT: Final = "/api/v1"
Keyed = Literal["", "may", "must"]


@dataclass(frozen=True, slots=True)
class Call:
    """One checked request inside its transaction. `body` and `query` are the operation's own
    models; `key` the caller's; `once` the Idempotency-Key, "" for none; `content` its raw body;
    `whence` the caller's network address."""

    work: Work
    now: datetime
    caller: ApiKey | Webhook
    path: Mapping[str, str]
    body: Any
    query: Any
    once: str
    content: str
    whence: str = ""

    @property
    def actor(self) -> Actor:
        """Who stands in the audit."""
        return Actor(self.caller.actor)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `keyed`: whether an Idempotency-Key may or must come with it; `problems`:
    the refusals of the club that it may answer with; `replies` by status; `finish` completes an
    answer, stored or new, with what may not be stored; `refused` keeps something of a refusal, in
    a transaction of its own, for that of the operation is undone. `reads`: a POST that changes
    nothing. `scope` "": a signature opens it."""

    method: Literal["GET", "POST"]
    path: str
    name: str
    summary: str
    scope: str
    run: Callable[[Call], Answer]
    replies: Mapping[int, type[BaseModel]]
    problems: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    keyed: Keyed = ""
    about: str = ""
    reads: bool = False
    examples: Mapping[str, Any] = field(default_factory=dict)
    reply_example: Any = None
    finish: Callable[[Call, Answer], Answer] | None = None
    refused: Callable[[Call, Refused], None] | None = None

    @property
    def signed(self) -> bool:
        """Whether a signature opens it instead of a key."""
        return not self.scope

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not self.reads

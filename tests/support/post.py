"""A channel that journals what it is given and fails on demand, and a sender to test with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.channel import (
    GONE,
    NO_RIGHTS,
    NO_SUCH_TOPIC,
    NO_TOPICS,
    Capabilities,
    Moved,
    PartlyOut,
    PictureGone,
    Rejected,
    RetryLater,
    SendError,
    TooOld,
    Unknown,
    Unreachable,
)
from bot.messages import Document, Rendered
from scheduler.clocks import Clocks
from scheduler.delivery import Sender
from services.ports.post import Notice, Waiting
from storage.tables import post
from tests.support.club import Club

QUICK = 20.0  # how much faster than real time a tested sender waits
ROWS = post.Delivery.__table__  # type: ignore[attr-defined]
FILES = post.File.__table__  # type: ignore[attr-defined]


def fault(name: str) -> SendError | None:
    """The error that a platform's trouble stands for; the four kinds of bot.channel."""
    return {
        "": None,
        "flood": RetryLater(timedelta(seconds=7), flood=True),
        "not connected": RetryLater(),
        "blocked": Unreachable("bot was blocked by the user"),
        "revoked": RetryLater(timedelta(minutes=5), flood=True, everywhere=True),
        "moved": Moved("-1009"),
        "picture gone": PictureGone(),
        "too old": TooOld("message can't be edited"),
        "bad message": Rejected("can't parse entities"),
        "broken": Unknown("Internal Server Error"),
        "flood halfway": PartlyOut("1 of 2", RetryLater(timedelta(seconds=7), flood=True)),
        "no topics": _lacking(Rejected("the chat is not a forum"), NO_TOPICS),
        "no rights": _lacking(Rejected("not enough rights to create a topic"), NO_RIGHTS),
        "topic gone": _lacking(Rejected("message thread not found"), NO_SUCH_TOPIC),
        "kicked": _lacking(Unreachable("bot was kicked from the group chat"), GONE),
        "bad half": PartlyOut("1 of 2", Rejected("can't parse entities")),
    }[name]


def _lacking(error: SendError, why: str) -> SendError:
    error.why = why
    return error


@dataclass
class FakeChannel:
    """Journals every message before it answers. `faults`: what happens, by chat or `*`."""

    name: str = "telegram"
    account: str = "42"
    capabilities: Capabilities = field(default_factory=Capabilities)
    faults: dict[str, str] = field(default_factory=dict)
    journal: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[Document] = field(default_factory=list)
    messages: list[Rendered] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str, str]] = field(default_factory=list)
    charged: int = 0
    before: Callable[[], Awaitable[None]] | None = None
    after: Callable[[], Awaitable[None]] | None = None

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        await self._asked(chat)
        self.journal.append((chat, message.key, message.text))
        self.messages.append(message)
        self.charged += paid
        if document is not None:
            self.files.append(document)
        if self.after:
            await self.after()
        return str(len(self.journal))

    async def _asked(self, chat: str) -> None:
        self.tries.append(chat)
        if self.before:
            await self.before()
        await asyncio.sleep(0)
        if error := fault(self.faults.get(chat, self.faults.get("*", ""))):
            raise error

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        await self._asked(chat)
        self.changes.append(("edit", chat, message_id, message.text))

    async def delete(self, chat: str, message_id: str) -> None:
        await self._asked(chat)
        self.changes.append(("delete", chat, message_id, ""))

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        await self._asked(chat)
        self.changes.append((act, chat, topic, name))
        return topic or str(1000 + len(self.changes))

    def to(self, chat: str) -> list[str]:
        """The keys that a chat has got, in order."""
        return [key for one, key, _ in self.journal if one == chat]


def waiting(number: int, lane: int, chat: str, **parts: Any) -> Waiting:
    """A claimed row as the line gets it."""
    made = datetime(2026, 11, 1, tzinfo=UTC)
    row = Waiting(
        id=number,
        chat=chat,
        user=chat,
        address_id=None,
        member_id=None,
        campaign_id=None,
        purpose="service",
        lane=lane,
        surely=True,
        locale="en",
        message={"key": "care.birthday_gift"},
        file_id=None,
        tries=0,
        repeated=False,
        made_at=made,
        due_at=made,
    )
    return replace(row, **parts)


class RealTime:
    """Real time for leases and claims, which only the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def quick_sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / QUICK)


def clocks(club: Club, real: RealTime) -> Clocks:
    return Clocks(club.clock, real, lambda: time.monotonic() * QUICK, quick_sleep)


def sender(
    club: Club,
    channel: FakeChannel,
    real: RealTime,
    holder: str = "one",
    units: Any = None,
    rate: float = 25.0,
    paid: float = 0.0,
) -> Sender:
    return Sender(
        units or club.units,
        club.renderer,
        channel,
        clocks=clocks(club, real),
        rate=rate,
        holder=holder,
        paid=paid,
    )


class Freezing:
    """Units of a process that stands still for ever at a named point, as a crash leaves it.

    `thaw` lets it go on: a process that was only asleep.
    """

    def __init__(self, units: Any, at: str = "") -> None:
        self._units = units
        self.at = at
        self.frozen = asyncio.Event()
        self._thawed = asyncio.Event()

    async def read(self, use: Any) -> Any:
        return await self._units.read(use)

    async def read_long(self, use: Any) -> Any:
        return await self._units.read_long(use)

    async def write(self, use: Any) -> Any:
        if self.at and _name(use) == self.at:
            await self.freeze()
        return await self._units.write(use)

    async def freeze(self) -> None:
        self.frozen.set()
        await self._thawed.wait()

    def thaw(self) -> None:
        self.at = ""
        self._thawed.set()


def _name(use: Any) -> str:
    return str(getattr(getattr(use, "func", use), "__name__", ""))


async def rows(club: Club, **where: Any) -> list[Any]:
    """The delivery rows, oldest first."""
    wanted = select(ROWS).filter_by(**where).order_by(ROWS.c.id)
    found = await club.read(lambda work: work.db.execute(wanted).mappings().all())
    return list(found)


async def address(club: Club, user: str) -> int:
    """The id of a known person's address."""
    found = await club.read(lambda work: work.addresses.find("telegram", "42", user))
    assert found is not None
    return int(found.id)


async def write_notice(club: Club, user: str, **parts: Any) -> int:
    """A notice to somebody's chat, as services write it."""
    key = parts.pop("key", "care.birthday_gift")
    values = parts.pop("values", {"points": 88})
    to = await address(club, user)
    made = await club.write(
        lambda work: work.deliveries.to_address(to, Notice(key, values, **parts), club.clock())
    )
    assert made is not None
    return int(made)

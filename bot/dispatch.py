"""One inbound event = one transaction: route, handle, render, keep the answer, commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.messages import Address, Inbound, Kind, Rendered, Reply, dump_rendered, load_rendered
from bot.router import PASS, Match, Router
from bot.state import Conversations, Inbox, State, StoreUnavailable, moment
from bot.turn import Seen, Turn

log = logging.getLogger(__name__)
T = TypeVar("T")
TRIES = 3


class Outgoing(Protocol):
    """Where further messages of a reply become delivery rows."""

    def reply(self, address: Address, message: Reply, locale: str, now: datetime) -> None: ...


class Work(Protocol):
    """What the core needs of a unit of work."""

    @property
    def conversations(self) -> Conversations: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outgoing(self) -> Outgoing: ...


class Units(Protocol):
    """Runs plain functions in transactions; raises StoreUnavailable if none can be had."""

    def read(self, use: Callable[[Any], T]) -> Awaitable[T]: ...
    def read_long(self, use: Callable[[Any], T]) -> Awaitable[T]: ...
    def write(self, use: Callable[[Any], T]) -> Awaitable[T]: ...


class Renderer(Protocol):
    """Turns a reply into text and labelled, packed buttons; `wording`: from these words of an
    operator instead of the shipped ones."""

    def render(
        self,
        reply: Reply,
        locale: str,
        user: str,
        turn: int,
        wording: Mapping[str, Any] | None = None,
    ) -> Rendered: ...


Tapped = Callable[[Inbound, str], None]
"""Hears of every tap on a button of ours and its intent; returns at once."""


def _unheard(_inbound: Inbound, _intent: str) -> None:
    """Where nobody counts taps."""


Look = Callable[[Address, str], Awaitable[Seen]]
"""Fetches a picture by its reference and says what it is known again by. May take seconds."""


async def _blind(_address: Address, reference: str) -> Seen:
    """Where no channel can fetch pictures."""
    return Seen(reference, problem="unreachable")


@dataclass(frozen=True, slots=True)
class _Writes:
    """A reading pass found that the route writes, which picture it looks at and what it has
    counted."""

    picture: str
    counted: Any = None


@dataclass(frozen=True, slots=True)
class _Before:
    """What was found out for a handler before its unit of work."""

    seen: Seen | None = None
    counted: Any = None


class _TakesLong(Exception):
    """A reading pass found that the route counts a lot, which is done beside everything else."""


@dataclass(slots=True)
class _Place:
    lock: asyncio.Lock
    waiting: int = 0


class Queues:
    """One address's place in line: its events run one after the other, others' beside them."""

    def __init__(self) -> None:
        self._places: dict[Address, _Place] = {}

    async def run(self, address: Address, use: Callable[[], Awaitable[T]]) -> T:
        """Awaits `use()` when every earlier event of the address is done."""
        place = self._places.get(address) or self._places.setdefault(
            address, _Place(asyncio.Lock())
        )
        place.waiting += 1
        try:
            async with place.lock:
                return await use()
        finally:
            place.waiting -= 1
            if not place.waiting:
                self._places.pop(address, None)


class Dispatch:
    """Handles inbound events.

    `clock` gives club time, `refused` is the root of the domain's refusals: such an error has
    `code` (a message key) and `data()`, undoes the unit and becomes the answer. `look` is how
    pictures are looked at, outside of every transaction, `tapped` hears of taps.
    """

    def __init__(
        self,
        units: Units,
        router: Router,
        renderer: Renderer,
        clock: Callable[[], datetime],
        refused: type[Exception],
    ) -> None:
        self._units = units
        self._router = router
        self._renderer = renderer
        self._clock = clock
        self._refused = refused
        self._queues = Queues()
        self.look: Look = _blind
        self.tapped: Tapped = _unheard

    async def handle(self, inbound: Inbound, raw: str = "") -> Rendered | None:
        """The answer to an event, None where none is due.

        Raises StoreUnavailable when nothing could be committed. An event that fails three times
        is put to the dead letters and the person told.
        """
        return await self._queues.run(inbound.address, lambda: self._try(inbound, raw))

    async def _try(self, inbound: Inbound, raw: str) -> Rendered | None:
        why = ""
        for attempt in range(TRIES):
            try:
                return await self._once(inbound)
            except StoreUnavailable:
                raise
            except Exception as error:
                if _leads_nowhere(error, inbound):
                    log.warning("a button leads to what is not there: %s", error)
                    return await self._once(replace(inbound, payload=""))  # as any old button
                why = f"{type(error).__name__}: {error}"
                log.exception("update failed, try %d of %d", attempt + 1, TRIES)
        return await self._give_up(inbound, raw, why)

    async def _once(self, inbound: Inbound) -> Rendered | None:
        now = self._clock()
        try:
            answer = await self._units.read(lambda work: self._read(work, inbound, now))
        except _TakesLong:
            answer = await self._units.read_long(
                lambda work: self._read(work, inbound, now, long=True)
            )
        if not isinstance(answer, _Writes):
            return answer
        before = _Before(await self._seen(inbound, answer.picture), answer.counted)
        try:
            return await self._units.write(
                lambda work: self._write(work, inbound, now, None, before)
            )
        except self._refused as refusal:
            reply = _refusal(refusal)
            return await self._units.write(
                lambda work: self._write(work, inbound, now, reply, before)
            )

    async def _seen(self, inbound: Inbound, picture: str) -> Seen | None:
        if not picture:
            return None
        try:
            return await self.look(inbound.address, picture)
        except Exception:
            log.exception("a picture could not be looked at")
            return Seen(picture, problem="unreachable")

    def _read(
        self, work: Work, inbound: Inbound, now: datetime, *, long: bool = False
    ) -> Rendered | _Writes | None:
        state = work.conversations.load(inbound.address, inbound.locale)
        match = self._router.match(inbound, state, now)
        # Heard in the first pass, which is on the event loop; a long one is in a thread.
        if inbound.kind is Kind.TAP and inbound.payload and not (match.stale or long):
            self.tapped(inbound, match.route.intent)
        if match.route.long and not long:
            raise _TakesLong
        if match.route.writes:
            turn = _turn(work, inbound, state, match, now)
            return _Writes(
                match.route.looks(turn) if match.route.looks else "",
                match.route.counts(turn) if match.route.counts else None,
            )
        if _may_be_done(inbound, match):
            row = work.inbox.find(inbound.address, inbound.update_id)
            if row:
                return load_rendered(row.answer) if row.answer else None
        turn = _turn(work, inbound, state, match, now)
        try:
            reply = match.route.handle(turn)
        except self._refused as refusal:
            reply = _refusal(refusal)
        return self._render(reply, turn, inbound) if reply else None

    def _write(
        self,
        work: Work,
        inbound: Inbound,
        now: datetime,
        refusal: Reply | None,
        before: _Before,
    ) -> Rendered | None:
        state = work.conversations.lock(inbound.address, inbound.locale)
        sender = state.person.address_id
        row = work.inbox.receive(inbound.address, inbound.update_id, now, sender)
        if not row.new:
            return load_rendered(row.answer) if row.answer else None
        key = f"inbox:{row.id}"
        turn, reply = self._handle(work, inbound, state, now, key, refusal, before)
        if turn.moved and turn.person.address_id is not None:
            work.conversations.save(
                turn.person.address_id, inbound.address.chat, turn.conversation
            )
        rendered = self._render(reply, turn, inbound) if reply else None
        if rendered or turn.moved:
            work.inbox.answer(row.id, dump_rendered(rendered) if rendered else None)
        return rendered

    def _handle(
        self,
        work: Work,
        inbound: Inbound,
        state: State,
        now: datetime,
        key: str,
        refusal: Reply | None,
        before: _Before,
    ) -> tuple[Turn[Any], Reply | None]:
        match = self._router.match(inbound, state, now)
        turn = _turn(work, inbound, state, match, now, key=key)
        turn.seen, turn.counted = before.seen, before.counted
        reply = refusal or match.route.handle(turn)
        if reply is not PASS:
            return turn, reply
        plain = replace(inbound, reply_to="")
        return self._handle(work, plain, state, now, key, refusal, before)

    def _render(self, reply: Reply, turn: Turn[Any], inbound: Inbound) -> Rendered:
        for message in reply.more:
            there = replace(message, topic=message.topic or inbound.topic)
            turn.work.outgoing.reply(inbound.address, there, turn.locale, turn.now)
        at = moment(turn.person, turn.conversation, private=inbound.address.private)
        reply = replace(reply, topic=reply.topic or inbound.topic)
        return self._renderer.render(reply, turn.locale, inbound.address.signed_for, at)

    async def _give_up(self, inbound: Inbound, raw: str, why: str) -> Rendered | None:
        address = inbound.address

        def bury(work: Work) -> str:
            work.inbox.bury(address.channel, address.account, inbound.update_id, raw, why)
            return work.conversations.load(address, inbound.locale).person.locale

        locale = await self._units.write(bury)
        return self._renderer.render(Reply("error.broken"), locale, address.user, 0)


def _turn(
    work: Any, inbound: Inbound, state: State, match: Match, now: datetime, key: str = ""
) -> Turn[Any]:
    turn = Turn.of(work, inbound, state, now, match.route.intent)
    turn.args = match.args
    turn.nonce = f"tap:{_tapper(inbound, state)}:{match.nonce}" if match.nonce else key
    return turn


def _tapper(inbound: Inbound, state: State) -> str:
    """For whom a button has its effect once: for the person, in a group for all who are there."""
    where = inbound.address
    if where.private:
        return str(state.person.address_id)
    return f"{where.channel}:{where.account}:{where.chat}"


def _may_be_done(inbound: Inbound, match: Match) -> bool:
    """Whether a writing route may have taken this update before: what free words and the buttons
    of one moment mean depends on a conversation that has moved since."""
    return match.stale or (inbound.kind is not Kind.TAP and not inbound.text.startswith("/"))


def _leads_nowhere(error: Exception, inbound: Inbound) -> bool:
    """Whether a button names something that a store does not have; a KeyError is a mistake."""
    return type(error) is LookupError and inbound.kind is Kind.TAP and bool(inbound.payload)


def _refusal(error: Any) -> Reply:
    return Reply(error.code, error.data())

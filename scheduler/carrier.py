"""Carries one message: renders it, calls the platform, and says what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.channel import (
    Channel,
    Moved,
    PartlyOut,
    PictureGone,
    Rejected,
    RetryLater,
    SendError,
    TooOld,
    Unreachable,
)
from bot.dispatch import Renderer
from bot.messages import Document, Rendered, load_rendered, load_reply
from scheduler.clocks import Clocks
from scheduler.counted import Lead
from scheduler.line import Flight
from scheduler.settling import Outcome, Settler
from scheduler.silence import Silence
from services import outcomes
from services.ports.post import Route, Waiting

log = logging.getLogger(__name__)

POST_SECONDS = 30.0
File = tuple[str, bytes, str]


@dataclass(slots=True)
class Counts:
    """What was done, for metrics."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    unknown: int = 0


class Carrier:
    """Sends rows of one account in the name of one claimant. `lead`: how links of campaigns are
    counted, None: not at all."""

    def __init__(
        self,
        renderer: Renderer,
        channel: Channel,
        clocks: Clocks,
        by: str,
        *,
        settler: Settler,
        silence: Silence,
        lead: Lead | None = None,
    ) -> None:
        self.route = Route(channel.name, channel.account)
        self.counts = Counts()
        self._renderer = renderer
        self._channel = channel
        self._clocks = clocks
        self._by = by
        self._settler = settler
        self._silence = silence
        self._lead = lead

    def show(self, flight: Flight) -> bool:
        """Renders a flight's message; False if that cannot be done, and then it is settled."""
        try:
            flight.message = self._render(flight.row, flight.words)
        except Exception as error:
            log.exception("the message %s cannot be rendered", flight.row.key)
            self._refused(flight.row, f"render {type(error).__name__}")
            return False
        return True

    def _render(self, row: Waiting, words: Mapping[str, Any] | None) -> Rendered:
        if "rendered" in row.message:
            return load_rendered(row.message["rendered"])
        if row.wording_id is not None and words is None:
            raise LookupError(f"wording {row.wording_id}")
        reply = load_reply(row.message)
        made = self._renderer.render(reply, row.locale, row.user or row.chat, 0, words)
        if self._lead is None or row.campaign_id is None or words is None:
            return made
        return self._lead(row, words, made)

    async def carry(self, flight: Flight, file: File | None, *, paid: bool) -> SendError | None:
        """Calls the platform and settles what came of it; the error, None if the message is out.
        Raises nothing that is the message's own fault."""
        row = flight.row
        try:
            async with asyncio.timeout(POST_SECONDS):
                message_id = await self._call(flight, file, paid=paid)
        except SendError as error:
            failed = error
        except TimeoutError:
            failed = SendError(f"no answer within {POST_SECONDS:.0f} s")
        except Exception as error:
            log.exception("sending broke; nobody knows whether %s is out", row.key)
            failed = SendError(type(error).__name__)
        else:
            self.counts.sent += 1
            self._settler.sent(row, message_id)
            return None
        self._failed(row, failed)
        return failed

    async def _call(self, flight: Flight, file: File | None, *, paid: bool) -> str:
        row, message = flight.row, flight.message
        if row.act == "delete":
            await self._channel.delete(row.chat, row.target)
            return row.target
        if not row.shows:
            name = str(row.message["values"].get("name", ""))
            return await self._channel.topic(row.chat, row.act, topic=row.target, name=name)
        assert message is not None
        if row.act == "edit":
            await self._channel.edit(row.chat, row.target, message)
            return row.target
        document = Document(*file) if file else None
        if paid:
            return await self._channel.send(row.chat, message, document, paid=True)
        return await self._channel.send(row.chat, message, document)

    # -- what went wrong ---------------------------------------------------------------

    def _failed(self, row: Waiting, error: SendError) -> None:
        by, why = self._by, str(error)[:200]
        if error.flood and error.after:
            self._hush(outcomes.EVERYWHERE if error.everywhere else row.chat, error.after)
        if isinstance(error, RetryLater):
            self._later(row, error)
        elif isinstance(error, Unreachable):
            self.counts.dead += 1
            route, lacks = self.route, error.why
            self._add(lambda work, now: outcomes.unreachable(work, route, row, by, now, lacks))
        elif isinstance(error, TooOld):
            self.counts.dead += 1
            self._add(lambda work, _: outcomes.too_old(work, row, by))
        elif isinstance(error, Rejected):
            log.error("the platform refuses %s: %s", row.key, why)
            self._refused(row, why, error.why)
        else:
            self.counts.unknown += 1
            hopeless = isinstance(error, PartlyOut) and error.hopeless
            self._add(lambda work, now: outcomes.unclear(work, row, by, now, why, hopeless))

    def _later(self, row: Waiting, error: RetryLater) -> None:
        self.counts.retried += 1
        by, route, after = self._by, self.route, error.after
        if isinstance(error, Moved):
            chat = error.chat
            self._add(lambda work, now: outcomes.moved(work, route, row, by, now, chat))
        elif isinstance(error, PictureGone):
            self._add(lambda work, now: outcomes.retry(work, row, by, now, timedelta(seconds=1)))
        else:
            self._add(lambda work, now: outcomes.retry(work, row, by, now, after))

    def _hush(self, chat: str, after: timedelta) -> None:
        """Nothing leaves from this moment on: known here at once, to others with the commit."""
        until = self._clocks.club() + after
        self._silence.note(chat, until)
        route = self.route
        self._add(lambda work, now: outcomes.flood(work, route, chat, until, now))

    def _refused(self, row: Waiting, why: str, lacks: str = "") -> None:
        self.counts.dead += 1
        by, route = self._by, self.route
        self._add(lambda work, now: outcomes.rejected(work, route, row, by, now, why, lacks))

    def put_back(self, row: Waiting, due_at: Any) -> None:
        """A row that was begun, but for which the platform was not called, waits again."""
        by = self._by
        self._add(lambda work, _: work.outbox.put_back([row.id], by=by, due_at=due_at))

    def _add(self, outcome: Outcome) -> None:
        self._settler.add(outcome)

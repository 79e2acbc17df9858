"""What the webhook and the polling loop share: what they need of the app, and what becomes of an
answer that could not be sent."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.channel import PartlyOut, Rejected, RetryLater, SendError, Unreachable
from bot.messages import Inbound, Rendered
from bot.state import StoreUnavailable

log = logging.getLogger(__name__)

# Puts an update to the dead letters and commits: update id ("" if it has none), its text, the
# reason. Raises StoreUnavailable.
Bury = Callable[[str, str, str], Awaitable[None]]


class Handles(Protocol):
    """The neutral core, as bot.dispatch.Dispatch is."""

    async def handle(self, inbound: Inbound, raw: str = "") -> Rendered | None:
        """The answer to an event; raises StoreUnavailable."""


class Answers(Protocol):
    """What the app knows of waits, and keeps of answers that could not be sent at once."""

    async def may_leave(self, inbound: Inbound) -> None:
        """Raises RetryLater while the platform wants silence where an answer would go."""

    async def later(
        self, inbound: Inbound, answer: Rendered, error: SendError, *, repeated: bool
    ) -> None:
        """Makes a delivery row and commits: not before the error's `after`, and with the silence
        it asks for; `repeated` if it may have been shown already.

        Raises StoreUnavailable.
        """


async def handled(dispatch: Handles, bury: Bury, inbound: Inbound, raw: str) -> Rendered | None:
    """The answer to an event. What the core fails on for good is a dead letter: nothing sticks.

    Raises StoreUnavailable.
    """
    try:
        return await dispatch.handle(inbound, raw)
    except StoreUnavailable:
        raise
    except Exception as error:
        log.exception("an update broke the core")
        await bury(inbound.update_id, raw, f"{type(error).__name__}: {error}")
        return None


async def settle(error: SendError, answers: Answers, inbound: Inbound, answer: Rendered) -> None:
    """Keeps an answer that may still be sent; raises StoreUnavailable."""
    if isinstance(error, RetryLater):
        await answers.later(inbound, answer, error, repeated=False)
    elif isinstance(error, PartlyOut) and error.hopeless:
        log.error("the answer %s stays in parts: %s", answer.key, error)
    elif isinstance(error, Unreachable):
        log.info("an answer has no way to its chat: %s", error)
    elif isinstance(error, Rejected):
        log.error("the Bot API refuses the answer %s: %s", answer.key, error)
    else:
        await answers.later(inbound, answer, error, repeated=True)

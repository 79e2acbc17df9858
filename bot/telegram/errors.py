"""What an error of the Bot API means for a message: one of the four SendErrors.

In PTB both BadRequest and TimedOut are NetworkErrors, and only the cause tells whether something
was sent (reliability: PTB traps in the send path).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from telegram.error import BadRequest, Conflict, EndPointNotFound, Forbidden, InvalidToken

from bot.channel import Rejected, RetryLater, SendError, Unknown, Unreachable
from bot.telegram.transport import Flood, NotSent

log = logging.getLogger(__name__)
# With a token that is refused nothing goes out; the account rests before it is tried again.
REVOKED = timedelta(minutes=5)
GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "chat was deactivated",
    "peer_id_invalid",
    "chat_write_forbidden",
    "have no rights to send",
    "not enough rights to send",
    "need administrator rights",
    "bot was kicked",
    "bot was blocked",
)
UNCHANGED = "message is not modified"


def meaning(error: Exception) -> SendError:
    """The SendError for whatever a call raised; anything unforeseen may have been sent."""
    if isinstance(error, Flood):
        return RetryLater(error.after, flood=True)
    if isinstance(error, Forbidden):
        return Unreachable(error.message)
    if isinstance(error, BadRequest):
        return _refusal(error.message)
    if isinstance(error, InvalidToken):
        log.error("the Bot API refuses the token; sending rests for %s", REVOKED)
        return RetryLater(REVOKED, flood=True)
    if isinstance(error, EndPointNotFound | Conflict):
        return Rejected(str(error))
    if isinstance(error.__cause__, NotSent):
        return RetryLater()
    return Unknown(f"{type(error).__name__}: {error}")


def unchanged(error: Exception) -> bool:
    """Whether an edit changed nothing because all is as wanted already."""
    return isinstance(error, BadRequest) and UNCHANGED in error.message.casefold()


def _refusal(message: str) -> SendError:
    words = message.casefold()
    return Unreachable(message) if any(sign in words for sign in GONE) else Rejected(message)

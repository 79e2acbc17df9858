"""What an error of the Bot API means for a message: one of the four SendErrors.

In PTB both BadRequest and TimedOut are NetworkErrors, and only the cause tells whether something
was sent (reliability: PTB traps in the send path).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
)

from bot.channel import (
    GONE,
    NO_RIGHTS,
    NO_SUCH_TOPIC,
    NO_TOPICS,
    Moved,
    Rejected,
    RetryLater,
    SendError,
    TooOld,
    Unknown,
    Unreachable,
)
from bot.telegram.transport import Flood, NotSent

log = logging.getLogger(__name__)
# With a token that is refused nothing goes out; the account rests before it is tried again.
REVOKED = timedelta(minutes=5)
GONE_SIGNS = (
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
# What a group of the staff may lack, in the order in which it is looked for.
LACKS = {
    NO_TOPICS: ("chat is not a forum", "supergroup is not a forum"),
    NO_SUCH_TOPIC: (
        "message thread not found",
        "topic_deleted",
        "topic_id_invalid",
        "topic_closed",
    ),
    NO_RIGHTS: (
        "not enough rights",
        "have no rights",
        "need administrator rights",
        "chat_admin_required",
        "chat_write_forbidden",
    ),
    GONE: ("",),
}
TOPIC_AS_WANTED = ("topic_not_modified",)
# Whoever has deleted a message needs neither its correction nor its deletion.
NOT_THERE = (
    "message to edit not found",
    "message to delete not found",
    "message_id_invalid",
)
TOO_OLD = ("message can't be edited", "message can't be deleted", "message is too old")
FORGOTTEN = ("wrong file identifier", "wrong remote file", "wrong file_id", "file_reference")
NOT_TAKEN = (*FORGOTTEN, "voice_messages_forbidden", "can't use file of type")
NO_TEXT = ("there is no text in the message", "there is no caption in the message")


def meaning(error: Exception) -> SendError:
    """The SendError for whatever a call raised; anything unforeseen may have been sent."""
    if isinstance(error, ChatMigrated):
        return Moved(str(error.new_chat_id))
    if isinstance(error, Flood):
        return RetryLater(error.after, flood=True)
    if isinstance(error, Forbidden):
        return _forbidden(error.message)
    if isinstance(error, BadRequest):
        return _refusal(error.message)
    if isinstance(error, InvalidToken):
        log.error("the Bot API refuses the token; sending rests for %s", REVOKED)
        return RetryLater(REVOKED, flood=True, everywhere=True)
    if isinstance(error, EndPointNotFound | Conflict):
        return Rejected(str(error))
    if isinstance(error.__cause__, NotSent):
        return RetryLater()
    return Unknown(f"{type(error).__name__}: {error}")


def topic_as_wanted(error: Exception) -> bool:
    """Whether a topic was closed, open or called so already."""
    return _says(error, *TOPIC_AS_WANTED)


def not_taken(error: Exception) -> bool:
    """Whether it is the file that cannot be sent: forgotten, or not wanted by the person."""
    return _says(error, *NOT_TAKEN)


def unchanged(error: Exception) -> bool:
    """Whether an edit changed nothing because all is as wanted already."""
    return _says(error, UNCHANGED)


def not_there(error: BaseException | None) -> bool:
    """Whether a message that is to be changed or deleted has been deleted."""
    return _says(error, *NOT_THERE)


def has_no_text(error: BaseException | None) -> bool:
    """Whether what is to be edited is a picture with a text under it, or the other way round."""
    return _says(error, *NO_TEXT)


def forgotten(error: Exception) -> bool:
    """Whether the platform no longer knows its id of a picture."""
    return _says(error, *FORGOTTEN)


def _says(error: BaseException | None, *words: str) -> bool:
    said = error.message.casefold() if isinstance(error, BadRequest) else ""
    return any(word in said for word in words)


def _forbidden(message: str) -> SendError:
    error = Unreachable(message)
    error.why = NO_RIGHTS if "rights" in message.casefold() else GONE
    return error


def _refusal(message: str) -> SendError:
    words = message.casefold()
    if any(sign in words for sign in TOO_OLD):
        return TooOld(message)
    gone = any(sign in words for sign in GONE_SIGNS)
    error = Unreachable(message) if gone else Rejected(message)
    lacks = next(why for why, signs in LACKS.items() if any(sign in words for sign in signs))
    error.why = lacks if gone or lacks != GONE else ""
    return error

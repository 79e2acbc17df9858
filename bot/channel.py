"""What a chat platform can do for us, and the four ways in which sending fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.messages import Document, Rendered


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Limits and abilities of a platform, so that handlers need not know it.

    Lengths in characters, `payload` in bytes; `reply_window` is how long after a person's message
    we may write freely (None: always); `recall` how long a sent message can be deleted;
    `references`: whether what people sent can go on by its reference.
    """

    text: int = 4096
    caption: int = 1024
    payload: int = 64
    buttons: bool = True
    edits: bool = True
    media: frozenset[str] = frozenset({"photo", "document"})
    reply_window: timedelta | None = None
    template_only: bool = False
    quota_per_day: int | None = None
    price_minor: int = 0
    recall: timedelta | None = None
    references: bool = True


NO_TOPICS, NO_RIGHTS, NO_SUCH_TOPIC, GONE = "no_topics", "no_rights", "topic_gone", "gone"


class SendError(Exception):
    """A message that was not surely delivered; it may be tried again, not before `after` (None:
    at once). `flood`: until then the chat must be silent, `everywhere`: the whole account.
    `why`: what a group lacks (NO_TOPICS, NO_RIGHTS, NO_SUCH_TOPIC, GONE), "" for all else."""

    after: timedelta | None = None
    flood = False
    everywhere = False
    why = ""


class RetryLater(SendError):
    """Surely not sent."""

    def __init__(
        self, after: timedelta | None = None, *, flood: bool = False, everywhere: bool = False
    ) -> None:
        super().__init__(after)
        self.after = after
        self.flood = flood
        self.everywhere = everywhere


class Moved(RetryLater):
    """Surely not sent: the chat has a new id, `chat`, and is written to there."""

    def __init__(self, chat: str) -> None:
        super().__init__()
        self.chat = chat


class PictureGone(RetryLater):
    """Surely not sent: the platform has forgotten a picture, which is uploaded again."""


class Unreachable(SendError):
    """The person cannot be reached at this address (blocked, gone); stop trying."""


class Rejected(SendError):
    """The platform refuses this very message; another try changes nothing."""


class MediaRefused(Rejected):
    """Surely not sent: the platform has forgotten a file, or the person takes none of its kind."""


class TooOld(Rejected):
    """A message that the platform does not let us change or delete any more."""


class Unknown(SendError):
    """Nobody can tell whether it was delivered (read timeout, 5xx)."""


class PartlyOut(Unknown):
    """The first parts are out and this is why the next is not. `hopeless`: another try would show
    the first again and fail as before."""

    def __init__(self, parts: str, why: SendError) -> None:
        super().__init__(f"{parts}: {why}")
        self.after = why.after
        self.flood = why.flood
        self.everywhere = why.everywhere
        self.why = why.why
        self.hopeless = isinstance(why, Rejected | Unreachable)


class Pictures(Protocol):
    """Where a channel finds the pictures that messages name as `maker:which`."""

    async def find(self, photo: str, account: str, locale: str) -> str | Document | None:
        """The id under which the account's platform has the picture, or the picture as a file to
        be sent; None if there is none (any more)."""

    async def keep(self, photo: str, account: str, reference: str) -> None:
        """Is told the platform's id of a picture that was sent as a file."""

    async def forget(self, photo: str, account: str, reference: str) -> None:
        """Is told that the platform no longer knows this id of a picture."""


class Channel(Protocol):
    """One account on one platform that can send."""

    name: str
    account: str
    capabilities: Capabilities

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        """Sends a message and returns its id; raises one of the four SendErrors. `paid`: it may
        be charged for."""

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        """Replaces a sent message; "not modified" counts as done, and so does one that the person
        has deleted. Raises the four SendErrors, TooOld among them."""

    async def delete(self, chat: str, message_id: str) -> None:
        """Deletes a sent message; one that is not there any more counts as done. Raises the four
        SendErrors, TooOld among them."""

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        """Makes a topic in a group (`act` "topic"), or changes one ("topic_close",
        "topic_reopen", "topic_rename"); its id. One that is as wanted already counts as done.
        Raises the four SendErrors."""

"""Port of the pictures that the club shows."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol


class Image(NamedTuple):
    """A picture as it is sent: its type and size in pixels, and its bytes."""

    media_type: str
    width: int
    height: int
    content: bytes


class Pictures(Protocol):
    """Pictures by the SHA-256 of the files they came in, and the ids that platforms gave them."""

    def keep(self, key: str, image: Image, now: datetime) -> bool:
        """Keeps a picture; False if it is there."""

    def content(self, key: str) -> tuple[str, bytes] | None:
        """The media type and the bytes of a picture, None if there is none."""

    def file_id(self, key: str, channel: str, account: str) -> str:
        """Under which id an account of a platform has it already, "" if it has not."""

    def keep_file_id(self, key: str, channel: str, account: str, file_id: str) -> None:
        """Remembers the id for the next time."""

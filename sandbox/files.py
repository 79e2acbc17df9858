"""Uploaded files and what can be told about them: kind, size, width and height of images."""

import hashlib
import mimetypes
import struct
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Upload:
    """A file as it arrived in a multipart request."""

    name: str
    mime: str
    content: bytes

    def journal(self) -> dict[str, Any]:
        """What the log keeps of it."""
        return {"file": self.name, "mime": self.mime, "size": len(self.content)}


@dataclass(frozen=True)
class StoredFile:
    """A file that the stand-in keeps; ``width`` is 0 for what is not an image.

    ``kind``: as what it was sent first, and may be sent again; ``duration`` in seconds.
    """

    file_id: str
    unique_id: str
    name: str
    mime: str
    size: int
    width: int
    height: int
    path: str
    kind: str = ""
    duration: int = 0


def describe(upload: Upload, serial: int, kind: str = "", duration: int = 0) -> StoredFile:
    """The record of an upload; equal contents share ``unique_id`` but not ``file_id``."""
    digest = hashlib.sha256(upload.content).hexdigest()
    size = image_size(upload.content)
    folder = "photos" if size else "documents"
    mime = image_type(upload.content) or _mime(upload)
    return StoredFile(
        file_id=f"SBX{serial:06d}-{digest[:32]}",
        unique_id=f"SBX{digest[:16]}",
        name=upload.name or "file",
        mime=mime,
        size=len(upload.content),
        width=size[0] if size else 0,
        height=size[1] if size else 0,
        path=f"{folder}/file_{serial}{_suffix(upload, mime)}",
        kind=kind,
        duration=duration,
    )


def _mime(upload: Upload) -> str:
    guessed = mimetypes.guess_type(upload.name)[0]
    return guessed or upload.mime or "application/octet-stream"


def _suffix(upload: Upload, kind: str) -> str:
    stem, dot, suffix = upload.name.rpartition(".")
    if stem and dot and suffix.isalnum() and len(suffix) <= 8:
        return f".{suffix.lower()}"
    return mimetypes.guess_extension(kind) or ".bin"


def image_type(content: bytes) -> str | None:
    """The MIME type of a PNG, JPEG, GIF or WebP image, else None."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, or None for what is not a readable image."""
    readers = {
        "image/png": _png_size,
        "image/jpeg": _jpeg_size,
        "image/gif": _gif_size,
        "image/webp": _webp_size,
    }
    reader = readers.get(image_type(content) or "")
    try:
        return reader(content) if reader else None
    except (struct.error, IndexError):
        return None


def _png_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at < len(content):
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        # the start-of-frame markers, without the three that are not frames
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        return (
            int.from_bytes(content[24:27], "little") + 1,
            int.from_bytes(content[27:30], "little") + 1,
        )
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None

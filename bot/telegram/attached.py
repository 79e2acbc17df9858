"""What people sent goes on by its file id: each kind by its method, pictures together as albums.

Bot API: sendMediaGroup takes 2 to 10 photos and videos, or documents, or audios; video notes and
stickers have no caption; buttons stand under a single message only.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from telegram import InputFile

from bot.messages import Media

LARGEST_ALBUM: Final = 10
BARE: Final = frozenset({"video_note", "sticker"})
METHODS: Final = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "animation": "sendAnimation",
    "audio": "sendAudio",
    "voice": "sendVoice",
    "video_note": "sendVideoNote",
    "sticker": "sendSticker",
    "document": "sendDocument",
}
ALBUM: Final = "sendMediaGroup"
_TOGETHER: Final = {"photo": "seen", "video": "seen", "document": "document", "audio": "audio"}
Sending = tuple[str, dict[str, Any]]


def kind_of(media: Media) -> str:
    """The kind it is sent as; what has no method of its own is a document."""
    return media.kind if media.kind in METHODS else "document"


def runs(media: tuple[Media, ...]) -> Iterator[tuple[Media, ...]]:
    """The media in order, those together that can be one album; what is uploaded goes alone, for
    one request may have 50 MB."""
    alone = iter(range(len(media)))
    groups = groupby(media, lambda one: _album_of(one) or next(alone))
    for _, same in groups:
        run = tuple(same)
        for start in range(0, len(run), LARGEST_ALBUM):
            yield run[start : start + LARGEST_ALBUM]


def _album_of(media: Media) -> str:
    return "" if media.content else _TOGETHER.get(kind_of(media), "")


def takes_caption(media: Media) -> bool:
    """Whether a text can stand under it."""
    return kind_of(media) not in BARE


def sending(run: tuple[Media, ...], caption: str) -> Sending:
    """The method and its parameters for one of `runs`, but for the chat."""
    return _album(run, caption) if len(run) > 1 else _single(run[0], caption)


def _single(media: Media, caption: str) -> Sending:
    kind = kind_of(media)
    params: dict[str, Any] = {kind: _upload(media) if media.content else media.reference}
    return METHODS[kind], params | _captioned(caption)


def _album(run: tuple[Media, ...], caption: str) -> Sending:
    parts = [
        {
            "type": kind_of(one),
            "media": one.reference,
            **(_captioned(caption) if not place else {}),
        }
        for place, one in enumerate(run)
    ]
    return ALBUM, {"media": parts}


def _captioned(caption: str) -> dict[str, Any]:
    return {"caption": caption, "parse_mode": "HTML"} if caption else {}


def _upload(media: Media) -> InputFile:
    return InputFile(media.content, filename=media.name or kind_of(media))

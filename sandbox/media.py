"""Files in messages: how each kind is shown, and which kinds may be captioned."""

from collections.abc import Callable
from typing import Any

from sandbox.files import StoredFile

Json = dict[str, Any]

CAPTIONED = ("photo", "video", "voice", "audio", "animation", "document")
# a video that is no picture to the stand-in has this size unless the sender says otherwise
VIDEO_WIDTH, VIDEO_HEIGHT, NOTE_LENGTH, STICKER_SIZE = 640, 360, 240, 512


def file_body(kind: str, file: StoredFile, given: Json | None = None) -> Json:
    """The field of a message for a file sent as that kind; ``given`` are the sender's own facts
    about it, such as ``duration``."""
    shown = {"file_id": file.file_id, "file_unique_id": file.unique_id}
    facts = {"duration": file.duration} | (given or {})
    return _SHOWN[kind](shown | {"file_size": file.size}, file, facts)


def captioned(body: Json) -> bool:
    """Whether a message carries a file under which a text may stand."""
    return any(kind in body for kind in CAPTIONED)


def kind_in(body: Json) -> str:
    """The kind of file in a message, "" for none."""
    # an animation is a document, too
    return next((kind for kind in ("animation", *_SHOWN) if kind in body), "")


def _photo(shown: Json, file: StoredFile, facts: Json) -> Json:
    # the stand-in keeps only the original
    return {"photo": [shown | {"width": file.width, "height": file.height}]}


def _document(shown: Json, file: StoredFile, facts: Json) -> Json:
    return {"document": shown | _named(file)}


def _video(shown: Json, file: StoredFile, facts: Json) -> Json:
    return {"video": shown | _named(file) | _moving(file, facts)}


def _animation(shown: Json, file: StoredFile, facts: Json) -> Json:
    named = shown | _named(file)
    return {"animation": named | _moving(file, facts), "document": named}


def _voice(shown: Json, file: StoredFile, facts: Json) -> Json:
    return {"voice": shown | {"mime_type": file.mime, "duration": facts["duration"]}}


def _audio(shown: Json, file: StoredFile, facts: Json) -> Json:
    said = {name: facts[name] for name in ("performer", "title") if facts.get(name)}
    return {"audio": shown | _named(file) | {"duration": facts["duration"]} | said}


def _note(shown: Json, file: StoredFile, facts: Json) -> Json:
    length = facts.get("length", NOTE_LENGTH)
    return {"video_note": shown | {"length": length, "duration": facts["duration"]}}


def _sticker(shown: Json, file: StoredFile, facts: Json) -> Json:
    size = {"width": file.width or STICKER_SIZE, "height": file.height or STICKER_SIZE}
    return {"sticker": shown | size | {"type": "regular", "is_animated": False, "is_video": False}}


def _named(file: StoredFile) -> Json:
    return {"file_name": file.name, "mime_type": file.mime}


def _moving(file: StoredFile, facts: Json) -> Json:
    return {
        "width": facts.get("width") or file.width or VIDEO_WIDTH,
        "height": facts.get("height") or file.height or VIDEO_HEIGHT,
        "duration": facts["duration"],
    }


_SHOWN: dict[str, Callable[[Json, StoredFile, Json], Json]] = {
    "photo": _photo,
    "video": _video,
    "voice": _voice,
    "audio": _audio,
    "animation": _animation,
    "video_note": _note,
    "sticker": _sticker,
    "document": _document,
}
KINDS = tuple(_SHOWN)

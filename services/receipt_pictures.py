"""What a picture is known again by: its bytes, and how it looks."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from domain.receipt_errors import BadPicture

LARGEST_BYTES: Final = 12 * 2**20
MOST_PIXELS: Final = 60_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_SIDE: Final = 16


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`digest`: SHA-256 of the bytes. `near`: 256 bits, hexadecimal, nearly the same after the
    picture was made smaller or packed anew; "" for a picture of one colour."""

    digest: str
    near: str


def fingerprint(content: bytes) -> Fingerprint:
    """Looks at a picture; raises BadPicture (`too_big`, `not_a_picture`)."""
    if len(content) > LARGEST_BYTES:
        raise BadPicture("too_big")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise BadPicture("too_big")
                return Fingerprint(sha256(content).hexdigest(), _difference(picture))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise BadPicture("not_a_picture") from error
    except Image.DecompressionBombError as error:
        raise BadPicture("too_big") from error


def _difference(picture: Image.Image) -> str:
    """The difference hash: whether each of 16 × 16 fields is brighter than the one before it."""
    picture.draft("L", (_SIDE * 8, _SIDE * 8))  # a JPEG is read in small at once
    small = picture.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    light = small.tobytes()
    if len(set(light)) == 1:
        return ""
    bits = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            at = row * (_SIDE + 1) + column
            bits = bits << 1 | (light[at + 1] > light[at])
    return f"{bits:0{_SIDE * _SIDE // 4}x}"

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
_SIDE: Final = 24
_EDGE: Final = 6  # of 255: what is less is grain of the paper


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`digest`: SHA-256 of the bytes. `near`: where its edges are, hexadecimal, nearly the same
    after the picture was made smaller or packed anew; "" for a picture without any."""

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
    """A difference hash: which of 24 × 24 fields are clearly brighter than the one before them,
    and which clearly darker. Even paper counts for nothing, for all receipts have it."""
    picture.draft("L", (_SIDE * 8, _SIDE * 8))  # a JPEG is read in small at once
    small = picture.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    light = small.tobytes()
    bits = 0
    for row in range(_SIDE):
        for at in range(row * (_SIDE + 1), row * (_SIDE + 1) + _SIDE):
            step = light[at + 1] - light[at]
            bits = bits << 2 | (2 if step > _EDGE else 1 if step < -_EDGE else 0)
    return f"{bits:0{_SIDE * _SIDE // 2}x}" if bits else ""

"""One-time codes that people type or tap: made here, kept as blind indexes."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

# Crockford's base 32: nothing in it is mistaken for something else when read aloud.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT: Final = str.maketrans("OIL", "011")


def new_code(length: int) -> str:
    """A random code of so many letters, 5 bits each."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def read_code(text: str) -> str:
    """A typed code as it was made: full width, case, spaces, dashes and O/0, I/1 forgiven."""
    folded = unicodedata.normalize("NFKC", text).upper().translate(_MEANT)
    return "".join(letter for letter in folded if letter in _LETTERS)


def show_code(code: str) -> str:
    """A code in groups of four."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))

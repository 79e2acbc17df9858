"""Voucher codes: 64 random bits and a checksum, in letters and digits that are easy to say.

Crockford's base 32 has no I, L, O, U; what people type for them is understood.
"""

import unicodedata
from binascii import crc_hqx
from typing import Final

from domain.refusals import BadCode

BITS: Final = 64
LENGTH: Final = 16
_GROUP: Final = 4
_FOREIGN: Final = range(4, 33)
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {letter: value for value, letter in enumerate(_LETTERS)}
_HEARD: Final = str.maketrans("OIL", "011")


def make_code(random: int) -> str:
    """The code of 64 random bits (from `secrets.randbits(64)`): sixteen letters and digits.

    The last 16 of its 80 bits are a CRC, which sees every wrong letter and every swapped pair.
    """
    if not 0 <= random < 1 << BITS:
        raise ValueError(f"a code is made of {BITS} bits")
    value = random << 16 | crc_hqx(random.to_bytes(8), 0xFFFF)
    return "".join(_LETTERS[value >> shift & 31] for shift in range(75, -1, -5))


def check_code(text: str) -> str:
    """The code in what was typed, said or scanned; raises BadCode with what is wrong: `length`,
    `characters`, `checksum`. Spaces, dashes, small and full-width letters are forgiven."""
    folded = unicodedata.normalize("NFKC", text[:100]).upper()
    letters = "".join(c for c in folded if c.isalnum()).translate(_HEARD)
    if any(c not in _VALUES for c in letters):
        raise BadCode("characters")
    if len(letters) != LENGTH:
        raise BadCode("length")
    value = 0
    for letter in letters:
        value = value << 5 | _VALUES[letter]
    if crc_hqx((value >> 16).to_bytes(8), 0xFFFF) != value & 0xFFFF:
        raise BadCode("checksum")
    return letters


def foreign_code(text: str) -> str:
    """The code of another system as it is kept and found here: its letters and digits alone, in
    capitals; "" for what has other characters, or too few or many."""
    folded = unicodedata.normalize("NFKC", text[:100]).upper()
    code = "".join(c for c in folded if c.isalnum())
    return code if code.isascii() and len(code) in _FOREIGN else ""


def read_code(text: str) -> str:
    """One of our codes, or else one of another system; raises BadCode for neither."""
    try:
        return check_code(text)
    except BadCode:
        if code := foreign_code(text):
            return code
        raise


def show_code(code: str) -> str:
    """A code as it is shown and spoken: `7K4M 9QXT 2HWD RB5E`."""
    return " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))

"""Voucher codes: 64 random bits and a checksum, in letters and digits that are easy to say; and
members' own codes for the till, which are shorter and live some minutes.

Crockford's base 32 has no I, L, O, U; what people type for them is understood.
"""

import unicodedata
from binascii import crc_hqx
from typing import Final

from domain.refusals import BadCode

BITS: Final = 64
LENGTH: Final = 16
MEMBER_BITS: Final = 50
MEMBER_LENGTH: Final = 12
# A prime below 2**10 that divides no 32**n, nor 31 or 33: the remainder sees every wrong letter
# and every pair of neighbours that were swapped.
_MEMBER_CHECK: Final = 1021
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
    letters = _letters(text)
    if len(letters) != LENGTH:
        raise BadCode("length")
    value = _value(letters)
    if crc_hqx((value >> 16).to_bytes(8), 0xFFFF) != value & 0xFFFF:
        raise BadCode("checksum")
    return letters


def make_member_code(random: int) -> str:
    """A member's own code of 50 random bits (from `secrets.randbits(50)`): twelve letters and
    digits, the last two of which check the others."""
    if not 0 <= random < 1 << MEMBER_BITS:
        raise ValueError(f"a member's code is made of {MEMBER_BITS} bits")
    value = random << 10 | random % _MEMBER_CHECK
    return "".join(_LETTERS[value >> shift & 31] for shift in range(55, -1, -5))


def check_member_code(text: str) -> str:
    """A member's own code in what was typed or scanned; raises BadCode as `check_code`."""
    letters = _letters(text)
    if len(letters) != MEMBER_LENGTH:
        raise BadCode("length")
    value = _value(letters)
    if (value >> 10) % _MEMBER_CHECK != value & 1023:
        raise BadCode("checksum")
    return letters


def _letters(text: str) -> str:
    """What was typed in our letters; raises BadCode for others."""
    folded = unicodedata.normalize("NFKC", text[:100]).upper()
    letters = "".join(c for c in folded if c.isalnum()).translate(_HEARD)
    if any(c not in _VALUES for c in letters):
        raise BadCode("characters")
    return letters


def _value(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value << 5 | _VALUES[letter]
    return value


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
    """A code as it is shown and spoken: `7K4M 9QXT 2HWD RB5E`; one with signs or small letters as
    a partner wrote it."""
    if not code.isalnum() or code != code.upper():
        return code
    return " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))

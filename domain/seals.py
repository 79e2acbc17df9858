"""The seal of a night: one digest over the heads of all chains that have grown.

Each seal covers the one before it, so the last digest stands for the whole ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final, NamedTuple

from domain.ledger import GENESIS

MARGIN: Final = 3_600_000 << 22
"""An hour in posting ids (milliseconds above 22 bits): so late may a posting be committed and
still be found by the next night."""


class Head(NamedTuple):
    """Where an account's chain stood: its last posting's number and hash."""

    member_id: int
    unit: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A part of a night's seal: all accounts with postings whose ids are in after < id ≤ upto.

    The night is done when `upto` has reached `target`. `number` counts all seals from 1.
    """

    number: int
    day: date
    after: int
    upto: int
    target: int
    heads: int
    at: datetime
    digest: str

    @property
    def is_last(self) -> bool:
        return self.upto >= self.target


def digest(previous: str, seal_line: str, heads: Iterable[Head]) -> str:
    """sha256 over the previous seal's digest, the seal's own line and the heads in their order
    (member, unit), one a line."""
    lines = [f"{head.member_id}:{head.unit}:{head.seq}:{head.hash}" for head in heads]
    return sha256("\n".join((previous, seal_line, *lines)).encode()).hexdigest()


def line(number: int, day: date, after: int, upto: int, target: int) -> str:
    """What a seal says of itself."""
    return f"{number}:{day.isoformat()}:{after}:{upto}:{target}"


def next_seal(last: Seal | None, day: date, newest: int) -> tuple[int, int, int] | None:
    """`number`, `after` and `target` of the next part for a day; None when there is nothing.

    `newest`: the newest posting's id. A day's first part looks a MARGIN back.
    """
    if last is None:
        return (1, 0, newest) if newest else None
    if not last.is_last:
        return last.number + 1, last.upto, last.target
    if last.day >= day or newest <= last.upto:
        return None
    return last.number + 1, max(0, last.upto - MARGIN), newest


def sealed(last: Seal | None) -> str:
    """The digest that the next seal covers."""
    return last.digest if last else GENESIS

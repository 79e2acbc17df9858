"""RFM classes: quintiles of recency, frequency and money, and the eight classes they make.

A quintile begins above a cut point, so that whoever has the same value has the same quintile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NONE: Final = "none"
"""Nothing bought within the window: no quintiles, a class of its own."""

# By recency, frequency and money, each high or not; every combination stands here once.
_CLASSES: Final = {
    (True, True, True): "key_value",  # 重要价值
    (True, False, True): "key_develop",  # 重要发展
    (False, True, True): "key_keep",  # 重要保持
    (False, False, True): "key_retain",  # 重要挽留
    (True, True, False): "general_value",  # 一般价值
    (True, False, False): "general_develop",  # 一般发展
    (False, True, False): "general_keep",  # 一般保持
    (False, False, False): "general_retain",  # 一般挽留
}
SEGMENTS: Final = (*_CLASSES.values(), NONE)
FIFTHS: Final = 5


def segment(r: int, f: int, m: int, high_from: int) -> str:
    """The class of three quintiles; those of who bought nothing are 0."""
    if not r:
        return NONE
    return _CLASSES[r >= high_from, f >= high_from, m >= high_from]


def cut_points(values: Sequence[int]) -> tuple[int, ...]:
    """The four values up to which a fifth, two, three and four fifths of all lie; () without any.

    Position ⌈k·n/5⌉ of the n values in rising order.
    """
    ordered = sorted(values)
    return tuple(ordered[-(-k * len(ordered) // FIFTHS) - 1] for k in range(1, FIFTHS) if ordered)


def quintile(value: int, cuts: Sequence[int]) -> int:
    """1 to 5: one more than the cut points that lie below the value."""
    return 1 + sum(cut < value for cut in cuts)

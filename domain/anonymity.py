"""Which anonymous responses may be released together, and what of them may be told.

SEMANTICS: Surveys. All of it rests on one number: whoever is told about is one of five at least.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

LEAST: Final = 5
"""The fewest responses that are parted from their members together, or told of by level."""


def may_go(count: int) -> bool:
    """Whether so many responses may be released as one batch."""
    return count >= LEAST


def told_levels(levels: Sequence[str]) -> list[str]:
    """The levels of a batch as they may be kept: "" where fewer than five have one.

    Whoever is left without a level is one of five, too: else the only one without would be the
    only silver member of the batch. So the rarest level that is told goes with them.
    """
    counts = Counter(level for level in levels if level)
    told = {level for level, count in counts.items() if count >= LEAST}
    rest = len(levels) - sum(counts[level] for level in told)
    for level in sorted(told, key=lambda one: (counts[one], one)):
        if rest == 0 or rest >= LEAST:
            break
        told.discard(level)
        rest += counts[level]
    return [level if level in told else "" for level in levels]

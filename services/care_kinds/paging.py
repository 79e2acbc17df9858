"""Reading who is due page by page, where some of those who are found turn out not to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.care_kinds.kind import Due

Page = Callable[[int, int], Sequence[int]]
"""Member ids from one on, at most so many."""

Made = Callable[[Sequence[int]], list[Due]]
"""What is due of these members, in their order."""


def due_of(page: Page, made: Made, after: int, most: int) -> list[Due]:
    """Up to `most` that are due; fewer only if there are no more members."""
    found: list[Due] = []
    while len(found) < most:
        members = page(after, most)
        found += made(members)
        if len(members) < most:
            break
        after = members[-1]
    return found[:most]

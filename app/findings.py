"""One line of `memberbot check`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation, whether it is in order, and what to do if not."""

    part: str
    good: bool
    text: str
    more: tuple[str, ...] = ()

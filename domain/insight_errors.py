"""Why insights of a day cannot be computed or shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class InsightInFuture(Refused):
    """The day has not come yet."""

    day: date
    today: date
    code: ClassVar[str] = "insight.in_future"


@dataclass(eq=False)
class InsightTooOld(Refused):
    """A later day has been computed: members would be put back to where they were."""

    day: date
    newest: date
    code: ClassVar[str] = "insight.too_old"


@dataclass(eq=False)
class NoInsight(Refused):
    """No night has computed anything by that day."""

    code: ClassVar[str] = "insight.none"

"""The rules by which a night tells classes, stages and the pyramid of members apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Introduced:
    """New (引入): joined at most `days` ago, or fewer than `purchases` purchases."""

    days: int = 30
    purchases: int = 2


@dataclass(frozen=True, slots=True)
class Mature:
    """Regular (成熟): at least so many purchases within the window."""

    purchases: int = 6


@dataclass(frozen=True, slots=True)
class Quiet:
    """Silent for more than `days`, and for more than `percent` of the member's own rhythm."""

    days: int
    percent: int

    def limit(self, rhythm: int | None) -> int:
        """Days of silence that are still usual; `rhythm` None: nobody knows what is usual."""
        return max(self.days, -(-(rhythm or 0) * self.percent // 100))


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The members who bring the first `a` percent of revenue are A, up to `b` percent B, the
    other buyers C, and whoever bought nothing within the window D."""

    a: int = 80
    b: int = 95


@dataclass(frozen=True, slots=True)
class Insight:
    """SEMANTICS: Insight. `window_days` end with the reference date; a quintile of at least
    `high_from` counts as high in the RFM classes."""

    window_days: int = 365
    high_from: int = 4
    introduced: Introduced = Introduced()
    mature: Mature = Mature()
    declining: Quiet = Quiet(60, 200)
    lost: Quiet = Quiet(180, 400)
    pyramid: Pyramid = Pyramid()

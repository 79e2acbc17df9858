"""Port of what is taken out of the club as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Exports(Protocol):
    """Everything of a kind in pages, each row with the columns that `heads` names."""

    def heads(self, kind: str) -> tuple[str, ...]:
        """The columns of a kind; raises KeyError for one that is not known."""

    def page(self, kind: str, after: Any, most: int) -> Sequence[Mapping[str, Any]]:
        """Rows after the one whose `id` is given (None: from the beginning), in its order. Phone
        and e-mail are plain."""

"""What an import needs of its surroundings: where batches run, and who watches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from services.ports import Work

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Called with the stage (`check`, `write`), how much is done and how much there is."""


class Units(Protocol):
    """The units of work (storage.unit_of_work.Units)."""

    async def read_long(self, use: Callable[[Work], T]) -> T: ...
    async def write(self, use: Callable[[Work], T]) -> T: ...

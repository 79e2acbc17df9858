"""What all units of work of a process share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.catalogue import CatalogueCache
from storage.ids import Ids
from storage.likings import DemandCache
from storage.programmes import ProgrammeCache
from storage.vault import Vault


def _nothing(_ids: tuple[int, ...]) -> None:
    """Nobody waits for delivery rows."""


@dataclass(slots=True)
class Shared:
    """What all units of a process share.

    `clock` gives club time; `locale` is the language for who gives no hint; `after_commit` gets
    the ids of the delivery rows that a unit wrote. `before_statement`, for tests of crashes, is
    called with the SQL of everything a writing unit is about to do, COMMIT included; it must be
    set before the first of them. `rate` and `paid_rate`: bulk messages per second and bot.
    """

    vault: Vault
    ids: Ids
    clock: Callable[[], datetime]
    locale: str = "zh"
    after_commit: Callable[[tuple[int, ...]], None] = _nothing
    programmes: ProgrammeCache = field(default_factory=ProgrammeCache)
    catalogue: CatalogueCache = field(default_factory=CatalogueCache)
    before_statement: Callable[[str], None] | None = None
    demand: DemandCache = field(default_factory=DemandCache)
    rate: float = 25.0
    paid_rate: float = 0.0
    wordings: dict[int, Mapping[str, Any]] = field(default_factory=dict)

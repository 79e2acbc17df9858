"""What commands share: settings, logging, and running on a club that is open."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app import logs, settings
from app.running import run
from app.settings import Settings
from app.wiring import Club, guarded_secrets, opened

log = logging.getLogger(__name__)
T = TypeVar("T")


def load(level: int = logging.INFO) -> Settings:
    """The settings; the log is set up with them. Raises SettingsInvalid."""
    found = settings.load()
    logs.set_up(found.log, guarded_secrets(found), level)
    for sentence in settings.strangers():
        log.warning(sentence)
    return found


def with_club(use: Callable[[Club], Awaitable[T]], given: Settings | None = None) -> T:
    """Opens the club, runs `use` on it and closes it again; says little on the way."""
    found = given or load(logging.WARNING)

    async def main() -> T:
        async with opened(found) as club:
            return await use(club)

    return run(main())

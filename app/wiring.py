"""Builds a club out of its parts: who is given which clock, store, renderer and key."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app import marking, programme_words, secret_key
from app.clock import ClubClock
from app.feeling import Feeling
from app.settings import Settings
from app.trying import Trying
from bot.actions import Action, Signer
from bot.dispatch import Dispatch
from bot.messages import Button
from bot.router import Router
from domain.errors import ProgrammeChanged, Refused
from domain.programme import Programme
from domain.restoring import Mark
from domain.tickets import alarm_in
from handlers import routes
from services import publishing
from services.ports.club import Actor
from storage import engines, migrations, peek
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from templates import catalogue
from templates.render import Renderer

log = logging.getLogger(__name__)
NONCE_BYTES = 6


class NotMigrated(Exception):
    """The database is not at the level that this program needs; the text says what to do."""


def _process_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(slots=True)
class Club:
    """A running club: everything that a web server, a worker or a command works with."""

    settings: Settings
    clock: ClubClock
    units: Units
    renderer: Renderer
    signer: Signer
    dispatch: Dispatch
    name: str = field(default_factory=_process_name)

    @property
    def shared(self) -> Shared:
        """What all units of this process share."""
        return self.units.shared


def guarded_secrets(settings: Settings) -> list[str]:
    """What may stand in no log line: the secrets among the settings, whole and in part."""
    given = [settings.telegram_token, settings.telegram_secret, settings.secret_key]
    found = [secret.get_secret_value() for secret in given if secret]
    password = settings.database_url.rpartition("@")[0].rpartition(":")[2]
    return [*found, *(s.partition(":")[2] for s in found[:1]), password]


@asynccontextmanager
async def opened(
    settings: Settings, *, publish: bool = True, begin_at: datetime | None = None
) -> AsyncIterator[Club]:
    """The club of these settings, closed again at the end.

    Brings a SQLite database to the newest level; raises NotMigrated for a PostgreSQL one that is
    not there. `publish` the first programme, `begin_at` sets the clock of a new club. Raises
    BadSecretKey, ProgrammeInvalid, OSError for a missing programme file, StoreUnavailable.
    """
    vault = Vault(secret_key.secret_key(settings))
    if not engines.is_postgres(settings.database):
        _migrate_sqlite(settings)
    club = build(settings, vault)
    try:
        if engines.is_postgres(settings.database):
            await club.units.read(check_level)
        kept = marking.read(settings.data)
        await club.units.write(lambda work: _begin(work, club, vault, begin_at, kept))
        if publish:
            await publish_first(club)
        yield club
    finally:
        await club.units.close()


def build(settings: Settings, vault: Vault) -> Club:
    """The parts put together, before anything is read."""
    clock = ClubClock()
    shared = Shared(vault, Ids(lambda: int(time.time() * 1000)), clock.now)
    shared.rate, shared.paid_rate = settings.rate_per_second, settings.paid_per_second
    units = open_units(settings.database, shared)
    signer = Signer(vault.action_key)
    renderer = Renderer(_packer(signer), Names(units).of)
    router = Router(routes.ROUTES, routes.FLOWS, catalogue.phrases(), signer, alarms(units))
    dispatch = Dispatch(units, router, renderer, clock.now, Refused)
    dispatch.look = Feeling(Trying().look).look
    return Club(settings, clock, units, renderer, signer, dispatch)


def _packer(signer: Signer) -> Any:
    def pack(button: Button, user: str, turn: int) -> str:
        nonce = secrets.token_urlsafe(NONCE_BYTES) if button.effect else ""
        version = turn if button.here else 0
        return signer.pack(Action(button.intent, button.args, nonce, version), user)

    return pack


def alarms(units: Units) -> Callable[[str], bool]:
    """Whether a text holds one of the club's alarm words, by the newest programme that this
    process has seen: such a text is no command, whatever else it holds."""
    programmes = units.shared.programmes

    def grave(text: str) -> bool:
        newest = programmes.versions.get(max(programmes.versions, default=0))
        return newest is not None and bool(alarm_in(text, newest.service.alarm_words))

    return grave


class Names:
    """What every text may use: how the club and its points are called in a language.

    Taken from the newest programme that this process has seen.
    """

    def __init__(self, units: Units) -> None:
        self._programmes = units.shared.programmes
        self._known: dict[tuple[int, str], dict[str, Any]] = {}

    def of(self, language: str) -> dict[str, Any]:
        """The names in a language."""
        version = max(self._programmes.versions, default=0)
        if (version, language) not in self._known:
            if not version:
                return {"club": "", "point_word": "", "points_word": ""}
            programme = self._programmes.versions[version]
            self._known[version, language] = names_of(programme, language)
        return self._known[version, language]


def names_of(programme: Programme, language: str) -> dict[str, Any]:
    """The values that a programme gives to every text."""
    return {
        "club": programme.name(language),
        "point_word": programme.points_word(1, language),
        "points_word": programme.points_word(2, language),
    }


def _migrate_sqlite(settings: Settings) -> None:
    settings.data.mkdir(0o700, parents=True, exist_ok=True)
    library = engines.sqlite_module()
    if library.sqlite_version_info < engines.SAFE_SQLITE:
        log.warning(
            "SQLite %s is older than %s: a crash at a bad moment can lose what was committed;"
            " install a newer one, such as the package pysqlite3",
            library.sqlite_version,
            ".".join(map(str, engines.SAFE_SQLITE)),
        )
    peek.path_of(settings.database).parent.mkdir(parents=True, exist_ok=True)
    with alone(settings.data / ".migrating"):
        here, needed = migrations.level(settings.database), migrations.newest()
        if here != needed:
            refuse_newer(here, needed)
            migrations.upgrade(settings.database)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time, where the system has such locks; it ends with the process."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def refuse_newer(here: str | None, needed: str | None) -> None:
    """Raises NotMigrated for a database of a later program."""
    if here and needed and here > needed:
        raise NotMigrated(
            f"the database stands at level {here}, which is newer than this program's {needed};"
            " start the newer program"
        )


def check_level(work: Work) -> None:
    """Raises NotMigrated if the database is not at the newest level."""
    here, needed = migrations.current(work.db), migrations.newest()
    refuse_newer(here, needed)
    if here != needed:
        stands = f"stands at level {here}" if here else "is empty"
        raise NotMigrated(
            f"the database {stands}, this program needs level {needed}; run: memberbot migrate"
        )


def _begin(work: Work, club: Club, vault: Vault, at: datetime | None, kept: Mark | None) -> None:
    secret_key.check_fingerprint(work, vault)
    if at is not None:
        club.clock.begin(work, at)
    club.clock.read(work)
    marking.look(work, kept, club.clock.now())
    if work.programmes.newest():
        work.programmes.current()


async def publish_first(club: Club) -> None:
    """Publishes the settings' programme if none has been published yet."""
    if await club.units.read(lambda work: work.programmes.newest()):
        return
    programme = await asyncio.to_thread(programme_words.read, club.settings.programme)

    def publish(work: Work) -> bool:
        new = not work.programmes.newest() and publishing.publish(
            work, programme, Actor("first start"), club.clock.now()
        )
        work.programmes.current()
        return new

    try:
        new = await club.units.write(publish)
    except ProgrammeChanged:  # another process was first, with other rules: those hold
        new = False
    if new:
        log.info("published %s, version %d", club.settings.programme.name, programme.version)

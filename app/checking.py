"""What `memberbot check` looks at; every part is looked at, whatever the others say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from app import care_checks, programme_words, secret_key, settings
from app.failures import sentences
from app.findings import Finding
from app.settings import PREFIX, Settings, SettingsInvalid
from app.wiring import build, check_level
from bot.telegram import startup
from bot.telegram.channel import FAILURES
from domain.programme import Programme
from services import post, restoring
from storage import engines, migrations, peek
from storage.unit_of_work import Units
from storage.vault import Vault
from storage.work import Work
from templates import catalogue, contract

SHOWN = 20
LOOKED_AT = 500
PATIENCE = 15.0


async def findings(*, offline: bool) -> list[Finding]:
    """All findings, in the order in which a person would put things right."""
    try:
        found = settings.load()
    except SettingsInvalid as error:
        return [
            *(Finding("settings", False, problem) for problem in error.problems),
            *(Finding("settings", False, sentence) for sentence in settings.strangers()),
            *_templates(),
        ]
    listed = [Finding("settings", False, sentence) for sentence in settings.strangers()]
    listed = listed or [Finding("settings", True, f"data folder {found.data.absolute()}")]
    listed += _programme(found)
    listed += _templates()
    listed += await _database(found)
    listed += [] if offline else await _token(found)
    return listed


def _programme(found: Settings) -> list[Finding]:
    try:
        programme = programme_words.read(found.programme)
    except Exception as error:
        texts = sentences(error) or [f"it cannot be read: {type(error).__name__}"]
        return [Finding("programme file", False, text) for text in texts]
    return [Finding("programme file", True, f"{_named(programme)} in {found.programme.name}")]


def _named(programme: Programme) -> str:
    return f"{programme.name('en')}, version {programme.version}"


def _templates() -> list[Finding]:
    """Whether all languages have the same messages and every message renders with its samples."""
    keys = {language: set(catalogue.sources(language)) for language in catalogue.LANGUAGES}
    every = set().union(*keys.values())
    problems = [
        Finding("templates", False, f"{key} is missing in {language}")
        for language in keys
        for key in sorted(every - keys[language])
    ]
    for language in keys:
        problems += [Finding("templates", False, text) for text in _unrendered(language)]
    good = f"{len(every)} messages in {' and '.join(catalogue.LANGUAGES)}"
    return problems or [Finding("templates", True, good)]


_CLUB = {"club": "the club", "point_word": "point", "points_word": "points"}


def _unrendered(language: str) -> Iterator[str]:
    try:
        messages = catalogue.compiled(language)
    except Exception as error:
        yield f"{language}: {error}"
        return
    for key, values in _samples():
        try:
            messages[key].render({**_CLUB, **values})
        except Exception as error:
            yield f"{key} in {language}: {error}"


def _samples() -> Iterator[tuple[str, dict[str, Any]]]:
    for key in contract.sampled():
        for values in contract.samples(key):
            yield key, values


async def _database(found: Settings) -> list[Finding]:
    if not engines.is_postgres(found.database) and not peek.path_of(found.database).exists():
        return [*_library(found), Finding("database", True, "the first start makes it")]
    try:
        vault = Vault(secret_key.secret_key(found))
    except secret_key.BadSecretKey as error:
        return [Finding("secret key", False, str(error))]
    club = build(found, vault)
    try:
        async with asyncio.timeout(PATIENCE):
            return [*_library(found), *await club.units.read(lambda work: _inside(work, vault))]
    except Exception as error:
        texts = sentences(error) or [f"it cannot be used: {type(error).__name__}"]
        return [Finding("database", False, text) for text in texts]
    finally:
        await _closed(club.units)


async def _closed(units: Units) -> None:
    async with asyncio.timeout(PATIENCE):
        await units.close()


def _library(found: Settings) -> list[Finding]:
    library = engines.sqlite_module()
    if engines.is_postgres(found.database) or library.sqlite_version_info >= engines.SAFE_SQLITE:
        return []
    wanted = ".".join(map(str, engines.SAFE_SQLITE))
    text = f"version {library.sqlite_version} can lose commits in a crash; bring {wanted} or newer"
    return [Finding("SQLite", False, text)]


def _inside(work: Work, vault: Vault) -> list[Finding]:
    """What the database says about itself."""
    here = migrations.current(work.db)
    if here is None and not engines.is_postgres(str(work.db.engine.url)):
        return [Finding("database", True, "it is empty; the first start prepares it")]
    newest = migrations.newest()
    if not engines.is_postgres(str(work.db.engine.url)) and here and newest and here < newest:
        text = f"level {here}; the next start brings it to {newest}"
        return [Finding("database", True, text)]
    try:
        check_level(work)
    except Exception as error:
        return [Finding("database", False, str(error))]
    listed = [Finding("database", True, f"level {here}, the newest")]
    known = work.settings.get(secret_key.FINGERPRINT)
    if known not in (None, vault.fingerprint):
        text = "it is not the one that this database was made with; put the right one back"
        listed.append(Finding("secret key", False, text))
    version = work.programmes.newest()
    if version:
        listed.append(Finding("published programme", True, _named(work.programmes.current())))
    return [*listed, *care_checks.findings(work), *_held(work), _letters(work), *_unsent(work)]


def _held(work: Work) -> list[Finding]:
    """Whether the post is on hold, and since which backup."""
    gap = restoring.gap(work)
    state = post.hold_state(work)
    if state == post.RESTORED and gap is not None:
        text = (
            f"this is a backup that ends at {gap.since:%Y-%m-%d %H:%M} UTC, and the club went on"
            f" until {gap.until:%Y-%m-%d %H:%M} UTC: only new replies are sent"
        )
        more = (
            "memberbot hold off lets the post go on; what was due until then is listed as unknown"
            " and sent to nobody by itself",
        )
        return [Finding("post", False, text, more)]
    return [Finding("post", True, "on hold; memberbot hold off ends that")] if state else []


def _letters(work: Work) -> Finding:
    count, letters = work.inbox.dead_letters(SHOWN)
    if not count:
        return Finding("events", True, "none was left unhandled")
    lines = tuple(
        f"{letter['buried_at']:%Y-%m-%d %H:%M} {letter['channel']} update"
        f" {letter['update_id'] or '?'}: {letter['why'].splitlines()[0][:200]}"
        for letter in letters
    )
    more = (f"… and {count - len(lines)} more",) if count > len(lines) else ()
    return Finding("events", False, f"{count} could not be handled", (*lines, *more))


def _unsent(work: Work) -> list[Finding]:
    """Messages that did not arrive, or perhaps not; people who left do not count."""
    unknown = work.outbox.listed("unknown", SHOWN)
    dead = [row for row in work.outbox.listed("dead", LOOKED_AT) if row[2] != "unreachable"]
    findings = []
    for rows, text in (
        (unknown, "may have arrived or not; nobody gets them twice"),
        (dead[:SHOWN], "could not be sent"),
    ):
        lines = tuple(f"{key or 'a message'} ({number}): {why}" for number, key, why in rows)
        if lines:
            findings.append(Finding("messages", False, f"the newest that {text}", lines))
    return findings or [Finding("messages", True, "none is in doubt")]


async def _token(found: Settings) -> list[Finding]:
    if found.telegram_token is None:
        text = f"{PREFIX}TELEGRAM_TOKEN is not set: nobody can chat with this club"
        return [Finding("Telegram", False, text)]
    channel = startup.offline(
        found.telegram_token.get_secret_value(), api_url=found.telegram_api_url
    )
    await channel.client.open()
    try:
        async with asyncio.timeout(PATIENCE):
            me = await channel.client.get_me()
    except startup.InvalidToken:
        text = f"the Bot API refuses the token; copy it again into {PREFIX}TELEGRAM_TOKEN"
        return [Finding("Telegram", False, text)]
    except (*FAILURES, TimeoutError):
        text = "the Bot API does not answer; look at the network or MEMBERBOT_TELEGRAM_API_URL"
        return [Finding("Telegram", False, text)]
    finally:
        await channel.client.close_pools()
    return [Finding("Telegram", True, f"@{me.username}, by {found.telegram_mode}")]

"""The club's secret key: given, or made at the first start and kept in the data folder."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

from app.settings import PREFIX, Settings
from storage import peek
from storage.engines import is_postgres
from storage.vault import Vault
from storage.work import Work

log = logging.getLogger(__name__)
NAME = "secret.key"
FINGERPRINT = "secret_key.fingerprint"
OTHERS = 0o077


class BadSecretKey(Exception):
    """The key is missing, unreadable or not the database's; the text says what to do."""


def secret_key(settings: Settings) -> bytes:
    """The key that was given, else the one in the data folder, made if there is none yet.

    Raises BadSecretKey on PostgreSQL without a given key, because several machines must share
    it, and for a database whose key file is gone: another key would open nothing.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    if is_postgres(settings.database):
        raise BadSecretKey(
            f"{PREFIX}SECRET_KEY is missing: on PostgreSQL every process needs the same one;"
            " make it once with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    path = settings.data / NAME
    if not path.exists() and peek.setting(settings.database, FINGERPRINT) is not None:
        raise BadSecretKey(
            f"{path} is missing, and this database was made with it; put the file back or give"
            f" the key in {PREFIX}SECRET_KEY"
        )
    try:
        return _kept(path)
    except OSError as error:
        reason = (error.strerror or "it cannot be used").lower()
        raise BadSecretKey(
            f"the secret key in {path}: {reason}; make the data folder writable"
            f" or set {PREFIX}DATA"
        ) from error


def check_fingerprint(work: Work, vault: Vault) -> None:
    """Remembers the key's fingerprint in a new database; raises BadSecretKey for another key."""
    known = work.settings.get(FINGERPRINT)
    if known is None:
        work.settings.put(FINGERPRINT, vault.fingerprint)
    elif known != vault.fingerprint:
        raise BadSecretKey(
            "the secret key is not the one that this database was made with; give that one in"
            f" {PREFIX}SECRET_KEY or put its file {NAME} back into the data folder"
        )


def _kept(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    if path.stat().st_mode & OTHERS:
        log.warning("%s could be read by others; it is now closed to them", path)
        path.chmod(0o600)
    key = path.read_bytes().strip()
    if len(key) < 16:
        raise BadSecretKey(f"{path} holds no key; put the right file back")
    return key


def _make(path: Path) -> None:
    """Two processes may start at once: the first link wins and both read the same key."""
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    mine = path.with_name(f".{NAME}.{secrets.token_hex(8)}")
    file = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            out.write(secrets.token_urlsafe(48).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(mine, path)
    except FileExistsError:
        return
    finally:
        mine.unlink()

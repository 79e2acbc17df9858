"""Keys of the API: made, listed, revoked, checked. A key is shown once and kept as a hash."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from domain.club_errors import ApiKeyExists, ApiKeyNotFound, BadScope
from domain.members import check_name
from services.ports import Work
from services.ports.club import Actor
from services.ports.keys import ApiKey

SCOPES: Final = (
    "purchases:write",
    "members:read",
    "members:write",
    "points:adjust",
    "benefits:read",
    "vouchers:write",
    "vouchers:use",
    "credit:write",
)
_MARK: Final = "mb"
_PREFIX_BYTES: Final = 5
_SECRET_BYTES: Final = 24  # 192 bits


@dataclass(frozen=True, slots=True)
class Made:
    """A new key; `text` is `mb_<prefix>_<secret>` and cannot be shown again."""

    key: ApiKey
    text: str


def add(work: Work, name: str, scopes: tuple[str, ...], actor: Actor, now: datetime) -> Made:
    """Makes a key with scopes out of SCOPES. Raises BadName, BadScope (also for none at all),
    ApiKeyExists when a key of that name is in use."""
    name = check_name(name)
    for scope in scopes or ("",):
        if scope not in SCOPES:
            raise BadScope(scope, SCOPES)
    if _in_use(work, name) is not None:
        raise ApiKeyExists(name)
    key, text = _new(work, name, tuple(dict.fromkeys(scopes)), now)
    while not work.api_keys.add(key):
        key, text = _new(work, name, key.scopes, now)
    detail = {"name": name, "prefix": key.prefix, "scopes": list(key.scopes)}
    work.audit.add(actor, "api_key.add", ("api_key", key.id), now, detail)
    return Made(key, text)


def all_keys(work: Work) -> list[ApiKey]:
    """Every key, revoked ones too, by name."""
    return work.api_keys.all()


def revoke(work: Work, name: str, actor: Actor, now: datetime) -> ApiKey:
    """Revokes the key in use under a name or prefix; raises ApiKeyNotFound."""
    key = _in_use(work, name) or work.api_keys.by_prefix(name)
    if key is None or not work.api_keys.revoke(key.id, now):
        raise ApiKeyNotFound(name)
    work.audit.add(actor, "api_key.revoke", ("api_key", key.id), now, {"name": key.name})
    return replace(key, revoked_at=now)


def authenticate(work: Work, text: str) -> ApiKey | None:
    """The key behind a bearer text, None if it is unknown, wrong or revoked.

    The hash is compared in constant time, and for an unknown prefix as well.
    """
    mark, _, rest = text.partition("_")
    prefix, _, _secret = rest.partition("_")
    known = work.api_keys.by_prefix(prefix) if mark == _MARK and text.isascii() else None
    good = hmac.compare_digest(known.hash if known else _hash(""), _hash(text))
    return known if known and good and known.revoked_at is None else None


def _in_use(work: Work, name: str) -> ApiKey | None:
    keys = (key for key in work.api_keys.all() if key.name == name and key.revoked_at is None)
    return next(keys, None)


def _new(work: Work, name: str, scopes: tuple[str, ...], now: datetime) -> tuple[ApiKey, str]:
    prefix = secrets.token_hex(_PREFIX_BYTES)
    text = f"{_MARK}_{prefix}_{secrets.token_hex(_SECRET_BYTES)}"
    return ApiKey(work.new_id(), name, prefix, _hash(text), scopes, now), text


def _hash(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()

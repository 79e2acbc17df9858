"""Who may call: bearer keys, their scopes, and a light limit on wrong tries."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from api.problems import Problem
from services.ports.keys import ApiKey

REALM: Final = 'Bearer realm="memberbot"'
MOST_WRONG: Final = 10
WRONG_WITHIN: Final = timedelta(minutes=1)
REMEMBERED: Final = 10_000
LONGEST_KEY: Final = 200


def bearer(header: str | None) -> str:
    """The key in an Authorization header; raises Problem if there is none that could be one."""
    scheme, _, text = (header or "").strip().partition(" ")
    text = text.strip()
    if scheme.casefold() != "bearer" or not text:
        raise Problem("key.missing", headers={"WWW-Authenticate": REALM})
    if len(text) > LONGEST_KEY or not text.isascii() or not text.isprintable():
        raise unknown()
    return text


def unknown() -> Problem:
    """The key is wrong, revoked, or none of ours; which of these is not told."""
    return Problem("key.unknown", headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'})


def require(key: ApiKey, scope: str) -> None:
    """Raises Problem unless the key opens the scope."""
    if not key.may(scope):
        denied = f'{REALM}, error="insufficient_scope", scope="{scope}"'
        raise Problem("key.scope", {"scope": scope}, headers={"WWW-Authenticate": denied})


class WrongTries:
    """Wrong tries by caller and public part of the key, in this process.

    A caller who guesses secrets for one key is stopped; other keys of the same network address
    go on. Keys have 192 random bits: this spares work, it is not what keeps them safe.
    """

    def __init__(self) -> None:
        self._tries: OrderedDict[tuple[str, str], tuple[datetime, int]] = OrderedDict()

    def check(self, caller: str, key: str, now: datetime) -> None:
        """Raises Problem after too many wrong tries."""
        since, count = self._tries.get((caller, _public(key)), (now, 0))
        left = WRONG_WITHIN - (now - since)
        if count >= MOST_WRONG and left > timedelta(0):
            seconds = max(1, int(left.total_seconds()))
            raise Problem(
                "key.too_many_tries", {"seconds": seconds}, headers={"Retry-After": str(seconds)}
            )

    def wrong(self, caller: str, key: str, now: datetime) -> None:
        """Counts a wrong try."""
        place = (caller, _public(key))
        since, count = self._tries.pop(place, (now, 0))
        if now - since >= WRONG_WITHIN:
            since, count = now, 0
        self._tries[place] = (since, count + 1)
        while len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)


def _public(key: str) -> str:
    """What of a key is no secret: `mb_<prefix>`, or the form alone of what is none of ours."""
    mark, _, rest = key.partition("_")
    return f"{mark[:4]}_{rest.partition('_')[0][:16]}"

"""Webhooks: secrets of shops that push purchases, made, listed, revoked; signatures checked."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from domain.club_errors import BadSource, WebhookExists, WebhookNotFound
from domain.members import check_name
from domain.purchases import LONGEST_ID
from services.ports import Work
from services.ports.club import Actor
from services.ports.webhooks import Webhook

WINDOW: Final = timedelta(minutes=5)
SCHEME: Final = "sha256="
_MARK: Final = "mbw_"
_SECRET_BYTES: Final = 32
_SECONDS: Final = re.compile(r"[0-9]{1,11}", re.ASCII)
_SIGNATURE: Final = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Made:
    """A new webhook and its secret, which cannot be shown again."""

    webhook: Webhook
    secret: str


def add(work: Work, name: str, source: str, actor: Actor, now: datetime) -> Made:
    """Makes a secret for a source; a source may have several, so that one can be changed for
    another without a gap. Raises BadName, BadSource, WebhookExists when the name is in use."""
    name = check_name(name)
    if not source or source != source.strip() or not source.isprintable():
        raise BadSource(source[:LONGEST_ID], LONGEST_ID)
    if len(source) > LONGEST_ID or "/" in source:
        raise BadSource(source[:LONGEST_ID], LONGEST_ID)
    if _in_use(work, name) is not None:
        raise WebhookExists(name)
    webhook = Webhook(work.new_id(), name, source, now)
    secret = f"{_MARK}{secrets.token_hex(_SECRET_BYTES)}"
    work.webhooks.add(webhook, secret)
    detail = {"name": name, "source": source}
    work.audit.add(actor, "webhook.add", ("webhook", webhook.id), now, detail)
    return Made(webhook, secret)


def all_webhooks(work: Work) -> list[Webhook]:
    """Every webhook, revoked ones too, by name."""
    return work.webhooks.all()


def revoke(work: Work, name: str, actor: Actor, now: datetime) -> Webhook:
    """Revokes the one in use under a name, at once; raises WebhookNotFound."""
    webhook = _in_use(work, name)
    if webhook is None or not work.webhooks.revoke(webhook.id, now):
        raise WebhookNotFound(name)
    work.audit.add(actor, "webhook.revoke", ("webhook", webhook.id), now, {"name": name})
    return replace(webhook, revoked_at=now)


def _in_use(work: Work, name: str) -> Webhook | None:
    return next((w for w in work.webhooks.all() if w.name == name and not w.revoked_at), None)


# -- signatures -------------------------------------------------------------------------


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in the signature's header: HMAC-SHA256 of `timestamp.body` in hex."""
    message = timestamp.encode(errors="replace") + b"." + body
    return SCHEME + hmac.new(secret.encode(), message, sha256).hexdigest()


def verify(
    work: Work, source: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> Webhook | None:
    """Whose signature it is; None for a wrong or missing one, for a source that has no webhook,
    and for a time (Unix seconds) more than five minutes from `now`, the real one.

    Each live secret of the source is tried, in constant time; one more stands for none.
    """
    found: Webhook | None = None
    known = work.webhooks.secrets(source)
    fits = bool(_SIGNATURE.fullmatch(signature)) and _is_near(timestamp, now)
    given = signature if fits else SCHEME
    tried: list[tuple[Webhook | None, str]] = [*known] or [(None, _MARK)]
    for webhook, secret in tried:
        good = hmac.compare_digest(sign(secret, timestamp[:20], body), given)
        found = webhook if good else found
    return found


def _is_near(timestamp: str, now: datetime) -> bool:
    if not _SECONDS.fullmatch(timestamp):
        return False
    seconds = int(timestamp) - int(now.astimezone(UTC).timestamp())
    return abs(seconds) <= WINDOW.total_seconds()

"""Webhooks: their sealed secrets by source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select, update

from services.ports.webhooks import Webhook
from storage.tables import webhooks as tables
from storage.vault import Vault

_webhooks = tables.Webhook.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(Webhook.__dataclass_fields__)
_add = insert(_webhooks)
_all = select(*(_webhooks.c[name] for name in _FIELDS)).order_by(_webhooks.c.name, _webhooks.c.id)
_live = (
    select(_webhooks)
    .where(_webhooks.c.source == bindparam("source"), _webhooks.c.revoked_at.is_(None))
    .order_by(_webhooks.c.id)
)
_revoke = (
    update(_webhooks)
    .where(_webhooks.c.id == bindparam("of"), _webhooks.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"), secret="")
)


class Webhooks:
    """The register of webhooks (services.ports.webhooks.Webhooks)."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def add(self, webhook: Webhook, secret: str) -> None:
        row: dict[str, Any] = {name: getattr(webhook, name) for name in _FIELDS}
        self._db.execute(_add, {**row, "secret": self._vault.seal(secret)})

    def all(self) -> list[Webhook]:
        return [Webhook(*row) for row in self._db.execute(_all)]

    def secrets(self, source: str) -> list[tuple[Webhook, str]]:
        rows = self._db.execute(_live, {"source": source}).mappings()
        return [
            (Webhook(**{name: row[name] for name in _FIELDS}), self._vault.open(row["secret"]))
            for row in rows
        ]

    def revoke(self, webhook_id: int, at: datetime) -> bool:
        return int(self._db.execute(_revoke, {"of": webhook_id, "at": at}).rowcount) == 1

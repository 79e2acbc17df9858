"""What came in, what was answered, and what could not be handled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.messages import Address
from bot.state import Received
from storage.dialect import Upsert
from storage.ids import Ids
from storage.prepared import Prepared
from storage.tables import chat
from storage.vault import Vault

_inbox = chat.Inbox.__table__  # type: ignore[attr-defined]
_letters = chat.DeadLetter.__table__  # type: ignore[attr-defined]

_receive = Upsert(chat.Inbox, ("channel", "account", "update_id"))
_find = Prepared(
    select(_inbox.c.id, _inbox.c.answer).where(
        _inbox.c.channel == bindparam("channel"),
        _inbox.c.account == bindparam("account"),
        _inbox.c.update_id == bindparam("update_id"),
    )
)
_answer = Prepared(
    update(_inbox).where(_inbox.c.id == bindparam("row")).values(answer=bindparam("said"))
)
_bury = insert(_letters)
_before = select(_inbox.c.id).where(_inbox.c.received_at < bindparam("before"))
_any = _before.limit(1)
_forget = delete(_inbox).where(_inbox.c.id.in_(_before.limit(bindparam("most"))))
_listed = select(
    _letters.c.id, _letters.c.channel, _letters.c.update_id, _letters.c.why, _letters.c.buried_at
).order_by(_letters.c.id.desc())
_count = select(func.count()).select_from(_letters)


class Inbox:
    """The inbox (bot.state.Inbox) and its dead letters.

    Answers, and what could not be handled, are sealed: they say what nothing else in the database
    says in plain, such as a phone or a voucher's code.
    """

    def __init__(self, db: Db, ids: Ids, clock: Callable[[], datetime], vault: Vault) -> None:
        self._db = db
        self._ids = ids
        self._clock = clock
        self._vault = vault

    def receive(
        self, address: Address, update_id: str, now: datetime, address_id: int | None
    ) -> Received:
        key = {
            "channel": address.channel,
            "account": address.account,
            "update_id": update_id,
        }
        row_id = self._ids.next()
        new = {"id": row_id, "received_at": now, "address_id": address_id, "answer": None}
        if _receive.run(self._db, {**key, **new}):
            return Received(row_id, True)
        found = self._received(_find.row(self._db, key))
        if found is None:
            raise LookupError(update_id)
        return found

    def find(self, address: Address, update_id: str) -> Received | None:
        key = {
            "channel": address.channel,
            "account": address.account,
            "update_id": update_id,
        }
        return self._received(_find.row(self._db, key))

    def answer(self, inbox_id: int, answer: Mapping[str, Any] | None) -> None:
        said = None if answer is None else self._vault.seal(orjson.dumps(answer).decode())
        _answer.run(self._db, {"row": inbox_id, "said": said})

    def _received(self, row: Any | None) -> Received | None:
        """A row that was there before, with its answer opened."""
        if row is None or row[1] is None:
            return None if row is None else Received(row[0], False)
        return Received(row[0], False, orjson.loads(self._vault.open(orjson.loads(row[1]))))

    def bury(self, channel: str, account: str, update_id: str, raw: str, why: str) -> None:
        letter = {"channel": channel, "account": account, "update_id": update_id}
        letter["raw"] = self._vault.seal(raw)
        more = {"id": self._ids.next(), "why": why[:2000], "buried_at": self._clock()}
        self._db.execute(_bury, {**letter, **more})

    def any(self, before: datetime) -> bool:
        """Whether there are rows received before that time."""
        return self._db.execute(_any, {"before": before}).first() is not None

    def forget(self, before: datetime, most: int) -> int:
        """Removes some rows received before that time and returns how many."""
        return int(self._db.execute(_forget, {"before": before, "most": most}).rowcount)

    def dead_letters(self, most: int) -> tuple[int, list[dict[str, Any]]]:
        """How many dead letters there are, and the newest of them."""
        rows = self._db.execute(_listed.limit(most)).mappings()
        return int(self._db.execute(_count).scalar_one()), [dict(row) for row in rows]

    def letter(self, letter_id: int) -> str:
        """What came, of a dead letter, as it came."""
        wanted = select(_letters.c.raw).where(_letters.c.id == letter_id)
        return self._vault.open(self._db.execute(wanted).scalar_one())

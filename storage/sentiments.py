"""How texts sound, as it was found and as operators corrected it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection as Db
from sqlalchemy import Text, and_, bindparam, cast, exists, select, update

from services.ports.survey_results import Heard, MoodRow
from storage.dialect import Upsert
from storage.ids import Ids
from storage.tables import sentiments, tickets

_sentiments = sentiments.Sentiment.__table__  # type: ignore[attr-defined]
_messages = tickets.TicketMessage.__table__  # type: ignore[attr-defined]
_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]

TICKET_MESSAGE = "ticket_message"
_NAMES = tuple(MoodRow.__dataclass_fields__)

_add = Upsert(sentiments.Sentiment, ("subject_kind", "subject_id"))
_of = select(*(_sentiments.c[name] for name in _NAMES)).where(
    _sentiments.c.subject_kind == bindparam("kind"),
    _sentiments.c.subject_id.in_(bindparam("ids", expanding=True)),
)
_correct = (
    update(_sentiments)
    .where(_sentiments.c.id == bindparam("of"))
    .values(corrected=bindparam("said"), corrected_by=bindparam("by"))
)
_unheard = (
    select(_messages.c.id, _tickets.c.member_id, _messages.c.text, _messages.c.at)
    .join_from(_messages, _tickets, _tickets.c.id == _messages.c.ticket_id)
    .where(
        _messages.c.id > bindparam("after"),
        _messages.c.author == "member",
        _messages.c.text != "",
        ~exists().where(
            and_(
                _sentiments.c.subject_kind == TICKET_MESSAGE,
                _sentiments.c.subject_id == cast(_messages.c.id, Text),
            )
        ),
    )
    .order_by(_messages.c.id)
    .limit(bindparam("most"))
)


class Sentiments:
    """How texts sound (services.ports.survey_results.Sentiments)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def add(self, rows: Sequence[MoodRow]) -> None:
        made = [asdict(row) | {"id": self._ids.next()} for row in rows]
        if made:
            _add.run(self._db, made)

    def of(self, subject_kind: str, subject_ids: Sequence[str]) -> dict[str, MoodRow]:
        if not subject_ids:
            return {}
        rows = self._db.execute(_of, {"kind": subject_kind, "ids": list(subject_ids)}).mappings()
        return {row["subject_id"]: MoodRow(**row) for row in rows}

    def correct(self, row: MoodRow, label: str, by: int | None) -> None:
        self._db.execute(_correct, {"of": row.id, "said": label, "by": by})

    def unheard(self, after: int, most: int) -> list[Heard]:
        return [Heard(*row) for row in self._db.execute(_unheard, {"after": after, "most": most})]

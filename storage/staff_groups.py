"""The staff's groups, and the topics of tickets in them."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, select, update

from services.ports.staff_groups import FAILED, MAKING, OFF, GroupChat, StaffGroup, Topic
from storage.dialect import Upsert
from storage.ids import Ids
from storage.tables import tickets

_groups = tickets.StaffGroup.__table__  # type: ignore[attr-defined]
_posts = tickets.TicketPost.__table__  # type: ignore[attr-defined]
_topics = tickets.TicketTopic.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(StaffGroup.__dataclass_fields__)

_columns = select(*(_groups.c[name] for name in _FIELDS))
_get = _columns.where(_groups.c.id == bindparam("id"))
_by_chat = _columns.where(
    _groups.c.channel == bindparam("channel"),
    _groups.c.account == bindparam("account"),
    _groups.c.chat == bindparam("chat"),
)
_all = _columns.where(_groups.c.purpose != OFF).order_by(_groups.c.id)
_save = Upsert(
    tickets.StaffGroup,
    ("channel", "account", "chat"),
    ("name", "purpose", "topics", "categories", "store_id", "locale", "problem", "added_by"),
)
_problem = (
    update(_groups)
    .where(_groups.c.id == bindparam("of"), _groups.c.problem != bindparam("new"))
    .values(problem=bindparam("new"))
)
_moved = (
    update(_groups)
    .where(
        _groups.c.channel == bindparam("of_channel"),
        _groups.c.account == bindparam("of_account"),
        _groups.c.chat == bindparam("of_chat"),
    )
    .values(chat=bindparam("new"), problem="")
)
_off = update(_groups).where(_groups.c.id == bindparam("of")).values(purpose=OFF)
_hand_posts = (
    update(_posts).where(_posts.c.group_id == bindparam("of")).values(group_id=bindparam("new"))
)
_known_there = select(_topics.c.ticket_id).where(_topics.c.group_id == bindparam("there"))
_hand_topics = (
    update(_topics)
    .where(_topics.c.group_id == bindparam("of"), _topics.c.ticket_id.not_in(_known_there))
    .values(group_id=bindparam("new"))
)
_drop_topics = delete(_topics).where(_topics.c.group_id == bindparam("of"))
_begin = Upsert(tickets.TicketTopic, ("ticket_id", "group_id"))
_this = (_topics.c.ticket_id == bindparam("of"), _topics.c.group_id == bindparam("at"))
_again = update(_topics).where(*_this, _topics.c.state == FAILED).values(state=MAKING, topic="")
_topic = select(_topics).where(*_this).with_for_update()
_topics_of = select(_topics).where(_topics.c.ticket_id == bindparam("of"))
_ticket_at = select(_topics.c.ticket_id).where(
    _topics.c.group_id == bindparam("at"), _topics.c.topic == bindparam("topic")
)
_change = update(_topics).where(*_this)
_forget = update(_topics).where(_topics.c.group_id == bindparam("at")).values(state=FAILED)


class StaffGroups:
    """The register of groups (services.ports.staff_groups.StaffGroups)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def save(self, group: StaffGroup, now: datetime) -> StaffGroup:
        before = self.by_chat(group.place)
        group = replace(group, id=before.id if before else self._ids.next())
        row = {**asdict(group), "categories": list(group.categories), "added_at": now}
        _save.run(self._db, row)
        return self.by_chat(group.place) or group

    def get(self, group_id: int) -> StaffGroup | None:
        return self._one(_get, id=group_id)

    def by_chat(self, place: GroupChat) -> StaffGroup | None:
        return self._one(_by_chat, **place._asdict())

    def all(self) -> list[StaffGroup]:
        return [_group(row) for row in self._db.execute(_all).mappings()]

    def set_problem(self, group_id: int, problem: str) -> bool:
        done = self._db.execute(_problem, {"of": group_id, "new": problem})
        return bool(done.rowcount == 1)

    def moved(self, place: GroupChat, chat: str) -> None:
        old, new = self.by_chat(place), self.by_chat(place._replace(chat=chat))
        if old is not None and new is not None:
            self._join(old.id, new.id)
            return
        of = {f"of_{name}": part for name, part in place._asdict().items()}
        self._db.execute(_moved, {**of, "new": chat})

    def _join(self, old: int, new: int) -> None:
        self._db.execute(_hand_posts, {"of": old, "new": new})
        self._db.execute(_hand_topics, {"of": old, "there": new, "new": new})
        self._db.execute(_drop_topics, {"of": old})
        self._db.execute(_off, {"of": old})

    def begin(self, ticket_id: int, group_id: int) -> bool:
        row = {"ticket_id": ticket_id, "group_id": group_id, "topic": "", "state": MAKING}
        if _begin.run(self._db, {**row, "card_id": None}):
            return True
        done = self._db.execute(_again, {"of": ticket_id, "at": group_id})
        return bool(done.rowcount == 1)

    def topic(self, ticket_id: int, group_id: int) -> Topic | None:
        row = self._db.execute(_topic, {"of": ticket_id, "at": group_id}).mappings().one_or_none()
        return Topic(**row) if row else None

    def topics_of(self, ticket_id: int) -> list[Topic]:
        return [Topic(**row) for row in self._db.execute(_topics_of, {"of": ticket_id}).mappings()]

    def ticket_at(self, group_id: int, topic: str) -> int | None:
        if not topic:
            return None
        found = self._db.execute(_ticket_at, {"at": group_id, "topic": topic})
        return found.scalars().first()

    def set_topic(
        self,
        topic: Topic,
        *,
        name: str | None = None,
        state: str | None = None,
        card_id: int | None = None,
    ) -> None:
        given = {"topic": name, "state": state, "card_id": card_id}
        values = {column: value for column, value in given.items() if value is not None}
        of = {"of": topic.ticket_id, "at": topic.group_id}
        self._db.execute(_change.values(**values), of)

    def forget_topics(self, group_id: int) -> None:
        self._db.execute(_forget, {"at": group_id})

    def _one(self, statement: Any, **key: Any) -> StaffGroup | None:
        row = self._db.execute(statement, key).mappings().one_or_none()
        return _group(row) if row else None


def _group(row: Any) -> StaffGroup:
    return StaffGroup(**{**row, "categories": tuple(row["categories"])})

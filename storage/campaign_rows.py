"""The delivery rows of campaigns: written by INSERT … SELECT, counted, skipped, tried again."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.ports.campaigns import Hours, Recipient, Shape, Slice
from services.ports.post import Notice
from storage.deliveries import dumped
from storage.tables import people, post

_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_sent_rows = _rows.alias("original")

COLUMNS: Final = tuple(
    _rows.c[name]
    for name in (
        *("id", "channel", "account", "chat", "user", "address_id", "member_id", "locale"),
        *("act", "target", "state", "reason", "due_at"),
        *("campaign_id", "purpose", "lane", "surely", "rule", "wording_id", "paid", "message"),
        *("tries", "repeated", "made_at"),
    )
)
TOO_OLD: Final = "too_old"
# Failed for a reason that passes, or refused: with other words, or later, it may go.
_PASSING: Final = ("too_many_tries",)

_mine = _rows.c.campaign_id == bindparam("campaign")
_OPEN = ("pending", "claimed", "sending")
_states = select(_rows.c.state, func.count()).where(_mine).group_by(_rows.c.state)
_reasons = (
    select(_rows.c.state, _rows.c.reason, func.count())
    .where(_mine, _rows.c.state.in_(["skipped", "dead"]))
    .group_by(_rows.c.state, _rows.c.reason)
)
_sent_since = (
    select(func.count())
    .select_from(_rows)
    .where(_mine, _rows.c.state == "sent", _rows.c.sent_at > bindparam("since"))
)
_is_open = select(_rows.c.id).where(_mine, _rows.c.state.in_(_OPEN)).limit(1)
_ages = select(func.max(_rows.c.sent_at)).where(_mine, _rows.c.state == "sent")
_older = (
    select(func.count())
    .select_from(_rows)
    .where(_mine, _rows.c.state == "sent", _rows.c.sent_at <= bindparam("than"))
)
_may_retry = or_(_rows.c.reason.in_(_PASSING), _rows.c.reason.startswith("rejected"))
_dead = select(_rows.c.id).where(_mine, _rows.c.state == "dead", _may_retry)


def _some(of: Any) -> Any:
    """Some of the rows; those that somebody else has at this moment are left to them."""
    return of.limit(bindparam("most")).with_for_update(skip_locked=True)


_skip = (
    update(_rows)
    .where(_rows.c.id.in_(_some(select(_rows.c.id).where(_mine, _rows.c.state == "pending"))))
    .values(state="skipped", reason="stopped")
)
_retry = (
    update(_rows)
    .where(_rows.c.id.in_(_some(_dead)))
    .values(
        state="pending",
        reason="",
        tries=0,
        due_at=bindparam("now"),
        claimed_by=None,
        wording_id=func.coalesce(bindparam("words"), _rows.c.wording_id),
    )
)
_reword = update(_rows).where(_rows.c.id == bindparam("of")).values(wording_id=bindparam("words"))
_failed = select(func.count()).select_from(_dead.subquery())
_recipients = (
    select(
        _rows.c.id,
        func.coalesce(_members.c.number, ""),
        func.coalesce(_members.c.name, ""),
        _rows.c.state,
        _rows.c.reason,
        func.coalesce(_rows.c.sent_at, _rows.c.begun_at),
    )
    .select_from(_rows.outerjoin(_members, _members.c.id == _rows.c.member_id))
    .where(_mine, _rows.c.id > bindparam("after"))
    .order_by(_rows.c.id)
    .limit(bindparam("most"))
)
_unknown = (
    select(_rows.c.id, _rows.c.member_id)
    .where(_mine, _rows.c.state == "unknown")
    .order_by(_rows.c.id.desc())
    .limit(bindparam("most"))
)
_refresh = (
    update(_rows)
    .where(_rows.c.dedupe == bindparam("card"), _rows.c.state.not_in(["claimed", "sending"]))
    .values(
        message=bindparam("shows"),
        target=bindparam("edits"),
        wording_id=bindparam("words"),
        state="pending",
        reason="",
        tries=0,
        due_at=bindparam("now"),
        claimed_by=None,
    )
)

# -- following what was sent ------------------------------------------------------------

_answered = (
    _sent_rows.c.campaign_id == bindparam("original"),
    _sent_rows.c.state == "sent",
    _sent_rows.c.message_id.is_not(None),
)
_next_sent = (
    select(_sent_rows.c.member_id)
    .where(*_answered, _sent_rows.c.member_id > bindparam("after"))
    .order_by(_sent_rows.c.member_id)
    .limit(bindparam("most"))
    .subquery()
)
_reach = select(func.max(_next_sent.c.member_id), func.count())


def common(name: str) -> Any:
    """A value that all rows of a campaign share, bound in the type of its column."""
    return bindparam(f"of_{name}", type_=_rows.c[name].type)


def common_values(shape: Shape) -> dict[str, Any]:
    """The values of `common`."""
    return {
        "of_campaign_id": shape.campaign_id,
        "of_purpose": shape.purpose,
        "of_lane": shape.lane,
        "of_surely": False,
        "of_rule": "",
        "of_wording_id": shape.wording_id,
        "of_paid": shape.paid,
        "of_message": shape.message,
        "of_tries": 0,
        "of_repeated": False,
        "of_made_at": shape.now,
    }


SHARED: Final = tuple(common(column.name) for column in COLUMNS[13:])


@lru_cache(maxsize=64)
def inserted(chosen: Any, dialect: str) -> Any:
    """INSERT … SELECT of rows in the order of COLUMNS; who has one gets no other."""
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(_rows).from_select(COLUMNS, chosen).on_conflict_do_nothing()


def numbered(order: Any) -> Any:
    """Ids of a block in the order of the members."""
    first = bindparam("first_id", type_=_rows.c.id.type)
    return first + func.row_number().over(order_by=order) - 1


_old = _sent_rows.c.sent_at <= bindparam("young", type_=_rows.c.sent_at.type)
_follow = select(
    numbered(_sent_rows.c.member_id),
    _sent_rows.c.channel,
    _sent_rows.c.account,
    _sent_rows.c.chat,
    _sent_rows.c.user,
    _sent_rows.c.address_id,
    _sent_rows.c.member_id,
    _sent_rows.c.locale,
    bindparam("of_act", type_=_rows.c.act.type),
    _sent_rows.c.message_id,
    case((_old, "skipped"), else_="pending"),
    case((_old, TOO_OLD), else_=""),
    bindparam("due", type_=_rows.c.due_at.type),
    *SHARED,
).where(
    *_answered,
    _sent_rows.c.member_id > bindparam("after"),
    _sent_rows.c.member_id <= bindparam("upto"),
)


class CampaignRows:
    """The rows of campaigns (services.ports.campaigns.CampaignRows)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def states(self, campaign_id: int) -> dict[str, int]:
        rows = self._db.execute(_states, {"campaign": campaign_id})
        return {state: count for state, count in rows}

    def reasons(self, campaign_id: int) -> dict[tuple[str, str], int]:
        rows = self._db.execute(_reasons, {"campaign": campaign_id})
        return {(state, reason): count for state, reason, count in rows}

    def sent_since(self, campaign_id: int, since: datetime) -> int:
        return self._number(_sent_since, campaign=campaign_id, since=since)

    def is_open(self, campaign_id: int) -> bool:
        return self._db.execute(_is_open, {"campaign": campaign_id}).first() is not None

    def sent_of(self, campaign_id: int, after: int, most: int) -> Slice:
        asked = {"original": campaign_id, "after": after, "most": most}
        upto, count = self._db.execute(_reach, asked).one()
        return Slice(upto or after, count, (Hours("", "", None, None),) if count else ())

    def follow(
        self,
        shape: Shape,
        of_id: int,
        act: str,
        within: tuple[int, int],
        ids: int,
        young: datetime | None = None,
    ) -> int:
        values = {
            **common_values(shape),
            "of_act": act,
            "original": of_id,
            "after": within[0],
            "upto": within[1],
            "first_id": ids,
            "young": young,
            "due": shape.now,
        }
        return int(self._db.execute(inserted(_follow, self._db.dialect.name), values).rowcount)

    def youngest(self, campaign_id: int) -> datetime | None:
        found: datetime | None = self._db.execute(_ages, {"campaign": campaign_id}).scalar()
        return found

    def older(self, campaign_id: int, than: datetime) -> int:
        return self._number(_older, campaign=campaign_id, than=than)

    def skip(self, campaign_id: int, most: int) -> int:
        return self._changed(_skip, campaign=campaign_id, most=most)

    def retry(self, campaign_id: int, now: datetime, most: int, wording_id: int | None) -> int:
        asked = {"campaign": campaign_id, "now": now, "most": most, "words": wording_id}
        return self._changed(_retry, **asked)

    def reword(self, row_id: int, wording_id: int) -> None:
        self._changed(_reword, of=row_id, words=wording_id)

    def failed(self, campaign_id: int) -> int:
        return self._number(_failed, campaign=campaign_id)

    def recipients(self, campaign_id: int, after: int, most: int) -> list[Recipient]:
        asked = {"campaign": campaign_id, "after": after, "most": most}
        return [Recipient(*row) for row in self._db.execute(_recipients, asked)]

    def unknown(self, campaign_id: int, most: int) -> list[tuple[int, int]]:
        rows = self._db.execute(_unknown, {"campaign": campaign_id, "most": most})
        return [(row_id, member_id) for row_id, member_id in rows]

    def refresh(self, dedupe: str, message_id: str, notice: Notice, now: datetime) -> bool:
        shows = dumped(notice)
        asked = {"card": dedupe, "shows": shows, "edits": message_id, "now": now}
        asked["words"] = notice.wording_id
        return self._changed(_refresh, **asked) == 1

    def _number(self, statement: Any, **values: Any) -> int:
        return int(self._db.execute(statement, values).scalar_one())

    def _changed(self, statement: Any, **values: Any) -> int:
        return int(self._db.execute(statement, values).rowcount)

"""Forgetting in chats what somebody answered there: steps, cards, stored replies, reminders."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, or_, select, update

from domain.surveys import Wave
from services.ports.survey_rounds import Finished
from storage.tables import chat, people, post

_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_talks = chat.Conversation.__table__  # type: ignore[attr-defined]
_inbox = chat.Inbox.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_merges = people.Merge.__table__  # type: ignore[attr-defined]

NOUN: Final = "survey."
"""What the keys of cards of surveys begin with; invitations and reminders are another noun."""
FLOW: Final = "survey"
"""The conversation in which answers are written or sent."""
_STEPS: Final = 1000
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

_ids: Any = bindparam("ids", expanding=True)
_became = select(_merges.c.kept_id, _merges.c.merged_id).where(
    or_(_merges.c.kept_id.in_(_ids), _merges.c.merged_id.in_(_ids))
)
_chats = select(
    _addresses.c.id,
    _addresses.c.member_id,
    _addresses.c.channel,
    _addresses.c.account,
    _addresses.c.user,
).where(_addresses.c.member_id.in_(_ids))
_forget_inbox = delete(_inbox).where(
    _inbox.c.address_id == bindparam("chat_of"),
    _inbox.c.received_at >= bindparam("first"),
    _inbox.c.received_at <= bindparam("last"),
)
_said = select(_rows.c.id, _rows.c.message).where(
    _rows.c.address_id == bindparam("chat_of"),
    _rows.c.made_at >= bindparam("first"),
    _rows.c.made_at <= bindparam("last"),
)
# What was said in a chat before it had an address row names the user alone. Ids rise with time,
# so only what was written since the first of these responses is looked at.
_said_to_users = select(_rows.c.id, _rows.c.channel, _rows.c.account, _rows.c.user).where(
    _rows.c.id >= bindparam("since"), _rows.c.lane == 0, _rows.c.address_id.is_(None)
)
_said_here = select(_rows.c.id, _rows.c.message, _rows.c.made_at).where(_rows.c.id.in_(_ids))
_posted = select(_rows.c.id, _rows.c.message).where(_rows.c.dedupe.in_(_ids))
_drop = delete(_rows).where(_rows.c.id.in_(_ids))
_blank = update(_rows).where(_rows.c.id.in_(_ids)).values(message={})
_blank_one = update(_rows).where(_rows.c.id == bindparam("of"))
_flows = select(
    _talks.c.address_id, _talks.c.chat, _talks.c.flow, _talks.c.data, _talks.c.version
).where(_talks.c.address_id.in_(_ids))
_walk_on = update(_talks).where(
    _talks.c.address_id == bindparam("of"), _talks.c.chat == bindparam("in_chat")
)


class Within(NamedTuple):
    """When somebody answered, and the id since which it was written down."""

    first: datetime
    last: datetime
    since: int


def forget(db: Db, wave: Wave, some: Sequence[Finished], until: datetime) -> None:
    """The steps that were taken in the chats of these members while they answered.

    Memberships that were merged share their chats, and only one of their responses may be left:
    of theirs all goes that was said `until` then.
    """
    families = _families(db, {one.member_id for one in some})
    within: dict[int, Within] = {}
    for one in some:
        family = families[one.member_id]
        alone = Within(one.started_at, one.finished_at, one.id)
        for member_id in family:
            within[member_id] = alone if len(family) == 1 else Within(_EVER, until, wave.id)
    chats = [row for ids in pages(sorted(within)) for row in db.execute(_chats, {"ids": ids})]
    for row in chats:
        here = within[row.member_id]
        times = {"chat_of": row.id, "first": here.first, "last": here.last}
        db.execute(_forget_inbox, times)
        _forget_said(db, db.execute(_said, times).all())
    users = {(row.channel, row.account, row.user): within[row.member_id] for row in chats}
    _forget_of_users(db, users)
    _walk_away(db, wave, [row.id for row in chats])
    _forget_posted(db, wave, sorted(within))


def pages(items: Sequence[Any], most: int = 500) -> Iterable[list[Any]]:
    """Some at a time, as many as a statement takes."""
    for first in range(0, len(items), most):
        yield list(items[first : first + most])


def _families(db: Db, member_ids: set[int]) -> dict[int, frozenset[int]]:
    """By member: all memberships that were ever merged with theirs, their own among them."""
    family = {one: {one} for one in member_ids}
    new = set(member_ids)
    while new:
        edges = [
            tuple(row) for ids in pages(sorted(new)) for row in db.execute(_became, {"ids": ids})
        ]
        new = {one for edge in edges for one in edge} - family.keys()
        family |= {one: {one} for one in new}
        for kept, merged in edges:
            both = family[kept] | family[merged]
            family |= dict.fromkeys(both, both)
    return {one: frozenset(family[one]) for one in member_ids}


def _forget_of_users(db: Db, users: Mapping[tuple[str, str, str], Within]) -> None:
    if not users:
        return
    since = min(one.since for one in users.values())
    rows = db.execute(_said_to_users, {"since": since}).all()
    found = {row.id: users.get((row.channel, row.account, row.user)) for row in rows}
    ours = {row_id: one for row_id, one in found.items() if one is not None}
    for ids in pages(sorted(ours)):
        said = db.execute(_said_here, {"ids": ids}).all()
        _forget_said(
            db, [row for row in said if ours[row.id].first <= row.made_at <= ours[row.id].last]
        )


def _forget_said(db: Db, rows: Iterable[Any]) -> None:
    """Cards of surveys go; of an answer as it was rendered nobody can tell what it was."""
    kept = list(rows)
    cards = [row.id for row in kept if _key(row.message).startswith(NOUN)]
    rendered = [row.id for row in kept if row.message and "rendered" in row.message]
    for ids in pages(cards):
        db.execute(_drop, {"ids": ids})
    for ids in pages(rendered):
        db.execute(_blank, {"ids": ids})


def _forget_posted(db: Db, wave: Wave, member_ids: Sequence[int]) -> None:
    """How far they had come stands in their reminders."""
    names = [
        f"survey:{wave.survey_id}:{wave.wave}:{member_id}:remind:{days}"
        for member_id in member_ids
        for days in wave.definition.remind_days
    ]
    for page in pages(names):
        for row in db.execute(_posted, {"ids": page}).all():
            plain = {**row.message, "values": {}} if row.message else {}
            db.execute(_blank_one.values(message=plain), {"of": row.id})


def _walk_away(db: Db, wave: Wave, address_ids: Sequence[int]) -> None:
    """How many steps a conversation has had says how many questions there were."""
    rows = [row for ids in pages(sorted(address_ids)) for row in db.execute(_flows, {"ids": ids})]
    for row in rows:
        version = row.version + 1 + secrets.randbelow(_STEPS)
        values: dict[str, Any] = {"version": version}
        if row.flow == FLOW and (row.data or {}).get("wave") == str(wave.id):
            values |= {"flow": "", "step": "", "data": {}, "expires_at": None}
        db.execute(_walk_on.values(**values), {"of": row.address_id, "in_chat": row.chat})


def _key(message: Any) -> str:
    return str(message.get("key", "")) if isinstance(message, dict) else ""

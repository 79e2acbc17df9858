"""Finding the members that orders name, many at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import Select, and_, bindparam, func, literal, or_, select, union_all

from domain.members import MemberState
from services.ports.sales import Claim
from storage.listed import Listed
from storage.tables import chat, people, purchases
from storage.vault import Vault

_members = people.Member.__table__  # type: ignore[attr-defined]
_kept = _members.alias("kept")
_claims = purchases.PurchaseClaim.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_OPEN = (MemberState.ACTIVE.value, MemberState.FROZEN.value)
_texts: Any = bindparam("texts", expanding=True)


def _by(column: Any) -> Any:
    """Members by a column; the oldest membership first. Merged ones are followed."""
    return (
        select(column, _members.c.id, _members.c.state, _members.c.merged_into)
        .where(column.in_(_texts))
        .order_by(_members.c.joined_at, _members.c.id)
    )


_BY = {
    "number": Listed(_by(_members.c.number), "texts"),
    "phone": Listed(_by(_members.c.phone_index).where(_members.c.state.in_(_OPEN)), "texts"),
    "email": Listed(_by(_members.c.email_index).where(_members.c.state.in_(_OPEN)), "texts"),
    "external": Listed(_by(_members.c.external_id), "texts"),
    "telegram": Listed(
        select(_addresses.c.user, _members.c.id, _members.c.state, _members.c.merged_into)
        .select_from(_addresses.join(_members, _members.c.id == _addresses.c.member_id))
        .where(_addresses.c.channel == "telegram", _addresses.c.user.in_(_texts)),
        "texts",
    ),
}

_SEALED = ("phone", "email", "telegram")


def _left_by(kind: str, column: Any, rank: int) -> Select[Any]:
    """Waiting orders whose claim of a kind is an active member's, by the index of `column`;
    merged members are followed."""
    active = MemberState.ACTIVE.value
    merged = and_(_members.c.state == MemberState.MERGED.value, _kept.c.state == active)
    whose = func.coalesce(_members.c.merged_into, _members.c.id)
    columns = (_claims.c.purchase_id, whose.label("member_id"), _members.c.joined_at)
    return (
        select(*columns, literal(rank).label("rank"))
        .select_from(
            _claims.join(_members, column == _claims.c.claim).outerjoin(
                _kept, _kept.c.id == _members.c.merged_into
            )
        )
        .where(_claims.c.kind == kind, or_(_members.c.state == active, merged))
    )


_left = union_all(
    _left_by("number", _members.c.number, 1),
    _left_by("external", _members.c.external_id, 2),
    _left_by("phone", _members.c.phone_index, 3),
    _left_by("email", _members.c.email_index, 4),
).subquery()
# The surest claim first; of two members with one phone the older membership.
_some_left = (
    select(_left.c.purchase_id, _left.c.member_id)
    .order_by(_left.c.purchase_id, _left.c.rank, _left.c.joined_at, _left.c.member_id)
    .limit(bindparam("size"))
)


class Matching:
    """Claims to members, and claims to keyed hashes for those that must wait."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def match(self, claims: Collection[Claim]) -> dict[Claim, int]:
        by_kind: dict[str, list[Claim]] = {}
        for claim in claims:
            by_kind.setdefault(claim.kind, []).append(claim)
        found: dict[Claim, int] = {}
        for kind, some in by_kind.items():
            found |= self._of_kind(kind, some)
        return found

    def index(self, claim: Claim) -> str:
        """The claim as it waits in the database: as members are found by it."""
        return self._vault.index(*claim) if claim.kind in _SEALED else claim.text

    def left(self, limit: int) -> list[tuple[int, int]]:
        found = self._db.execute(_some_left, {"size": limit})
        members: dict[int, int] = {}
        for purchase_id, member_id in found:
            members.setdefault(purchase_id, member_id)
        return list(members.items())

    def _of_kind(self, kind: str, claims: Iterable[Claim]) -> dict[Claim, int]:
        sealed = kind in ("phone", "email")
        by_text = {self.index(claim) if sealed else claim.text: claim for claim in claims}
        members: dict[Claim, int] = {}
        for text, member_id, state, merged_into in _BY[kind].rows(self._db, by_text):
            if state == MemberState.MERGED and merged_into is not None:
                member_id = merged_into
            if state != MemberState.CLOSED:
                members.setdefault(by_text[text], member_id)
        return members

"""Finding the members that orders name, many at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from domain.members import MemberState
from services.ports.sales import Claim
from storage.tables import chat, people
from storage.vault import Vault

_members = people.Member.__table__  # type: ignore[attr-defined]
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
    "number": _by(_members.c.number),
    "phone": _by(_members.c.phone_index).where(_members.c.state.in_(_OPEN)),
    "email": _by(_members.c.email_index).where(_members.c.state.in_(_OPEN)),
    "external": _by(_members.c.external_id),
    "telegram": (
        select(_addresses.c.user, _members.c.id, _members.c.state, _members.c.merged_into)
        .select_from(_addresses.join(_members, _members.c.id == _addresses.c.member_id))
        .where(_addresses.c.channel == "telegram", _addresses.c.user.in_(_texts))
    ),
}


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
        """The claim as it waits in the database."""
        return self._vault.index(claim.kind, claim.text)

    def _of_kind(self, kind: str, claims: Iterable[Claim]) -> dict[Claim, int]:
        sealed = kind in ("phone", "email")
        by_text = {self.index(claim) if sealed else claim.text: claim for claim in claims}
        members: dict[Claim, int] = {}
        for text, member_id, state, merged_into in self._db.execute(
            _BY[kind], {"texts": list(by_text)}
        ):
            if state == MemberState.MERGED and merged_into is not None:
                member_id = merged_into
            if state != MemberState.CLOSED:
                members.setdefault(by_text[text], member_id)
        return members

"""The club rules that a member has accepted, and accepting a newer version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain import charters
from domain.charters import RulesNotAccepted, Standing
from domain.members import Member
from domain.programme import Charter
from services.ports import Work


def standing(work: Work, member: Member) -> Standing:
    """How the member stands to the club rules in force."""
    current = work.programmes.current().charter
    return charters.standing(member.charter_version, current, _missed(work, member))


def require_accepted(work: Work, member: Member) -> None:
    """Raises RulesNotAccepted if rights have shrunk since the version the member accepted: then
    points move only after accepting (SEMANTICS: Members). Reading is always possible."""
    if standing(work, member) is Standing.MUST_ACCEPT:
        raise RulesNotAccepted(work.programmes.current().charter.version)


def accept(work: Work, member_id: int, version: int, *, channel: str, now: datetime) -> bool:
    """Records that the member accepts a version; False if it is no longer the one in force."""
    charter = work.programmes.current().charter
    if charter.version != version:
        return False
    if work.members.get(member_id).charter_version != version:
        work.members.accept_charter(member_id, version, channel, now)
    return True


def _missed(work: Work, member: Member) -> Iterator[Charter]:
    """Charters of earlier programmes that are newer than the accepted one."""
    accepted = member.charter_version
    if accepted is None or accepted >= work.programmes.current().charter.version:
        return
    for version in range(work.programmes.newest() - 1, 0, -1):
        try:
            charter = work.programmes.version(version).charter
        except LookupError:  # version numbers may have gaps
            continue
        if charter.version <= accepted:
            return
        yield charter

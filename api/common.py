"""What several operations show: balances, explanations, levels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from api import replies
from api.operations import Call
from domain.ledger import Share
from domain.members import Member
from services import finding, ledger


def member_of(call: Call) -> Member:
    """The member that the path names; raises MemberNotFound, SeveralMembers, BadNumber …"""
    return finding.find(call.work, call.path["id"])


def balance(call: Call, member_id: int) -> replies.Balance:
    """The member's points by the club's clock."""
    has = ledger.balance(call.work, member_id, call.now)
    return replies.Balance(
        available=has.available, pending=has.pending, held=has.held, debt=has.debt
    )


def shares(explanation: Iterable[Share]) -> list[replies.Share]:
    """An explanation, line by line."""
    return [
        replies.Share(rule=one.rule, version=one.version, factor=one.factor, points=one.points)
        for one in explanation
    ]


def level(call: Call, member_id: int) -> str:
    """The key of the member's level as it is now."""
    kept = call.work.members.get(member_id).level
    return call.work.programmes.current().level(kept).key


def plain(reply: BaseModel) -> dict[str, Any]:
    """A reply as JSON data."""
    return reply.model_dump(mode="json")

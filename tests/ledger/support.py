"""What several tests of the ledger do: give points, read a balance, ask the audit."""

from datetime import datetime
from typing import Any

from domain.points import Unit
from services import ledger
from services.audit import prove
from services.ports.points import Summary
from tests.support.club import NOW, Club


async def given(club: Club, member_id: int, points: int, *, key: str = "a", **more: Any) -> Any:
    """Gives points to a member, under a key of that member."""
    values = {"source": ("test", 1), "now": NOW, **more}
    return await club.write(
        lambda w: ledger.bonus(w, member_id, points, key=f"{member_id}:{key}", **values)
    )


async def has(
    club: Club, member_id: int, unit: Unit = Unit.POINTS, now: datetime = NOW
) -> Summary:
    """What a member has."""
    found = await club.read(lambda w: w.ledger.summary(member_id, unit, now))
    assert isinstance(found, Summary)
    return found


async def wrong(club: Club) -> list[str]:
    """What the audit finds wrong."""
    proofs = await club.write(lambda w: list(prove(w)))
    return [proof.name for proof in proofs if not proof.holds]


async def whole(club: Club) -> None:
    """The audit finds nothing wrong."""
    broken = await wrong(club)
    assert broken == [], broken

"""The audit finds nothing in an honest ledger and names every kind of tampering."""

import pytest

from domain.points import Unit
from domain.purchases import Line
from services import ledger, purchases, refunds
from services.audit import prove
from services.ports.proofs import Proof
from storage.migrations.triggers import APPEND_ONLY
from storage.work import Work
from tests.purchases.support import member, of, order
from tests.support.club import NOW, Club


@pytest.fixture
async def busy(club: Club) -> Club:
    """A club in which points were earned, spent, returned and refunded."""
    mei = await member(club)
    await club.write(lambda w: ledger.bonus(w, mei.id, 50, key="w", source=("x", 1), now=NOW))
    for number in ("1", "2"):
        bought = order(number, Line(3000, 2, "food"), Line(4500))
        await club.write(lambda w, b=bought: purchases.book(w, of(mei, b), NOW))
    paid = await club.write(
        lambda w: ledger.spend(w, mei.id, 90, key="s", source=("benefit", 1), now=NOW)
    )
    await club.write(lambda w: ledger.give_back(w, paid.id, key="b", now=NOW))
    asked = refunds.Asked("pos-1", "1", "R-1", NOW, minor=2500)
    await club.write(lambda w: refunds.refund(w, asked, NOW))
    return club


def _run(work: Work) -> list[Proof]:
    return list(prove(work))


async def test_an_honest_ledger_is_proved(busy: Club) -> None:
    proofs = await busy.write(_run)
    assert [proof for proof in proofs if not proof.holds] == []
    assert {proof.name: proof.checked for proof in proofs}["every account's hash chain holds"] == 1


TAMPERING = {
    "every balance is the sum of its postings": "UPDATE accounts SET wallet = wallet + 1",
    "every lot: issued = taken + expired + reversed + left": (
        'UPDATE lots SET "left" = "left" - 1 WHERE "left" > 0'
    ),
    "no lot expires earlier than was posted": "UPDATE lots SET expires_at = expires_at - 1",
    "every account's hash chain holds": "UPDATE postings SET source_id = 'other'",
    "every explanation adds up to its points": "UPDATE postings SET explanation = '[]'",
    "no more comes back of a purchase than was paid and given": (
        "UPDATE purchases SET refunded_minor = minor + 1"
    ),
    "the lines of every purchase add up to it": "UPDATE purchase_lines SET minor = minor + 1",
    "the numbers of every account's postings have no gap": "DELETE FROM postings WHERE seq = 1",
    "nothing is below zero": 'UPDATE lots SET "left" = -1',
    "every purchase with a member has a posting of exactly its points, and no other has one": (
        "UPDATE purchases SET points = points + 1"
    ),
}


@pytest.mark.parametrize("name", TAMPERING)
async def test_tampering_is_found(busy: Club, name: str) -> None:
    await busy.write(_unguard)
    await busy.write(lambda work: work.db.exec_driver_sql(TAMPERING[name]))
    proofs = await busy.write(_run)
    assert name in [proof.name for proof in proofs if not proof.holds]


async def test_a_missing_guard_is_found(busy: Club) -> None:
    await busy.write(_unguard)
    proofs = await busy.write(_run)
    broken = [proof for proof in proofs if not proof.holds]
    assert [proof.name for proof in broken] == ["the database refuses to change what was posted"]
    assert broken[0].wrong == len(APPEND_ONLY)


def _unguard(work: Work) -> None:
    """Takes the triggers away, as somebody with the database's password could."""
    for table in APPEND_ONLY:
        if work.db.dialect.name == "postgresql":
            work.db.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        else:
            for verb in ("update", "delete"):
                work.db.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")


async def test_points_follow_what_the_audit_proved(busy: Club) -> None:
    accounts = await busy.read(lambda w: [(c.member_id, c.unit) for c in w.proofs.chains()])
    has = await busy.read(lambda w: w.ledger.summary(accounts[0][0], Unit.POINTS, NOW))
    assert has.available == 50 + 75 + 50

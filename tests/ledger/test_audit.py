"""The audit finds nothing in an honest ledger and names every kind of tampering."""

from datetime import date, timedelta

import pytest

from domain import seals
from domain.purchases import Line
from services import erasing, ledger, purchases, refunds, sealing
from services.audit import joined, prove
from services.ports.proofs import Proof
from storage.migrations.triggers import APPEND_ONLY
from storage.work import Work
from tests.purchases.support import member, of, order
from tests.support.club import NOW, Club

TODAY = date(2026, 5, 20)


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
    while await club.write(lambda w: sealing.seal(w, TODAY, NOW)):
        pass
    await club.write(lambda w: ledger.bonus(w, mei.id, 10, key="y", source=("x", 2), now=NOW))
    while await club.write(lambda w: sealing.seal(w, TODAY + timedelta(days=1), NOW)):
        pass
    return club


def _run(work: Work) -> list[Proof]:
    return list(prove(work))


async def test_an_honest_ledger_is_proved(busy: Club) -> None:
    proofs = await busy.write(_run)
    assert [proof for proof in proofs if not proof.holds] == []
    assert {proof.name: proof.checked for proof in proofs}["every account's hash chain holds"] == 1


BALANCE = "every balance is the sum of its postings, which have no gap"
POSTING = (
    "every posting is double entry, belongs to an account and moves in lots what it does in the"
    " wallet"
)
LOTS = "the lots of every account add up to what is in it, and nothing is below zero"
LOT = "every lot: issued = taken + expired + reversed + left"
LOT_OWNER = "every lot belongs to the account of the posting that made it"
MOVE = "every lot movement is a posting's, in a lot of its account"
CHAIN = "every account's hash chain holds"
HEAD = "every account's head is its last posting's hash"
SHARES = "every explanation adds up to its points"
SEALS = "the chain of seals holds"
SEALED = "every sealed head is that posting's hash"
GROWN = "every account that grew before the last seal is sealed"
BOUGHT = "every purchase with a member has a posting of exactly its points, and no other has one"

CUT = (
    "UPDATE accounts SET seq = seq - 1, wallet = wallet - 10, lifetime = lifetime - 10, head ="
    " (SELECT hash FROM postings p WHERE p.member_id = accounts.member_id"
    " AND p.unit = accounts.unit AND p.seq = accounts.seq - 1)",
    "DELETE FROM lots WHERE posting_id = (SELECT max(id) FROM postings)",
    "DELETE FROM postings WHERE id = (SELECT max(id) FROM postings)",
)
"""The newest posting taken away with everything that speaks of it but the seal."""

TAMPERING = {
    "a balance": ({BALANCE}, ["UPDATE accounts SET wallet = wallet + 1"]),
    "what was ever given": ({BALANCE}, ["UPDATE accounts SET lifetime = lifetime + 1"]),
    "what is left of a lot": ({LOT, LOTS}, ['UPDATE lots SET "left" = "left" - 1']),
    "a lot below zero": ({LOT}, ['UPDATE lots SET "left" = -1']),
    "what a lot gave": ({CHAIN, LOT, POSTING}, ["UPDATE lots SET amount = amount + 1"]),
    "since when a lot is valid": ({CHAIN}, ["UPDATE lots SET active_from = active_from - 1"]),
    "until when a lot was valid": (
        {CHAIN},
        ["UPDATE lots SET first_expires_at = first_expires_at + 1"],
    ),
    "until when a lot is valid": (
        {"no lot expires earlier than was posted"},
        ["UPDATE lots SET expires_at = expires_at - 1"],
    ),
    "whose a lot is": ({LOT_OWNER, MOVE}, ["UPDATE lots SET member_id = member_id + 1"]),
    "what moved in a lot": ({CHAIN, LOT, POSTING}, ["UPDATE lot_moves SET amount = amount + 1"]),
    "which lot moved": ({CHAIN, MOVE}, ["UPDATE lot_moves SET lot_id = lot_id + 1"]),
    "what a posting says": ({CHAIN}, ["UPDATE postings SET source_id = 'other'"]),
    "a posting's legs": (
        {CHAIN, BALANCE, POSTING},
        ["UPDATE postings SET wallet = wallet + 1, issue = issue - 1"],
    ),
    "a posting's hash": ({CHAIN}, ["UPDATE postings SET hash = content_hash"]),
    "why points were given": ({CHAIN, SHARES}, ["UPDATE postings SET explanation = '[]'"]),
    "why, so that it cannot be read": (
        {CHAIN, SHARES},
        ["UPDATE postings SET explanation = 'because'"],
    ),
    "a posting goes": ({BALANCE, CHAIN}, ["DELETE FROM postings WHERE seq = 1"]),
    "an account's head": ({HEAD}, ["UPDATE accounts SET head = 'other'"]),
    "the newest posting goes with all that tells of it": ({SEALED}, CUT),
    "a seal": ({SEALS}, ["UPDATE seals SET upto = upto + 1"]),
    "a seal's digest": ({SEALS}, ["UPDATE seals SET digest = 'other' WHERE number = 1"]),
    "a seal goes": ({SEALS}, ["DELETE FROM seals WHERE number = 1"]),
    "a sealed head": ({SEALS, SEALED}, ["UPDATE seal_heads SET hash = 'other'"]),
    "a sealed head goes": ({SEALS}, ["DELETE FROM seal_heads WHERE seal = 1"]),
    "what was refunded": (
        {"no more comes back of a purchase than was paid and given"},
        ["UPDATE purchases SET refunded_minor = minor + 1"],
    ),
    "a line of a purchase": (
        {"the lines of every purchase add up to it"},
        ["UPDATE purchase_lines SET minor = minor + 1"],
    ),
    "the day of a line": (
        {"every line of a purchase is of its day"},
        ["UPDATE purchase_lines SET day = day + 1"],
    ),
    "a purchase's points": ({BOUGHT}, ["UPDATE purchases SET points = points + 1"]),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_is_found(busy: Club, what: str) -> None:
    names, statements = TAMPERING[what]
    await busy.write(_unguard)
    for statement in statements:
        await busy.write(lambda work, s=statement: work.db.exec_driver_sql(s))
    proofs = await busy.write(_run)
    assert names <= {proof.name for proof in proofs if not proof.holds}


async def test_only_the_seal_knows_of_a_posting_that_was_cut_off(busy: Club) -> None:
    await busy.write(_unguard)
    for statement in CUT:
        await busy.write(lambda work, s=statement: work.db.exec_driver_sql(s))
    proofs = await busy.write(_run)
    guards = "the database refuses to change what was posted"
    assert {proof.name for proof in proofs if not proof.holds} == {SEALED, guards}


async def test_an_account_that_was_sealed_by_nobody_is_found(busy: Club) -> None:
    """Long before the newest seal, so that it cannot have been committed late."""
    await busy.write(_unguard)
    await busy.write(
        lambda w: w.db.exec_driver_sql(f"UPDATE seals SET upto = upto + {2 * seals.MARGIN}")
    )
    mei = await member(busy)
    await busy.write(lambda w: ledger.bonus(w, mei.id, 5, key="n", source=("x", 2), now=NOW))
    proofs = await busy.write(_run)
    assert [p.wrong for p in proofs if p.name == GROWN] == [1]


async def test_erasing_a_member_leaves_chains_and_seals_whole(busy: Club) -> None:
    members = await busy.read(lambda w: w.db.exec_driver_sql("SELECT member_id FROM accounts"))
    await busy.write(lambda w: erasing.erase(w, members.scalars().first(), NOW))
    proofs = await busy.write(_run)
    assert [proof.name for proof in proofs if not proof.holds] == []


async def test_pieces_add_up_to_the_whole(busy: Club) -> None:
    wang = await member(busy)
    await busy.write(lambda w: ledger.bonus(w, wang.id, 5, key="n", source=("x", 2), now=NOW))
    whole = await busy.write(_run)
    pieces = await busy.write(
        lambda w: joined([w.proofs.prove(part) for part in w.proofs.parts(1)])
    )
    assert pieces == whole[:-1]
    parts = await busy.read(lambda w: w.proofs.parts(1))
    assert len({(part.first, part.last) for part in parts if part.name == CHAIN}) == 2


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

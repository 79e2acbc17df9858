"""The audit in two processes proves the same as in one, of one moment, while the club goes on."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from app import auditing
from app.commands import audit as command
from services import audit, ledger, sealing
from services.ports.proofs import Proof
from storage.work import Work
from tests.purchases.support import member
from tests.support.club import NOW, Club

MEMBERS = 4


@pytest.fixture
async def many(club: Club, monkeypatch: pytest.MonkeyPatch) -> Club:
    """A club whose audit has a piece for every member, proved by processes."""
    monkeypatch.setattr(audit, "PART", 1)
    monkeypatch.setattr(auditing, "MANY", MEMBERS)
    for n in range(MEMBERS):
        mei = await member(club)
        await _give(club, mei.id, f"k{n}")
    return club


async def _give(club: Club, member_id: int, key: str) -> None:
    await club.write(lambda w: ledger.bonus(w, member_id, 10, key=key, source=("x", key), now=NOW))


def _opened(club: Club) -> Any:
    return SimpleNamespace(units=club.units, settings=SimpleNamespace(database=club.url))


async def _prove(club: Club, told: list[tuple[int, int]]) -> list[Proof]:
    return await auditing.prove(_opened(club), lambda done, of: told.append((done, of)))


async def test_processes_prove_what_one_would(many: Club) -> None:
    told: list[tuple[int, int]] = []
    assert await _prove(many, told) == await many.write(audit.prove)
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


async def test_processes_find_what_was_tampered_with(many: Club) -> None:
    await many.write(lambda w: w.db.exec_driver_sql("UPDATE accounts SET lifetime = 7"))
    wrong = {proof.name: proof.wrong for proof in await _prove(many, []) if not proof.holds}
    assert wrong == {"every balance is the sum of its postings, which have no gap": MEMBERS}


async def test_all_pieces_see_one_moment_while_the_club_goes_on(many: Club) -> None:
    ids = await many.read(_member_ids)
    stop = asyncio.Event()

    async def go_on() -> int:
        given = 0
        while not stop.is_set():
            await _give(many, ids[given % MEMBERS], f"more{given}")
            given += 1
            await asyncio.sleep(0)
        return given

    giving = asyncio.create_task(go_on())
    proofs = await _prove(many, [])
    stop.set()
    assert await giving > MEMBERS
    assert [proof.name for proof in proofs if not proof.holds] == []
    checked = {proof.checked for proof in proofs if proof.name.startswith("every posting is")}
    shares = {proof.checked for proof in proofs if proof.name.startswith("every explanation")}
    assert checked == shares


async def test_a_digest_kept_elsewhere_tells_whether_its_seal_is_still_there(club: Club) -> None:
    mei = await member(club)
    await _give(club, mei.id, "k")
    await club.write(lambda w: sealing.seal(w, NOW.date(), NOW))
    _, last, known = await command.proofs(_opened(club), None)
    assert last.number == 1
    assert known
    for digest, there in ((last.digest, True), (f" {last.digest.upper()}\n", True), ("0", False)):
        assert (await command.proofs(_opened(club), digest))[2] is there


def _member_ids(work: Work) -> list[int]:
    return list(work.db.exec_driver_sql("SELECT member_id FROM accounts").scalars())

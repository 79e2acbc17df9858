"""The nightly seal covers what has grown and nothing else, part by part, once a day."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain import seals
from domain.points import Unit
from domain.seals import Head, Seal
from services import erasing, ledger, sealing
from storage.work import Work
from tests.purchases.support import member
from tests.support.club import NOW, Club

TODAY = date(2026, 5, 20)


async def _give(club: Club, member_id: int, key: str) -> None:
    await club.write(lambda w: ledger.bonus(w, member_id, 10, key=key, source=("x", key), now=NOW))


async def _seal(club: Club, day: date = TODAY, batch: int = 1000) -> int:
    """Runs the night's job to its end; how many parts it wrote."""
    parts = 0
    while await club.write(lambda w: sealing.seal(w, day, NOW, batch)):
        parts += 1
    return parts


def _sealed(work: Work) -> list[tuple[int, int, int]]:
    found = work.db.execute(text("SELECT seal, member_id, seq FROM seal_heads ORDER BY 1, 2"))
    return [tuple(row) for row in found]  # type: ignore[misc]


async def test_a_seal_covers_every_account_at_its_head(club: Club) -> None:
    people = [await member(club) for _ in range(3)]
    for n, one in enumerate(people):
        await _give(club, one.id, f"k{n}")
    await _give(club, people[0].id, "again")
    assert await _seal(club) == 1
    heads = await club.read(_sealed)
    assert [(who, seq) for _, who, seq in heads] == [
        (one.id, 2 if one == people[0] else 1) for one in sorted(people, key=lambda m: m.id)
    ]
    last: Seal = await club.read(lambda w: w.seals.last())
    accounts = [await club.read(lambda w, p=p: w.ledger.account(p.id, "points")) for p in people]
    line = seals.line(1, TODAY, 0, last.upto, last.upto)
    whole = sorted(Head(a.member_id, a.unit, a.seq, a.head) for a in accounts)
    assert last.digest == seals.digest("0" * 64, line, whole)


async def test_a_day_is_sealed_once(club: Club) -> None:
    mei = await member(club)
    await _give(club, mei.id, "a")
    assert await _seal(club) == 1
    await _give(club, mei.id, "b")
    assert await _seal(club) == 0
    assert await club.read(lambda w: sealing.is_sealed(w, TODAY))
    assert not await club.read(lambda w: sealing.is_sealed(w, TODAY + timedelta(days=1)))


async def test_a_night_without_postings_needs_no_seal(club: Club) -> None:
    assert await _seal(club) == 0
    await _give(club, (await member(club)).id, "a")
    assert await _seal(club) == 1
    assert await _seal(club, TODAY + timedelta(days=1)) == 0


async def test_the_next_night_covers_only_what_has_grown(club: Club) -> None:
    mei, wang = await member(club), await member(club)
    for n, one in enumerate((mei, wang)):
        await _give(club, one.id, f"k{n}")
    await _seal(club)
    await _give(club, wang.id, "later")
    await _seal(club, TODAY + timedelta(days=1))
    assert [row for row in await club.read(_sealed) if row[0] == 2] == [(2, wang.id, 2)]


async def test_a_night_that_was_stopped_goes_on_where_it_was(club: Club) -> None:
    people = [await member(club) for _ in range(5)]
    for n, one in enumerate(people):
        await _give(club, one.id, f"k{n}")
    assert await club.write(lambda w: sealing.seal(w, TODAY, NOW, 2))
    await _give(club, people[0].id, "meanwhile")
    # Whatever day it is by then, the first night is finished before the next one begins.
    tomorrow = TODAY + timedelta(days=1)
    assert await _seal(club, tomorrow, 2) == 5
    days = await club.read(lambda w: w.db.execute(text("SELECT day FROM seals")).scalars().all())
    assert days == [str(TODAY)] * 3 + [str(tomorrow)] * 3
    assert len(await club.read(_sealed)) == 6


async def test_a_posting_that_was_committed_late_is_sealed_the_night_after(club: Club) -> None:
    mei, wang = await member(club), await member(club)
    early = club.shared.ids.next()
    await _give(club, mei.id, "a")
    await _seal(club)
    late = iter((early,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Work, "new_id", lambda self: next(late, None) or self.shared.ids.next())
        await _give(club, wang.id, "late")
    assert await _seal(club, TODAY + timedelta(days=1)) == 0  # nothing newer was posted
    await _give(club, mei.id, "b")
    await _seal(club, TODAY + timedelta(days=2))
    assert {who for _, who, _ in await club.read(_sealed)} == {mei.id, wang.id}


async def test_erasing_a_member_leaves_the_seals_as_they_are(club: Club) -> None:
    mei = await member(club)
    await _give(club, mei.id, "a")
    await _seal(club)
    before = await club.read(_sealed)
    await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    assert await club.read(_sealed) == before
    await _seal(club, TODAY + timedelta(days=1))


@pytest.mark.parametrize("statement", ["UPDATE seals SET digest = ''", "DELETE FROM seal_heads"])
async def test_the_database_refuses_to_change_a_seal(club: Club, statement: str) -> None:
    await _give(club, (await member(club)).id, "a")
    await _seal(club)
    with pytest.raises(DBAPIError, match="append-only"):
        await club.write(lambda w: w.db.exec_driver_sql(statement))


def test_each_seal_covers_the_one_before_it() -> None:
    heads = [Head(1, Unit.POINTS, 1, "a" * 64)]
    one = seals.digest("0" * 64, seals.line(1, TODAY, 0, 9, 9), heads)
    assert one != seals.digest("1" * 64, seals.line(1, TODAY, 0, 9, 9), heads)
    assert one != seals.digest("0" * 64, seals.line(1, TODAY, 0, 8, 9), heads)
    assert one != seals.digest("0" * 64, seals.line(1, TODAY, 0, 9, 9), [])


def test_a_seal_looks_back_for_what_was_committed_late() -> None:
    noon = datetime(2026, 5, 20, 12, tzinfo=NOW.tzinfo)
    upto = seals.MARGIN * 50
    last = Seal(7, TODAY, 0, upto, upto, 1, noon, "a" * 64)
    after = (TODAY + timedelta(days=1), upto + 5)
    assert seals.next_seal(last, *after) == (8, upto - seals.MARGIN, upto + 5)

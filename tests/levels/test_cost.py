"""What a night costs: only who is due is read, by an index, in a few statements for many."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from domain.members import Member, MemberState
from domain.standings import Held, Standing
from services import joining, reviewing
from storage.work import Work
from tests.levels.support import noon
from tests.support.club import NOW, Club, programme

DAY = date(2026, 5, 20)


async def members(club: Club, count: int, review_on: date) -> list[int]:
    """Members who are gold since last year."""

    def add(work: Work) -> list[int]:
        found = []
        for _ in range(count):
            new = Member(work.random_id(), "", MemberState.ACTIVE, level="gold", joined_at=NOW)
            found.append(joining.add_member(work, new).id)
        since = DAY - timedelta(days=365)
        held = Held("gold", since, DAY - timedelta(days=1), since, 1)
        work.standings.save([Standing(one, held, review_on=review_on) for one in found])
        return found

    made: list[int] = await club.write(add)
    return made


@pytest.mark.parametrize("count", [5, 20])
async def test_a_step_reads_with_the_same_few_statements_for_any_number(
    database_url: str, count: int
) -> None:
    seen: list[str] = []
    club = await Club(database_url, programme(), before_statement=seen.append).open()
    await members(club, count, DAY)
    await members(club, 3, DAY + timedelta(days=1))
    seen.clear()

    def step(work: Work) -> int | None:
        return reviewing.review_due(work, DAY, noon(DAY), 0, 50)

    await club.write(step)
    read = [one for one in seen if one.startswith("SELECT")]
    assert 4 <= len(read) <= 10, read
    left = await club.read(lambda w: w.standings.waiting(DAY, 50))
    await club.close()
    assert left == []


async def test_who_is_due_is_found_by_an_index(club: Club) -> None:
    await members(club, 500, DAY + timedelta(days=99))
    question = (
        "SELECT member_id FROM standings WHERE review_on IS NOT NULL AND review_on <= '2026-05-20'"
        " ORDER BY review_on, member_id LIMIT 20"
    )

    def explain(work: Work) -> str:
        if work.db.dialect.name == "postgresql":
            work.db.execute(text("ANALYZE standings"))
            return str(work.db.execute(text(f"EXPLAIN {question}")).all())
        return str(work.db.execute(text(f"EXPLAIN QUERY PLAN {question}")).all())

    assert "ix_standings_review" in await club.write(explain)

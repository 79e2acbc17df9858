"""What a member reads every day goes through indexes, on both databases."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from bench import long_ledger
from domain.points import Unit
from services import history, ledger
from storage import prepared
from storage.engines import is_postgres
from storage.work import Work
from tests.support.club import NOW, Club

MEMBERS, EACH = 400, 20
ONE = 7


@pytest.fixture
async def long_club(empty_database_url: str) -> Any:
    """A club with enough postings for the planner to prefer an index to reading all."""
    await asyncio.to_thread(long_ledger.fill, empty_database_url, MEMBERS, EACH)
    club = Club(empty_database_url, None)  # type: ignore[arg-type]
    await club.write(_reasons)
    yield club
    await club.close()


def _reasons(work: Work) -> None:
    """Every posting has a reason, so that none of the tables is small."""
    for statement in (
        "INSERT INTO posting_reasons SELECT id, member_id, 'because' FROM postings",
        "ANALYZE",
    ):
        work.db.exec_driver_sql(statement)


def _plans(work: Work, use: Callable[[Work], object]) -> dict[str, list[str]]:
    """How the database would run each statement of a use case."""
    asked: list[tuple[str, Any]] = []
    if work.db.dialect.name == "sqlite":
        raw: Any = work.db.connection.dbapi_connection
        raw.set_trace_callback(lambda statement: asked.append((statement, None)))
        use(work)
        raw.set_trace_callback(None)
        explain = "EXPLAIN QUERY PLAN "
    else:

        def note(_c: Any, _d: Any, statement: str, values: Any, *_: Any) -> None:
            asked.append((statement, values))

        # What is empty here (purchases) would be read whole for that reason alone.
        work.db.exec_driver_sql("SET LOCAL enable_seqscan = off")
        run = prepared._in_transaction

        async def noted(adapter: Any, statement: str, values: Any) -> Any:
            asked.append((statement, tuple(values)))
            return await run(adapter, statement, values)

        event.listen(work.db, "before_cursor_execute", note)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepared, "_in_transaction", noted)
            use(work)
        event.remove(work.db, "before_cursor_execute", note)
        explain = "EXPLAIN "
    return {
        statement: [row[-1] for row in work.db.exec_driver_sql(explain + statement, values)]
        for statement, values in asked
    }


@pytest.mark.parametrize(
    "use",
    [
        lambda w: ledger.balance(w, ONE, NOW),
        lambda w: history.page(w, ONE),
        lambda w: history.page(w, ONE, 1 << 60),
    ],
    ids=["points", "history", "a later page of history"],
)
async def test_no_table_of_the_ledger_is_read_whole(
    long_club: Club, use: Callable[[Work], object]
) -> None:
    plans = await long_club.write(lambda work: _plans(work, use))
    lines = [
        (statement, line)
        for statement, plan in plans.items()
        if any(table in statement for table in ("postings", "lots", "accounts", "purchases"))
        for line in plan
    ]
    assert lines
    whole = "Seq Scan" if is_postgres(long_club.url) else "SCAN "
    inner = ("SCAN anon_", "SCAN (subquery", "SCAN CONSTANT")  # of rows found by index
    assert [x for x in lines if whole in x[1] and not x[1].strip().startswith(inner)] == []


async def test_what_was_filled_can_be_read(long_club: Club) -> None:
    has = await long_club.read(lambda w: w.ledger.summary(ONE, Unit.POINTS, NOW))
    spends = EACH // long_ledger.SPENDS
    given = (EACH - spends) * long_ledger.GIVEN
    assert has.available + has.pending == given - spends * long_ledger.TAKEN

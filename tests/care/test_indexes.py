"""Whose care is due is found by an index, however many members there are."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from storage import care, endings, restocks, rhythms
from storage.work import Work
from tests.support.club import Club, programme
from tests.support.databases import MIGRATED

CASES = {
    "birthdays": (care._born_elsewhere, ["ix_members_birthday"]),
    "birthdays in a zone": (care._born_in_zone, ["ix_members_birthday"]),
    "who joined": (care._joined(3, but=True), ["ix_members_joined"] * 3),
    "who joined in one year": (care._joined(1, but=False), ["ix_members_joined"]),
    "everybody in a zone": (care._everyone_in_zone, ["ix_members_zone"]),
    "who agrees in a zone": (care._willing_in_zone, ["ix_members_zone", "ix_consents_member"]),
    "who once agreed": (care._asked, ["ix_consents_given"]),
    "when vouchers end": (endings._of_vouchers.next, ["ix_vouchers_due"]),
    "whose vouchers end": (endings._of_vouchers.at, ["ix_vouchers_due"]),
    "when points end": (endings._of_points.next, ["ix_lots_due"]),
    "whose points end": (endings._of_points.at, ["ix_lots_due"]),
    "silence that ends": (rhythms._due_elsewhere, ["ix_rhythms_due"]),
    "silence that has ended": (rhythms._passed, ["ix_rhythms_due"]),
    "who was there lately": (rhythms._touched_in_order, ["USING INTEGER PRIMARY KEY"] * 8),
    "who marked what came back": (restocks._fans, ["ix_benefit_favourites_fans"]),
    "what came back": (restocks._first, ["ix_restocks_open"]),
}


@pytest.mark.parametrize("case", CASES)
async def test_no_table_is_read_as_a_whole(case: str, fresh_database: Callable[..., str]) -> None:
    statement, indexes = CASES[case]
    club = await Club(fresh_database("sqlite", MIGRATED), programme()).open()
    plan = await club.read(lambda work: _plan(work, statement))
    await club.close()
    found = [line for line in plan if "SEARCH" in line or "SCAN" in line]
    for index in set(indexes):
        assert sum(index in line for line in found) >= indexes.count(index), found
    whole = [line for line in found if line.startswith("SCAN ") and "USING" not in line]
    assert [line for line in whole if not re.search("anon_|subquery|found", line)] == []


def _plan(work: Work, statement: Any) -> list[str]:
    whole = {"render_postcompile": True}
    day, now = date(2026, 5, 20), datetime(2026, 5, 20, tzinfo=UTC)
    given = {"day": day, "since": now, "until": now, "before": now, "at": now, "benefit": 1}
    made = statement.params(**given, after=0, most=9)
    sql = str(made.compile(dialect=work.db.dialect, compile_kwargs=whole))
    found = work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (0,) * sql.count("?"))
    return [str(row[3]) for row in found]

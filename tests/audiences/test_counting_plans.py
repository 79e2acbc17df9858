"""Everybody is counted by sets that are read once, a few members by their own rows."""

from typing import Any

import pytest
from sqlalchemy import event

from domain.audience_expressions import Both, Condition, Either, Expression, Not, Op
from services import audiences
from storage.audience_sets import SETS
from storage.work import Work
from tests.support.club import NOW, Club

BOUGHT = Condition("purchases", Op.AT_LEAST, (1,), 90)
KIND = Condition("category", Op.IS, ("tea", "cake"), 180)
ASKED = {
    "bought": BOUGHT,
    "never bought": Condition("purchases", Op.AT_MOST, (0,)),
    "bought often": Condition("purchases", Op.AT_LEAST, (3,), 90),
    "bought at most twice": Condition("purchases", Op.AT_MOST, (2,), 90),
    "spent": Condition("spent", Op.AT_LEAST, (100,), 90),
    "a category": KIND,
    "a consent": Condition("consent", Op.IS, ("promotions", "care")),
    "points": Condition("points", Op.AT_LEAST, (500,)),
}
FIVE = Both(
    (
        Condition("level", Op.IS, ("silver", "gold")),
        Condition("city", Op.IS, ("shanghai", "beijing")),
        *(BOUGHT, KIND, ASKED["a consent"]),
    )
)


def _plan(work: Work, ask: Any) -> str:
    """How the database looks for the members."""
    sent: list[tuple[str, Any]] = []

    def note(_db: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(work.db, "before_cursor_execute", note)
    ask(work)
    event.remove(work.db, "before_cursor_execute", note)
    [(statement, parameters)] = [one for one in sent if "purchases" in one[0] or len(sent) == 1]
    sqlite = work.db.dialect.name == "sqlite"
    spelled = f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {statement}"
    return "\n".join(str(row[-1]) for row in work.db.exec_driver_sql(spelled, parameters))


def _number(work: Work, asked: Expression) -> str:
    when = audiences.asked_at(work, NOW)
    return _plan(work, lambda work: work.audiences.number(asked, when))


def _indexed(work: Work) -> None:
    # Tables without rows are read as a whole for nothing.
    if work.db.dialect.name == "postgresql":
        work.db.exec_driver_sql("SET LOCAL enable_seqscan = off")


async def test_purchases_and_categories_are_pieces_of_indexes(club: Club) -> None:
    def look(work: Work) -> None:
        _indexed(work)
        plan = _number(work, FIVE)
        for index in ("ix_purchase_lines_category", "ix_purchases_day"):
            assert index in plan
        assert "SCAN all_" not in plan
        if work.db.dialect.name == "sqlite":
            assert "ix_purchases_day (day=? AND id>? AND id<?" in plan

    await club.write(look)


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_postgresql_can_share_the_work_out(club: Club, name: str) -> None:
    """It gives a look-up that stands beside a member (a SubPlan) to one process alone."""

    def look(work: Work) -> None:
        for asked in (ASKED[name], Not(ASKED[name]), Both((ASKED[name], Not(KIND)))):
            assert "SubPlan" not in _number(work, asked)

    await club.read(look)


async def test_one_member_is_not_looked_for_among_all_purchases(club: Club) -> None:
    def look(work: Work) -> None:
        _indexed(work)
        when = audiences.asked_at(work, NOW)
        plan = _plan(work, lambda work: work.audiences.among(FIVE, when, (1, 2)))
        assert "ix_purchase_lines_category" not in plan

    await club.write(look)


async def test_what_stands_beside_an_or_is_looked_up_for_each_member(club: Club) -> None:
    def look(work: Work) -> None:
        either = Either((KIND, Condition("level", Op.IS, ("gold",))))
        _indexed(work)
        assert "ix_purchase_lines_category" not in _number(work, either)

    await club.write(look)


def test_every_set_is_of_a_fact_that_is_counted_here() -> None:
    assert {fact for sets in SETS.values() for fact in sets} == {
        one.fact for one in ASKED.values()
    }

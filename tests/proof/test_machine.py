"""Any operations in any order, on both databases: the audit holds and the model agrees."""

import pytest

from domain import points
from storage.benefits import Benefits
from tests.proof import running
from tests.proof.shelf_rules import ShelfMachine
from tests.support.databases import Kind

EXAMPLES, STEPS = 25, 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


async def test_whatever_is_done_the_audit_holds_and_the_model_agrees(
    database_url: str, database_kind: Kind
) -> None:
    done = await running.run(database_url, EXAMPLES, STEPS)
    assert done > EXAMPLES


async def test_a_ledger_that_takes_the_newest_points_first_would_be_noticed(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "spending_order", lambda lot: -lot.id)
    with pytest.raises(AssertionError):
        # It stops at the first that notices; few examples at random may all miss it.
        await running.run(sqlite_url, EXAMPLES * 10, STEPS, shrink=False)


async def test_whatever_is_redeemed_given_back_and_waited_for_the_audit_holds(
    database_url: str,
) -> None:
    few = 10
    assert await running.run(database_url, few, STEPS, rules=ShelfMachine) > few


async def test_a_voucher_given_back_without_its_stock_would_be_noticed(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Benefits, "give_stock", lambda work, benefit_id: None)
    with pytest.raises(AssertionError):
        await running.run(sqlite_url, EXAMPLES * 10, STEPS, shrink=False, rules=ShelfMachine)

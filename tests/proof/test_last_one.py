"""A short version of `make fault`'s races for the last one, in process and over the webhook."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.benefits import Stock
from storage.benefits import Benefits
from tests.membership.support import broken
from tests.proof import last_one
from tests.proof.last_one import FIRST_USER, Tally, clear
from tests.support.club import Club
from tests.support.databases import MIGRATED
from tests.whole.stack import ACCOUNT, Stack, running
from tests.whole.updates import Person

pytestmark = pytest.mark.fault


async def _races(club: Club, races: int) -> Tally:
    tally = Tally()
    field = await last_one.prepare(club.units, "42", club.clock.now)
    claim = last_one.in_process(club.units, field.members, club.clock)
    await last_one.run(club.units, field, claim, 1, races, tally)
    return tally


async def test_what_is_left_goes_to_as_many_as_there_are(club: Club) -> None:
    tally = await _races(club, 4)
    assert tally.good, tally
    assert tally.claims > 4 * 64
    assert await broken(club) == []


async def test_without_the_guard_more_is_given_away_than_there_is(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody takes one, whatever is left."""

    def takes(self: Benefits, benefit_id: int) -> Stock:
        self._db.exec_driver_sql(f"UPDATE benefits SET stock = stock - 1 WHERE id = {benefit_id}")
        return Stock.TAKEN

    monkeypatch.setattr(Benefits, "take_stock", takes)
    monkeypatch.setattr("domain.benefits.Benefit.sold_out", property(lambda self: False))
    tally = await _races(club, 2)
    assert tally.oversold
    assert not tally.good


# -- over the webhook -------------------------------------------------------------------


async def test_over_the_webhook_everybody_hears_a_clear_yes_or_no(
    fresh_database: Callable[..., str], database_kind: str, tmp_path: Path
) -> None:
    async with running(fresh_database(database_kind, MIGRATED), tmp_path) as stack:
        tally, units = Tally(), stack.club.units
        field = await last_one.prepare(units, ACCOUNT, datetime.now(UTC))
        await last_one.run(units, field, _by_webhook(stack), 1, 2, tally)
        assert tally.good, tally
        assert stack.refused == []


def _by_webhook(stack: Stack) -> last_one.Claim:
    async def claim(number: int, benefit_id: int, key: str) -> str:
        person = Person(stack, FIRST_USER + number)
        data = stack.tap("benefit.redeem", str(benefit_id), user=person.id, nonce=key)
        answer = await stack.post(person.tap(data))
        if answer.status != 200:
            return f"status {answer.status}"
        return clear(answer.text)

    return claim

"""A short version of `python -m bench.event_seats`: races for the last seats of events."""

import pytest

from services import event_seats as seats
from storage.events import Events
from tests.membership.support import broken
from tests.proof import event_seats
from tests.support.club import Club

pytestmark = pytest.mark.fault


async def _races(club: Club, races: int) -> event_seats.Tally:
    now = club.clock()
    members = await event_seats.prepare(club.units, now)
    return await event_seats.run(club.units, members, now, range(races))


async def test_no_seat_is_given_twice_and_none_stays_free_while_somebody_waits(
    club: Club,
) -> None:
    tally = await _races(club, 2)
    assert tally.wrong == []
    assert tally.answers > 2 * 4 * 64
    assert await broken(club) == []


async def test_without_the_condition_events_are_overbooked(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    def takes(self: Events, event_id: int, count: int) -> bool:
        sql = f"UPDATE events SET taken = taken + {count} WHERE id = {event_id}"
        self._db.exec_driver_sql(sql)
        return True

    monkeypatch.setattr(Events, "take_seats", takes)
    tally = await _races(club, 1)
    assert any("overbooked" in one for one in tally.wrong)


async def test_without_serving_a_seat_stays_free_while_somebody_waits(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "serve", lambda *_: 0)
    tally = await _races(club, 1)
    assert any("somebody waits" in one for one in tally.wrong)

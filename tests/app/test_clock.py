"""Club time: the same in all processes, and never backwards."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.clock import ClockBackwards, ClubClock, Move, TimeMachine, real_now
from app.settings import FixedSettings
from app.wiring import opened

BEGIN = datetime(2018, 1, 2, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _settings(folder: Path, url: str) -> FixedSettings:
    return FixedSettings.model_validate(
        {"data": folder, "database_url": url, "secret_key": "secret key of the club"}
    )


async def test_without_an_offset_it_is_real_time(tmp_path: Path, database_url: str) -> None:
    async with opened(_settings(tmp_path, database_url)) as club:
        assert abs(club.clock.now() - real_now()) < SECOND


async def test_a_new_club_may_begin_in_the_past_and_goes_on_from_there(
    tmp_path: Path, database_url: str
) -> None:
    settings = _settings(tmp_path, database_url)
    async with opened(settings, begin_at=BEGIN) as club:
        assert BEGIN <= club.clock.now() < BEGIN + 10 * SECOND
    async with opened(settings, begin_at=BEGIN - timedelta(days=9)) as club:
        assert BEGIN <= club.clock.now() < BEGIN + 60 * SECOND


async def test_it_moves_forward_only(tmp_path: Path, database_url: str) -> None:
    async with opened(_settings(tmp_path, database_url), begin_at=BEGIN) as club:
        machine = TimeMachine(club.clock, club.units)
        later = BEGIN + timedelta(days=30)
        assert later <= await machine.move(later) < later + 10 * SECOND
        with pytest.raises(ClockBackwards):
            await machine.move(BEGIN)
        assert club.clock.now() >= later


async def test_what_is_crossed_happens_before_the_next_move(
    tmp_path: Path, sqlite_url: str
) -> None:
    happened: list[datetime] = []

    async def travel(to: datetime, move: Move) -> None:
        await asyncio.sleep(0.01)
        await move(to)
        happened.append(to)

    async with opened(_settings(tmp_path, sqlite_url), begin_at=BEGIN) as club:
        machine = TimeMachine(club.clock, club.units, travel)
        goals = [BEGIN + timedelta(days=day) for day in (1, 2)]
        await asyncio.gather(*(machine.move(goal) for goal in goals))
        assert happened == goals


async def test_another_process_follows_within_a_second(tmp_path: Path, database_url: str) -> None:
    settings = _settings(tmp_path, database_url)
    async with opened(settings) as here, opened(settings) as there:
        following = asyncio.create_task(there.clock.follow(there.units))
        later = here.clock.now() + timedelta(days=7)
        await TimeMachine(here.clock, here.units).move(later)
        await asyncio.sleep(0.9)
        assert there.clock.now() >= later
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


def test_it_counts_in_milliseconds() -> None:
    assert ClubClock().now().microsecond % 1000 == 0

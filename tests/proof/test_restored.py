"""A club started on yesterday's backup: nothing leaves but new replies, nothing goes out twice."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app import backing_up, marking
from app.failures import Failed
from domain.consent import Purpose
from scheduler.worker import Worker
from services import post, restoring
from services.ports.club import Actor, Operator
from services.ports.post import Notice
from storage.tables import people
from tests.support.club import NOW, Club, Person, programme
from tests.support.post import FakeChannel, RealTime, address, clocks, rows, write_notice

OWNER = Actor("cli")
DAY = timedelta(days=1)
DAY_TWO = {"care.birthday", "care.birthday_gift", "care.welcome"}
MEMBERS = people.Member.__table__  # type: ignore[attr-defined]


def worker(club: Club, channel: FakeChannel, real: RealTime) -> Worker:
    made = Worker(
        club.units,
        club.renderer,
        [channel],
        clocks=clocks(club, real),
        rate=50.0,
        holder="w",
    )
    club.shared.after_commit = made.push
    return made


async def goes_on(club: Club, channel: FakeChannel, real: RealTime) -> list[str]:
    """Runs and sends what is due; the keys of what left."""
    before = len(channel.journal)
    club.clock.move(seconds=11)  # replies are their writer's for ten seconds
    at_work = worker(club, channel, real)
    await at_work.run_due(club.clock.now)
    await at_work.drain()
    await at_work.stop()
    return [key for _, key, _ in channel.journal[before:]]


async def prepare(club: Club) -> Person:
    """Day one: a member whose birthday is tomorrow, and a reminder that is due tomorrow."""
    mei = await club.person("Mei").joins()
    member_id = await mei.member_id()

    def ready(work: Any) -> None:
        born = {"birth_month": 5, "birth_day": 21, "birthday_set_at": NOW - 60 * DAY}
        work.db.execute(update(MEMBERS).where(MEMBERS.c.id == member_id).values(**born))
        work.members.set_consent(member_id, Purpose.CARE, True, "telegram", NOW)
        timely = Notice(
            "care.birthday_gift", {"points": 5}, bulk=True, surely=False, due_at=NOW + DAY
        )
        work.deliveries.to_member(member_id, timely, NOW)
        restoring.mark(work, NOW)

    await club.write(ready)
    return mei


async def look(club: Club, folder: Path) -> None:
    await club.write(lambda work: marking.look(work, marking.read(folder), club.clock.now))


async def open_club(url: str, now: datetime) -> Club:
    club = await Club(url, programme()).open()
    club.clock.now = now
    return club


async def test_a_restored_backup_sends_nothing_but_new_replies(
    sqlite_url: str, tmp_path: Path, channel: FakeChannel, real: RealTime
) -> None:
    club = await open_club(sqlite_url, NOW)
    mei = await prepare(club)
    await goes_on(club, channel, real)
    copy = tmp_path / "copy.db"
    assert backing_up.sqlite(sqlite_url, copy, NOW) == copy.stat().st_size
    club.clock.now = NOW + DAY
    assert set(await goes_on(club, channel, real)) == DAY_TWO
    await marking.once(club.units, tmp_path, lambda: club.clock.now)
    await club.close()

    club = await open_club(f"sqlite:///{copy}", NOW + DAY + timedelta(hours=1))
    await look(club, tmp_path)
    assert await club.read(post.hold_state) == post.RESTORED
    assert await goes_on(club, channel, real) == []
    again = Person(club, mei.user, "Mei", "en")
    assert (await again.says("/card")).text
    await write_notice(club, mei.user, key="ticket.answered", values=ANSWER)
    assert await goes_on(club, channel, real) == ["ticket.answered"]

    assert await club.write(lambda work: post.hold(work, False, OWNER, club.clock.now))
    assert await goes_on(club, channel, real) == []
    doubtful = await rows(club, state="unknown", reason="restored")
    assert {row["message"]["key"] for row in doubtful} == DAY_TWO
    await club.write(lambda work: post.resend(work, doubtful[0]["id"], OWNER, club.clock.now))
    assert len(await goes_on(club, channel, real)) == 1
    await look(club, tmp_path)
    assert await club.read(post.hold_state) == ""
    await club.close()


ANSWER = {"number": 7, "staff": "Anna", "text": "We are on it.", "edited": False}


async def test_what_the_clock_writes_of_the_lost_hours_after_the_release_is_not_sent(
    database_url: str, tmp_path: Path, channel: FakeChannel, real: RealTime
) -> None:
    club = await open_club(database_url, NOW)
    await prepare(club)
    await goes_on(club, channel, real)
    club.clock.now = NOW + DAY + timedelta(hours=1)
    kept = await club.read(lambda work: restoring.mark(work, NOW))
    later = restoring.Mark(kept.installation, kept.beat + 7, club.clock.now)
    marking.write(tmp_path, later)
    owner = await club.person("Ann").joins()
    address_id = await address(club, owner.user)
    keeper = Operator(7, "Ann", "owner", None, None, True)
    await club.write(lambda work: work.staff.add(keeper, NOW))
    await club.write(lambda work: work.staff.link(keeper.id, address_id))
    await look(club, tmp_path)
    assert "restored.told" in await goes_on(club, channel, real)
    await club.write(lambda work: post.hold(work, False, OWNER, club.clock.now))
    assert await goes_on(club, channel, real) == []
    doubtful = await rows(club, state="unknown", reason="restored")
    assert {row["message"]["key"] for row in doubtful} == DAY_TWO
    club.clock.now += 2 * DAY
    assert await goes_on(club, channel, real) == ["care.welcome"]
    await club.close()


@pytest.mark.parametrize("again", [False, True])
async def test_a_hold_after_the_release_lets_nothing_of_the_lost_hours_leave(
    again: bool, sqlite_url: str, tmp_path: Path, channel: FakeChannel, real: RealTime
) -> None:
    """Also if it was switched on before those hours were made up for."""
    club = await open_club(sqlite_url, NOW)
    await prepare(club)
    await goes_on(club, channel, real)
    club.clock.now = NOW + DAY + timedelta(hours=1)
    kept = await club.read(lambda work: restoring.mark(work, NOW))
    marking.write(tmp_path, restoring.Mark(kept.installation, kept.beat + 7, club.clock.now))
    await look(club, tmp_path)
    await club.write(lambda work: post.hold(work, False, OWNER, club.clock.now))
    if again:
        await club.write(lambda work: post.hold(work, True, OWNER, club.clock.now))
        assert await goes_on(club, channel, real) == []
        await club.write(lambda work: post.hold(work, False, OWNER, club.clock.now))
    assert await goes_on(club, channel, real) == []
    await club.close()


async def test_who_still_runs_while_a_backup_is_restored_does_not_write_over_the_mark(
    database_url: str, tmp_path: Path
) -> None:
    club = await open_club(database_url, NOW)
    await look(club, tmp_path)
    early = await club.read(lambda work: work.settings.get(restoring.MARK))
    for _ in range(3):
        club.clock.move(seconds=3)
        await marking.once(club.units, tmp_path, lambda: club.clock.now)
    assert await club.read(post.hold_state) == ""
    newest = marking.read(tmp_path)
    assert newest is not None
    await club.write(lambda work: work.settings.put(restoring.MARK, {}))
    await marking.once(club.units, tmp_path, lambda: club.clock.now)
    assert marking.read(tmp_path) == newest
    await club.write(lambda work: work.settings.put(restoring.MARK, early))
    await marking.once(club.units, tmp_path, lambda: club.clock.now)
    assert await club.read(post.hold_state) == post.RESTORED
    after = marking.read(tmp_path)
    assert after is not None
    assert after.beat > newest.beat
    await club.close()


async def test_an_ordinary_start_and_another_club_in_the_folder_change_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    club = await open_club(sqlite_url, NOW)
    marking.write(tmp_path, restoring.Mark("another", 50, NOW))
    for _ in range(2):
        await look(club, tmp_path)
        assert await club.read(post.hold_state) == ""
        await marking.once(club.units, tmp_path, lambda: club.clock.now)
    (tmp_path / marking.NAME).write_text("{")
    await look(club, tmp_path)
    assert await club.read(post.hold_state) == ""
    await club.close()


def test_a_backup_overwrites_nothing_and_says_what_is_missing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there.db"
    there.write_text("precious")
    with pytest.raises(Failed, match="there is a file already"):
        backing_up.sqlite(sqlite_url, there, NOW)
    assert there.read_text() == "precious"
    with pytest.raises(Failed, match="there is no database yet"):
        backing_up.sqlite(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db", NOW)
    with pytest.raises(Failed, match="no such file or directory"):
        backing_up.sqlite(sqlite_url, tmp_path / "nowhere" / "copy.db", NOW)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Failed, match=r"pg_dump is not installed.*pg_dump --format=custom") as said:
        backing_up.postgres("postgresql://ann:secret@db:5433/club", tmp_path / "copy.dump")
    assert "secret" not in str(said.value)
    assert "postgresql://ann@db:5433/club" in str(said.value)

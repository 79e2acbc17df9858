"""Importing members: with the points they bring, claimed later, twice the same."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.importing import import_members
from domain.birthdays import Birthday
from domain.points import Unit
from services import purchases
from services.booking import Incoming
from services.importing.members import Result
from services.importing.report import FileRefused
from services.ports.sales import Claim
from tests.purchases.support import order
from tests.support.club import NOW, Club

HEADER = (
    "external_id,name,phone,email,birthday,gender,city,joined_at,locale,time_zone"
    ",points,points_expire_at,growth"
)
MEI = (
    "007,王小美,13800138000,Mei@Example.com,5月20日,女,上海,2024-02-01,zh,Asia/Shanghai"
    ",120,2026-12-31,30"
)


async def run(club: Club, folder: Path, *rows: str, header: str = HEADER) -> Result:
    path = folder / "members.csv"
    path.write_text("\n".join((header, *rows, "")), encoding="utf-8")
    return await import_members(club.units, path, NOW)


async def test_a_member_comes_with_everything_the_file_says(club: Club, tmp_path: Path) -> None:
    done = await run(club, tmp_path, MEI)
    assert (done.rows, done.added, done.points) == (1, 1, 120)
    member_id = await club.read(lambda w: w.members.by_external_id("007"))
    mei = await club.read(lambda w: w.members.get(member_id))
    assert (mei.name, mei.phone, mei.city, mei.locale) == (
        "王小美",
        "+8613800138000",
        "上海",
        "zh",
    )
    assert (mei.birthday, mei.gender, mei.level) == (Birthday(5, 20), "female", "member")
    assert mei.joined_at == datetime(2024, 1, 31, 16, tzinfo=UTC)
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, NOW))
    assert (has.available, has.expires_next) == (120, datetime(2026, 12, 31, 16, tzinfo=UTC))
    growth = await club.read(lambda w: w.ledger.summary(member_id, Unit.GROWTH, NOW))
    assert (growth.available, growth.expires_next) == (30, None)


async def test_importing_twice_changes_nothing(club: Club, tmp_path: Path) -> None:
    rows = [MEI, *(f"{n},,,,,,,,,,{n},," for n in range(100, 180))]
    first, second = await run(club, tmp_path, *rows), await run(club, tmp_path, *rows)
    assert (first.added, second.added, second.known) == (81, 0, 81)
    member_id = await club.read(lambda w: w.members.by_external_id("007"))
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, NOW))
    assert has.available == 120


async def test_other_content_of_a_known_member_is_refused(club: Club, tmp_path: Path) -> None:
    await run(club, tmp_path, MEI)
    with pytest.raises(FileRefused, match="1 problems"):
        await run(club, tmp_path, MEI.replace("120", "121"))


async def test_waiting_purchases_find_their_member(club: Club, tmp_path: Path) -> None:
    waiting = Incoming(order(), (Claim("external", "007"),))
    await club.write(lambda w: purchases.book(w, waiting, NOW))
    assert (await run(club, tmp_path, MEI)).matched == 1
    member_id = await club.read(lambda w: w.members.by_external_id("007"))
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, NOW))
    assert has.available == 120 + 2 * 100  # in the month of the birthday


async def test_points_already_past_are_expired_silently(club: Club, tmp_path: Path) -> None:
    await run(club, tmp_path, "1,,,,,,,,,,50,2026-05-19,")
    member_id = await club.read(lambda w: w.members.by_external_id("1"))
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, NOW))
    assert (has.available, has.lifetime) == (0, 50)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",Mei,,,,,,,,,,,", "external_id"),
        ("1,!!,,,,,,,,,,,", "name"),
        ("1,,123,,,,,,,,,,", "phone"),
        ("1,,,nobody,,,,,,,,,", "email"),
        ("1,,,,5/6,,,,,,,,", "birthday"),
        ("1,,,,2月30日,,,,,,,,", "birthday"),
        ("1,,,,,x,,,,,,,", "gender"),
        ("1,,,,,,,2030-01-01,,,,,", "joined_at"),
        ("1,,,,,,,soon,,,,,", "joined_at"),
        ("1,,,,,,,,fr,,,,", "locale"),
        ("1,,,,,,,,,Mars,,,", "time_zone"),
        ("1,,,,,,,,,,-5,,", "points"),
        ("1,,,,,,,,,,1.5,,", "points"),
        ("1,,,,,,,,,,5,soon,", "points_expire_at"),
        ("1,,,,,,,,,,,,x", "growth"),
        ("007,,,,,,,,,,,,", "external_id"),
        ("1,,13800138000,,,,,,,,,,", "phone"),
        ("1,,,mei@example.com,,,,,,,,,", "email"),
    ],
)
async def test_every_fault_is_named_and_nothing_is_written(
    club: Club, tmp_path: Path, row: str, column: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        await run(club, tmp_path, MEI, row)
    (problem,) = refused.value.findings.problems
    assert (problem.row, problem.column) == (3, column)
    assert await club.read(lambda w: w.members.by_external_id("007")) is None

"""Members whose club moved in: they share their phone and find everything as it was."""

import re
import shutil
from pathlib import Path

import pytest

from app.importing import import_club
from services import benefit_files
from services.ports.club import Actor
from tests.importing.support import BENEFITS, EXAMPLE
from tests.membership.support import broken
from tests.support.club import NOW, Club, Person

PHONE = "+8613800138001"
EMMA = "+447911123456"


@pytest.fixture
async def moved(club: Club, tmp_path: Path) -> Club:
    """A club that has moved in."""
    folder = tmp_path / "export"
    shutil.copytree(EXAMPLE, folder)
    await club.write(lambda w: benefit_files.import_benefits(w, BENEFITS, Actor("Anna"), NOW))
    await import_club(club.units, folder, NOW, lambda _: True)
    return club


async def claimed(club: Club, locale: str = "zh", phone: str = PHONE) -> Person:
    mei = club.person(locale=locale)
    await mei.says("/start")
    assert (await mei.shares(phone)).key == "phone.welcome_back"
    return mei


async def shown(person: Person) -> list[str]:
    return [(await person.says(f"/{word}")).text for word in SHOWN]


SHOWN = ("points", "level", "vouchers", "history")


async def test_a_claimed_member_sees_what_they_had(moved: Club) -> None:
    points, level, vouchers, history = await shown(await claimed(moved))
    assert {"1,545", "1,200", "345"} <= set(re.findall(r"[\d,]+", points))
    assert "2026年11月30日" in points
    assert "金卡会员" in level
    assert "现磨咖啡一杯" in vouchers
    assert "+1,545</b> 原有转入" in history


async def test_and_so_does_one_who_reads_english(moved: Club) -> None:
    points, level, vouchers, history = await shown(await claimed(moved, "en", EMMA))
    assert "410" in points
    assert "Silver" in level
    assert "A cup of fresh coffee" in vouchers
    assert "+410</b> Brought over" in history


async def test_what_was_owed_is_said(moved: Club) -> None:
    qiang = await claimed(moved, "zh", "+8613800138005")
    points, _, _, history = await shown(qiang)
    assert "120" in points
    assert "-120</b> 原有转入" in history.replace("\u2212", "-")


async def test_a_claimed_member_is_not_welcomed_twice(moved: Club) -> None:
    mei = await claimed(moved)
    of = await mei.member_id()
    asked = f"SELECT key FROM postings WHERE member_id = {of}"
    keys = await moved.read(lambda w: w.db.exec_driver_sql(asked).scalars().all())
    given = {key for key in keys if not key.startswith("purchase:")}
    assert given == {f"opening:{of}:{unit}" for unit in ("points", "growth", "credit")}
    assert await mei.hears() == []
    assert await broken(moved) == []


async def test_a_code_of_the_old_system_is_shown_to_its_owner(moved: Club) -> None:
    mei = await claimed(moved)
    await mei.says("/vouchers")
    of = await mei.member_id()
    vouchers = await moved.read(lambda w: w.vouchers.of_member(of))
    coffee = next(one for one in vouchers if one.names["en"] == "A cup of fresh coffee")
    shown = await mei.taps("voucher.show", str(coffee.id))
    assert "KF20 2604 17" in shown.text

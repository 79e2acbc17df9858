"""Uploaded lists, estimates, and the command line."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import update

from app import cli
from app.settings import FixedSettings
from app.wiring import opened
from domain.campaign_errors import ListEmpty, ListTooLong, ListUnreadable
from domain.campaigns import Audience, AudienceKind
from domain.members import make_number
from services import campaign_lists, campaigns
from storage.tables import people
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import Soul, filled, settle, staffed, written
from tests.support.post import ROWS, rows

_members = people.Member.__table__  # type: ignore[attr-defined]


async def listed(club: Club, content: bytes | str) -> campaigns.ListReport:
    found: campaigns.ListReport = await club.read(lambda work: campaigns.read_list(work, content))
    return found


@pytest.fixture
async def three(club: Club) -> Club:
    """Members who can be named in every way."""
    await settle(club, [Soul()] * 3)

    def name(work: Work) -> None:
        work.members.change(1, phone="+8613800138000")
        work.members.change(2, email="mei@example.com")
        named = update(_members).where(_members.c.id == 3)
        work.db.execute(named.values(external_id="C-77"))

    await club.write(name)
    return club


async def test_lines_name_members_in_every_way(three: Club) -> None:
    ways = ["138 0013 8000", "+86 138-0013-8000", "phone:13800138000", make_number(1)]
    for line in ways:
        assert (await listed(three, line)).member_ids == (1,), line
    assert (await listed(three, "Mei@Example.com")).member_ids == (2,)
    assert (await listed(three, "ext:C-77\nC-77")).member_ids == (3,)


async def test_a_table_has_heads_names_and_the_marks_of_spreadsheets(three: Club) -> None:
    text = f"会员号,姓名,邮箱\r\n'{make_number(1)},张三,\r\n,,\r\n,李四,mei@example.com\r\n"
    for content in (text, text.encode("utf-8-sig"), text.encode("gb18030")):
        report = await listed(three, content)
        assert report.member_ids == (1, 2)
        assert (report.lines, report.unknown) == (2, ())


async def test_only_columns_with_known_heads_name_members(three: Club) -> None:
    numbered = update(_members).where(_members.c.id == 2).values(external_id="1")
    await three.write(lambda work: work.db.execute(numbered))
    for text in (
        "no,phone\n1,13800138000\n",
        'name;phone\n"1";138 0013 8000\n',
        "no\tphone\n1\t13800138000\n",
        "1,13800138000\n",
    ):
        assert (await listed(three, text)).member_ids == (1,), text
    for text in ("ext,name\n1,13800138000\n", "会员号\n1\n", "1\n"):
        assert (await listed(three, text)).member_ids == (2,), text


async def test_a_line_that_names_two_members_is_unclear(three: Club) -> None:
    for text in ("phone,member\n13800138000,{}\n", "\n13800138000,{}\n"):
        report = await listed(three, text.format(make_number(2)))
        assert report.member_ids == ()
        assert report.unknown == ((2, f"13800138000 {make_number(2)}"),)


async def test_no_line_is_dropped_silently(three: Club) -> None:
    text = f"{make_number(1)}\nsomebody\n{make_number(1)}\n139 0000 0000\n"
    report = await listed(three, text)
    assert report.unknown == ((2, "somebody"), (4, "139 0000 0000"))
    assert (report.found, report.doubled, report.lines) == (1, 1, 4)


async def test_what_is_no_list_is_refused(three: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    for content in ("", " \n\n", "phone\n"):
        with pytest.raises(ListEmpty):
            await listed(three, content)
    with pytest.raises(ListUnreadable):
        await listed(three, b"PK\x03\x04\x00\x00")
    monkeypatch.setattr(campaign_lists, "LONGEST", 2)
    with pytest.raises(ListTooLong):
        await listed(three, "1\n2\n3")


async def test_an_estimate_says_who_is_left_out_and_why(club: Club) -> None:
    await staffed(club)
    crowd = [
        Soul(locale="zh"),
        Soul(chats=((True, "en"),)),
        Soul(said=()),
        Soul(said=(True, False)),
        Soul(level="gold"),
    ]
    await settle(club, crowd)
    per_week = club.programme.care.per_week
    assert per_week is not None
    for number in range(per_week):
        made = await filled(club, key=f"before {number}")
        for row in await rows(club, campaign_id=made.id):
            await _begun(club, row["id"])

    async def estimate(key: str, audience: Audience) -> campaigns.Estimate:
        drawn = await written(club, audience, key)
        found: campaigns.Estimate = await club.read(
            lambda work: campaigns.estimate(work, drawn.id, NOW)
        )
        return found

    everybody = await estimate("all", Audience())
    assert (everybody.count, everybody.by_language) == (2, {"zh": 1, "en": 1})
    assert (everybody.no_address, everybody.no_consent) == (1, 0)
    assert not everybody.needs_second
    members = await estimate("some", Audience(AudienceKind.LEVEL, ("member",)))
    assert (members.count, members.no_address, members.no_consent) == (1, 1, 2)
    assert everybody.over_budget == 2


async def _begun(club: Club, row_id: int) -> None:
    sent = update(ROWS).where(ROWS.c.id == row_id).values(begun_at=NOW, state="sent")
    await club.write(lambda work: work.db.execute(sent))


# -- the command line ---------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with a club of three members, and the example to start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEMBERBOT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MEMBERBOT_DATABASE_URL", raising=False)
    asyncio.run(_settled(tmp_path / "data"))
    return tmp_path


class _Open:
    """As much of a test's club as `settle` needs."""

    def __init__(self, units: Any) -> None:
        self.write = units.write


async def _settled(data: Path) -> None:
    async with opened(FixedSettings(data=data)) as club:
        await settle(cast("Club", _Open(club.units)), [Soul()] * 3)


def test_a_campaign_from_the_shell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str, status: int = 0) -> str:
        assert cli.run(["campaign", *words]) == status
        found = capsys.readouterr()
        return found.out + found.err

    file = folder / "c.yaml"
    file.write_text(said("example"), encoding="utf-8")
    first = said("start", str(file))
    number = first.partition(":")[0]
    assert "planned" in first
    assert "recipients: 3" in first
    assert said("start", str(file)).startswith(number)
    assert said("list").count("broadcast") == 1
    everything = {form: folder / f"all.{form}" for form in ("csv", "xlsx")}
    files = [part for form, path in everything.items() for part in (f"--{form}", str(path))]
    assert said("list", "--lang", "zh", *files).count("(1 campaigns)") == 2
    assert everything["csv"].read_text("utf-8-sig").startswith("名称,类型,状态")
    assert everything["xlsx"].read_bytes().startswith(b"PK")
    assert f"{number}: planned" in said("show", number)
    assert "cannot be done" in said("pause", number, status=1)
    assert f"{number}: stopped" in said("cancel", number)
    target = folder / "who.csv"
    assert "0 rows" in said("report", number, "--csv", str(target))
    assert target.read_text("utf-8-sig").startswith("number,name,state,reason,at")


def test_mistakes_in_a_file_are_told_with_their_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "c.yaml"
    for text, told in (
        ("text: {zh: 你好}\naudience: {level: [gold], list: m.csv}\n", ":2:1 audience: must be"),
        ('text: {en: "Hi {{ nam }}"}\naudience: everybody\n', ":1:8 text.en: there is no value"),
        ("text: {}\naudience: everybody\n", ":1:1 text: write zh: or en:"),
        ("text: {en: hi}\naudience: everybody\nwhen: now\n", ":3:1 when"),
        ("text: {en: hi}\naudience: {level: [tin]}\n", "no level “tin”"),
        ('text: {en: hi}\naudience: everybody\nat: "2020-01-01 10:00"\n', "is over"),
    ):
        file.write_text(text, encoding="utf-8")
        assert cli.run(["campaign", "start", str(file)]) == 1
        assert told in capsys.readouterr().err
    assert cli.run(["campaign", "list"]) == 0
    assert "There are none" in capsys.readouterr().out

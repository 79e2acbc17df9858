"""`memberbot care calendar` and `memberbot post …`."""

import asyncio
import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app import cli
from app.settings import FixedSettings
from app.wiring import opened
from bot.messages import Address, Reply, dump_reply
from domain.birthdays import Birthday
from services import joining
from services.ports.campaigns import Campaign
from storage.work import Work
from tests.support.post import ROWS

Run = Callable[..., str]


async def _fill(folder: Path) -> tuple[int, int]:
    """A member whose birthday comes in two days, and two unclear messages of one campaign."""

    def fill(work: Work, now: Any) -> tuple[int, int]:
        state = work.conversations.lock(_address("1"), "zh")
        assert state.person.address_id is not None
        member = joining.join(work, state.person.address_id, locale="zh", now=now).member
        born = now + timedelta(days=2)
        long_ago = now - timedelta(days=90)
        work.members.change(member.id, name="王小明", birthday=Birthday(born.month, born.day))
        work.members.change(member.id, birthday_set_at=long_ago, zone="UTC", joined_at=long_ago)
        work.members.set_consent(member.id, "care", True, "telegram", now)
        work.campaigns.add(Campaign(7, "broadcast", "finished", "promotions", {}, 0, 0, now))
        ids = work.new_id(), work.new_id()
        for row_id, whose in zip(ids, (member.id, None), strict=True):
            work.db.execute(insert(ROWS).values(_row(row_id, whose, now)))
        return ids

    async with opened(FixedSettings(data=folder)) as club:
        return await club.units.write(lambda work: fill(work, club.clock.now()))


def _address(user: str) -> Any:

    return Address("telegram", "42", user, user)


def _row(row_id: int, member: int | None, now: Any) -> dict[str, Any]:
    return {
        "id": row_id,
        "channel": "telegram",
        "account": "42",
        "chat": "1",
        "member_id": member,
        "campaign_id": 7,
        "purpose": "promotions",
        "lane": 2,
        "surely": False,
        "locale": "zh",
        "message": dump_reply(Reply("care.birthday_gift", {"points": 1})),
        "made_at": now,
        "due_at": now,
        "state": "unknown",
        "reason": "sender_gone",
    }


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEMBERBOT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MEMBERBOT_DATABASE_URL", raising=False)

    def command(*words: str, code: int = 0) -> str:
        assert cli.run(list(words)) == code
        found = capsys.readouterr()
        return found.out if code == 0 else found.err

    return command


def test_the_calendar_tells_who_gets_what_when_and_writes_it_down(
    run: Run, tmp_path: Path
) -> None:
    asyncio.run(_fill(tmp_path / "data"))
    file = tmp_path / "plan.csv"
    said = run("care", "calendar", "--days", "4", "--rule", "birthday", "--csv", str(file))
    heads, row, *details = said.splitlines()
    assert heads.split() == ["day", "rule", "messages", "not", "sent", "remarked"]
    assert row.split()[1:] == ["birthday", "1", "0", "0"]
    assert any("王小明，生日快乐" in line for line in details)
    assert "1 rows" in details[-1]
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (found,) = csv.DictReader(lines)
    assert (found["rule"], found["time"], found["language"]) == ("birthday", "09:00", "zh")
    assert "生日快乐" in found["message"]
    nobody = run("care", "calendar", "--days", "1", "--rule", "birthday")
    assert nobody.strip() == "nothing is due"
    assert "no rule nothing" in run("care", "calendar", "--rule", "nothing", code=1)


def test_the_post_is_shown_and_unclear_messages_are_decided(run: Run, tmp_path: Path) -> None:
    first, second = asyncio.run(_fill(tmp_path / "data"))
    status = run("post", "status")
    assert "sending as usual" in status
    assert "unclear: 2" in status
    listed = run("post", "unknown", "--most", "1")
    assert "campaign 7" in listed
    assert "1 more" in listed
    assert "sent again" in run("post", "resend", str(first))
    assert "not unclear" in run("post", "resend", str(first), code=1)
    assert "1 are left" in run("post", "forget", "--campaign", "7")
    assert "not unclear" in run("post", "forget", str(second), code=1)
    assert "nothing is unclear" in run("post", "unknown")
    assert "give an ID" in run("post", "resend", code=2)
    assert "0 are sent again" in run("post", "resend", "--campaign", "7")

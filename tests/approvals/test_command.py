"""`memberbot approvals list`."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.settings import FixedSettings
from app.wiring import opened
from services import approvals
from services.ports.club import Actor
from storage.work import Work


async def _ask(folder: Path) -> None:
    def ask(work: Work, now: Any) -> None:
        approvals.ask(
            work,
            "points.adjust",
            ("member", 42),
            {},
            permission="points:approve",
            actor=Actor("Anna", 7),
            summary=("approval.head", {}),
            now=now,
        )

    async with opened(FixedSettings(data=folder)) as club:
        await club.units.write(lambda work: ask(work, club.clock.now()))


def test_the_list_names_who_asked_for_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEMBERBOT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MEMBERBOT_DATABASE_URL", raising=False)
    assert cli.run(["approvals", "list"]) == 0
    assert capsys.readouterr().out.strip() == "nothing is waiting"
    asyncio.run(_ask(tmp_path / "data"))
    assert cli.run(["approvals", "list"]) == 0
    heads, row = capsys.readouterr().out.strip().splitlines()
    assert heads.split()[:2] == ["id", "what"]
    assert row.split()[1:5] == ["points.adjust", "member", "42", "Anna"]
    assert row.split()[-1] == "points:approve"

"""Opening a club: its database, its first programme, its names."""

import asyncio
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command

from app.settings import PROGRAMMES, FixedSettings
from app.wiring import NotMigrated, guarded_secrets, opened
from bot.messages import Address, Inbound, Kind, Reply
from domain.errors import ProgrammeInvalid
from storage import engines, migrations
from tests.app import processes

KEY = {"secret_key": "secret key of the club"}


def _settings(**given: object) -> FixedSettings:
    return FixedSettings.model_validate({**KEY, **given})


async def test_a_new_sqlite_database_is_made_and_its_programme_published(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'down' / 'club.db'}"
    given = _settings(data=tmp_path, database_url=url, programme=PROGRAMMES / "grocer.yaml")
    async with opened(given) as club:
        programme = await club.units.read(lambda work: work.programmes.current())
        assert programme.name("en") == "Neighbourhood Fresh"
    assert migrations.level(url) == migrations.newest()


async def test_another_programme_in_the_settings_changes_nothing_later(tmp_path: Path) -> None:
    async with opened(_settings(data=tmp_path, programme=PROGRAMMES / "grocer.yaml")):
        pass
    async with opened(_settings(data=tmp_path, programme=PROGRAMMES / "retail.yaml")) as club:
        programme = await club.units.read(lambda work: work.programmes.current())
        assert programme.name("en") == "Neighbourhood Fresh"


async def test_a_bad_programme_or_none_stops_the_first_start(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("version: 1\n")
    with pytest.raises(ProgrammeInvalid):
        async with opened(_settings(data=tmp_path, programme=tmp_path / "bad.yaml")):
            pass
    with pytest.raises(FileNotFoundError):
        async with opened(_settings(data=tmp_path, programme=tmp_path / "none.yaml")):
            pass
    async with opened(_settings(data=tmp_path)) as club:
        assert await club.units.read(lambda work: work.programmes.newest()) == 1


async def test_an_older_sqlite_database_is_brought_forward(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'memberbot.db'}"
    engine = engines.sqlite_engine(url)
    with engine.connect() as db:
        command.upgrade(migrations.config(db), "0001")
    engine.dispose()
    assert migrations.level(url) == "0001" != migrations.newest()
    async with opened(_settings(data=tmp_path)):
        pass
    assert migrations.level(url) == migrations.newest()


async def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    async with opened(_settings(data=tmp_path)):
        pass
    with sqlite3.connect(tmp_path / "memberbot.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(NotMigrated, match="newer than this program"):
        async with opened(_settings(data=tmp_path)):
            pass


@pytest.mark.parametrize(("version", "warned"), [((3, 51, 2), True), ((3, 51, 3), False)])
async def test_an_old_sqlite_library_is_warned_of(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    version: tuple[int, int, int],
    warned: bool,
) -> None:
    real = engines.sqlite_module()
    library = SimpleNamespace(**{name: getattr(real, name) for name in dir(real)})
    library.sqlite_version_info = version
    library.sqlite_version = ".".join(map(str, version))
    monkeypatch.setattr(engines, "sqlite_module", lambda: library)
    async with opened(_settings(data=tmp_path)):
        pass
    assert ("can lose what was committed" in caplog.text) is warned


async def test_texts_name_the_club_and_its_points(tmp_path: Path, database_url: str) -> None:
    given = _settings(
        data=tmp_path, database_url=database_url, programme=PROGRAMMES / "grocer.yaml"
    )
    async with opened(given) as club:
        inbound = Inbound(Address("telegram", "1", "7", "7"), "1", Kind.TEXT, text="/start")
        answer = await club.dispatch.handle(inbound)
        assert answer is not None
        shown = club.renderer.render(
            Reply("join.invitation", {"name": "Mei", "welcome": 50}), "en", "7", 0
        )
        assert "Neighbourhood Fresh" in shown.text
        assert "fresh points" in shown.text


def test_secrets_are_guarded_whole_and_in_part() -> None:
    found = guarded_secrets(
        _settings(
            telegram_token="123:token-half",
            telegram_secret="hook",
            database_url="postgresql://u:password@localhost/club",
        )
    )
    assert {"123:token-half", "token-half", "hook", "password", KEY["secret_key"]} <= set(found)


async def test_processes_that_start_together_make_one_database(tmp_path: Path) -> None:
    ended = await asyncio.gather(*(processes.run("store", "list", cwd=tmp_path) for _ in range(4)))
    assert [one.err for one in ended] == [""] * 4
    assert {one.code for one in ended} == {0}

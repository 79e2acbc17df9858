"""The secret key: made once, closed to others, and never another one for the same database."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.secret_key import NAME, BadSecretKey, secret_key
from app.settings import FixedSettings, Settings
from app.wiring import opened
from storage import migrations


def _settings(folder: Path, key: str = "", url: str = "") -> Settings:
    return FixedSettings.model_validate(
        {"data": folder, "secret_key": key or None, "database_url": url}
    )


def test_a_key_is_made_at_the_first_start_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = secret_key(_settings(data))
    assert len(first) >= 40
    assert secret_key(_settings(data)) == first
    assert stat.S_IMODE((data / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert [path.name for path in data.iterdir()] == [NAME]


def test_processes_that_start_together_take_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: secret_key(_settings(tmp_path)), range(64)))
    assert len(set(keys)) == 1


def test_a_key_that_others_could_read_is_closed_to_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret_key(_settings(tmp_path))
    (tmp_path / NAME).chmod(0o644)
    secret_key(_settings(tmp_path))
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert "could be read by others" in caplog.text


def test_an_empty_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\n")
    with pytest.raises(BadSecretKey, match="holds no key"):
        secret_key(_settings(tmp_path))


def test_a_given_key_is_used_and_none_is_made(tmp_path: Path) -> None:
    assert secret_key(_settings(tmp_path, "k" * 32)) == b"k" * 32
    assert list(tmp_path.iterdir()) == []


def test_on_postgresql_the_key_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(BadSecretKey, match="MEMBERBOT_SECRET_KEY is missing"):
        secret_key(_settings(tmp_path, url="postgresql://somewhere/club"))


async def test_another_key_is_refused_by_the_database(tmp_path: Path, database_url: str) -> None:
    async with opened(_settings(tmp_path, "first key of the club", database_url)):
        pass
    with pytest.raises(BadSecretKey, match="not the one that this database was made with"):
        async with opened(_settings(tmp_path, "other key of the club", database_url)):
            pass
    async with opened(_settings(tmp_path, "first key of the club", database_url)) as club:
        assert club.settings.database == database_url


async def test_a_lost_key_file_is_not_replaced(tmp_path: Path) -> None:
    async with opened(_settings(tmp_path)):
        pass
    kept = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).unlink()
    with pytest.raises(BadSecretKey, match="put the file back"):
        secret_key(_settings(tmp_path))
    assert not (tmp_path / NAME).exists()
    (tmp_path / NAME).write_bytes(kept)
    async with opened(_settings(tmp_path)):
        pass


def test_a_database_that_was_only_migrated_gets_its_key(tmp_path: Path) -> None:
    migrations.upgrade(f"sqlite:///{tmp_path / 'memberbot.db'}")
    assert len(secret_key(_settings(tmp_path))) >= 40

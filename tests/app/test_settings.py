"""Settings: where they come from, what is refused, and that no secret is told."""

from pathlib import Path

import pytest

from app import reference, settings
from app.settings import Settings, SettingsInvalid
from tests.support.source import ROOT


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting is given, and there is no `.env`."""
    for name in settings.given():
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _problems() -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as refused:
        settings.load()
    return refused.value.problems


def test_everything_has_a_default(elsewhere: Path) -> None:
    found = settings.load()
    assert found.port == 8080
    assert found.host == "127.0.0.1"
    assert found.database == f"sqlite:///{elsewhere / 'data' / 'memberbot.db'}"
    assert found.programme.read_text(encoding="utf-8")


def test_the_environment_wins_over_the_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / ".env").write_text("MEMBERBOT_PORT=81\nMEMBERBOT_HOST=0.0.0.0\n")
    monkeypatch.setenv("MEMBERBOT_PORT", "82")
    found = settings.load()
    assert (found.port, found.host) == (82, "0.0.0.0")


def test_a_secret_may_stand_in_a_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "token").write_text("123456:abc\n")
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_TOKEN_FILE", str(elsewhere / "token"))
    token = settings.load().telegram_token
    assert token is not None
    assert token.get_secret_value() == "123456:abc"


def test_a_secret_file_is_named_in_dot_env_too(elsewhere: Path) -> None:
    (elsewhere / "key").write_text("k" * 40)
    (elsewhere / ".env").write_text(f"MEMBERBOT_SECRET_KEY_FILE={elsewhere / 'key'}\n")
    key = settings.load().secret_key
    assert key is not None
    assert key.get_secret_value() == "k" * 40


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_TOKEN_FILE", "nowhere")
    (problem,) = _problems()
    assert problem.startswith("MEMBERBOT_TELEGRAM_TOKEN_FILE names nowhere")


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("MEMBERBOT_SECRET_KEY_FILE", "/dev/null")
    assert "keep one" in _problems()[0]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "abc", "whole number"),
        ("PORT", "70000", "whole number"),
        ("TELEGRAM_MODE", "carrier pigeon", "polling or webhook"),
        ("DATABASE_URL", "mysql://a/b", "postgresql://"),
        ("DATABASE_URL", "sqlite://", "sqlite:///PATH"),
        ("PUBLIC_URL", "club.example.com", "https://"),
        ("TELEGRAM_API_URL", "ftp://a", "a URL"),
        ("RATE_PER_SECOND", "0", "above 0"),
        ("RATE_PER_SECOND", "nan", "above 0"),
        ("LOG", "xml", "text or json"),
        ("TELEGRAM_TOKEN", "canary-without-colon", "123456:ABC"),
        ("TELEGRAM_SECRET", "canary with spaces", "letters"),
        ("SECRET_KEY", "canary", "at least 16"),
    ],
)
def test_a_bad_value_is_one_line_that_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"MEMBERBOT_{name}", value)
    (problem,) = _problems()
    assert problem.startswith(f"MEMBERBOT_{name} must be ")
    assert says in problem
    assert "canary" not in problem
    assert "\n" not in problem


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_PORT", "abc")
    monkeypatch.setenv("MEMBERBOT_LOG", "xml")
    assert len(_problems()) == 2


def test_a_file_in_another_encoding_is_named(elsewhere: Path) -> None:
    (elsewhere / ".env").write_bytes("MEMBERBOT_LOG=text  # 日志".encode("gb18030"))
    assert _problems() == (".env cannot be read as UTF-8; save it in that encoding",)
    assert settings.strangers() == []


def test_webhook_mode_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_MODE", "webhook")
    assert "MEMBERBOT_TELEGRAM_SECRET is missing" in _problems()[0]


def test_a_misspelt_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_TOKN", "1:a")
    settings.load()
    (problem,) = settings.strangers()
    assert "write MEMBERBOT_TELEGRAM_TOKEN" in problem


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_TOKEN", "123456:canary")
    assert "canary" not in repr(settings.load())


def test_the_example_lists_every_setting_as_it_is() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == reference.example(), "write it anew: python -m app.reference"
    for name in settings.names():
        assert f"#{name}=" in text


def test_every_setting_says_what_it_means() -> None:
    for field in Settings.model_fields.values():
        assert field.description
        assert field.description.endswith(".")

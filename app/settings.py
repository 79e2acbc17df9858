"""Every setting of the installation: its name, meaning, default and what it must look like.

Read from the environment and from `.env`; a secret may stand in a file named by `…_FILE`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "MEMBERBOT_"
FILE = "_FILE"
ENV_FILE = ".env"
LONGEST_SECRET = 64 * 1024
PROGRAMMES = Path(__file__).resolve().parents[1] / "programmes"


class SettingsInvalid(Exception):
    """Settings that cannot be used; `problems` has one sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def setting(default: Any, meaning: str, must: str, shown: str = "", **limits: Any) -> Any:
    """A setting: what it means, what a value must be, and its default as a person reads it."""
    extra: dict[str, Any] = {"must": must, "shown": shown or str(default or "none")}
    return Field(default=default, description=meaning, json_schema_extra=extra, **limits)


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    data: Path = setting(
        Path("data"),
        "Data folder: the SQLite database and the secret key.",
        "a folder, such as /var/lib/memberbot",
        "./data",
    )
    database_url: str = setting(
        "",
        "Database: `sqlite:///…` or `postgresql://…`.",
        "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE",
        "`sqlite:///{MEMBERBOT_DATA}/memberbot.db`",
    )
    host: str = setting("127.0.0.1", "Address that `serve` listens on.", "a host, such as 0.0.0.0")
    port: int = setting(
        8080,
        "Port that `serve` listens on.",
        "a whole number from 0 to 65535, such as 8080",
        ge=0,
        le=65535,
    )
    programme: Path = setting(
        PROGRAMMES / "retail.yaml",
        "Programme file (the club's rules) that is published at the first start.",
        "the path of a YAML file; `memberbot programme example` prints one",
        "the retail example",
    )
    telegram_token: SecretStr | None = setting(
        None,
        "Token of the Telegram bot, from @BotFather.",
        "a bot token of the form 123456:ABC…",
    )
    telegram_api_url: str = setting(
        "",
        "Root of the Bot API server, without `/bot`; files are under `ROOT/file/bot…`.",
        "a URL such as http://127.0.0.1:8081",
        "the official server",
    )
    telegram_mode: Literal["polling", "webhook"] = setting(
        "polling",
        "How updates come in: `polling` asks for them, `webhook` is called by Telegram.",
        "polling or webhook",
    )
    public_url: str = setting(
        "",
        "Public root of this server, for the webhook and for links.",
        "a URL such as https://club.example.com",
    )
    telegram_secret: SecretStr | None = setting(
        None,
        "Secret of the webhook; `webhook` mode refuses to start without it.",
        "1 to 256 letters, digits, _ and -",
    )
    secret_key: SecretStr | None = setting(
        None,
        "Signs button payloads and sessions, seals personal data, keys blind indexes. Keep a copy:"
        " without it the database's personal data cannot be read.",
        "at least 16 characters that nobody can guess",
        "made at the first start and kept in the data folder with mode 0600; on PostgreSQL it"
        " must be given",
    )
    rate_per_second: float = setting(
        25,
        "Bulk messages per second and bot.",
        "a number above 0 and up to 1000, such as 25",
        gt=0,
        le=1000,
    )
    paid_per_second: float = setting(
        0,
        "Paid broadcasts per second and bot; 0 switches them off. Telegram charges 0.1 Star for"
        " each message above 30 a second.",
        "0, or a number up to 1000, such as 500",
        "0 (off)",
        ge=0,
        le=1000,
    )
    log: Literal["text", "json"] = setting(
        "text", "Form of the log: `text` or `json` lines.", "text or json"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, SecretFiles(settings_cls)

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        scheme, _, place = url.partition("://")
        good = scheme in ("postgresql", "postgres") and "/" in place
        if url and not good and not (scheme == "sqlite" and place.strip("/")):
            raise ValueError
        return url

    @field_validator("telegram_api_url", "public_url")
    @classmethod
    def _root(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            raise ValueError
        return url.rstrip("/")

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, token: SecretStr | None) -> SecretStr | None:
        number, _, secret = token.get_secret_value().partition(":") if token else ("1", "", "1")
        if not number.isdecimal() or not secret or not secret.isprintable() or " " in secret:
            raise ValueError
        return token

    @field_validator("telegram_secret")
    @classmethod
    def _webhook_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        text = secret.get_secret_value() if secret else "x"
        plain = text.replace("_", "").replace("-", "")
        if not (len(text) <= 256 and text.isascii() and (plain.isalnum() or not plain)):
            raise ValueError
        return secret

    @field_validator("secret_key")
    @classmethod
    def _key(cls, key: SecretStr | None) -> SecretStr | None:
        if key and len(key.get_secret_value()) < 16:
            raise ValueError
        return key

    @property
    def database(self) -> str:
        """The database's URL with the default filled in."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'memberbot.db'}"


class FixedSettings(Settings):
    """Settings that look neither at the environment nor at `.env`: the demo's and the tests'."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Any, *_others: Any, **_more: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `MEMBERBOT_…_FILE`: the secret is the file's content without the last line break."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = env_name(field_name) + FILE
        path = given().get(name, "") if is_secret(field) else ""
        return (_secret(name, Path(path)) if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


def load() -> Settings:
    """The settings of the environment; raises SettingsInvalid with every problem there is."""
    problems: list[str] = []
    try:
        problems += _doubles()
        settings = Settings()
    except ValidationError as error:
        problems += [problem_of(str(e["loc"][0])) for e in error.errors()]
    except UnicodeDecodeError:
        problems.append(f"{ENV_FILE} cannot be read as UTF-8; save it in that encoding")
    else:
        problems += _together(settings)
    if problems:
        raise SettingsInvalid(tuple(problems))
    return settings


def _together(settings: Settings) -> list[str]:
    """What single settings cannot tell: which needs which."""
    if settings.telegram_mode == "webhook" and not settings.telegram_secret:
        return [
            f"{PREFIX}TELEGRAM_SECRET is missing: webhook mode needs it; give 1 to 256 letters,"
            f" digits, _ and -, or set {PREFIX}TELEGRAM_MODE=polling"
        ]
    return []


def given() -> Mapping[str, str]:
    """What the environment and `.env` say about memberbot; the environment wins."""
    from dotenv import dotenv_values

    both = {**dotenv_values(ENV_FILE, encoding="utf-8"), **os.environ}
    return {name.upper(): value for name, value in both.items() if value and _ours(name)}


def _ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def env_name(field: str) -> str:
    """The name of a setting as it stands in the environment."""
    return PREFIX + field.upper()


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting may also be given as `…_FILE` and is never shown."""
    return SecretStr in get_args(field.annotation)


def names() -> list[str]:
    """All names that the environment may hold."""
    found = []
    for name, field in Settings.model_fields.items():
        found.append(env_name(name))
        if is_secret(field):
            found.append(env_name(name) + FILE)
    return found


def problem_of(field: str) -> str:
    """What is wrong with a value and what to write; the value itself is not repeated."""
    extra = Settings.model_fields[field].json_schema_extra
    assert isinstance(extra, dict)
    return f"{env_name(field)} must be {extra['must']}"


def strangers() -> list[str]:
    """Names that begin like ours and are none: most likely misspelt."""
    known = names()
    try:
        here = given()
    except UnicodeDecodeError:
        return []  # `load` tells of it
    return [_stranger(name, known) for name in sorted(here) if name not in known]


def _stranger(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1, 0.8)
    advice = f"write {near[0]}" if near else "remove it (.env.example lists all settings)"
    return f"{name} is no setting; {advice}"


def _doubles() -> list[str]:
    here = given()
    return [
        f"{name} and {name}{FILE} are both given; keep one"
        for name in names()
        if name in here and name + FILE in here
    ]


def _secret(name: str, path: Path) -> str:
    try:
        text = path.read_bytes()[: LONGEST_SECRET + 1].decode()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise SettingsInvalid((f"{name} names {path}: {reason}; name a readable file",)) from None
    except UnicodeDecodeError:
        raise SettingsInvalid((f"{name} names {path}, which holds no text",)) from None
    return text.rstrip("\r\n")

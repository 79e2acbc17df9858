"""Errors in words for who runs the program: what is wrong and what to do."""

from __future__ import annotations

from app.secret_key import BadSecretKey
from app.settings import SettingsInvalid
from domain.errors import ProgrammeInvalid, Refused


class Failed(Exception):
    """A command could not do what it was asked for; the text says why and what to do."""


def sentences(error: Exception) -> list[str] | None:
    """One readable line for each problem of a foreseen error; None for one nobody foresaw."""
    from app.serving import PortTaken
    from app.telegram_bot import BadToken
    from app.wiring import NotMigrated
    from bot.state import StoreUnavailable

    if isinstance(error, SettingsInvalid):
        return list(error.problems)
    if isinstance(error, ProgrammeInvalid):
        return [f"the programme file: {problem}" for problem in error.problems]
    if isinstance(error, Failed | BadSecretKey | PortTaken | BadToken | NotMigrated):
        return [str(error)]
    if isinstance(error, Refused):
        return [refusal(error)]
    if isinstance(error, StoreUnavailable):
        return [f"the database cannot be used: {_first_line(error)}"]
    if isinstance(error, OSError) and error.filename:
        reason = (error.strerror or "it cannot be used").lower()
        return [f"{error.filename}: {reason}"]
    return None


def refusal(error: Refused) -> str:
    """A refusal of the domain in English, by the same texts that the chat uses."""
    from bot.markup import plain_text
    from bot.messages import plain_values
    from templates import catalogue

    template = catalogue.compiled("en").get(error.code)
    if template is None:
        return str(error)

    names = {"club": "the club", "points_word": "points"}
    return plain_text(template.render({**names, **plain_values(error.data())}).strip())


def _first_line(error: Exception) -> str:
    text = str(error.__cause__ or error) or type(error).__name__
    return text.strip().splitlines()[0]

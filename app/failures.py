"""Errors in words for who runs the program: what is wrong and what to do."""

from __future__ import annotations

from collections import defaultdict

from app.secret_key import BadSecretKey
from app.settings import SettingsInvalid
from domain.errors import ProgrammeInvalid, Refused

# Refusals that only who runs the program ever sees, so that no language of the chat has them.
SAYINGS = {
    "batch.complete": "batch {key} is complete, and members may have its codes; only a batch whose"
    " import broke can be dropped",
    "batch.not_found": "there is no batch {key}; write the name that it was imported under",
    "benefit.unknown_key": "there is no benefit {key}; see: memberbot benefit list",
    "benefit.nobody_to_pay": "{key} names no partner, so no settlement would have what the codes"
    " cost; write partner: in its file and import that first, or leave --wholesale out",
    "benefit.takes_no_codes": "the vouchers of {key} bear codes of our own; write imported_codes:"
    " true in its file to hand out a partner's",
    "partner.bad_key": "{key} is no key; write small letters, digits, - and _, beginning with a"
    " letter",
    "partner.not_found": "there is no partner {key}; see: memberbot partner list",
    "programme.changed": "version {version} is published with other content; a published version"
    " never changes, so give the file a higher one",
    "programme.levels_lost": "members may be {levels}, which this ladder does not have; keep the"
    " key, or name it under the level where these members go on, such as formerly: [{levels}]",
    "simulation.currency": "the file counts in {currency}, the club's purchases are in {expected};"
    " they cannot be compared",
    "staff.bad_role": "{role} is no role; write one of {roles}",
    "staff.exists": "there is an operator {name} already; give another name",
    "staff.not_found": "there is no operator {name}; see: memberbot operator list",
    "staff.last_owner": "{name} is the only owner; make somebody else owner first",
    "store.bad_code": "{text} is no store code; write letters, digits, _ . - (at most {longest})",
    "store.bad_zone": "{zone} is no time zone; write one such as Asia/Shanghai",
    "store.exists": "there is a store {store} already; give another code",
    "store.not_found": "there is no store {store}; there are: {stores}",
    "api_key.bad_scope": "{scope} is no scope; write one of {scopes}",
    "api_key.exists": "a key {name} is in use; revoke it first or give another name",
    "api_key.not_found": "no key {name} is in use; see: memberbot api-key list",
    "webhook.bad_source": "{text} is no source; write a text of 1 to {longest} characters without"
    " a slash, as the purchases of the shop name it",
    "webhook.exists": "a webhook {name} is in use; revoke it first or give another name",
    "webhook.not_found": "no webhook {name} is in use; see: memberbot webhook list",
}


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
        file = error.file or "the programme file"
        return [problem.within(file) for problem in error.problems]
    if isinstance(error, Failed | BadSecretKey | PortTaken | BadToken | NotMigrated):
        return [str(error)]
    if isinstance(error, Refused):
        return [refusal(error)]
    if isinstance(error, StoreUnavailable):
        return [f"the database cannot be used: {_first_line(error)}"]
    if type(error).__module__.startswith("sqlalchemy."):
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

    saying = SAYINGS.get(error.code)
    if saying is not None:
        facts = {name: _listed(value) for name, value in error.data().items()}
        return saying.format_map(defaultdict(lambda: "none", facts))
    template = catalogue.compiled("en").get(error.code)
    if template is None:
        return str(error)

    names = {"club": "the club", "point_word": "point", "points_word": "points"}
    return plain_text(template.render({**names, **plain_values(error.data())}).strip())


def _listed(value: object) -> object:
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else value


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "orig", None) or error.__cause__ or error) or type(error).__name__
    return text.strip().splitlines()[0]

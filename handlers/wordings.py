"""`/templates`: operators look at the words of messages, use older ones or the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.messages import Button, Reply, Rows
from domain.wordings import LANGUAGES, REPLACEABLE, Wording
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, actor
from services import wordings

LIST: Final = Button("wording.button_list", "templates")
MOST_VERSIONS: Final = 8
MOST_CHANGES: Final = 10


def show_all(turn: Turn) -> Reply:
    """Every message that may be replaced, by group."""
    turn.end()
    found = wordings.listed(turn.work)
    groups = [
        {"group": group, "messages": [_listed(one) for one in found if one.group == group]}
        for group in REPLACEABLE
    ]
    buttons = [_open(one) for one in found]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    back = ((menu.CARD,),) if turn.person.member_id is not None else ()
    return Reply("wording.list", {"groups": groups}, (*rows, *back), edit=True)


def show(turn: Turn) -> Reply:
    """One message: what is sent now, as members see it, and what can be done with it."""
    turn.end()
    return card(turn, turn.arg())


def card(turn: Turn, key: str, toast: str = "") -> Reply:
    """The card of a message; raises NotReplaceable."""
    wordings.check_key(key)
    used = wordings.in_use(turn.work, key)
    values = {
        "key": key,
        "version": used.version if used else 0,
        "by": wordings.author(turn.work, used) if used else "",
        "at": used.made_at if used else None,
        "zone": turn.work.programmes.current().zone,
        "languages": sorted(used.texts) if used else [],
    }
    sample = seen(key, used.content if used else None, turn.locale)
    rows = _rows(key, turn.locale, shipped=used is None)
    return Reply("wording.card", values, rows, edit=True, toast=toast, shown=(sample,))


def seen(key: str, content: Mapping[str, Any] | None, language: str) -> Reply:
    """The message with sample values in a language, as members see it."""
    return Reply(key, locale=language, wording=content, sampled=True)


def preview(turn: Turn) -> Reply:
    """The message itself, with its buttons and picture, in a language: `KEY`, `LANGUAGE`, and
    `0` for the shipped words or a version."""
    key, language = turn.arg(), turn.arg(1)
    wordings.check_key(key)
    if turn.arg(2) == "0":
        return seen(key, None, language)
    version = _version(turn, key, number(turn, 2)) if turn.arg(2) else None
    found = version or wordings.in_use(turn.work, key)
    return seen(key, found.content if found else None, language)


def versions(turn: Turn) -> Reply:
    """The versions of a message and who changed what when."""
    key = turn.arg()
    wordings.check_key(key)
    used = turn.work.wordings.in_use(key)
    found = wordings.versions(turn.work, key)[:MOST_VERSIONS]
    values = {
        "key": key,
        "zone": turn.work.programmes.current().zone,
        "in_use": next((one.version for one in found if one.id == used), 0),
        "changes": [
            {"at": one.at, "by": one.by, "what": one.what, "version": one.version}
            for one in wordings.changes(turn.work, key, MOST_CHANGES)
        ],
    }
    buttons = [
        Button(
            "wording.button_version",
            "words.old",
            (key, str(one.version)),
            values={"version": one.version, "used": one.id == used},
        )
        for one in found
    ]
    rows = tuple(tuple(buttons[at : at + 4]) for at in range(0, len(buttons), 4))
    return Reply("wording.versions", values, (*rows, (_back(key),)), edit=True)


def version(turn: Turn) -> Reply:
    """One older version, in every language that it has, and whether to use it."""
    key = turn.arg()
    wordings.check_key(key)
    found = _version(turn, key, number(turn, 1))
    values = {
        "key": key,
        "version": found.version,
        "by": wordings.author(turn.work, found),
        "at": found.made_at,
        "zone": turn.work.programmes.current().zone,
        "used": turn.work.wordings.in_use(key) == found.id,
    }
    shown = tuple(seen(key, found.content, language) for language in LANGUAGES)
    use = Button("wording.button_use", "words.use", (key, str(found.version)))
    looks = _previews(key, str(found.version))
    rows = (*(() if values["used"] else ((use,),)), looks, (_versions(key),))
    return Reply("wording.version", values, rows, edit=True, shown=shown)


def use(turn: Turn) -> Reply:
    """Sends a version from now on, or (version 0) the shipped words."""
    key, wanted = turn.arg(), number(turn, 1)
    wordings.check_key(key)
    found = _version(turn, key, wanted) if wanted else None
    wordings.use(turn.work, key, found.id if found else None, actor(turn), turn.now)
    turn.end()
    return card(turn, key, "wording.toast_used" if found else "wording.toast_shipped")


def _version(turn: Turn, key: str, wanted: int) -> Wording:
    """The version of that number; a button may name one that is not there."""
    for one in wordings.versions(turn.work, key):
        if one.version == wanted:
            return one
    raise LookupError(f"{key} {wanted}")


def _listed(one: wordings.Listed) -> dict[str, Any]:
    return {"key": one.key, "version": one.version}


def _open(one: wordings.Listed) -> Button:
    return _to_card("wording.button_open", one.key, _listed(one))


def _back(key: str) -> Button:
    return _to_card("wording.button_back", key, {})


def _to_card(label: str, key: str, values: Mapping[str, Any]) -> Button:
    return Button(label, "words.show", (key,), values=values)


def _versions(key: str) -> Button:
    return Button("wording.button_versions", "words.log", (key,))


def _previews(key: str, which: str) -> tuple[Button, ...]:
    return tuple(
        Button(
            "wording.button_preview",
            "words.see",
            (key, language, which) if which else (key, language),
            values={"language": language},
        )
        for language in LANGUAGES
    )


def edits(key: str) -> Rows:
    """The buttons that begin to change something."""
    texts = tuple(
        Button(
            "wording.button_text",
            "words.text",
            (key, language),
            values={"language": language},
        )
        for language in LANGUAGES
    )
    buttons = Button("wording.button_buttons", "words.buttons", (key,))
    picture = Button("wording.button_picture", "words.photo", (key,))
    return texts, (buttons, picture)


def _rows(key: str, language: str, *, shipped: bool) -> Rows:
    back = Button("wording.button_shipped", "words.use", (key, "0"))
    was = Button("wording.button_was", "words.see", (key, language, "0"))
    return (
        *edits(key),
        _previews(key, ""),
        (_versions(key),) if shipped else (_versions(key), was),
        () if shipped else (back,),
        (LIST,),
    )

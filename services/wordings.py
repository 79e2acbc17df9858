"""Operators' own words for messages: saved as versions, used, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from domain.wording_errors import NotReplaceable
from domain.wordings import (
    CAMPAIGN,
    REPLACEABLE,
    ButtonRows,
    Wording,
    content,
    content_hash,
    is_replaceable,
)
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice


def save(
    work: Work,
    key: str,
    texts: Mapping[str, str],
    buttons: ButtonRows = (),
    picture: str = "",
    *,
    actor: Actor,
    now: datetime,
    use: bool = True,
) -> Wording:
    """Keeps words as the next version of a key; the same words as the newest are that version.

    Texts have been tried before, outside of the transaction (Route.looks, app/trying).
    `use`: messages are written with them from now on. Raises NotReplaceable.
    """
    check_key(key)
    made = content(texts, buttons, picture)
    found = work.wordings.newest(key)
    if found is None or found.content_hash != content_hash(made):
        found = _added(work, key, made, (texts, buttons, picture), actor, now)
    if use and work.wordings.in_use(key) != found.id:
        _put(work, found, actor, now)
    return found


def get(work: Work, wording_id: int) -> Wording:
    """A version; raises LookupError."""
    return work.wordings.get(wording_id)


def in_use(work: Work, key: str) -> Wording | None:
    """The version in use, None where the shipped words are."""
    wording_id = work.wordings.in_use(key)
    return None if wording_id is None else work.wordings.get(wording_id)


def versions(work: Work, key: str) -> list[Wording]:
    """All versions of a key, newest first."""
    return work.wordings.versions(key)


def use(work: Work, key: str, wording_id: int | None, actor: Actor, now: datetime) -> None:
    """Writes messages of a key from a version of it, or from the shipped words (None).

    Raises NotReplaceable, LookupError for a version of another key.
    """
    check_key(key)
    if wording_id == work.wordings.in_use(key):
        return
    if wording_id is None:
        work.wordings.use(key, None, now)
        work.audit.add(actor, "wording.shipped", ("wording", key), now, {})
        return
    found = work.wordings.get(wording_id)
    if found.key != key:
        raise LookupError(wording_id)
    _put(work, found, actor, now)


def noted(work: Work, notice: Notice) -> Notice:
    """The notice with the version of operators' words that is in use for its key, if there is
    one: to be called where its row is written."""
    if notice.wording_id is not None or not is_replaceable(notice.key):
        return notice
    wording_id = work.wordings.in_use(notice.key)
    return notice if wording_id is None else replace(notice, wording_id=wording_id)


def contents(work: Work, wording_ids: Iterable[int | None]) -> dict[int, Mapping[str, Any]]:
    """What templates.render takes for each version noted in rows; one statement at most, none
    for versions that this process has read before."""
    wanted = {wording_id for wording_id in wording_ids if wording_id is not None}
    return work.wordings.contents(wanted) if wanted else {}


@dataclass(frozen=True, slots=True)
class Listed:
    """A message that may be replaced, its group, and the version in use (0: the shipped words)."""

    group: str
    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """Who did what to the words of a message: `save`, `use` or `shipped`."""

    at: datetime
    by: str
    what: str
    version: int


def listed(work: Work) -> list[Listed]:
    """Every message that may be replaced, in order."""
    used = work.wordings.all_in_use()
    return [
        Listed(group, key, work.wordings.get(used[key]).version if key in used else 0)
        for group, keys in REPLACEABLE.items()
        for key in keys
    ]


def changes(work: Work, key: str, most: int) -> list[Change]:
    """The newest changes of a message's words, from the audit."""
    rows = work.audit.about(("wording", key))[:most]
    return [
        Change(
            row["at"],
            row["staff_name"],
            row["action"].partition(".")[2],
            int(row["detail"].get("version", 0)),
        )
        for row in rows
    ]


def author(work: Work, wording: Wording) -> str:
    """The name of the operator who made a version, "" for a command of the shell."""
    names = (one.name for one in work.staff.all() if one.id == wording.made_by)
    return next(names, "")


def check_key(key: str) -> None:
    """Raises NotReplaceable for a message whose words are fixed."""
    if is_replaceable(key) or key.startswith(f"{CAMPAIGN}:"):
        return
    known = [one for keys in REPLACEABLE.values() for one in keys]
    near = get_close_matches(key, known, 1)
    raise NotReplaceable(key[:60], near[0] if near else "")


def _added(
    work: Work,
    key: str,
    made: Mapping[str, Any],
    words: tuple[Mapping[str, str], ButtonRows, str],
    actor: Actor,
    now: datetime,
) -> Wording:
    while True:
        newest = work.wordings.newest(key)
        version = newest.version + 1 if newest else 1
        wording = Wording(
            work.new_id(), key, version, *words, content_hash(made), actor.staff_id, now
        )
        if work.wordings.add(wording):
            about = {"version": version, "languages": sorted(wording.texts)}
            work.audit.add(actor, "wording.save", ("wording", key), now, about)
            return wording


def _put(work: Work, wording: Wording, actor: Actor, now: datetime) -> None:
    work.wordings.use(wording.key, wording.id, now)
    about = {"version": wording.version}
    work.audit.add(actor, "wording.use", ("wording", wording.key), now, about)

"""A restored backup: found at the start, held back, and what it may have sent already listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from domain.restoring import Gap, Mark, lost
from domain.staff import ROLES, permissions
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

MARK: Final = "post.mark"
COPY: Final = "post.copy"
GAP: Final = "post.gap"
REASON: Final = "restored"
PERMISSION: Final = "post:hold"
_SYSTEM: Final = Actor("start")


# -- the mark ---------------------------------------------------------------------------


def mark(work: Work, now: datetime) -> Mark:
    """The database's own mark; a new installation gets its name."""
    kept = work.settings.get(MARK)
    if kept:
        return _mark(kept)
    made = Mark(token_hex(8), 0, now)
    _put(work, made)
    return made


def marked(work: Work) -> bool:
    """Whether the database has a mark; every club has that was ever opened."""
    return bool(work.settings.get(MARK))


def beat(work: Work, now: datetime) -> Mark:
    """Moves the mark on; to be committed before it is written outside the database."""
    before = mark(work, now)
    after = Mark(before.installation, before.beat + 1, max(now, before.at))
    _put(work, after)
    return after


def as_kept(of: Mark) -> dict[str, Any]:
    """A mark as it is written down."""
    return {"installation": of.installation, "beat": of.beat, "at": of.at.isoformat()}


def as_read(kept: Mapping[str, Any]) -> Mark:
    """A mark that was written down; raises ValueError for anything else."""
    try:
        return _mark(kept)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is no mark of the post") from error


def _mark(kept: Mapping[str, Any]) -> Mark:
    return Mark(str(kept["installation"]), int(kept["beat"]), datetime.fromisoformat(kept["at"]))


def _put(work: Work, of: Mark) -> None:
    work.settings.put(MARK, as_kept(of))


# -- found ------------------------------------------------------------------------------


def look(work: Work, kept: Mark | None, now: datetime) -> Gap | None:
    """Compares the database with the mark outside it; what is missing is noted, the mark moves
    past the other one, and the operators are told. None if nothing is missing."""
    here = mark(work, now)
    copy = bool(work.settings.get(COPY))
    found = lost(here, kept, copy=copy, now=now)
    if found is not None:
        return begin(work, found, now, _SYSTEM, above=kept.beat if kept else 0)
    return None


def begin(work: Work, found: Gap, now: datetime, actor: Actor, *, above: int = 0) -> Gap:
    """Notes the gap and tells those who may let the post go on. The caller puts it on hold."""
    here = mark(work, now)
    _put(work, Mark(here.installation, max(here.beat, above) + 1, max(here.at, now)))
    work.settings.put(COPY, False)
    work.settings.put(GAP, {**_dates(found), "at": now.isoformat()})
    work.audit.add(actor, "post.restored", ("post", GAP), now, _dates(found))
    _tell(work, found, now)
    return found


def _tell(work: Work, found: Gap, now: datetime) -> None:
    zone = work.programmes.current().zone
    values = {"since": found.since, "until": found.until, "zone": zone}
    roles = frozenset(role for role in ROLES if PERMISSION in permissions(role))
    for operator in work.staff.in_roles(roles):
        assert operator.address_id is not None
        told = Notice("restored.told", values, dedupe=f"restored:{operator.id}:{now.isoformat()}")
        work.deliveries.to_address(operator.address_id, told, now)


def by_hand(work: Work, now: datetime, actor: Actor) -> Gap:
    """Somebody says that this database is a copy of an earlier time."""
    return begin(work, Gap(mark(work, now).at, now), now, actor)


def gap(work: Work) -> Gap | None:
    """What the newest restored backup had lost, None if there never was one."""
    kept = work.settings.get(GAP)
    if not kept:
        return None
    return Gap(*(datetime.fromisoformat(kept[name]) for name in ("since", "until")))


def in_gap(work: Work, at: datetime | None) -> bool:
    """Whether what began at a moment may have been done before a backup was restored."""
    found = gap(work)
    return found is not None and at is not None and at <= found.until


def _dates(found: Gap) -> dict[str, str]:
    return {"since": found.since.isoformat(), "until": found.until.isoformat()}


# -- lifted -----------------------------------------------------------------------------


def lift(work: Work) -> int:
    """Lets the post go on without what it may have sent already: everything that was due in the
    gap is `unknown` for the reason `restored` and can be sent again by hand, and campaigns on
    their way or of that time are paused. How many messages."""
    found = gap(work)
    if found is None:
        return 0
    work.doubts.pause(found.until, REASON)
    return sweep(work)


def sweep(work: Work) -> int:
    """Takes out what waits and was due in the gap; also what the clock writes for it later."""
    kept = work.settings.get(GAP)
    until, at = (datetime.fromisoformat(kept[name]) for name in ("until", "at"))
    return work.doubts.doubt(until, at, REASON)

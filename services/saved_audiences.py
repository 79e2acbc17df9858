"""Saved audiences: named, changed, closed, followed by night. SEMANTICS: Campaigns, Audience."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.audience_expressions import Expression, conditions, dump, load
from domain.campaigns import load_audience
from domain.event_waves import WaveState
from domain.events import EventState
from domain.saved_audiences import (
    MOST_SAVED,
    AudienceInUse,
    AudienceNameTaken,
    AudienceNotSaved,
    DayMoves,
    SavedAudience,
    TagGivenTwice,
    TagOfItself,
    TooManySaved,
    read_name,
)
from domain.tags import read_tag
from services.audience_scope import as_kept, asked_at, written_out
from services.ports import Work
from services.ports.club import Actor
from services.ports.tags import Moved

SLICE: Final = 5000
"""Members compared in one transaction."""
SHOWN: Final = 20
PAGE: Final = 1000
_PLACES: Final = 1 << 63
"""Ids of members are below it."""


def find(work: Work, name: str) -> SavedAudience:
    """The open one of that name. Raises AudienceNotSaved with those that there are."""
    found = work.saved_audiences.by_name(" ".join(name.split()))
    if found is None:
        known = tuple(one.name for one in work.saved_audiences.all()[:SHOWN])
        raise AudienceNotSaved(name[:60], known)
    return found


def get(work: Work, audience_id: int) -> SavedAudience:
    """The one with that id. Raises AudienceNotSaved for one that is closed."""
    found = work.saved_audiences.get(audience_id)
    if found is None:
        raise AudienceNotSaved("")
    return found


def save(
    work: Work,
    name: str,
    expression: Expression,
    written: str,
    *,
    actor: Actor,
    now: datetime,
    replaced: bool = False,
) -> SavedAudience:
    """Saves an expression under a name; `replaced`: one of that name may be changed by it.

    Raises AudienceNameUnreadable, AudienceNameTaken, TooManySaved, AudienceLoop, AudienceGone.
    """
    title = read_name(name)
    known = work.saved_audiences.by_name(title)
    if known is not None and dump(expression) == dict(known.expression):
        return known
    if known is not None and not replaced:
        raise AudienceNameTaken(title)
    if known is None:
        return _add(work, title, expression, written, actor, now)
    if known.tag:
        _check_tag(work, known.tag, expression)
    values = {"expression": dump(expression), "written": written, "changed_at": now}
    work.saved_audiences.change(known.id, **values, members=None, counted_at=None)
    _whole(work, known.name)
    about = {"name": title, "written": written}
    work.audit.add(actor, "audience.change", ("audience", known.id), now, about)
    return get(work, known.id)


def _add(
    work: Work, name: str, expression: Expression, written: str, actor: Actor, now: datetime
) -> SavedAudience:
    if len(work.saved_audiences.all()) >= MOST_SAVED:
        raise TooManySaved()
    made = SavedAudience(
        id=work.id_block(1),
        name=name,
        expression=dump(expression),
        written=written,
        tag="",
        followed=False,
        members=None,
        counted_at=None,
        made_by=actor.staff_id,
        made_at=now,
        changed_at=now,
    )
    if not work.saved_audiences.add(made):
        raise AudienceNameTaken(name)
    _whole(work, name)
    about = {"name": name, "written": written}
    work.audit.add(actor, "audience.save", ("audience", made.id), now, about)
    return made


def _whole(work: Work, name: str) -> None:
    """Raises what keeps an audience from being looked for, such as a loop; so nothing is saved."""
    saved = work.saved_audiences.by_name(name)
    assert saved is not None
    written_out(work, load(saved.expression))


def close(work: Work, audience_id: int, actor: Actor, now: datetime) -> SavedAudience:
    """Closes it; its tag is gone with it. Raises AudienceNotSaved; AudienceInUse while another
    one or a campaign on its way is made of it or of its tag."""
    saved = get(work, audience_id)
    _check_unused(work, saved, "audience", saved.name)
    _check_unused(work, saved, "tag", saved.tag)
    work.saved_audiences.close(audience_id, now)
    about = {"name": saved.name}
    work.audit.add(actor, "audience.close", ("audience", audience_id), now, about)
    return saved


def _check_unused(work: Work, saved: SavedAudience, fact: str, value: str) -> None:
    """Raises AudienceInUse while something is made of the audience, or of the tag it gives."""
    users = tuple(_users(work, saved, fact, value)) if value else ()
    if users:
        raise AudienceInUse(saved.name, users[:SHOWN])


def _users(work: Work, saved: SavedAudience, fact: str, value: str) -> Iterator[str]:
    for one in work.saved_audiences.all():
        if one.id != saved.id and _has(load(one.expression), fact, value):
            yield one.name
    for called, data in work.saved_audiences.in_campaigns():
        audience = load_audience(data)
        if audience and audience.expression and _has(audience.expression, fact, value):
            yield called
    for called, expression in _of_events(work):
        if _has(expression, fact, value):
            yield called


def _of_events(work: Work) -> Iterator[tuple[str, Expression]]:
    """Whom events that are to come are for, and whom they still invite."""
    for event in work.events.all():
        if event.state != EventState.OPEN:
            continue
        called = " / ".join(dict.fromkeys(event.names.values()))
        audience = load_audience(event.audience)
        if audience and audience.expression:
            yield called, audience.expression
        for wave in work.event_waves.of(event.id):
            if wave.state is WaveState.PLANNED and wave.whom:
                yield called, load(wave.whom)


def _has(expression: Expression, fact: str, value: str) -> bool:
    return any(one.fact == fact and value in one.values for one in conditions(expression))


# -- following ---------------------------------------------------------------------------


def follow(
    work: Work, audience_id: int, tag: str | None, actor: Actor, now: datetime
) -> SavedAudience:
    """From now on who enters and leaves is written down, and who is in it carries `tag` (None or
    "": no tag). Raises AudienceNotSaved, TagUnreadable, TagGivenTwice; AudienceInUse while
    something is made of the tag it gave so far."""
    saved = get(work, audience_id)
    name = read_tag(tag) if tag else ""
    for other in work.saved_audiences.all() if name else ():
        if other.id != audience_id and other.tag == name:
            raise TagGivenTwice(name, other.name)
    if name:
        _check_tag(work, name, load(saved.expression))
    if saved.followed and saved.tag == name:
        return saved
    if saved.tag != name:
        _check_unused(work, saved, "tag", saved.tag)
    work.saved_audiences.change(audience_id, followed=True, tag=name)
    about = {"name": saved.name, "tag": name}
    work.audit.add(actor, "audience.follow", ("audience", audience_id), now, about)
    return get(work, audience_id)


def _check_tag(work: Work, tag: str, expression: Expression) -> None:
    """Nobody is in an audience because of the tag that it gives, also not by way of another
    one's: they would never leave, or come and go each night. Raises TagOfItself."""
    waiting, seen = [expression], set[int]()
    while waiting:
        for one in conditions(written_out(work, waiting.pop())):
            if one.fact != "tag":
                continue
            if tag in one.values or not one.values:
                raise TagOfItself(tag)
            for other in work.saved_audiences.all():
                if other.tag in one.values and other.id not in seen:
                    seen.add(other.id)
                    waiting.append(load(other.expression))


def unfollow(work: Work, audience_id: int, actor: Actor, now: datetime) -> SavedAudience:
    """Nothing more is written down and its tag is gone. Raises AudienceNotSaved; AudienceInUse
    while something is made of that tag."""
    saved = get(work, audience_id)
    if saved.followed:
        _check_unused(work, saved, "tag", saved.tag)
        work.saved_audiences.forget(audience_id)
        work.saved_audiences.change(audience_id, followed=False, tag="")
        about = {"name": saved.name}
        work.audit.add(actor, "audience.unfollow", ("audience", audience_id), now, about)
    return get(work, audience_id)


def compare(
    work: Work, audience_id: int, after: int, now: datetime, most: int = SLICE
) -> int | None:
    """Compares the next members after an id with who is in it; where to go on, None at the end.
    Doing it twice changes nothing."""
    saved = work.saved_audiences.get(audience_id)
    if saved is None or not saved.followed:
        return None
    upto, looked_at = work.saved_audiences.reach(after, most)
    if looked_at:
        expression = as_kept(work, load(saved.expression))
        work.saved_audiences.follow(saved, expression, asked_at(work, now), (after, upto))
    if looked_at == most:
        return upto
    work.saved_audiences.change(
        audience_id, members=work.saved_audiences.number(audience_id), counted_at=now
    )
    return None


def followed(work: Work) -> list[SavedAudience]:
    """Those that are compared by night."""
    return [one for one in work.saved_audiences.all() if one.followed]


def counted(work: Work, saved: SavedAudience, members: int, now: datetime) -> SavedAudience:
    """Notes how many were counted; of a followed one that is done when it is compared."""
    if not saved.followed:
        work.saved_audiences.change(saved.id, members=members, counted_at=now)
    return replace(saved, members=members, counted_at=now)


def moves(work: Work, audience_id: int, days: int, now: datetime) -> list[DayMoves]:
    """Who came and went in the last days, the newest day first. Raises AudienceNotSaved."""
    saved = get(work, audience_id)
    return work.saved_audiences.moves(saved.id, asked_at(work, now).today - days + 1)


def moved(work: Work, audience_id: int, days: int, now: datetime) -> Iterator[Moved]:
    """Each who came and went in the last days, by day."""
    since, after = asked_at(work, now).today - days + 1, (0, 0)
    while found := work.saved_audiences.moved(audience_id, since, after, PAGE):
        yield from (one for _, one in found)
        after = found[-1][0]


def waiting(work: Work, since: datetime) -> SavedAudience | None:
    """The next followed one that was not compared since a moment."""
    late = (one for one in followed(work) if one.counted_at is None or one.counted_at < since)
    return next(late, None)


def compare_next(work: Work, since: datetime, cursor: int, now: datetime) -> int | None:
    """One slice of the next one that waits; where to go on, None if none waits. The place is
    the audience's own: should another one come first meanwhile, it begins with its first member.
    """
    saved = waiting(work, since)
    if saved is None:
        return None
    audience_id, after = divmod(cursor, _PLACES)
    following = compare(work, saved.id, after if audience_id == saved.id else 0, now)
    return 0 if following is None else saved.id * _PLACES + following

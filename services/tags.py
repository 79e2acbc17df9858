"""Tags of members by hand: given, taken away, renamed, dropped for all; each with an audit row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.tags import MOST_TAGS, Tag, TagOfRule, TagUnknown, TooManyTags, read_tag
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor

MOST_LISTED: Final = 200
AT_ONCE: Final = 400


def of(work: Work, member_id: int) -> list[Tag]:
    """What the member carries: each tag once, one by hand before the same by rule."""
    found = work.tags.of(standing(work, member_id).id)
    by_hand = {one.name for one in found if not one.by_rule}
    return [one for one in found if not one.by_rule or one.name not in by_hand]


def give(work: Work, member_id: int, text: str, actor: Actor, now: datetime) -> Tag:
    """Gives the member a tag; one they have already stays as it is. Raises TagUnreadable,
    TooManyTags."""
    name, member_id = read_tag(text), standing(work, member_id).id
    by_hand = [one for one in work.tags.of(member_id) if not one.by_rule]
    if len(by_hand) >= MOST_TAGS and name not in {one.name for one in by_hand}:
        raise TooManyTags()
    if work.tags.put(member_id, name, actor.staff_id, now):
        work.audit.add(actor, "tag.give", ("member", member_id), now, {"tag": name})
    return Tag(name, False, now)


def give_all(
    work: Work, member_ids: Sequence[int], text: str, actor: Actor, now: datetime
) -> tuple[int, int]:
    """Gives all these members a tag; how many did not have it, and how many carry as many as one
    may and are left out. Raises TagUnreadable."""
    name, given, full = read_tag(text), 0, 0
    for first in range(0, len(member_ids), AT_ONCE):
        some = member_ids[first : first + AT_ONCE]
        laden = work.tags.laden(some, name, MOST_TAGS)
        left_out = laden | work.tags.carrying(some, name)
        rest = [one for one in some if one not in left_out]
        if rest:
            work.tags.put_all(rest, name, actor, now)
        given += len(rest)
        full += len(laden)
    about = {"tag": name, "members": given}
    work.audit.add(actor, "tag.give_all", ("tag", 0), now, about)
    return given, full


def take(work: Work, member_id: int, text: str, actor: Actor, now: datetime) -> None:
    """Takes away a tag that was given by hand; nothing happens if the member has none such.
    Raises TagUnreadable; TagOfRule while a saved audience gives it."""
    name, member_id = read_tag(text), standing(work, member_id).id
    if work.tags.take(member_id, name):
        work.audit.add(actor, "tag.take", ("member", member_id), now, {"tag": name})
    if any(one.name == name for one in work.tags.of(member_id)):
        raise TagOfRule(name)


def counted(work: Work) -> list[tuple[str, int]]:
    """Tags with how many active members carry them, the most frequent first."""
    return work.tags.counts(MOST_LISTED)


def rename(work: Work, before: str, after: str, actor: Actor, now: datetime) -> int:
    """Renames what was given by hand for everybody; how many members. Raises TagUnreadable,
    TagUnknown."""
    old, new = read_tag(before), read_tag(after)
    changed = work.tags.rename(old, new) if old != new else 0
    if not changed and old != new:
        raise TagUnknown(old)
    work.audit.add(
        actor, "tag.rename", ("tag", 0), now, {"tag": old, "now": new, "members": changed}
    )
    return changed


def drop(work: Work, text: str, actor: Actor, now: datetime) -> int:
    """Takes a tag from everybody who was given it by hand; how many. Raises TagUnreadable,
    TagUnknown."""
    name = read_tag(text)
    dropped = work.tags.drop(name)
    if not dropped:
        raise TagUnknown(name)
    work.audit.add(actor, "tag.drop", ("tag", 0), now, {"tag": name, "members": dropped})
    return dropped

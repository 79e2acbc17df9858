"""What two programmes have different, entry by entry; rules and levels are known by their key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from domain.programme import Programme

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "club": ("names", "points_name", "growth_name", "currency", "zone", "opened_on"),
    "club rules": ("charter",),
    "welcome": ("welcome_points", "profile_rewards", "preferences"),
    "earning": ("earning", "match_days"),
    "growth value": ("growth",),
    "check-in": ("checkin",),
    "expiry": ("expiry", "expiry_reminder_days", "reinstatement"),
    "refunds": ("refunds",),
    "levels": ("levels", "holding"),
    "birthday": ("birthday",),
    "care": ("care", "announcements"),
    "service desk": ("service",),
    "insight": ("insight",),
    "transfers": ("transfers",),
    "operators": ("adjustments", "counter"),
    "till": ("bill", "stored_value", "till", "receipt_photos"),
    "texts": ("zero_lines",),
}
"""The fields of a programme as a person groups them; the version itself is no difference."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `part` leads to the field (`earning`, `caps`, `day`), keys of rules and
    levels included; None stands for what is not there. `order` changes of a list name its keys."""

    section: str
    part: tuple[str, ...]
    before: Any
    after: Any
    order: bool = False


def differences(before: Programme, after: Programme) -> list[Change]:
    """Everything that differs but the version, in the order of `SECTIONS`."""
    return [
        change
        for section, names in SECTIONS.items()
        for name in names
        for change in _compare(section, (name,), getattr(before, name), getattr(after, name))
    ]


def _compare(section: str, part: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if _is_parts(before) and type(before) is type(after):
        for field in fields(before):
            name = field.name
            yield from _compare(
                section, (*part, name), getattr(before, name), getattr(after, name)
            )
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            yield from _compare(section, (*part, key), before.get(key), after.get(key))
    elif _is_keyed(before) and _is_keyed(after) and (before or after):
        yield from _keyed(section, part, before, after)
    else:
        yield Change(section, part, before, after)


def _keyed(
    section: str, part: tuple[str, ...], before: Sequence[Any], after: Sequence[Any]
) -> Iterator[Change]:
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    for key in {**new, **old}:
        yield from _compare(section, (*part, key), old.get(key), new.get(key))
    stayed = [key for key in old if key in new], [key for key in new if key in old]
    if stayed[0] != stayed[1]:
        yield Change(section, part, tuple(old), tuple(new), order=True)


def _is_parts(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


def _is_keyed(value: Any) -> bool:
    return isinstance(value, tuple) and all(hasattr(one, "key") for one in value)

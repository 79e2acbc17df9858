"""What is checked of a file of benefits before anything of it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from services import content_schema as schema
from services.benefit_pictures import PictureRefused, Pictures
from services.content_files import Found, backwards, doubled
from services.kinds import KINDS
from services.kinds.kind import Kind
from services.programme_problems import from_error

SECTION: Final = "benefits"


@dataclass(frozen=True, slots=True)
class Known:
    """What entries may name, and which benefits there are with codes of partners or without."""

    currency: str
    levels: Sequence[str]
    categories: Sequence[str]
    partners: Sequence[str]
    imported: Mapping[str, bool]


def problems(file: schema.Benefits, known: Known, pictures: Pictures) -> Iterator[Found]:
    """Everything that is wrong with a file that is well-formed."""
    yield from doubled(SECTION, file.benefits)
    yield from doubled("categories", file.categories)
    yield from doubled("partners", file.partners)
    yield from backwards(SECTION, file.benefits, ("visible", "redeemable"))
    for number, entry in enumerate(file.benefits):
        for part, advice in _entry(entry, known, pictures):
            yield (SECTION, number, *part), advice


_Part = tuple[tuple[str, ...], str]


def _entry(entry: schema.Benefit, known: Known, pictures: Pictures) -> Iterator[_Part]:
    kind = KINDS[entry.kind]
    yield from _names(entry, known)
    yield from _levels(entry, known)
    yield from _prices(entry, kind)
    yield from _detail(entry, kind, known)
    yield from _at_once(entry, kind)
    yield from _imported(entry, known)
    if entry.ready_days is not None and entry.ready_days >= entry.valid_days:
        yield ("ready_days",), "must be less than valid_days, so that there is time to fetch it"
    if entry.picture:
        yield from _picture(entry.picture, pictures)


def _names(entry: schema.Benefit, known: Known) -> Iterator[_Part]:
    if entry.category and entry.category not in known.categories:
        yield ("category",), _unknown(entry.category, "category", known.categories)
    if entry.partner and entry.partner not in known.partners:
        advice = _unknown(entry.partner, "partner", known.partners)
        yield ("partner",), f"{advice}; add it with: memberbot partner add"
    if entry.kind == "partner" and not entry.partner:
        yield ("partner",), "is missing; name the partner that it is to be had at"


def _levels(entry: schema.Benefit, known: Known) -> Iterator[_Part]:
    by_level = entry.detail.get("by_level")
    named: tuple[tuple[tuple[str, ...], Any], ...] = (
        (("levels",), entry.levels),
        (("level_prices",), entry.level_prices),
        (("early_hours",), entry.early_hours),
        (("detail", "by_level"), by_level if isinstance(by_level, dict) else ()),
    )
    for part, levels in named:
        for level in levels:
            if level not in known.levels:
                yield part, _unknown(level, "level", known.levels)
    if entry.early_hours and not (entry.redeemable and entry.redeemable.first):
        yield ("early_hours",), "needs redeemable with from: earlier than which day?"


def _prices(entry: schema.Benefit, kind: Kind) -> Iterator[_Part]:
    advice = f"a {kind.key} must cost points; give at least 1"
    if not kind.free and not entry.price:
        yield ("price",), advice
    if not kind.free and 0 in entry.level_prices.values():
        yield ("level_prices",), advice


def _detail(entry: schema.Benefit, kind: Kind, known: Known) -> Iterator[_Part]:
    try:
        detail = kind.detail.model_validate(entry.detail)
    except ValidationError as error:
        for wrong in error.errors():
            yield ("detail", *map(str, wrong["loc"])), from_error(wrong).advice
        return
    for part, advice in kind.problems(detail, known.currency):
        yield tuple(part.split(".")), advice


def _at_once(entry: schema.Benefit, kind: Kind) -> Iterator[_Part]:
    if not kind.at_once:
        return
    for part in ("cancel_hours", "giftable", "ready_days", "imported_codes"):
        given = getattr(entry, part)
        if given is not None and given is not False and (given or part == "ready_days"):
            yield (part,), f"a {kind.key} counts as soon as it is redeemed; remove this"


def _imported(entry: schema.Benefit, known: Known) -> Iterator[_Part]:
    if known.imported.get(entry.key, entry.imported_codes) != entry.imported_codes:
        yield ("imported_codes",), "cannot change any more; give the benefit a new key"
    if not entry.imported_codes:
        return
    if entry.stock is not None:
        yield ("stock",), "is counted from the imported codes; remove it"
    for part in ("cancel_hours", "giftable"):
        if getattr(entry, part):
            yield (part,), "a partner's code that was shown cannot be called back; remove this"


def _picture(name: str, pictures: Pictures) -> Iterator[_Part]:
    try:
        pictures.get(name)
    except PictureRefused as refused:
        yield ("picture",), f"{name} {refused}"


def _unknown(given: str, noun: str, known: Sequence[str]) -> str:
    some = f"there are {', '.join(known)}" if known else "there are none yet"
    return f"{given} is no {noun}; {some}"

"""Imports files of benefits, YAML or CSV: all or nothing, twice changes nothing, and what was
issued before keeps what it was promised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from domain import benefits
from domain.partners import Partner
from domain.programme import Per, Programme
from domain.refusals import ContentInvalid
from services import content_schema as schema
from services import restocks, waiting
from services.benefit_checks import Known, problems
from services.benefit_pictures import Pictures, keep
from services.benefit_table import Table
from services.content_files import Done, Found, Written, begins, content_hash, ends, saved, texts
from services.kinds import KINDS
from services.ports import Work
from services.ports.club import Actor

SECTION: Final = "benefits"
_AS_WRITTEN: Final = (
    *("key", "kind", "price", "level_prices", "early_hours", "stock", "per_member"),
    *("valid_days", "cancel_hours", "giftable", "ready_days", "offer_hours", "imported_codes"),
)
PictureFile = Callable[[str], bytes]
"""The bytes of a picture by its name in the file; raises OSError."""


class _Faults(Protocol):
    """How a file's faults are told."""

    def require(self, found: list[Found]) -> None: ...
    def invalid(self, found: list[Found]) -> ContentInvalid: ...


def no_pictures(name: str) -> bytes:
    """For files that name no pictures."""
    raise FileNotFoundError(name)


class BenefitFile:
    """A file that is well-formed, with its pictures; reading those takes time, taking it does
    not."""

    def __init__(self, file: schema.Benefits, faults: _Faults, picture: PictureFile) -> None:
        self._file, self._faults, self._pictures = file, faults, Pictures(picture)
        self._pictures.look_at(entry.picture for entry in file.benefits if entry.picture)

    def take(self, work: Work, actor: Actor, now: datetime) -> list[Done]:
        """Adds or changes every benefit; raises ContentInvalid with every problem."""
        file, faults, programme = self._file, self._faults, work.programmes.current()
        faults.require(list(problems(file, _known(work, file, programme), self._pictures)))
        _sections(work, file, actor, now)

        def save(number: int, entry: schema.Benefit) -> str:
            outcome = self._save(work, number, entry, programme, now)
            if outcome == "gone":
                advice = "more than that have gone already; give a larger number"
                raise faults.invalid([((SECTION, number, "stock"), advice)])
            return outcome

        gone = work.catalogue.gone()
        done = saved(work, "benefit", file.benefits, save, actor, now)
        waiting.serve_some(work, now)
        for benefit_id in sorted(gone - work.catalogue.gone()):
            restocks.came_back(work, benefit_id, now)
        return done

    def _save(
        self, work: Work, number: int, entry: schema.Benefit, programme: Programme, now: datetime
    ) -> str:
        key = keep(work, *self._pictures.get(entry.picture), now) if entry.picture else ""
        benefit = _benefit(number, entry, key, programme)
        known_by = content_hash(number, entry, key, programme.zone)
        outcome = work.benefits.save(benefit, known_by, now)
        if outcome in ("added", "changed"):
            work.likings.set_goods(entry.key, entry.goods)
        return outcome


def read_yaml(text: str, picture: PictureFile = no_pictures) -> BenefitFile:
    """A YAML file of benefits, their categories and partners; raises ContentInvalid."""
    written = Written(text, SECTION)
    return BenefitFile(written.checked(schema.Benefits), written, picture)


def read_table(path: Path, picture: PictureFile = no_pictures) -> BenefitFile:
    """A CSV file with a benefit in each row; raises ContentInvalid."""
    table = Table(path)
    return BenefitFile(table.checked(), table, picture)


def import_benefits(
    work: Work, text: str, actor: Actor, now: datetime, picture: PictureFile = no_pictures
) -> list[Done]:
    """Takes a YAML file; raises ContentInvalid with every problem."""
    return read_yaml(text, picture).take(work, actor, now)


def _known(work: Work, file: schema.Benefits, programme: Programme) -> Known:
    """What the file's entries may name."""
    return Known(
        currency=programme.currency,
        levels=[level.key for level in programme.levels],
        categories=_keys(work.categories.all(), file.categories),
        partners=_keys(work.partners.all(), file.partners),
        imported={one.key: one.imported_codes for one in work.benefits.all()},
    )


def _keys(*lists: Sequence[Any]) -> list[str]:
    return [one.key for entries in lists for one in entries]


def _sections(work: Work, file: schema.Benefits, actor: Actor, now: datetime) -> None:
    """The file's categories and partners."""
    changed: dict[str, Any] = {}
    for place, shelf in enumerate(file.categories):
        category = benefits.Category(shelf.key, {"zh": shelf.zh, "en": shelf.en}, place)
        changed[f"category {shelf.key}"] = work.categories.save(category)
    for firm in file.partners:
        partner = Partner(firm.key, {"zh": firm.zh, "en": firm.en})
        changed[f"partner {firm.key}"] = work.partners.save(partner)
    if news := {name: outcome for name, outcome in changed.items() if outcome != "same"}:
        work.audit.add(actor, "benefit.sections", ("benefit", ""), now, news)


def _benefit(
    number: int, entry: schema.Benefit, picture: str, programme: Programme
) -> benefits.Benefit:
    zone, kind = programme.zone, KINDS[entry.kind]
    detail = kind.detail.model_validate(entry.detail)
    return benefits.Benefit(
        id=0,
        **{name: getattr(entry, name) for name in _AS_WRITTEN},
        names=texts(entry.name),
        terms=texts(entry.terms),
        detail=kind.kept(detail, programme.currency),
        levels=tuple(entry.levels),
        category=entry.category or "",
        picture=picture,
        partner=entry.partner or "",
        per=Per(entry.per),
        visible_from=begins(entry.visible, zone),
        visible_until=ends(entry.visible, zone),
        redeem_from=begins(entry.redeemable, zone),
        redeem_until=ends(entry.redeemable, zone),
        place=number,
    )

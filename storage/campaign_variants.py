"""The texts that campaigns try, and how members fall to them; the checklists of campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, case, delete, insert, literal, select
from sqlalchemy import Connection as Db

from domain.campaign_plans import BUCKETS, PRIME, factors
from services.ports.campaign_plans import Task, Tried, Variant
from storage.dialect import Upsert
from storage.tables import campaigns

_variants = campaigns.CampaignVariant.__table__  # type: ignore[attr-defined]
_tasks = campaigns.CampaignTask.__table__  # type: ignore[attr-defined]

_of = (
    select(_variants.c.letter, _variants.c.wording_id, _variants.c.share)
    .where(_variants.c.campaign_id == bindparam("of"))
    .order_by(_variants.c.letter)
)
_none = delete(_variants).where(_variants.c.campaign_id == bindparam("of"))
_put = insert(_variants)

_TASK = tuple(Task.__dataclass_fields__)
_task = select(*(_tasks.c[name] for name in _TASK)).where(_tasks.c.campaign_id == bindparam("of"))
_at = _tasks.c.position == bindparam("at")
_put_task = Upsert(campaigns.CampaignTask, ("campaign_id", "position"), _TASK[2:])
_drop = delete(_tasks).where(_tasks.c.campaign_id == bindparam("of"), _at)


def _number(value: int) -> ColumnElement[int]:
    return literal(value, BigInteger)


def bucket_of(member: Any, salt: int) -> ColumnElement[int]:
    """domain.campaign_plans.bucket, in the database."""
    a, b = factors(salt)
    scattered = ((member % _number(PRIME)) * _number(a) + _number(b)) % _number(PRIME)
    found: ColumnElement[int] = scattered % _number(BUCKETS)
    return found


def is_held(member: Any, tried: Tried) -> ColumnElement[bool]:
    """Whether a member is held out."""
    return bucket_of(member, tried.salt) < _number(tried.split.held)


def letter_of(member: Any, tried: Tried) -> ColumnElement[str]:
    """The letter of the text that a member gets, "" where there is one text."""
    bounds, place = tried.split.bounds, bucket_of(member, tried.salt)
    if not bounds:
        return literal("")
    found = [(place < _number(upper), literal(letter)) for letter, upper in bounds[:-1]]
    return case(*found, else_=literal(bounds[-1][0]))


def words_of(member: Any, tried: Tried, type_: Any) -> ColumnElement[int]:
    """The wording that a member gets; of a campaign with several texts."""
    bounds, place = tried.split.bounds, bucket_of(member, tried.salt)
    found = [
        (place < _number(upper), literal(tried.words[letter], type_))
        for letter, upper in bounds[:-1]
    ]
    return case(*found, else_=literal(tried.words[bounds[-1][0]], type_))


class CampaignVariants:
    """The texts that campaigns try (services.ports.campaign_plans.CampaignVariants)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def of(self, campaign_id: int) -> list[Variant]:
        return [Variant(*row) for row in self._db.execute(_of, {"of": campaign_id})]

    def put(self, campaign_id: int, variants: Sequence[Variant]) -> None:
        self._db.execute(_none, {"of": campaign_id})
        rows = [{"campaign_id": campaign_id, **one._asdict()} for one in variants]
        if rows:
            self._db.execute(_put, rows)


class CampaignTasks:
    """The checklists of campaigns (services.ports.campaign_plans.CampaignTasks)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def of(self, campaign_id: int) -> list[Task]:
        wanted = _task.order_by(_tasks.c.position)
        return [Task(*row) for row in self._db.execute(wanted, {"of": campaign_id})]

    def get(self, campaign_id: int, position: int) -> Task | None:
        asked = {"of": campaign_id, "at": position}
        row = self._db.execute(_task.where(_at), asked).one_or_none()
        return Task(*row) if row else None

    def put(self, task: Task) -> None:
        _put_task.run(self._db, {name: getattr(task, name) for name in _TASK})

    def remove(self, campaign_id: int, position: int) -> bool:
        asked = {"of": campaign_id, "at": position}
        return bool(self._db.execute(_drop, asked).rowcount)

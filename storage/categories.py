"""The catalogue's shelves."""

from __future__ import annotations

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from domain.benefits import Category
from storage.dialect import Upsert
from storage.tables import benefits

_categories = benefits.BenefitCategory.__table__  # type: ignore[attr-defined]

_all = select(_categories).order_by(_categories.c.place, _categories.c.key)
_get = select(_categories).where(_categories.c.key == bindparam("of"))
_save = Upsert(benefits.BenefitCategory, ("key",), update=("names", "place"))


class Categories:
    """The register of categories (services.ports.categories.Categories)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def all(self) -> list[Category]:
        return [Category(row.key, row.names, row.place) for row in self._db.execute(_all)]

    def save(self, category: Category) -> str:
        row = self._db.execute(_get, {"of": category.key}).one_or_none()
        if row and Category(row.key, row.names, row.place) == category:
            return "same"
        names = dict(category.names)
        _save.run(self._db, {"key": category.key, "names": names, "place": category.place})
        return "changed" if row else "added"

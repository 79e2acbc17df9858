"""Port of the catalogue's shelves."""

from __future__ import annotations

from typing import Protocol

from domain.benefits import Category


class Categories(Protocol):
    """The categories that benefits are sorted into."""

    def all(self) -> list[Category]:
        """Every category in the order of its place."""

    def save(self, category: Category) -> str:
        """Adds or changes the category with its key: `added`, `changed` or `same`."""

"""Alembic's entry: the connection is given by storage.migrations."""

from typing import Literal

from alembic import context
from sqlmodel import AutoString

from storage import types
from storage.tables import metadata


def _render(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Our own column types by name, so that a migration reads like the tables."""
    if kind != "type":
        return False
    if value is types.Id:
        return "types.Id"
    if isinstance(value, AutoString):
        return "sa.String()"
    if type(value).__module__ == "storage.types":
        return f"types.{type(value).__name__}()"
    return False


def _wanted(_object: object, name: str | None, kind: str, _found: bool, _other: object) -> bool:
    """Which tables are compared when a migration is written; all of them otherwise."""
    tables = context.config.attributes.get("tables")
    return kind != "table" or tables is None or name in tables


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=_render,
    render_as_batch=False,
    include_object=_wanted,
)
with context.begin_transaction():
    context.run_migrations()

"""Triggers that keep append-only tables append-only, on both databases."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

APPEND_ONLY = (
    "audit",
    "acceptances",
    "postings",
    "lot_moves",
    "level_changes",
    "seals",
    "seal_heads",
    "expiry_extensions",
    "reinstatements",
)


def create(db: Connection) -> None:
    """Creates the triggers of the append-only tables that exist and have none yet."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql(_POSTGRES_FUNCTION)
    for table in set(APPEND_ONLY) & set(inspect(db).get_table_names()):
        for statement in statements(db.dialect.name, table):
            db.exec_driver_sql(statement)


def statements(dialect: str, table: str) -> list[str]:
    """The DDL that refuses UPDATE and DELETE on a table."""
    if dialect == "postgresql":
        return [
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""

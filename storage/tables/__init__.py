"""The tables, as SQLModel classes; importing this package registers them all."""

from sqlmodel import SQLModel

from storage.tables import chat, club, ledger, people, post  # noqa: F401

metadata = SQLModel.metadata

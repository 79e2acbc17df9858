"""The tables, as SQLModel classes; importing this package registers them all."""

from sqlmodel import SQLModel

from storage.tables import (  # noqa: F401
    approvals,
    benefits,
    campaigns,
    chat,
    club,
    events,
    ledger,
    people,
    post,
    purchases,
    surveys,
    tickets,
)

metadata = SQLModel.metadata

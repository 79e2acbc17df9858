"""The tables, as SQLModel classes; importing this package registers them all."""

from sqlmodel import SQLModel

from storage.tables import (  # noqa: F401
    adjustments,
    approvals,
    benefits,
    campaigns,
    chat,
    checkins,
    club,
    events,
    expiries,
    holds,
    ledger,
    people,
    post,
    purchases,
    seals,
    shifts,
    standings,
    surveys,
    tickets,
    webhooks,
)

metadata = SQLModel.metadata

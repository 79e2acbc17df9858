"""The tables, as SQLModel classes; importing this package registers them all."""

from sqlmodel import SQLModel

from storage.tables import (  # noqa: F401
    adjustments,
    approvals,
    audiences,
    benefits,
    campaigns,
    care,
    catalogue,
    chat,
    checkins,
    club,
    events,
    expiries,
    fulfilments,
    holds,
    ledger,
    partners,
    people,
    pictures,
    post,
    purchases,
    receipts,
    seals,
    sentiments,
    shifts,
    standings,
    surveys,
    tickets,
    till,
    webhooks,
    wordings,
)

metadata = SQLModel.metadata

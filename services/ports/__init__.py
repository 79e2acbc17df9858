"""What services need of the outside: the unit of work and its repositories, as protocols."""

from __future__ import annotations

from typing import Protocol

from services.ports.care import Campaigns, Care
from services.ports.club import Audit, Programmes, Settings, StaffRegister, Stores
from services.ports.keys import ApiKeys
from services.ports.people import Addresses, Members
from services.ports.points import Ledger, Levels
from services.ports.post import Deliveries, Leases, Outbox, Ticks
from services.ports.sales import Purchases

__all__ = ["Work"]


class Vault(Protocol):
    """Personal data: sealed for keeping, hashed with a key for finding."""

    def seal(self, text: str) -> str: ...
    def open(self, sealed: str) -> str: ...
    def index(self, kind: str, text: str) -> str: ...


class Work(Protocol):
    """One transaction's repositories; services never commit."""

    @property
    def vault(self) -> Vault: ...
    @property
    def members(self) -> Members: ...
    @property
    def addresses(self) -> Addresses: ...
    @property
    def programmes(self) -> Programmes: ...
    @property
    def stores(self) -> Stores: ...
    @property
    def staff(self) -> StaffRegister: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def levels(self) -> Levels: ...
    @property
    def purchases(self) -> Purchases: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def ticks(self) -> Ticks: ...
    @property
    def care(self) -> Care: ...
    @property
    def campaigns(self) -> Campaigns: ...

    def new_id(self) -> int:
        """A fresh time-ordered id."""

    def random_id(self) -> int:
        """A fresh random id."""

"""The club's stores: added and listed, every change audited."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import available_timezones

from domain.club_errors import BadStoreCode, BadZone, StoreExists
from domain.errors import StoreNotFound
from domain.members import check_name
from services.ports import Work
from services.ports.club import Actor, Store

LONGEST_CODE: Final = 32
_CODE: Final = re.compile(r"[\w][\w.-]*", re.UNICODE)


def add(
    work: Work,
    code: str,
    name: str,
    actor: Actor,
    now: datetime,
    *,
    city: str = "",
    zone: str = "",
    hours: str = "",
) -> Store:
    """Adds a store. `zone`: an IANA zone, "" follows the programme's; `hours`: as it is shown.
    Raises BadStoreCode, BadName, BadZone, StoreExists."""
    code = code.strip()
    if len(code) > LONGEST_CODE or not _CODE.fullmatch(code):
        raise BadStoreCode(code[:LONGEST_CODE], LONGEST_CODE)
    if zone and zone not in available_timezones():
        raise BadZone(zone)
    store = Store(work.new_id(), code, check_name(name), city.strip(), zone, hours.strip())
    if not work.stores.add(store):
        raise StoreExists(code)
    work.audit.add(actor, "store.add", ("store", store.id), now, {"code": code})
    return store


def all_stores(work: Work) -> list[Store]:
    """Every store by code."""
    return work.stores.all()


def find(work: Work, code: str) -> Store:
    """The store of that code; raises StoreNotFound."""
    store = work.stores.by_code(code.strip())
    if store is None:
        raise StoreNotFound(code.strip())
    return store

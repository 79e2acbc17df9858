"""The gift of a rule of care: points and a voucher, each given once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from domain.care_rules import CareRule, dedupe
from domain.errors import Refused
from domain.staff import ROLES, permissions
from domain.vouchers import Voucher
from services import ledger, presents
from services.care_kinds import Due
from services.ports import Work
from services.ports.post import Notice

log = logging.getLogger(__name__)

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({"points": 0, "voucher": None})
"""What a message says where nothing was given."""
PERMISSION: Final = "programme:publish"
"""Who is told of a rule whose gift does not exist."""


def give(
    work: Work, rule: CareRule, due: Due, everyone: Sequence[int], day: date, now: datetime
) -> dict[str, Any]:
    """Gives points and voucher of the rule, each once per occurrence, and says what they were;
    nothing if they were given before, also to a membership (`everyone`) that was merged into this
    one. Raises MemberFrozen, MemberClosed."""
    if any(_given(work, dedupe(rule, one, due.occurrence)) for one in everyone):
        return {}
    key = dedupe(rule, due.member_id, due.occurrence)
    given: dict[str, Any] = {}
    if rule.points:
        source = (str(rule.occasion), day.year)
        ledger.bonus(work, due.member_id, rule.points, key=key, source=source, now=now)
        given["points"] = rule.points
    if rule.voucher:
        got = _present(work, rule, due.member_id, key, now)
        if got is None:
            _no_present(work, rule, day, now)
        else:
            given["voucher"] = dict(got.names)
    return given


def _present(
    work: Work, rule: CareRule, member_id: int, key: str, now: datetime
) -> Voucher | None:
    """None also for what this member cannot be given, such as credit above the ceiling."""
    present = partial(presents.present, work, member_id, rule.voucher, key=key, now=now)
    got = work.apart(present)
    if isinstance(got, Refused):
        log.warning("the rule of care %s cannot give %s: %s", rule.key, rule.voucher, got)
        return None
    if isinstance(got, Exception):
        raise got
    return got


def _given(work: Work, key: str) -> bool:
    return bool(work.ledger.by_key(key) or work.vouchers.by_key(key))


def _no_present(work: Work, rule: CareRule, day: date, now: datetime) -> None:
    """The benefit is not there, stopped or sold out: those who made the rule should know."""
    log.error("the rule of care %s has no voucher %s to give", rule.key, rule.voucher)
    values = {"rule": rule.key, "voucher": rule.voucher, "day": day}
    for staff_id, address_id in _publishers(work):
        told = Notice("care.no_voucher", values, bulk=True)
        once = f"care:no_voucher:{rule.key}:{day}:{staff_id}"
        work.deliveries.to_address(address_id, replace(told, dedupe=once), now)


def _publishers(work: Work) -> Iterator[tuple[int, int]]:
    roles = frozenset(role for role in ROLES if PERMISSION in permissions(role))
    for one in work.staff.in_roles(roles):
        if one.address_id is not None:
            yield one.id, one.address_id

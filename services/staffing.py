"""Operators: added, linked to a chat by a one-time code, given a role, disabled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain.club_errors import (
    BadLinkCode,
    BadRole,
    LastOwner,
    OperatorExists,
    OperatorNotFound,
)
from domain.members import check_name
from domain.staff import OWNER, ROLES
from services import stores
from services.codes import new_code, read_code
from services.handing_over import HandedOver, hand_over, step_back
from services.ports import Work
from services.ports.club import Actor, Operator

PURPOSE: Final = "operator"
START: Final = "op_"
HOURS: Final = 24
_LETTERS: Final = 26  # 130 bits


@dataclass(frozen=True, slots=True)
class Invited:
    """An operator and the code that links their chat: `/start op_CODE`, once, within a day."""

    operator: Operator
    code: str
    expires_at: datetime

    @property
    def start(self) -> str:
        """What the operator sends to the bot."""
        return f"/start {START}{self.code}"


def add(
    work: Work, name: str, role: str, store_code: str | None, actor: Actor, now: datetime
) -> Invited:
    """Adds an operator and makes their link code.

    Raises BadName, BadRole, StoreNotFound, OperatorExists.
    """
    name = check_name(name)
    store_id = _place(work, role, store_code)
    operator = Operator(work.new_id(), name, role, store_id, None, True)
    if not work.staff.add(operator, now):
        raise OperatorExists(name)
    detail = {"name": name, "role": role, "store": store_code or ""}
    work.audit.add(actor, "staff.add", ("staff", operator.id), now, detail)
    return _invite(work, operator, now)


def invite(work: Work, name: str, actor: Actor, now: datetime) -> Invited:
    """A fresh link code for an operator, for a new phone; raises OperatorNotFound."""
    operator = find(work, name)
    work.audit.add(actor, "staff.invite", ("staff", operator.id), now, {"name": operator.name})
    return _invite(work, operator, now)


def _invite(work: Work, operator: Operator, now: datetime) -> Invited:
    code, expires_at = new_code(_LETTERS), now + timedelta(hours=HOURS)
    work.staff.add_code(_index(work, code), PURPOSE, now, expires_at, staff_id=operator.id)
    return Invited(operator, code, expires_at)


def link(work: Work, address_id: int, code: str, now: datetime, *, locale: str = "") -> Operator:
    """Makes the person at an address the operator whose code they bring; raises BadLinkCode.

    `locale`: the language they are written to in from now on, if they have chosen none.
    """
    try:
        used = work.staff.use_code(_index(work, read_code(code.removeprefix(START))), PURPOSE, now)
    except LookupError:
        raise BadLinkCode(HOURS) from None
    operator = next((one for one in work.staff.all() if one.id == used[0] and one.active), None)
    if operator is None:
        raise BadLinkCode(HOURS)
    work.staff.link(operator.id, address_id)
    actor = Actor(operator.name, operator.id, operator.store_id)
    address = work.addresses.get(address_id)
    if locale and not address.locale:
        work.addresses.set_locale(address_id, locale)
    detail = {"channel": address.channel}
    work.audit.add(actor, "staff.link", ("staff", operator.id), now, detail)
    return replace(operator, address_id=address_id)


def all_operators(work: Work) -> list[Operator]:
    """Every operator by name, disabled ones too."""
    return work.staff.all()


def find(work: Work, name: str) -> Operator:
    """The active operator of that name; raises OperatorNotFound."""
    operator = work.staff.by_name(name.strip())
    if operator is None or not operator.active:
        raise OperatorNotFound(name)
    return operator


def set_role(
    work: Work, name: str, role: str, store_code: str | None, actor: Actor, now: datetime
) -> Operator:
    """Gives an operator another role and store; tickets that the role may not answer return to the
    queue. Raises BadRole, StoreNotFound, OperatorNotFound, LastOwner."""
    operator = find(work, name)
    store_id = _place(work, role, store_code)
    if role != OWNER:
        _keep_an_owner(work, operator)
    work.staff.set_role(operator.id, role, store_id)
    detail = {"name": operator.name, "from": operator.role, "to": role, "store": store_code or ""}
    work.audit.add(actor, "staff.role", ("staff", operator.id), now, detail)
    step_back(work, operator, role, actor, now)
    return replace(operator, role=role, store_id=store_id)


def disable(
    work: Work, name: str, hand_over_to: str, actor: Actor, now: datetime
) -> tuple[Operator, HandedOver]:
    """Takes an operator's access away at once and gives their work to whom they hand over to ("":
    to nobody by name). Raises OperatorNotFound, LastOwner."""
    operator = find(work, name)
    _keep_an_owner(work, operator)
    heir = find(work, hand_over_to) if hand_over_to else None
    if heir is not None and heir.id == operator.id:
        raise OperatorNotFound(hand_over_to)
    work.staff.disable(operator.id)
    detail = {"name": operator.name, "hand_over_to": heir.id if heir else None}
    work.audit.add(actor, "staff.disable", ("staff", operator.id), now, detail)
    handed = hand_over(work, operator, heir, actor, now)
    return replace(operator, active=False, address_id=None), handed


def _place(work: Work, role: str, store_code: str | None) -> int | None:
    """The store's id; raises BadRole, StoreNotFound."""
    if role not in ROLES:
        raise BadRole(role, ROLES)
    return stores.find(work, store_code).id if store_code else None


def _keep_an_owner(work: Work, operator: Operator) -> None:
    owners = [one for one in work.staff.all() if one.active and one.role == OWNER]
    if [one.id for one in owners] == [operator.id]:
        raise LastOwner(operator.name)


def _index(work: Work, code: str) -> str:
    return work.vault.index(PURPOSE, code)

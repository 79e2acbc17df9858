"""Tables of everything that the club holds, for a spreadsheet: who may see what, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.dates import zone_of
from domain.members import mask_email, mask_name, mask_phone
from domain.money import plain
from domain.points import Unit
from domain.programme import Programme
from domain.staff import permissions
from services.masks import mask_number
from services.ports import Work
from services.ports.club import Actor, Operator

KINDS: Final = (
    *("members", "ledger", "purchases", "vouchers", "tickets", "surveys", "deliveries"),
)
WHOLE: Final = "export:all"
"""Who may do that sees names, phones and e-mails; for all others they are masked."""
PAGE: Final = 2000
_MONEY: Final = ("minor", "refunded_minor")
_MASKS: Final[dict[str, Callable[[str], str]]] = {
    "name": mask_name,
    "phone": mask_phone,
    "email": mask_email,
    "number": mask_number,
    "member": mask_number,
    "external_id": lambda _: "***",
}
_LEFT_OUT: Final = frozenset({"id"})


@dataclass(frozen=True, slots=True)
class Export:
    """A table that may be taken out: `whole` persons, or masked ones."""

    kind: str
    columns: tuple[str, ...]
    whole: bool
    programme: Programme

    @property
    def heads(self) -> tuple[str, ...]:
        """The columns as they are written."""
        return tuple(name.replace("minor", "amount") for name in self.columns)


def begin(work: Work, kind: str, by: Operator | None, actor: Actor, now: datetime) -> Export:
    """Notes in the audit that somebody takes out a table, before anything of it leaves. Without
    an operator `by` who may see all, persons are masked. Raises KeyError for an unknown kind."""
    whole = by is not None and by.active and WHOLE in permissions(by.role)
    columns = tuple(name for name in work.exports.heads(kind) if name not in _LEFT_OUT)
    who = Actor(by.name, by.id, by.store_id) if by else actor
    work.audit.add(who, "export", ("export", kind), now, {"whole": whole})
    return Export(kind, columns, whole, work.programmes.current())


def page(work: Work, export: Export, after: Any) -> tuple[list[list[object]], Any]:
    """Some rows after the one whose id is given (None: the first), and the id of the last; no
    rows at the end."""
    rows = work.exports.page(export.kind, after, PAGE)
    return [list(_cells(export, row)) for row in rows], rows[-1]["id"] if rows else None


def _cells(export: Export, row: Mapping[str, Any]) -> Iterator[object]:
    for name in export.columns:
        yield _cell(export, name, row[name], row)


def _cell(export: Export, name: str, value: Any, row: Mapping[str, Any]) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone_of(export.programme.zone)).isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if name in _MONEY:
        return plain(value, row["currency"])
    if name == "amount" and row["unit"] == Unit.CREDIT:
        return plain(value, export.programme.currency)
    if not export.whole and value and (mask := _mask(export.kind, name)):
        return mask(value)
    return value if isinstance(value, str | int) else str(value)


def _mask(kind: str, name: str) -> Callable[[str], str] | None:
    """How a column is masked, if it tells who somebody is; a ticket's number does not."""
    if kind == "tickets" and name == "number":
        return None
    return _MASKS.get(name)

"""What is taken out of the club as tables, page by page in the order of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from domain.points import Unit
from storage.tables import benefits, club, ledger, people, post, purchases, surveys, tickets
from storage.vault import Vault

_members = people.Member.__table__  # type: ignore[attr-defined]
_accounts = ledger.Account.__table__  # type: ignore[attr-defined]
_postings = ledger.Posting.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]
_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_answers = surveys.SurveyAnswer.__table__  # type: ignore[attr-defined]
_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_surveys = surveys.Survey.__table__  # type: ignore[attr-defined]
_waves = surveys.SurveyWave.__table__  # type: ignore[attr-defined]
_deliveries = post.Delivery.__table__  # type: ignore[attr-defined]
_stores = club.Store.__table__  # type: ignore[attr-defined]
_staff = club.Staff.__table__  # type: ignore[attr-defined]

_SEALED: Final = ("phone", "email")
_after: Any = bindparam("after")
_most: Any = bindparam("most")


def _some(table: Any, *names: str) -> list[Any]:
    return [table.c[name] for name in names]


_number = _members.c.number.label("member")
_store = _stores.c.code.label("store")
_employee = _staff.c.name.label("staff")


def _account(unit: Unit) -> Any:
    return (
        select(_accounts.c.wallet)
        .where(_accounts.c.member_id == _members.c.id, _accounts.c.unit == unit.value)
        .scalar_subquery()
        .label(unit.value)
    )


def _of_member(columns: list[Any], table: Any) -> Any:
    """Rows of a table with the numbers of their members."""
    return select(*columns).join_from(
        table, _members, _members.c.id == table.c.member_id, isouter=True
    )


_SELECTS: Final[dict[str, tuple[Any, Any]]] = {
    "members": (
        _members,
        select(
            *_some(_members, "id", "number", "state", "level", "level_since", "name"),
            *_some(_members, "phone", "email", "external_id", "gender", "city", "locale"),
            *_some(_members, "source", "joined_at", "claimed_at", "closed_at"),
            *(_account(unit) for unit in (Unit.POINTS, Unit.GROWTH)),
        ),
    ),
    "ledger": (
        _postings,
        _of_member(
            [
                *(_postings.c.id, _number),
                *_some(_postings, "unit", "kind", "amount", "at", "source_type", "source_id"),
                *_some(_postings, "rule_version", "reverses"),
                *(_store, _employee),
            ],
            _postings,
        )
        .outerjoin(_stores, _stores.c.id == _postings.c.store_id)
        .outerjoin(_staff, _staff.c.id == _postings.c.staff_id),
    ),
    "purchases": (
        _purchases,
        _of_member(
            [
                *(_purchases.c.id, *_some(_purchases, "source", "order_id", "state"), _number),
                *_some(_purchases, "occurred_at", "currency", "minor", "refunded_minor"),
                *_some(_purchases, "points", "returned_points", "growth", "channel"),
                *(_store, _employee),
            ],
            _purchases,
        )
        .outerjoin(_stores, _stores.c.id == _purchases.c.store_id)
        .outerjoin(_staff, _staff.c.id == _purchases.c.staff_id),
    ),
    "vouchers": (
        _vouchers,
        _of_member(
            [
                *(_vouchers.c.id, _benefits.c.key.label("benefit"), _number),
                *_some(_vouchers, "state", "price", "source", "issued_at", "expires_at"),
                *(_vouchers.c.used_at, _store, _employee, _vouchers.c.cancelled_at),
            ],
            _vouchers,
        )
        .join(_benefits, _benefits.c.id == _vouchers.c.benefit_id)
        .outerjoin(_stores, _stores.c.id == _vouchers.c.used_store)
        .outerjoin(_staff, _staff.c.id == _vouchers.c.used_by),
    ),
    "tickets": (
        _tickets,
        _of_member(
            [
                *_some(_tickets, "id", "number", "kind", "category"),
                _number,
                *_some(_tickets, "state", "priority", "alarm", "opened_at", "first_due_at"),
                *_some(_tickets, "due_at", "resolve_by", "answered_at", "escalated_at"),
                *_some(_tickets, "done_at", "in_time", "reopened", "merged_into", "rating"),
                *_some(_tickets, "rated_at", "cause_key", "cause", "improvement"),
                *(_store, _employee),
            ],
            _tickets,
        )
        .outerjoin(_stores, _stores.c.id == _tickets.c.store_id)
        .outerjoin(_staff, _staff.c.id == _tickets.c.staff_id),
    ),
    "surveys": (
        _answers,
        select(
            *(_answers.c.id, _surveys.c.key.label("survey"), _responses.c.wave),
            *(_answers.c.question, _answers.c.value, _number),
        )
        .join_from(_answers, _responses, _responses.c.id == _answers.c.response_id)
        .join(_surveys, _surveys.c.id == _responses.c.survey_id)
        .join(_waves, _waves.c.id == _responses.c.wave_id)
        .outerjoin(_members, _members.c.id == _responses.c.member_id)
        # One row each, in the order of writing, would name who answered anonymously: their
        # results are all that is taken out.
        .where(_waves.c.anonymous.is_(False)),
    ),
    "deliveries": (
        _deliveries,
        _of_member(
            [
                *(*_some(_deliveries, "id", "channel"), _number),
                *_some(_deliveries, "campaign_id", "purpose", "lane", "state", "reason", "tries"),
                *_some(_deliveries, "made_at", "due_at", "sent_at"),
            ],
            _deliveries,
        ),
    ),
}
"""Each kind with the table whose ids it goes by. No codes, texts of messages or hashes."""
_FIRST: Final = {
    kind: select_.order_by(table.c.id).limit(_most) for kind, (table, select_) in _SELECTS.items()
}
_NEXT: Final = {
    kind: select_.where(table.c.id > _after).order_by(table.c.id).limit(_most)
    for kind, (table, select_) in _SELECTS.items()
}


class Exports:
    """Tables of everything (services.ports.exports.Exports)."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def heads(self, kind: str) -> tuple[str, ...]:
        return tuple(_SELECTS[kind][1].selected_columns.keys())

    def page(self, kind: str, after: Any, most: int) -> Sequence[Mapping[str, Any]]:
        statement = _FIRST[kind] if after is None else _NEXT[kind]
        rows = self._db.execute(statement, {"after": after, "most": most}).mappings()
        return [self._plain(dict(row)) for row in rows]

    def _plain(self, row: dict[str, Any]) -> dict[str, Any]:
        opened = {name: self._vault.open(row[name]) for name in _SEALED if row.get(name)}
        return row | opened

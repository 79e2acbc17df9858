"""Somebody with the whole database and its key, who tries to name who gave which anonymous answer.

Everything that both databases hold is theirs: every column of every table, sealed ones opened,
and where rows lie: rowid on SQLite, ctid and the transaction that wrote them on PostgreSQL. Not
theirs: backups of an earlier day, the log of the database, what the platform itself remembers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from storage.tables import metadata
from storage.vault import Vault
from storage.work import Work

RECORDS = "survey_records"
MINE = "survey_responses"
FEW = 5
SHORT = 4
"""A number of one digit or a word of three letters is everybody's."""
Value = tuple[str, Hashable]


@dataclass
class Row:
    """A row with all it holds, and in which orders it stands among the rows of its table."""

    table: str
    values: dict[str, Any]
    orders: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> Any:
        return self.values.get("id")


def everything(work: Work, vault: Vault) -> list[Row]:
    """Every row of every table, with what the database itself knows of it."""
    lite = work.db.dialect.name == "sqlite"
    hidden = ("rowid",) if lite else ("ctid", "xmin")
    found = []
    for table in metadata.sorted_tables:
        named = ", ".join(hidden) if _has_hidden(work, table.name, lite) else "1"
        selected = text(f'SELECT {named}, t.* FROM "{table.name}" AS t')
        for at, row in enumerate(work.db.execute(selected).mappings()):
            orders = {name: _order(row[name]) for name in hidden if name in row}
            values = {name: _opened(row[name], vault) for name in table.columns.keys()}  # noqa: SIM118
            found.append(Row(table.name, values, {**orders, "as read": at}))
    return found


def _has_hidden(work: Work, name: str, lite: bool) -> bool:
    if not lite:
        return True
    sql = text("SELECT sql FROM sqlite_master WHERE name = :name")
    return "WITHOUT ROWID" not in str(work.db.execute(sql, {"name": name}).scalar_one()).upper()


def _order(value: Any) -> Any:
    """ctid is `(page,row)`, xmin a number."""
    if isinstance(value, tuple):
        return value
    words = str(value).strip("()").split(",")
    return tuple(int(word) for word in words)


def _opened(value: Any, vault: Vault) -> Any:
    if isinstance(value, str):
        for sealed in (value, value.strip('"')):
            try:
                return _parsed(vault.open(sealed))
            except Exception:
                continue
        return _parsed(value)
    return value


def _parsed(value: str) -> Any:
    if value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


# -- what can be found --------------------------------------------------------------------


class Attack:
    """Tries to tell which record is whose. `persons`: the members who took part."""

    def __init__(self, rows: list[Row], truth: Mapping[int, str]) -> None:
        """`truth`: by member, the id of their record; only to count what was right."""
        self.rows = rows
        self.truth = truth
        self.records = {row.id: row for row in rows if row.table == RECORDS}
        self.owned = self._owned()

    def _owned(self) -> dict[int, list[Row]]:
        """By member: every row that is theirs, through whatever names them."""
        names: dict[Value, int] = {}
        for row in self.rows:
            member = row.id if row.table == "members" else row.values.get("member_id")
            if member in self.truth:
                names[row.table, row.id] = member
        own: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            member = names.get((row.table, row.id)) if row.id is not None else None
            member = member or row.values.get("member_id")
            for column, table in (("address_id", "addresses"), ("response_id", MINE)):
                member = member or names.get((table, row.values.get(column)))
            if member in self.truth and row.table != RECORDS:
                own[member].append(row)
        return own

    # -- the same value on both sides

    def by_equality(self) -> int:
        """How many members a value names: it stands in their rows and in a record, and in those of
        fewer than five others."""
        whose: dict[Value, set[int]] = defaultdict(set)
        theirs: dict[Value, set[str]] = defaultdict(set)
        for member, rows in self.owned.items():
            for row in rows:
                for value in _atoms(row.values):
                    whose[value].add(member)
                for name, order in row.orders.items():
                    whose[name, order].add(member)
        for record_id, row in self.records.items():
            for value in _atoms(row.values):
                theirs[value].add(record_id)
            if "xmin" in row.orders:
                theirs["xmin", row.orders["xmin"]].add(record_id)
        named = set()
        for value, records in theirs.items():
            members = whose.get(value, set())
            right = {one for one in members if self.truth[one] in records}
            if right and (len(members) < FEW or len(records) < FEW):
                named |= right
        return len(named)

    # -- the same place in an order

    def by_order(self) -> tuple[float, str]:
        """How many members the best pair of orders gets right, on average where places are
        shared, and which pair it is."""
        best = (0.0, "")
        for whose, places in self._orders_of_members():
            for theirs, marks in self._orders_of_records():
                for way in (1, -1):
                    score = self._right(places, marks, way)
                    best = max(best, (score, f"{whose} ~ {theirs} ({way})"))
        return best

    def _right(self, places: Mapping[int, Any], marks: Mapping[str, Any], way: int) -> float:
        members, records = _spans(places, 1), _spans(marks, way)
        right = 0.0
        for member, (low, high) in members.items():
            first, last = records[self.truth[member]]
            shared = max(0, min(high, last) - max(low, first))
            right += shared / ((high - low) * (last - first))
        return right

    def _orders_of_members(self) -> Iterator[tuple[str, dict[int, Any]]]:
        """Every number, moment and text of members' rows, first and last and how many."""
        found: dict[str, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for member, rows in self.owned.items():
            for row in rows:
                found[f"rows of {row.table}"][member].append(1)
                for name, value in (*row.values.items(), *row.orders.items()):
                    for size in _sizes(value):
                        found[f"{row.table}.{name}"][member].append(size)
        for name, by_member in found.items():
            if len(by_member) == len(self.truth):
                yield from _summed(name, by_member)

    def _orders_of_records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        marks: dict[str, dict[str, Any]] = defaultdict(dict)
        for record_id, row in self.records.items():
            answers = row.values["answers"]
            marks["id"][record_id] = record_id
            marks["length"][record_id] = len(json.dumps(answers))
            marks["ticks"][record_id] = sum(
                len(one) for one in answers.values() if isinstance(one, list)
            )
            for name, order in row.orders.items():
                marks[name][record_id] = order
        yield from marks.items()


def _summed(name: str, by_member: Mapping[int, list[Any]]) -> Iterator[tuple[str, dict[int, Any]]]:
    for how, summed in (("first", min), ("last", max), ("count", len), ("sum", _sum)):
        try:
            yield f"{how} of {name}", {one: summed(some) for one, some in by_member.items()}
        except TypeError:  # these cannot be compared
            continue


def _sum(values: Iterable[Any]) -> Any:
    return sum(value for value in values if isinstance(value, int | float))


def _sizes(value: Any) -> Iterator[Any]:
    """What an order can be made of."""
    if isinstance(value, list | dict):
        yield len(json.dumps(value, default=str))
    elif value is not None:
        yield value


def _spans(marks: Mapping[Any, Any], way: int) -> dict[Any, tuple[int, int]]:
    """From which place to which each stands; who has the same mark shares the places."""
    ranked = sorted(set(marks.values()), reverse=way < 0)
    counts = {mark: sum(1 for one in marks.values() if one == mark) for mark in ranked}
    spans, at = {}, 0
    for mark in ranked:
        spans[mark] = (at, at + counts[mark])
        at += counts[mark]
    return {name: spans[mark] for name, mark in marks.items()}


def _atoms(value: Any) -> Iterator[Value]:
    """The single values within a row. Short ones are everybody's."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _atoms(inner)
    elif isinstance(value, list | tuple):
        whole = json.dumps(value, default=str)
        yield "list", whole
        for inner in value:
            yield from _atoms(inner)
    elif value is not None and len(str(value)) >= SHORT:
        yield "value", str(value)

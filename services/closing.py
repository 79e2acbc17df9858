"""The day's closing (日结对账): what happened at the tills of a store on a local day, by operator
and by benefit, and where the till's own file says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from domain.dates import local_day
from domain.tallies import Difference, Tally, Theirs, differences
from domain.till import TillEvent, TillKind
from services import counter, till_events
from services.ports import Work
from services.ports.club import Store
from services.ports.sales import Purchase

TOPUP_KEY: Final = "topup:"
_LAST: Final = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the day. `reference`: the receipt number, or the end of the voucher's code;
    `names`: of the voucher; `undone`: it was taken back since; `undoes`: what it took back."""

    event: TillEvent
    staff: str
    store: str
    reference: str
    names: Mapping[str, str]
    points_given: int
    undone: bool
    undoes: TillKind | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """The figures of one operator in one store; `staff` is a till system's "" for the API."""

    staff_id: int | None
    staff: str
    store: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Used:
    """How many vouchers of a benefit were used, less those undone."""

    names: Mapping[str, str]
    count: int


@dataclass(frozen=True, slots=True)
class Closing:
    """A day of one store, or of all (`store` None); `staff_id`: of one operator alone."""

    day: date
    store: Store | None
    currency: str
    zone: str
    shifts: tuple[Shift, ...]
    total: Tally
    used: tuple[Used, ...]
    entries: tuple[Entry, ...]


def closing(
    work: Work, day: date, *, store_id: int | None = None, staff_id: int | None = None
) -> Closing:
    """The closing of a local day; None: of every store, of everybody."""
    events = work.till_events.of_day(day, store_id, staff_id)
    look = _Look(work)
    entries = tuple(look.entry(event) for event in events)
    shifts: dict[tuple[int | None, int | None], Shift] = {}
    total = Tally()
    for entry in entries:
        place = (entry.event.staff_id, entry.event.store_id)
        fresh = Shift(place[0], entry.staff, entry.store, Tally())
        counted = _counted(entry)
        shifts.setdefault(place, fresh).tally.add(counted)
        total.add(counted)
    programme = work.programmes.current()
    return Closing(
        day,
        work.stores.by_id(store_id) if store_id else None,
        programme.currency,
        till_events.zone_at(work, store_id),
        tuple(sorted(shifts.values(), key=lambda one: (one.store, one.staff))),
        total,
        _used(entries),
        entries,
    )


def today(work: Work, store_id: int | None, now: datetime) -> date:
    """The local day of a store, or of the club."""
    return local_day(now, till_events.zone_at(work, store_id))


class _Look:
    """Reads what lines of the journal are about, each thing once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._staff = {one.id: one.name for one in work.staff.all()}
        self._stores = {one.id: one.name for one in work.stores.all()}

    def entry(self, event: TillEvent) -> Entry:
        about = self._origin(event)
        names, reference = self._named(about)
        given = self._given(about)
        return Entry(
            event,
            self._staff.get(event.staff_id or 0, ""),
            self._stores.get(event.store_id or 0, ""),
            reference,
            names,
            given if about is event else -given,
            self._work.till_events.undo_of(event.id) is not None,
            None if about is event else about.kind,
        )

    def _origin(self, event: TillEvent) -> TillEvent:
        """What a line that takes another back is about."""
        found = self._work.till_events.get(event.undoes) if event.undoes is not None else None
        return found or event

    def _named(self, event: TillEvent) -> tuple[Mapping[str, str], str]:
        if event.kind is TillKind.USE and event.voucher_id is not None:
            voucher = self._work.vouchers.get(event.voucher_id)
            if voucher is None:
                return {}, ""
            return dict(voucher.names), f"…{self._work.vouchers.code(voucher.id)[-_LAST:]}"
        return {}, reference(self._work, event)

    def _given(self, event: TillEvent) -> int:
        """The points that a line brought its member."""
        if event.purchase_id is None or event.kind is TillKind.USE:
            return 0
        bought = _purchase(self._work, event)
        if event.kind is not TillKind.REFUND:
            return bought.points
        # Made void or moved since, it brings its member what is left without these points.
        taken, given = event.posting_id, bought.posting_id
        if taken is None or given is None or taken < given:
            return 0
        return self._work.ledger.posting(taken).amount


def reference(work: Work, event: TillEvent) -> str:
    """The receipt number of a line; "" for one that has none."""
    if event.kind is TillKind.TOPUP and event.key.startswith(TOPUP_KEY):
        return counter.receipt_number(_topup_number(work, event))
    if event.purchase_id is None or event.kind is TillKind.USE:
        return ""
    return counter.receipt_number(_purchase(work, event).order_id)


def _topup_number(work: Work, event: TillEvent) -> str:
    """What stands in a top-up's key behind the place (services.stored_value); the number may have
    a colon of its own, such as a time."""
    rest = event.key.removeprefix(TOPUP_KEY)
    store = work.stores.by_id(event.store_id) if event.store_id else None
    place = f"{counter.SOURCE}{store.code if store else counter.NOWHERE}:"
    return rest.removeprefix(place) if rest.startswith(place) else rest.partition(":")[2]


def _purchase(work: Work, event: TillEvent) -> Purchase:
    assert event.purchase_id is not None
    return work.purchases.get(event.purchase_id)


def _counted(entry: Entry) -> Tally:
    """What one line adds to the figures; one that takes another back turns them round."""
    event = entry.event
    kind, sign = (entry.undoes, -1) if entry.undoes else (event.kind, 1)
    topped = event.credit_minor if kind is TillKind.TOPUP else 0
    return Tally(
        vouchers=sign * (kind is TillKind.USE),
        bills=sign * (kind is TillKind.BILL),
        awards=sign * (kind is TillKind.AWARD),
        refunds=int(kind is TillKind.REFUND),
        top_ups=sign * (kind is TillKind.TOPUP),
        undone=int(sign < 0),
        cash=event.amount_minor,
        points_given=entry.points_given,
        points_spent=-event.points if _pays(kind, event.points) else 0,
        credit_in=topped,
        credit_out=0 if topped else -event.credit_minor,
    )


def _pays(kind: TillKind, points: int) -> bool:
    """Whether the points of a line pay; of a refund those that came back, never those taken."""
    return kind is TillKind.BILL or (kind is TillKind.REFUND and points > 0)


def _used(entries: Iterable[Entry]) -> tuple[Used, ...]:
    """Vouchers by benefit, as they were called when they were issued."""
    counts: dict[tuple[tuple[str, str], ...], int] = {}
    for entry in entries:
        if entry.names:
            key = tuple(sorted(entry.names.items()))
            counts[key] = counts.get(key, 0) + _counted(entry).vouchers
    found = [Used(dict(names), count) for names, count in counts.items() if count]
    return tuple(sorted(found, key=lambda one: -one.count))


def plain(made: Closing) -> dict[str, object]:
    """A closing as plain data, for the maker of its file. Amounts stay in minor units."""
    return {
        "day": made.day.isoformat(),
        "store": made.store.name if made.store else "",
        "currency": made.currency,
        "zone": made.zone,
        "total": asdict(made.total),
        "shifts": [
            {"staff": one.staff, "store": one.store, **asdict(one.tally)} for one in made.shifts
        ],
        "used": [{"names": dict(one.names), "count": one.count} for one in made.used],
        "entries": [_row(entry) for entry in made.entries],
    }


def _row(entry: Entry) -> dict[str, object]:
    event = entry.event
    return {
        "at": event.at.isoformat(),
        "store": entry.store,
        "staff": entry.staff,
        "channel": event.channel,
        "kind": str(event.kind),
        "undoes": str(entry.undoes) if entry.undoes else "",
        "undone": entry.undone,
        "names": dict(entry.names),
        "reference": entry.reference,
        "cash": event.amount_minor,
        "points_given": entry.points_given,
        "points_spent": _counted(entry).points_spent,
        "credit": event.credit_minor,
    }


# -- the till's own file ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of the till's file: what it calls the receipt or voucher, and the amount in minor
    units, None for none."""

    line: int
    text: str
    minor: int | None


def compare(work: Work, made: Closing, rows: Sequence[FileLine]) -> list[Difference]:
    """Where a closing and the till's file differ: by receipt number for bills, purchases and
    top-ups (the money that was paid), by code for vouchers."""
    ours: dict[str, list[int | None]] = {}
    codes: dict[str, str] = {}
    for entry in made.entries:
        if entry.undone or entry.undoes is not None:
            continue
        if entry.event.kind is not TillKind.USE:
            ours.setdefault(entry.reference, []).append(entry.event.amount_minor)
        elif entry.event.purchase_id is None and entry.event.voucher_id is not None:
            code = work.vouchers.code(entry.event.voucher_id)
            codes[_plain(code)] = f"…{code[-_LAST:]}"
            ours.setdefault(_plain(code), []).append(None)
    ours.pop("", None)
    theirs = [Theirs(row.line, _found(row.text, ours), row.minor) for row in rows]
    return [_masked(one, codes) for one in differences(ours, theirs)]


def _found(text: str, ours: Collection[str]) -> str:
    """What a line of theirs is called here: receipt numbers as they are, codes without spaces."""
    text = " ".join(text.split())
    return text if text in ours or _plain(text) not in ours else _plain(text)


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _masked(one: Difference, codes: Mapping[str, str]) -> Difference:
    """No code of a voucher stands in a report."""
    shown = codes.get(one.reference, one.reference)
    return Difference(one.gap, shown, one.ours, one.theirs, one.line)

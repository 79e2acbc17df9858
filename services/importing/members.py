"""Imports a file of members: check it whole, then add them in batches that can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import available_timezones

from domain import bookings
from domain.birthdays import parse_birthday
from domain.dates import local_day, start_of_day, zone_of
from domain.earning import lapses_at
from domain.errors import BadEmail, BadName, BadPhone, Refused
from domain.ledger import Account, Booked, Entry, Kind, Share
from domain.members import Gender, Member, MemberState, check_name
from domain.points import Unit
from domain.programme import Programme
from services import erasing, expiry, joining, levels, purchases
from services.importing import reading
from services.importing.known import CHANGED, TAKEN, fingerprint, taken
from services.importing.reading import Columns
from services.importing.report import FileRefused, Findings
from services.matching import LONGEST_EXTERNAL, parse_email
from services.phones import parse_phone, region_of
from services.ports import Work
from services.ports.staging import Progress

T = TypeVar("T")
COLUMNS: Final = Columns(
    required=("external_id",),
    optional=tuple(
        "name phone email birthday gender city joined_at locale time_zone points"
        " points_expire_at growth".split()
    ),
)
SOURCE: Final = "import"
_BATCH: Final = 50
_COMPARED: Final = 400
_MOST_POINTS: Final = 10**9
_GENDERS: Final = {
    **dict.fromkeys(("female", "f", "女"), Gender.FEMALE),
    **dict.fromkeys(("male", "m", "男"), Gender.MALE),
    **dict.fromkeys(("other", "其他"), Gender.OTHER),
}


@dataclass(frozen=True, slots=True)
class NewMember:
    """A checked row: the member to be, and what they bring along."""

    row: int
    member: Member
    points: int
    expires_on: date | None
    growth: int
    content: str


@dataclass(slots=True)
class Result:
    """What an import of members found and did; `matched` purchases had waited for them."""

    rows: int = 0
    known: int = 0
    added: int = 0
    matched: int = 0
    points: int = 0


class MemberImport:
    """The import of one file (services.ports.staging.Job). SURFACE: CSV members.

    Members get no welcome points; points they bring are posted as an opening bonus. Rows that
    were imported before are left alone; nobody is sent anything.
    """

    def __init__(self, path: Path, now: datetime, progress: Progress) -> None:
        self.result = Result()
        self._path, self._now, self._progress = path, now, progress
        self._findings = Findings()
        self._found: list[NewMember] = []
        self._new: list[NewMember] = []
        self._done = 0

    def begin(self, work: Work) -> None:
        self._programme: Programme = work.programmes.current()

    def read(self) -> None:
        size, findings = self._path.stat().st_size, self._findings
        cells = Cells(self._programme, self._now, findings)
        for row, texts in reading.rows(
            self._path, COLUMNS, findings, lambda done: self._progress("check", done, size)
        ):
            self.result.rows += 1
            one = cells.read(row, dict(zip(COLUMNS.all, texts, strict=True)))
            self._found += [one] if one else []
        self._progress("check", size, size)
        if not self.result.rows and not findings:
            findings.add(0, "", "has no rows")
        if findings:
            raise FileRefused(findings)

    def unchecked(self) -> Sequence[NewMember]:
        some, self._found = self._found[:_COMPARED], self._found[_COMPARED:]
        return some

    def compare(self, work: Work, some: Sequence[NewMember]) -> None:
        """Other content of a row that was imported before is a fault. Persons who were erased
        count as known: a file does not bring them back."""
        ids = [one.member.external_id or "" for one in some]
        stored = work.purchases.imported(ids)
        erased = erasing.erased_externals(work, ids, self._now)
        others = taken(work, ids)
        self.result.known += len(stored.keys() | erased)
        for one in some:
            before = stored.get(one.member.external_id or "")
            if before is None and one.member.external_id in erased:
                continue
            if before is None and one.member.external_id in others:
                self._findings.add(one.row, "external_id", TAKEN)
            elif before is None:
                self._new.append(one)
            elif before[1] != fingerprint(work, one.content):
                self._findings.add(one.row, "external_id", CHANGED)

    def accept(self) -> None:
        if self._findings:
            raise FileRefused(self._findings)

    def batch(self) -> Sequence[NewMember]:
        self._progress("write", self._done, len(self._new))
        return self._new[self._done : self._done + _BATCH]

    def write(self, work: Work, batch: Sequence[NewMember]) -> int:
        """Adds members with what they bring; how many waiting purchases they were given."""
        added, matched = [], 0
        for one in batch:
            member = joining.add_member(work, replace(one.member, id=work.random_id()))
            added.append((member.external_id or "", member.id, fingerprint(work, one.content)))
            levels.joined(work, member.id, member.level, member.joined_at, SOURCE)
            _open(work, one, member.id, self._programme, self._now)
            matched += len(purchases.match_waiting(work, member.id, self._now))
        work.purchases.add_imported(added)
        return matched

    def wrote(self, batch: Sequence[NewMember], done: int) -> None:
        self._done += len(batch)
        self.result.matched += done
        self.result.added += len(batch)
        self.result.points += sum(one.points for one in batch)


# -- the cells --------------------------------------------------------------------------


@dataclass(slots=True)
class Cells:
    """Turns rows into members; faults go to the findings, and the row is left out."""

    programme: Programme
    now: datetime
    findings: Findings
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)
    _row: int = 0

    def read(self, row: int, cells: dict[str, str]) -> NewMember | None:
        self._row, before = row, self.findings.count
        today = local_day(self.now, self.programme.zone)
        region = region_of(self.programme.currency)
        member = Member(
            id=0,
            number="",
            state=MemberState.ACTIVE,
            level=self.programme.first_level.key,
            joined_at=self._moment(cells["joined_at"]),
            locale=self._one_of("locale", cells["locale"], {"zh": "zh", "en": "en", "": ""}),
            zone=self._zone(cells["time_zone"]),
            name=self._tried("name", check_name, cells["name"]),
            birthday=self._tried(
                "birthday", lambda t: parse_birthday(t, today), cells["birthday"]
            ),
            phone=self._tried("phone", lambda t: parse_phone(t, region), cells["phone"]),
            email=self._tried("email", parse_email, cells["email"]),
            city=cells["city"].strip()[:60] or None,
            gender=self._one_of("gender", cells["gender"].casefold(), {**_GENDERS, "": None}),
            source=SOURCE,
            external_id=self._external(cells["external_id"]),
        )
        for column, text in (
            ("external_id", member.external_id), ("phone", member.phone), ("email", member.email)
        ):  # fmt: skip
            self._once(column, text)
        points, growth = self._points("points", cells), self._points("growth", cells)
        expires = self._day(cells["points_expire_at"])
        if self.findings.count > before:
            return None
        return NewMember(row, member, points, expires, growth, "\x1f".join(cells.values()))

    def _wrong(self, column: str, advice: str) -> None:
        self.findings.add(self._row, column, advice)

    def _once(self, column: str, text: str | None) -> None:
        if not text:
            return
        first = self._seen.setdefault((column, text), self._row)
        if first != self._row:
            self._wrong(column, f"is that of row {first} too; one row per member")

    def _external(self, text: str) -> str:
        if not text or text != text.strip() or len(text) > LONGEST_EXTERNAL:
            self._wrong("external_id", f"must be a text of 1 to {LONGEST_EXTERNAL} characters")
        return text

    def _tried(self, column: str, read: Callable[[str], T], text: str) -> T | None:
        if not text.strip():
            return None
        try:
            return read(text)
        except Refused as refused:
            self._wrong(column, _ADVICE.get(type(refused), "is no birthday; write it as 05-20"))
        return None

    def _one_of(self, column: str, text: str, known: dict[str, T]) -> T:
        if text.strip() not in known:
            self._wrong(column, f"must be one of {', '.join(filter(None, known))}, or empty")
        return known.get(text.strip(), known[""])

    def _zone(self, text: str) -> str | None:
        if text and text not in available_timezones():
            self._wrong("time_zone", "is no time zone; write one such as Asia/Shanghai")
        return text or None

    def _moment(self, text: str) -> datetime:
        if not text.strip():
            return self.now
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            self._wrong("joined_at", "is no date; write it as 2026-01-31")
            return self.now
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone_of(self.programme.zone))
        if not datetime(1950, 1, 1, tzinfo=UTC) < moment <= self.now + timedelta(days=1):
            self._wrong("joined_at", "must not lie in the future, nor before 1950")
        return moment.astimezone(UTC)

    def _day(self, text: str) -> date | None:
        try:
            return date.fromisoformat(text.strip()) if text.strip() else None
        except ValueError:
            self._wrong("points_expire_at", "is no date; write the last day as 2026-12-31")
        return None

    def _points(self, column: str, cells: dict[str, str]) -> int:
        text = cells[column].strip() or "0"
        if not (text.isascii() and text.isdigit() and int(text[:12]) <= _MOST_POINTS):
            self._wrong(column, f"must be a whole number from 0 to {_MOST_POINTS}")
            return 0
        return int(text)


_ADVICE: Final[dict[type[Refused], str]] = {
    BadPhone: "is no phone number; write it with its country, such as +86 138 0013 8000",
    BadEmail: "is no e-mail address",
    BadName: "must be a name of at most 40 characters",
}


# -- writing ----------------------------------------------------------------------------


def _open(work: Work, one: NewMember, member_id: int, programme: Programme, now: datetime) -> None:
    """Posts points and growth that a member brings along."""
    booked: list[tuple[Booked, str]] = []
    for unit, amount in ((Unit.POINTS, one.points), (Unit.GROWTH, one.growth)):
        if not amount:
            continue
        key = f"opening:{member_id}:{unit}"
        shares = (Share("opening", programme.version, "", amount),)
        version = programme.version
        entry = Entry(work.new_id(), key, now, "opening", "", version, shares)
        ends = _ends(one, programme, now) if unit is Unit.POINTS else None
        lot = work.new_id()
        given = bookings.give(Account(member_id, unit), entry, amount, lot, now, ends, Kind.BONUS)
        booked.append((given, ""))
        lots = list(given.posting.lots_made)
        if gone := expiry.lapse(given.account, lots, now, work.new_id, version):
            booked.append((gone, ""))
    work.ledger.append_all(booked)


def _ends(one: NewMember, programme: Programme, now: datetime) -> datetime | None:
    """The day that the file names is the last one; else the programme's expiry from now."""
    if one.expires_on is None:
        return lapses_at(programme, now)
    return start_of_day(one.expires_on + timedelta(days=1), programme.zone)

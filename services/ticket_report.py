"""The report on tickets: how many, how soon answered and settled, how content members were, why
it came to them, what goodwill was spent, who complains again and again.

Times are in the desk's business minutes. A ticket belongs to the days on which it was opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from domain import business_time
from domain.dates import local_day, start_of_day
from domain.programme import Programme
from domain.tickets import TicketKind
from services import promises
from services.masks import Masked, masked
from services.ports import Work
from services.ports.club import Actor
from services.ports.ticket_reports import FaqCounts, Reported

DAYS: Final = 30
REPEATED_DAYS: Final = 90
REPEATED: Final = 10
CONTENT: Final = 4
IMPROVEMENTS: Final = 3
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some tickets: minutes until the first answer and until they were settled as (median, 90
    of 100 within), None without any; `*_in_time` as (how many, of how many); `stars` on average
    of `rated`, of whom so many gave four or five."""

    tickets: int
    answer: tuple[int, int] | None
    answered_in_time: tuple[int, int]
    settle: tuple[int, int] | None
    settled_in_time: tuple[int, int]
    rated: int
    stars: float | None
    content: int


@dataclass(frozen=True, slots=True)
class Group:
    """The tickets of a kind, category, level or store (`by`)."""

    by: str
    key: str
    names: Names
    figures: Figures


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How often a cause was found, and what was last done about it."""

    key: str
    names: Names
    times: int
    improvements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What an operator gave as goodwill; "" for one who is not known any more."""

    staff: str
    points: int
    vouchers: int


@dataclass(frozen=True, slots=True)
class Report:
    """The local days from `first` to `last`, and as many days before them to compare with."""

    first: date
    last: date
    now: Figures
    before: Figures
    groups: tuple[Group, ...]
    weeks: tuple[tuple[date, int], ...]
    causes: tuple[CauseCount, ...]
    goodwill: tuple[Given, ...]
    repeated: tuple[tuple[Masked, int], ...]
    faq: FaqCounts


def report(
    work: Work, now: datetime, first: date | None = None, last: date | None = None
) -> Report:
    """The report on the local days from `first` to `last`: the last 30, if nothing else is said.
    Raises ValueError if they are the wrong way round."""
    programme = work.programmes.current()
    last = last or local_day(now, programme.zone)
    first = first or last - timedelta(days=DAYS - 1)
    if first > last:
        raise ValueError(f"{first} is after {last}")
    since, until = _span(programme, first, last)
    found = work.ticket_reports.opened(since, until)
    earlier, _ = _span(programme, first - (last - first) - timedelta(days=1), first)
    before = work.ticket_reports.opened(earlier, since)
    return Report(
        first,
        last,
        _figures(programme, found, now),
        _figures(programme, before, now),
        tuple(_groups(work, programme, found, now)),
        tuple(_weeks(programme, found, first, last)),
        tuple(_causes(programme, found)),
        tuple(_given(work, since, until)),
        tuple(_repeated(work, programme, last, until)),
        work.ticket_reports.faq(first, last),
    )


def exported(work: Work, form: str, actor: Actor, now: datetime) -> None:
    """Notes that somebody took the report away as a file."""
    work.audit.add(actor, "ticket.report", ("ticket", "report"), now, {"form": form})


def _span(programme: Programme, first: date, last: date) -> tuple[datetime, datetime]:
    after = last + timedelta(days=1)
    return start_of_day(first, programme.zone), start_of_day(after, programme.zone)


# -- figures ----------------------------------------------------------------------------


def _figures(programme: Programme, found: Sequence[Reported], now: datetime) -> Figures:
    hours = promises.open_on(programme.service.hours)

    def minutes(one: Reported, end: datetime) -> int:
        return business_time.between(one.opened_at, end, programme.zone, hours)

    owed = [one for one in found if one.kind != TicketKind.PRAISE]
    answers = [minutes(one, one.answered_at) for one in owed if one.answered_at]
    ends = [minutes(one, one.done_at) for one in owed if one.done_at]
    settled = [one.in_time for one in owed if one.in_time is not None]
    stars = [one.rating for one in found if one.rating is not None]
    return Figures(
        tickets=len(found),
        answer=_times(answers),
        answered_in_time=_in_time(owed, now),
        settle=_times(ends),
        settled_in_time=(sum(settled), len(settled)),
        rated=len(stars),
        stars=sum(stars) / len(stars) if stars else None,
        content=sum(star >= CONTENT for star in stars),
    )


def _in_time(owed: Iterable[Reported], now: datetime) -> tuple[int, int]:
    """Of those that were answered, or should have been by now. What was settled without an answer
    counts as answered then."""
    met = total = 0
    for one in owed:
        came = one.answered_at or one.done_at
        if came is None and one.first_due_at > now:
            continue
        total += 1
        met += came is not None and came <= one.first_due_at
    return met, total


def _times(minutes: list[int]) -> tuple[int, int] | None:
    """The median, and within how many minutes nine of ten were done (the nearest rank)."""
    if not minutes:
        return None
    ordered = sorted(minutes)
    return round(median(ordered)), ordered[-(-len(ordered) * 9 // 10) - 1]


# -- groups -----------------------------------------------------------------------------


def _groups(
    work: Work, programme: Programme, found: Sequence[Reported], now: datetime
) -> Iterable[Group]:
    stores: dict[str, Names] = {str(one.id): {"zh": one.name} for one in work.stores.all()}
    categories = {one.key: one.names for one in programme.service.categories}
    levels = {one.key: one.names for one in programme.levels}
    ways: tuple[tuple[str, Callable[[Reported], str], Mapping[str, Names]], ...] = (
        ("kind", lambda one: one.kind, {}),
        ("category", lambda one: one.category, categories),
        ("level", lambda one: one.level, levels),
        ("store", lambda one: str(one.store_id or ""), stores),
    )
    for by, key_of, names in ways:
        parts: dict[str, list[Reported]] = {}
        for one in found:
            parts.setdefault(key_of(one), []).append(one)
        for key, some in sorted(parts.items(), key=lambda part: (-len(part[1]), part[0])):
            yield Group(by, key, dict(names.get(key, {})), _figures(programme, some, now))


def _weeks(
    programme: Programme, found: Iterable[Reported], first: date, last: date
) -> Iterable[tuple[date, int]]:
    """Mondays, and how many tickets were opened in their weeks."""
    days = Counter(local_day(one.opened_at, programme.zone) for one in found)
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        yield monday, sum(days[monday + timedelta(days=day)] for day in range(7))
        monday += timedelta(days=7)


def _causes(programme: Programme, found: Iterable[Reported]) -> Iterable[CauseCount]:
    names = {one.key: one.names for one in programme.service.causes}
    by_cause: dict[str, list[Reported]] = {}
    for one in found:
        if one.cause_key:
            by_cause.setdefault(one.cause_key, []).append(one)
    for key, some in sorted(by_cause.items(), key=lambda part: (-len(part[1]), part[0])):
        done = [one.improvement for one in reversed(some) if one.improvement]
        latest = tuple(dict.fromkeys(done))[:IMPROVEMENTS]
        yield CauseCount(key, dict(names.get(key, {})), len(some), latest)


def _given(work: Work, since: datetime, until: datetime) -> Iterable[Given]:
    names = {one.id: one.name for one in work.staff.all()}
    for one in work.ticket_reports.spent(since, until):
        yield Given(names.get(one.staff_id or 0, ""), one.points, one.vouchers)


def _repeated(
    work: Work, programme: Programme, last: date, until: datetime
) -> Iterable[tuple[Masked, int]]:
    since, _ = _span(programme, last - timedelta(days=REPEATED_DAYS - 1), last)
    for member_id, count in work.ticket_reports.repeated(since, until, REPEATED):
        yield masked(work, member_id), count

"""Purchases on days, nights, and what members' levels are then."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from domain.dates import start_of_day
from domain.programme import Programme
from domain.purchases import Line, Order
from domain.standings import Standing
from services import purchases, refunds, reviewing
from services.booking import Incoming
from services.ports.points import LevelStep
from services.ports.sales import Claim
from storage.work import Work
from tests.support.club import Club, Person

DAY = timedelta(days=1)
NIGHT = time(0, 5)


def noon(day: date) -> datetime:
    """Noon in Shanghai."""
    return datetime.combine(day, time(4), UTC)


async def buys(
    person: Person, yuan: float, order_id: str, day: date | None = None, channel: str = "api"
) -> None:
    """A purchase at noon of a day (today if none is given), booked at that moment."""
    club = person.club
    if day:
        club.clock.now = max(club.clock.now, noon(day) + timedelta(minutes=1))
    at = noon(day) if day else club.clock() - timedelta(minutes=1)
    minor = round(yuan * 100)
    order = Order("pos-1", order_id, at, "CNY", minor, (Line(minor),), "")
    member = await person.member_id()

    def book(work: Work) -> None:
        claim = Claim("number", work.members.get(member).number)
        purchases.book(work, Incoming(order, (claim,), channel), club.clock())

    await club.write(book)


async def returns(person: Person, order_id: str, minor: int | None = None) -> None:
    """The whole order comes back, or a part of it."""
    club = person.club
    asked = refunds.Asked("pos-1", order_id, f"R-{order_id}", club.clock(), minor)
    await club.write(lambda work: refunds.refund(work, asked, club.clock()))


async def night(club: Club, day: date, most: int = 20) -> int:
    """The review of a day's night, in steps; how many steps it took."""
    zone = club.programme.zone
    club.clock.now = max(club.clock.now, start_of_day(day, zone) + timedelta(minutes=5))
    cursor: int | None = 0
    steps = 0
    while cursor is not None:
        cursor = await club.write(partial(_review, club, day, cursor, most))
        steps += 1
    return steps


def _review(club: Club, day: date, after: int, most: int, work: Work) -> int | None:
    return reviewing.review_due(work, day, club.clock(), after, most)


async def nights(club: Club, first: date, last: date) -> None:
    """Every night from one day to another."""
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        if not await club.read(lambda work, day=day: reviewing.nothing_due(work, day)):
            await night(club, day)


async def level(person: Person) -> str:
    """The level that counts."""
    member = await person.member_id()
    found = await person.club.read(lambda work: work.members.get(member).level)
    assert isinstance(found, str)
    return found


async def kept(person: Person) -> Standing | None:
    """What the level rests on."""
    member = await person.member_id()
    found = await person.club.read(lambda work: work.standings.of([member]))
    standing: Standing | None = found.get(member)
    return standing


async def history(person: Person) -> list[tuple[str, str, str]]:
    """The member's level history, oldest first: event, from, to."""
    member = await person.member_id()
    steps: list[LevelStep] = await person.club.read(lambda work: work.levels.changes(member))
    return [(step.event, step.from_level, step.to_level) for step in reversed(steps)]


async def publishes(club: Club, programme: Programme) -> None:
    """The club publishes another version of its rules."""
    await club.write(lambda work: work.programmes.publish(programme, club.clock(), None))

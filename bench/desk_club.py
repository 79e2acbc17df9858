"""A club with members, two of the staff's groups and open tickets, for traffic about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import insert

from bench import mailing, seeding
from bench.updates import FIRST_USER
from bot.messages import Address
from domain.staff import OPERATOR
from domain.tickets import TicketKind
from services import programme_file, staff_groups, staffing, tickets
from services.ports.club import Actor
from services.ports.staff_groups import DESK, GroupChat
from storage import migrations
from storage.tables import chat, people
from storage.work import Work

STAFF = tuple(range(200_000_001, 200_000_006))
TOPICS, CARDS = -1_001_000_000_001, -1_001_000_000_002
"""The group with a topic per ticket, and the one where cards are answered by replying."""
CATEGORIES = {TOPICS: "delivery", CARDS: "product"}
ACTOR = Actor("bench")
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket at its beginning: its place in the run, its number, and the group it is in."""

    place: int
    id: int
    number: int
    group: int

    @property
    def member(self) -> int:
        return FIRST_USER + self.place

    @property
    def staff(self) -> int:
        return STAFF[self.place % len(STAFF)]


def fill(url: str, count: int) -> list[Opened]:
    """A migrated club with so many members, each with one open ticket."""
    migrations.upgrade(url)
    programme = programme_file.read(programme_file.example())
    # the talk is quicker than people are
    flooding = replace(programme.service.flooding, messages=10_000)
    service = replace(programme.service, flooding=flooding)
    programme = replace(programme, service=service)
    now = datetime.now(UTC)
    level = programme.first_level.key

    def begin(work: Work) -> None:
        work.programmes.publish(programme, now, None)
        for user in STAFF:
            _employ(work, user, now)
        for group, category in CATEGORIES.items():
            _link(work, group, category, now)

    mailing.using(url, begin, write=True)
    opened: list[Opened] = []
    for first in range(0, count, CHUNK):
        places = range(first, min(first + CHUNK, count))

        def write(work: Work, places: range = places) -> list[Opened]:
            members = [seeding.member(n, level, now) for n in places]
            work.db.execute(insert(people.Member), members)
            work.db.execute(insert(chat.Address), [_address(n, now) for n in places])
            return [_open(work, n, now) for n in places]

        opened += mailing.using(url, write, write=True)
    return opened


def _employ(work: Work, user: int, now: datetime) -> None:
    where = Address("telegram", seeding.ACCOUNT, str(user), str(user))
    address_id = work.conversations.lock(where, "en").person.address_id
    assert address_id is not None
    work.addresses.set_locale(address_id, "en")
    invited = staffing.add(work, f"Staff {user % 10}", OPERATOR, None, ACTOR, now)
    staffing.link(work, address_id, invited.code, now)


def _link(work: Work, group: int, category: str, now: datetime) -> None:
    place = GroupChat("telegram", seeding.ACCOUNT, str(group))
    staff_groups.stands(work, place, staff_groups.ADMINISTRATOR, now, staff=True)
    staff_groups.link(
        work,
        place,
        category,
        DESK,
        forum=group == TOPICS,
        locale="en",
        actor=ACTOR,
        now=now,
        categories=(category,),
    )


def _address(n: int, now: datetime) -> dict[str, object]:
    user = str(FIRST_USER + n)
    who = {"channel": "telegram", "account": seeding.ACCOUNT, "user": user, "locale": "en"}
    return {**who, "id": n + 1, "member_id": n + 1, "first_seen": now}


def _open(work: Work, n: int, now: datetime) -> Opened:
    group = (TOPICS, CARDS)[n % 2]
    words = tickets.Words(f"ticket {n}: it came broken", origin=tickets.Origin(n + 1))
    opening = tickets.Opening(TicketKind.COMPLAINT, CATEGORIES[group], words, address_id=n + 1)
    ticket = tickets.open_ticket(work, n + 1, opening, key=f"bench:{n}", now=now)
    return Opened(n, ticket.id, ticket.number, group)

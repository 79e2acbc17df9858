"""The persons of the fuzzed club: strangers, members with everything, staff of each role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from domain.staff import OPERATOR, OWNER, SERVICE, TILL
from services import benefit_files, content, staffing, survey_files
from services.ports.club import Actor
from storage.tables import metadata
from storage.work import Work
from tests.whole.stack import Stack
from tests.whole.updates import Person

EXAMPLES = Path(content.__file__).parents[1] / "app" / "examples"
ACTOR = Actor("the tests")
# What only the victim has: none of it may ever be shown to another member.
NAME, CITY, COMPLAINT, RECEIPT = "Canaria", "Canaryville", "canary cage too small", "CAN-4711"
PHONE = "+8613800138000"


@dataclass
class Cast:
    """Everybody, and what belongs to the victim."""

    stack: Stack
    stranger: Person
    member: Person
    victim: Person
    staff: dict[str, Person]
    secrets: tuple[str, ...] = ()

    @property
    def everybody(self) -> list[Person]:
        return [self.stranger, self.member, self.victim, *self.staff.values()]


async def make(stack: Stack) -> Cast:
    """A club with benefits, a survey, an event; a member with one of each thing there is."""
    await stack.write(_content)
    staff = {role: await _staff(stack, n, role) for n, role in enumerate(_ROLES)}
    member = await Person(stack, 501, "Mallory").joins()
    victim = await Person(stack, 502, NAME).joins()
    cast = Cast(stack, Person(stack, 500, "Nobody"), member, victim, staff)
    for person in (member, victim):
        await _has_points(cast, person)
    await _has_everything(cast)
    return cast


_ROLES = (OWNER, OPERATOR, SERVICE, TILL)


def _content(work: Work) -> None:
    now = work.shared.clock()
    for kind, take in (
        ("benefits", benefit_files.import_benefits),
        ("surveys", survey_files.import_surveys),
        ("events", content.import_events),
    ):
        text = (EXAMPLES / f"{kind}.yaml").read_text(encoding="utf-8")
        take(work, text.replace("open_to_all: false", "open_to_all: true"), ACTOR, now)


async def _staff(stack: Stack, number: int, role: str) -> Person:
    person = await Person(stack, 900 + number, f"Staff {role}").joins()
    invited = await stack.write(
        lambda work: staffing.add(work, f"Op {role}", role, None, ACTOR, work.shared.clock())
    )
    await person.says(invited.start)
    return person


async def number_of(person: Person) -> str:
    member = await person.member_id()
    return str(await person.stack.read(lambda work: work.members.get(member).number))


async def _has_points(cast: Cast, person: Person) -> None:
    """A purchase booked by the cashier in the chat."""
    till = cast.staff[TILL]
    await till.says(f"/award {await number_of(person)}")
    await till.says("1500")
    await till.says(RECEIPT if person is cast.victim else "R-1")
    booked = await till.taps(await till.says("?"), "Book it")
    assert "Booked" in booked.text or "booked" in booked.text, booked


async def _has_everything(cast: Cast) -> None:
    victim = cast.victim
    for field, text in (("name", NAME), ("city", CITY), ("birthday", "1990-05-20")):
        await victim.wants("profile.edit", field)
        await victim.says(text)
    await victim.shares(PHONE.removeprefix("+"))
    coffee = await _first(cast.stack, "benefits")
    redeemed = await victim.wants("benefit.redeem", str(coffee), nonce="mine")
    await victim.wants("survey.answer", str(await _first(cast.stack, "survey_waves")), "1", "5")
    await victim.wants("event.answer", str(await _first(cast.stack, "events")), "yes")
    await victim.says("/complain")
    await victim.wants("complain.pick", "complaint", "0")
    await victim.says(COMPLAINT)
    merge = await victim.says("/merge")
    codes = re.findall(r"<code>([^<]+)</code>", redeemed.text + merge.text)
    number = await number_of(victim)
    cast.secrets = (NAME, CITY, COMPLAINT, RECEIPT, number, PHONE[1:], *codes)
    await victim.says("/cancel")


async def _first(stack: Stack, table: str) -> int:
    rows = metadata.tables[table]
    return int(await stack.read(lambda work: work.db.execute(select(rows.c.id)).scalars().first()))


async def identities(stack: Stack) -> dict[str, list[str]]:
    """The ids of everything there is, by table: what somebody may try to guess."""

    def ids(work: Work) -> dict[str, list[str]]:
        return {
            table.name: [str(one) for one in work.db.execute(select(table.c.id)).scalars()]
            for table in metadata.sorted_tables
            if "id" in table.c and table.name not in ("inbox", "dead_letters")
        }

    found: dict[str, list[str]] = await stack.read(ids)
    return found

"""Operators for dialogues: somebody with a role, linked by their code."""

from services import staffing, stores
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import NOW, Club, Person

CLI = Actor("cli")


async def operator(club: Club, role: str, name: str = "Anna", locale: str = "en") -> Person:
    """An operator of the first store, in their own chat."""

    def add(work: Work) -> str:
        if not work.stores.by_code("sh-01"):
            stores.add(work, "sh-01", "People's Road", CLI, NOW)
        return staffing.add(work, name, role, "sh-01", CLI, NOW).start

    person = club.person(name, locale)
    linked = await person.says(await club.write(add))
    assert linked.key == "staff.linked"
    return person

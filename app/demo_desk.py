"""The demo's service desk: a group of the staff with a topic per ticket, and its first tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.messages import Address
from domain.tickets import TicketKind
from sandbox import groups
from sandbox.model import Group
from sandbox.world import World
from services import staff_groups, tickets
from services.ports.club import Actor
from services.ports.staff_groups import DESK, GroupChat
from storage.work import Work

TITLE = "客服台 · Service desk"
GROUP_ID = -1_001_000_090_001
MEMBERS = (0, 2)
"""Which of the ready-made staff are in the group: the owner and the customer service."""
ACTOR = Actor("demo")


@dataclass(frozen=True, slots=True)
class Case:
    """What one of the ready-made persons has written."""

    person: int
    kind: TicketKind
    category: str
    text: str


CASES = (
    Case(
        11_023,
        TicketKind.COMPLAINT,
        "delivery",
        "My order came half open this morning and the yoghurt had run over everything. "
        "Who can I talk to?",
    ),
    Case(
        10_021,
        TicketKind.QUESTION,
        "points",
        "我的积分什么时候会过期？想留到过年再用。",
    ),
    Case(
        10_021,
        TicketKind.SUGGESTION,
        "",
        "周末早上收银台总是排很长的队，能不能多开一个？",
    ),
)


def group(world: World, members: list[int]) -> str:
    """The group on the page, made once; its number as the bot knows it."""
    bot = world.bot_by_name()
    if (bot.id, GROUP_ID) not in world.chats:
        made = Group(bot.id, GROUP_ID, 0, started=True, title=TITLE, forum=True, members=members)
        made.rights = ["can_manage_topics", "can_delete_messages", "can_pin_messages"]
        groups.add_group(world, bot, made)
        world.keep()
    return str(GROUP_ID)


def seed(work: Work, account: str, chat: str, persons: list[int], now: datetime) -> None:
    """Links the group to the desk and opens a ticket of each case whose person is there; again
    changes nothing."""
    place = GroupChat("telegram", account, chat)
    if work.staff_groups.by_chat(place) is None:
        staff_groups.stands(work, place, staff_groups.ADMINISTRATOR, now, staff=True)
        staff_groups.link(work, place, TITLE, DESK, forum=True, locale="en", actor=ACTOR, now=now)
    for number, case in enumerate(CASES):
        if case.person in persons:
            _open(work, account, case, f"demo:{number}", now)


def _open(work: Work, account: str, case: Case, key: str, now: datetime) -> None:
    where = Address("telegram", account, str(case.person), str(case.person))
    person = work.conversations.lock(where, "en").person
    if person.member_id is None:
        return
    words = tickets.Words(case.text, origin=tickets.Origin(person.address_id))
    opening = tickets.Opening(case.kind, case.category, words, address_id=person.address_id)
    tickets.open_ticket(work, person.member_id, opening, key=key, now=now)

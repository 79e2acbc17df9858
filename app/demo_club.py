"""Fills the demo's club: stores, members and purchases by the importer, persons, staff."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from app import demo_data, demo_desk, demo_seeds, store_file
from app.demo_data import Files
from app.failures import Failed
from app.importing import import_members, import_purchases
from app.progress import bar
from app.wiring import Club
from bot.messages import Address
from domain.consent import Purpose
from domain.staff import APPROVER, OWNER, SERVICE, TILL
from sandbox import people
from sandbox.world import World
from services import charters, claiming, consents, staffing
from services.ports.club import Actor
from storage.work import Work

Say = Callable[[str], object]
DONE = "demo.lines"
YEAR = 1_469_307
"""Lines of the whole data set."""
ACTOR = Actor("demo")
# Ready-made persons have ids above these, so that nobody takes them for members.
HOUSEHOLD_IDS = 10_000
STAFF_IDS = 90_001
CLAIMS_LATER = frozenset({41})
"""Households that the bot has not met yet."""


@dataclass(frozen=True, slots=True)
class Employee:
    """A ready-made operator."""

    name: str
    role: str
    language: str
    note: dict[str, str]


STAFF = (
    Employee(
        "Olivia",
        OWNER,
        "en",
        {
            "en": "Owner of the club: everything, /broadcast too",
            "zh": "店主：拥有全部权限，可群发",
        },
    ),
    Employee(
        "Carl",
        TILL,
        "en",
        {"en": "Cashier: books purchases, uses vouchers", "zh": "收银员：录入消费、核销兑换券"},
    ),
    Employee(
        "小宋",
        SERVICE,
        "zh-hans",
        {"en": "Customer service: answers complaints", "zh": "客服：处理投诉与咨询"},
    ),
    Employee(
        "Anna",
        APPROVER,
        "en",
        {
            "en": "Second pair of eyes: approves what others ask for",
            "zh": "安娜，审批人：为他人的申请做二次确认",
        },
    ),
)

NEWCOMER = {
    "en": "Not a member yet: say hello and join",
    "zh": "还不是会员：打个招呼，加入试试",
}


async def fill(club: Club, world: World, folder: Path, *, everything: bool, say: Say) -> bool:
    """Brings in what is missing; False if all was there. Interrupted, it goes on next time."""
    before = await club.units.read(lambda work: work.settings.get(DONE)) or 0
    if before and not (everything and before < YEAR):
        return False
    say("Reading the grocer's data …")
    files = await _files(folder, everything)
    say(f"Bringing in {files.households:,} households and {files.lines:,} purchase lines …")
    await _import(club, files)
    _show(world, files)
    await club.units.write(lambda work: demo_seeds.seed(work, club.clock.now()))
    account, now = str(world.bot_by_name().id), club.clock.now()
    await club.units.write(lambda work: _link(work, account, files, now))
    members = [STAFF_IDS + number for number in demo_desk.MEMBERS]
    chat = demo_desk.group(world, members)
    households = [HOUSEHOLD_IDS + one.household for one in files.persons]
    await club.units.write(lambda work: demo_desk.seed(work, account, chat, households, now))
    await club.units.write(lambda work: work.settings.put(DONE, files.lines))
    await asyncio.to_thread(shutil.rmtree, folder)
    return True


async def _files(folder: Path, everything: bool) -> Files:
    """Made in a process of its own: what reading the data takes in memory goes with it."""
    with ProcessPoolExecutor(
        1,
        mp_context=get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    ) as pool:
        make = partial(demo_data.make, folder, everything=everything)
        return await asyncio.get_running_loop().run_in_executor(pool, make)


async def _import(club: Club, files: Files) -> None:
    now = club.clock.now()
    rows, problems = store_file.read(files.stores)
    if problems:
        raise Failed(problems[0])
    await club.units.write(lambda work: store_file.add(work, rows, now))
    with bar("members") as progress:
        await import_members(club.units, files.members, now, progress=progress)
    with bar("purchases") as progress:
        await import_purchases(club.units, files.purchases, now, progress=progress)


# -- who is there ------------------------------------------------------------------------


def _show(world: World, files: Files) -> None:
    """Puts the ready-made persons on the page: households, staff, a newcomer."""
    for one in files.persons:
        world.add_person(
            HOUSEHOLD_IDS + one.household,
            one.name,
            language_code=one.language,
            phone=one.phone,
            note=_note(one.household, one.note),
            started=one.household not in CLAIMS_LATER,
        )
    for number, employee in enumerate(STAFF):
        world.add_person(
            STAFF_IDS + number,
            employee.name,
            language_code=employee.language,
            note=employee.note,
            started=True,
        )
    world.add_person(STAFF_IDS - 1, "Nina", phone="+12125550198", note=NEWCOMER)
    world.keep()


def _note(household: int, known: str) -> dict[str, str]:
    if household in CLAIMS_LATER:
        return {
            "en": f"Household {household}, imported and new here: share the phone to claim it",
            "zh": f"{household} 号家庭，已导入、首次进入聊天：分享手机号即可认领会员",
        }
    more = f" · {known}" if known else ""
    return {
        "en": f"Household {household} with a year of purchases{more}",
        "zh": f"{household} 号家庭，有一年的购物记录",
    }


def _link(work: Work, account: str, files: Files, now: datetime) -> None:
    """Gives the households' persons their memberships and the staff their roles."""
    for one in files.persons:
        if one.household in CLAIMS_LATER:
            continue
        address_id = _address(work, account, HOUSEHOLD_IDS + one.household, one.language)
        if work.addresses.get(address_id).member_id is None:
            claim = claiming.by_phone(work, address_id, one.phone, now)
            assert claim.member_id is not None
            charter = work.programmes.current().charter.version
            charters.accept(work, claim.member_id, charter, channel="telegram", now=now)
            for purpose in (Purpose.CARE, Purpose.PROMOTIONS, Purpose.SURVEYS):
                consents.switch(work, claim.member_id, purpose, True, channel="telegram", now=now)
    for number, employee in enumerate(STAFF):
        if work.staff.by_name(employee.name) is None:
            invited = staffing.add(work, employee.name, employee.role, None, ACTOR, now)
            address_id = _address(work, account, STAFF_IDS + number, employee.language)
            staffing.link(work, address_id, invited.code, now)


def _address(work: Work, account: str, person_id: int, language: str) -> int:
    """The person's address as the bot will see it."""
    where = Address("telegram", account, str(person_id), str(person_id))
    found = work.conversations.lock(where, language).person.address_id
    assert found is not None
    work.addresses.set_locale(found, language.partition("-")[0])
    return found


def greet(world: World) -> None:
    """Everybody ready-made says /start, so that their chats are not empty at the first look."""
    bot = world.bot_by_name()
    for person in list(world.persons.values()):
        chat = world.chat(bot, person)
        if chat.started and not chat.messages:
            people.write(world, bot, person, "/start")
    world.keep()

"""What each person does in the fault run, in order, and what must be left of it in the end.

A tap joins; two details are told, each for a one-time reward and through a conversation of two
steps; then everybody redeems a benefit of which there is one for every second person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from bench import seeding, updates
from bot.actions import Action, Signer
from services import benefit_files
from services.ports.club import Actor
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work

STEPS = 6
MOVES = 4  # of the conversation: each of the two questions asked and answered
PRICE = 60
DATE = 1_747_706_400


@dataclass
class Outcome:
    """What a run left, counted in the database. `persons` are those who should have joined."""

    name: str
    persons: int
    kills: int
    posts: int = 0
    members: int = 0
    bonuses: int = 0
    vouchers: int = 0
    stock_left: int = 0
    talks: int = 0
    letters: int = 0
    twice: int = 0
    audit: str = ""

    @property
    def updates(self) -> int:
        return self.persons * STEPS

    @property
    def lost(self) -> int:
        """Joinings, rewards, vouchers and finished conversations that should be there."""
        wanted = (self.persons, 3 * self.persons, stock(self.persons), self.persons)
        found = (self.members, self.bonuses, self.vouchers, self.talks)
        return sum(max(0, want - has) for want, has in zip(wanted, found, strict=True))

    @property
    def good(self) -> bool:
        clean = not self.lost and not self.twice and not self.letters and not self.stock_left
        return clean and self.audit == "whole"


def stock(persons: int) -> int:
    """How many can have the benefit."""
    return persons // 2


def prepare(url: str, persons: int) -> int:
    """Fills the empty database with the programme and the benefit; gives the benefit's id."""
    import asyncio

    seeding.prepare(url, 0)
    return asyncio.run(_offer(url, stock(persons)))


async def _offer(url: str, count: int) -> int:
    units = _units(url)
    terms = f"price: {PRICE}, stock: {count}, valid_days: 30"
    file = f"benefits: [{{key: treat, name: {{zh: 小礼, en: Treat}}, {terms}}}]"

    def offer(work: Work) -> int:
        now = work.shared.clock()
        benefit_files.import_benefits(work, file, Actor("bench"), now)
        return int(work.db.execute(text("SELECT id FROM benefits")).scalar_one())

    benefit = await units.write(offer)
    await units.close()
    return benefit


class Chains:
    """Makes the updates of each person."""

    def __init__(self, benefit: int) -> None:
        self._signer = Signer(Vault(seeding.SECRET_KEY.encode()).action_key)
        self._benefit = str(benefit)

    def of(self, number: int) -> list[bytes]:
        """The updates of one person, in the order in which they are sent."""
        return [
            self._tap(number, 0, Action("join", nonce=f"j{number}")),
            self._tap(number, 1, Action("profile.edit", ("name",))),
            self._said(number, 2, f"Mei {number}"),
            self._tap(number, 3, Action("profile.edit", ("city",))),
            self._said(number, 4, "Hangzhou"),
            self._tap(number, 5, Action("benefit.redeem", (self._benefit,), f"r{number}")),
        ]

    def _tap(self, number: int, step: int, action: Action) -> bytes:
        user = updates.FIRST_USER + number
        shown = {"message_id": 1, "date": DATE, "chat": _chat(user), "text": "…"}
        tap = {
            "id": str(number * STEPS + step),
            "from": _person(user),
            "chat_instance": "1",
            "data": self._signer.pack(action, str(user)),
            "message": shown,
        }
        return _update(number, step, callback_query=tap)

    def _said(self, number: int, step: int, said: str) -> bytes:
        user = updates.FIRST_USER + number
        message = {"message_id": 2 + step, "date": DATE, "chat": _chat(user), "text": said}
        return _update(number, step, message=message | {"from": _person(user)})


def _update(number: int, step: int, **event: Any) -> bytes:
    return json.dumps({"update_id": 1000 + number * STEPS + step, **event}).encode()


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Mei", "language_code": "zh-hans"}


def _chat(user: int) -> dict[str, Any]:
    return {"id": user, "type": "private", "first_name": "Mei"}


# -- what is left -----------------------------------------------------------------------


async def look(outcome: Outcome, url: str) -> None:
    """Counts what the run left in the database."""
    units = _units(url)
    await units.read_long(lambda work: _count(work, outcome))
    await units.close()


def _units(url: str) -> Units:
    vault = Vault(seeding.SECRET_KEY.encode())
    # Ids of its own, so that nothing here is like what the server makes.
    return open_units(url, Shared(vault, Ids(lambda: 10**9), lambda: datetime.now(UTC)))


def _count(work: Work, outcome: Outcome) -> None:
    def one(query: str) -> int:
        return int(work.db.execute(text(query)).scalar_one())

    def doubled(table: str, by: str, most: int = 1, where: str = "1 = 1") -> int:
        groups = f"SELECT 1 FROM {table} WHERE {where} GROUP BY {by} HAVING count(*) > {most}"
        return one(f"SELECT count(*) FROM ({groups}) AS doubled")

    bonus = "source_type IN ('welcome', 'profile')"
    outcome.members = one("SELECT count(*) FROM members")
    outcome.bonuses = one(f"SELECT count(*) FROM postings WHERE {bonus}")
    outcome.vouchers = one("SELECT count(*) FROM vouchers")
    outcome.stock_left = one("SELECT stock FROM benefits")
    outcome.letters = one("SELECT count(*) FROM dead_letters")
    outcome.talks = one(
        f"SELECT count(*) FROM conversations WHERE flow = '' AND version = {MOVES}"
    )
    outcome.twice = (
        doubled("addresses", "member_id", where="member_id IS NOT NULL")
        + doubled("postings", "member_id, source_type, source_id", where=bonus)
        + doubled("vouchers", "member_id")
        + one(f"SELECT count(*) FROM conversations WHERE version > {MOVES}")
        + max(0, outcome.members - outcome.persons)
    )

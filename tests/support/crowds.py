"""Members by the row, and the rule of a campaign's audience in plain Python."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from domain.campaigns import Audience, AudienceKind
from domain.members import make_number
from services import campaign_steps, campaigns, wordings
from services.ports.campaigns import Campaign
from services.ports.club import Actor, Operator, Store
from storage.tables import chat, people, purchases
from storage.work import Work
from tests.support.club import NOW, Club

ANN, BEN, EVE = Actor("Ann", 71), Actor("Ben", 72), Actor("Eve", 73)
WORDS = {"zh": "周末双倍积分", "en": "Double points"}
STORES = ("north", "south")


@dataclass(frozen=True)
class Soul:
    """A member: `said`: what they answered about promotions, in order; `chats`: blocked or not,
    the oldest first, with a language each; `bought`: (store, days ago, state)."""

    state: str = "active"
    level: str = "member"
    said: tuple[bool, ...] = (True,)
    chats: tuple[tuple[bool, str], ...] = ((False, "en"),)
    zone: str = ""
    quiet: tuple[int, int] | None = None
    locale: str = ""
    bought: tuple[tuple[str, int, str], ...] = ()
    listed: bool = False


def gets_it(soul: Soul, audience: Audience) -> bool:
    """Whether a member gets a campaign: the rule, said a second time."""
    reached = any(not blocked for blocked, _ in soul.chats)
    if soul.state != "active" or not reached or not soul.said or not soul.said[-1]:
        return False
    if audience.kind is AudienceKind.LEVEL:
        return soul.level in audience.values
    if audience.kind is AudienceKind.STORE:
        # Twelve months before 20 May 2026 that day itself is out.
        return any(
            store in audience.values and days < 365 and state == "booked"
            for store, days, state in soul.bought
        )
    return audience.kind is AudienceKind.EVERYBODY or soul.listed


def chat_of(number: int, soul: Soul) -> str | None:
    """Where they are written to: their newest chat that is not blocked."""
    open_chats = [at for at, (blocked, _) in enumerate(soul.chats) if not blocked]
    return f"u{number}-{open_chats[-1]}" if open_chats else None


async def settle(club: Club, souls: list[Soul], first: int = 1) -> None:
    """Puts members into the club, with ids from `first` on, and its stores."""

    def write(work: Work) -> None:
        for n, code in enumerate(STORES):
            work.stores.add(Store(500 + n, code, code.title()))
        tables: dict[Any, list[dict[str, Any]]] = {}
        for number, soul in enumerate(souls, first):
            for table, row in _rows(number, soul):
                tables.setdefault(table, []).append(row)
        for table, rows in tables.items():
            work.db.execute(insert(table.__table__), rows)

    await club.write(write)


def _rows(n: int, soul: Soul) -> list[tuple[Any, dict[str, Any]]]:
    quiet_from, quiet_to = soul.quiet or (None, None)
    found: list[tuple[Any, dict[str, Any]]] = [
        (
            people.Member,
            {
                "id": n,
                "number": make_number(n),
                "name": f"Member {n}",
                "state": soul.state,
                "level": soul.level,
                "joined_at": NOW,
                "phone_verified": False,
                "birth_lunar": False,
                "locale": soul.locale or None,
                "zone": soul.zone or None,
                "quiet_from": quiet_from,
                "quiet_to": quiet_to,
            },
        )
    ]
    for at, given in enumerate(soul.said):
        said = {"purpose": "promotions", "given": given, "channel": "t", "changed_at": NOW}
        found.append((people.Consent, {"id": n * 100 + at, "member_id": n, **said}))
    for at, (blocked, locale) in enumerate(soul.chats):
        who = {"channel": "telegram", "account": "42", "user": f"u{n}-{at}", "member_id": n}
        seen = {"first_seen": NOW, "blocked_at": NOW if blocked else None, "locale": locale}
        found.append((chat.Address, {"id": n * 100 + at, **who, **seen}))
    for at, (store, days, state) in enumerate(soul.bought):
        found.append((purchases.Purchase, _purchase(n, at, store, days, state)))
    return found


def _purchase(n: int, at: int, store: str, days: int, state: str) -> dict[str, Any]:
    when = NOW - timedelta(days=days)
    return {
        "id": n * 100 + at,
        "source": "till",
        "order_id": f"{n}-{at}",
        "content_hash": "",
        "state": state,
        "member_id": n,
        "occurred_at": when,
        "day": when.date().toordinal(),
        "currency": "CNY",
        "minor": 100,
        "store_id": 500 + STORES.index(store),
        "channel": "api",
        "received_at": when,
        "level": "member",
        "birthday_month": False,
        "rule_version": 1,
    }


async def staffed(club: Club) -> None:
    """Ann and Ben write, Eve owns; each has a chat."""

    def write(work: Work) -> None:
        for actor, role in ((ANN, "operator"), (BEN, "approver"), (EVE, "owner")):
            assert actor.staff_id is not None
            who = {"channel": "telegram", "account": "42", "user": actor.name}
            row = {"id": actor.staff_id, **who, "first_seen": NOW, "locale": "en"}
            work.db.execute(insert(chat.Address.__table__), [row])  # type: ignore[attr-defined]
            work.staff.add(Operator(actor.staff_id, actor.name, role, None, None, True), NOW)
            work.staff.link(actor.staff_id, actor.staff_id)

    await club.write(write)


async def written(
    club: Club, audience: Audience | None = None, key: str = "d", actor: Actor = ANN
) -> Campaign:
    """A draft with words and an audience; a list has the members that are listed."""

    def write(work: Work) -> Campaign:
        now = club.clock()
        to = actor.staff_id or 0
        made = campaigns.draft(work, author=actor, address_id=to, key=key, now=now)
        words = wordings.save(work, f"campaign:{made.id}", WORDS, actor=actor, now=now, use=False)
        campaigns.set_words(work, made.id, words.id, actor, now)
        return campaigns.set_audience(work, made.id, audience or Audience(), actor, now)

    found: Campaign = await club.write(write)
    return found


async def begun(club: Club, audience: Audience | None = None, key: str = "d") -> Campaign:
    """A campaign that was asked for and has begun; its recipients are not written yet."""
    made = await written(club, audience, key)

    def write(work: Work) -> Campaign:
        now = club.clock()
        campaigns.submit(work, made.id, actor=ANN, key=f"send {key}", now=now)
        campaign_steps.step(work, made.id, now)
        return campaigns.find(work, made.id)

    found: Campaign = await club.write(write)
    assert found.state == "running"
    return found


async def filled(club: Club, audience: Audience | None = None, key: str = "d") -> Campaign:
    """A campaign on its way to all its recipients."""
    made = await begun(club, audience, key)
    while await club.write(lambda work: campaign_steps.fill(work, _now(work, made), NOW)):
        pass
    found: Campaign = await club.read(lambda work: campaigns.find(work, made.id))
    return found


def _now(work: Work, campaign: Campaign) -> Campaign:
    return work.campaigns.get(campaign.id)

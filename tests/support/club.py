"""A whole club without a network: persons who say and tap, and what they are answered."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from app.feeling import Feeling
from app.looking import Looking
from app.trying import Trying
from app.wiring import alarms
from bot.actions import Action, Signer
from bot.channel import Unreachable
from bot.dispatch import Dispatch
from bot.messages import Address, Button, Contact, Inbound, Key, Kind, Media, Rendered
from bot.router import Router
from domain.errors import Refused
from domain.programme import Programme
from handlers import routes
from services import programme_file
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from templates import catalogue
from templates.render import Renderer

NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
PROGRAMMES = Path(__file__).parents[2] / "programmes"


@dataclass
class Clock:
    """Club time that tests move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Album:
    """Pictures that the platform keeps, by reference."""

    name = "telegram"
    account = "42"

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}
        self.fetched: list[str] = []

    async def download(self, reference: str) -> bytes:
        self.fetched.append(reference)
        if reference not in self.pictures:
            raise Unreachable(reference)
        return self.pictures[reference]


class Club:
    """One club on one database: `await club.person("Mei")` is somebody in a private chat."""

    def __init__(
        self,
        url: str,
        programme: Programme,
        clock: Clock | None = None,
        before_statement: Callable[[str], None] | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.url = url
        self.programme = programme
        vault = Vault(b"test secret key of the club")
        self.written: list[int] = []
        ids = Ids(lambda: int(time.time() * 1000))
        self.shared = Shared(vault, ids, self.clock, "zh", self.written.extend)
        self.shared.before_statement = before_statement
        self.units: Units = open_units(url, self.shared)
        self.signer = Signer(vault.action_key)
        self.renderer = Renderer(self._pack, self._names)
        self.album = Album()
        self.dispatch = self.new_dispatch()
        self._updates = 0

    def new_dispatch(self) -> Dispatch:
        grave = alarms(self.units)
        router = Router(routes.ROUTES, routes.FLOWS, catalogue.phrases(), self.signer, grave)
        dispatch = Dispatch(self.units, router, self.renderer, self.clock, Refused)
        dispatch.look = Feeling(Trying(Looking(self.album).look).look, patience=10.0).look
        return dispatch

    async def open(self) -> "Club":
        def publish(work: Work) -> None:
            if not work.programmes.newest():
                work.programmes.publish(self.programme, self.clock(), None)

        await self.units.write(publish)
        return self

    def person(self, name: str = "Mei", locale: str = "en", user: str = "") -> "Person":
        return Person(self, user or str(secrets.randbelow(10**9) + 1000), name, locale)

    async def write(self, use: Callable[[Work], Any]) -> Any:
        return await self.units.write(use)

    async def read(self, use: Callable[[Work], Any]) -> Any:
        return await self.units.read(use)

    async def close(self) -> None:
        await self.units.close()

    def next_update(self) -> str:
        self._updates += 1
        return str(self._updates)

    def _pack(self, button: Button, user: str, turn: int) -> str:
        nonce = secrets.token_urlsafe(6) if button.effect else ""
        version = turn if button.here else 0
        return self.signer.pack(Action(button.intent, button.args, nonce, version), user)

    def _names(self, language: str) -> dict[str, Any]:
        return {
            "club": self.programme.name(language),
            "point_word": self.programme.points_word(1, language),
            "points_word": self.programme.points_word(2, language),
        }


@dataclass
class Person:
    """Somebody in a private chat with the club's bot."""

    club: Club
    user: str
    name: str
    locale: str
    seen: list[Rendered] = field(default_factory=list)

    @property
    def address(self) -> Address:
        return Address("telegram", "42", self.user, self.user)

    async def sends(
        self, kind: Kind = Kind.TEXT, update_id: str = "", **parts: Any
    ) -> Rendered | None:
        inbound = Inbound(
            self.address,
            update_id or self.club.next_update(),
            kind,
            locale=self.locale,
            name=self.name,
            **parts,
        )
        answer = await self.club.dispatch.handle(inbound)
        if answer is not None:
            self.seen.append(answer)
        return answer

    async def says(self, text: str) -> Rendered:
        """Types a text and is never met with silence."""
        answer = await self.sends(text=text)
        assert answer is not None, f"silence after {text!r}"
        return answer

    async def taps(self, intent: str, *args: str) -> Rendered:
        """Taps the button of that intent on the newest message that has one."""
        payload = self.button(intent, *args).payload
        answer = await self.sends(Kind.TAP, payload=payload, message="1", callback="c")
        assert answer is not None, f"silence after tapping {intent}"
        return answer

    async def shares(self, phone: str, *, own: bool = True) -> Rendered:
        """Shares a phone by the contact button."""
        answer = await self.sends(Kind.CONTACT, contact=Contact(phone, own))
        assert answer is not None
        return answer

    async def sends_photo(self, reference: str = "photo-1", text: str = "") -> Rendered:
        answer = await self.sends(Kind.PHOTO, media=(Media(reference, "photo"),), text=text)
        assert answer is not None
        return answer

    def button(self, intent: str, *args: str) -> Key:
        for message in reversed(self.seen):
            for key in (key for row in message.rows for key in row if key.payload):
                action = self.club.signer.unpack(key.payload, self.user)
                if action.intent == intent and action.args[: len(args)] == args:
                    return key
        raise AssertionError(f"no button {intent} {args} was shown")

    async def joins(self) -> "Person":
        await self.says("/start")
        await self.taps("join")
        return self

    async def hears(self) -> list[Rendered]:
        """The messages that wait to be sent to this person, oldest first, rendered."""
        from sqlalchemy import select

        from bot.messages import load_reply
        from storage.tables import post

        rows = post.Delivery.__table__  # type: ignore[attr-defined]
        wanted = select(rows.c.message, rows.c.locale).where(rows.c.chat == self.user)
        found = await self.club.read(
            lambda work: work.db.execute(wanted.order_by(rows.c.id)).all()
        )
        messages = [
            self.club.renderer.render(load_reply(message), locale, self.user, 0)
            for message, locale in found
        ]
        self.seen.extend(message for message in messages if message not in self.seen)
        return messages

    async def member_id(self) -> int:
        found = await self.club.read(
            lambda work: work.conversations.load(self.address, self.locale).person.member_id
        )
        assert isinstance(found, int)
        return found


@cache
def programme(name: str = "retail") -> Programme:
    """One of the example programmes, read once per process; change a copy (`replace`)."""
    text = (PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8")
    return programme_file.read(text)

"""A whole club in this process: webhook, core, handlers, database, worker, against the stand-in
for the Bot API. What the bot answers is checked as Telegram would check it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import func, select

from app import serving
from app.running import Tasks, stop_event
from app.settings import FixedSettings
from app.web import Site, create_app
from app.wiring import Club, opened
from bot.actions import Action
from bot.telegram.webhook import HEADER, PATH
from sandbox.calls import Calls
from sandbox.model import Chat
from sandbox.web import create_app as create_platform
from sandbox.world import World
from storage.tables import chat, metadata
from storage.work import Work

ACCOUNT = "4242"
TOKEN = f"{ACCOUNT}:canary_token_of_the_whole_stack"
SECRET = "canary-webhook-secret_of-the-whole-stack"
KEY = "canary secret key of the whole stack"
INBOX, LETTERS = chat.Inbox.__table__, chat.DeadLetter.__table__  # type: ignore[attr-defined]
Json = dict[str, Any]


@dataclass
class Answer:
    """What the webhook said: the status, and the call of the Bot API in the body if any; else
    the picture that was uploaded meanwhile, which a body cannot hold."""

    status: int
    call: Json

    @property
    def text(self) -> str:
        return str(self.call.get("text") or self.call.get("caption", ""))

    @property
    def buttons(self) -> list[Json]:
        markup = self.call.get("reply_markup") or {}
        return [button for row in markup.get("inline_keyboard", ()) for button in row]

    def labels(self) -> str:
        """Everything a person reads."""
        return "\n".join([self.text, *(str(button["text"]) for button in self.buttons)])


@dataclass
class Stack:
    """The running club; `post` sends one update as Telegram does."""

    club: Club
    site: Site
    world: World
    calls: Calls
    url: str
    http: aiohttp.ClientSession
    refused: list[str] = field(default_factory=list)
    _last: int = 1000

    def next_id(self) -> int:
        self._last += 1
        return self._last

    async def post(self, update: Any, secret: str = SECRET) -> Answer:
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        headers = {HEADER: secret, "Content-Type": "application/json"}
        chat_id = _chat_of(update)
        seen = self._newest(chat_id)
        async with self.http.post(self.url + PATH, data=body, headers=headers) as answer:
            said = await answer.read()
            answered = Answer(answer.status, json.loads(said) if said.startswith(b"{") else {})
        await self._check(answered.call)
        if not answered.call and chat_id and self._newest(chat_id) > seen:
            answered.call = self._uploaded(chat_id)
        return answered

    def _newest(self, chat_id: int) -> int:
        """The last message of a chat that the platform knows, 0 in one that is new or none."""
        if not chat_id:
            return 0
        self._known(chat_id)
        return max(self._chat(chat_id).messages, default=0)

    def _uploaded(self, chat_id: int) -> Json:
        message = self._chat(chat_id).messages[self._newest(chat_id)]
        if not message.by_bot or "photo" not in message.body:
            return {}
        return {"method": "sendPhoto", **message.body, "reply_markup": message.markup or {}}

    async def _check(self, call: Json) -> None:
        """Would Telegram take it? An edit is checked as a new message with the same content."""
        if "method" not in call:
            return
        params = {name: value for name, value in call.items() if name != "method"}
        method = "sendPhoto" if call["method"] == "sendPhoto" else "sendMessage"
        if call["method"].startswith("editMessage"):
            params.pop("message_id")
        if call["method"] == "editMessageCaption":
            params["text"] = params.pop("caption")
        self._known(params["chat_id"])
        try:
            await self.calls.run(TOKEN, method, params)
        except Exception as error:
            self.refused.append(f"{error!r}: {call}")

    def _known(self, chat_id: int) -> None:
        person = self.world.persons.get(chat_id) or self.world.add_person(chat_id, "Somebody")
        opened_chat = self.world.chat(self.world.bot_by_name(), person)
        opened_chat.started, opened_chat.blocked = True, False

    def _chat(self, chat_id: int) -> Chat:
        return self.world.chat(self.world.bot_by_name(), self.world.persons[chat_id])

    def tap(self, intent: str, *args: str, user: int, nonce: str = "", turn: int = 0) -> str:
        """The payload of a button that the bot would show to that person."""
        return self.club.signer.pack(Action(intent, args, nonce, turn), str(user))

    async def read(self, use: Callable[[Work], Any]) -> Any:
        return await self.club.units.read(use)

    async def write(self, use: Callable[[Work], Any]) -> Any:
        return await self.club.units.write(use)

    async def letters(self) -> list[tuple[str, str]]:
        """Why updates were buried, with the updates."""
        wanted = select(LETTERS.c.why, LETTERS.c.id)
        return await self.read(  # type: ignore[no-any-return]
            lambda work: [
                (str(why), work.inbox.letter(found)) for why, found in work.db.execute(wanted)
            ]
        )

    async def inbox(self) -> int:
        wanted = select(func.count()).select_from(INBOX)
        return int(await self.read(lambda work: work.db.execute(wanted).scalar_one()))

    async def everything(self, *but: str) -> dict[str, set[str]]:
        """All rows of all tables, apart from those named: what an effect would show in.

        Read when what is on its way has been sent and its row settled."""
        found = await self._everything(but)
        for _ in range(50):
            await asyncio.sleep(0.2)
            again = await self._everything(but)
            if again == found:
                break
            found = again
        return found

    async def _everything(self, but: tuple[str, ...]) -> dict[str, set[str]]:
        def rows(work: Work) -> dict[str, set[str]]:
            return {
                table.name: {repr(tuple(row)) for row in work.db.execute(select(table))}
                for table in metadata.sorted_tables
                if table.name not in but
            }

        found: dict[str, set[str]] = await self.read(rows)
        return found


def _chat_of(update: Any) -> int:
    """The private chat that an update came from; 0 where it tells none, or nonsense."""
    event = update.get("message") or update.get("callback_query") if type(update) is dict else None
    person = event.get("from") if type(event) is dict else None
    found = person.get("id") if type(person) is dict else None
    return found if type(found) is int and 0 < found < 2**52 else 0


def settings_of(database: str, folder: Path, api_url: str, **more: Any) -> FixedSettings:
    return FixedSettings(
        data=folder,
        database_url=database,
        secret_key=SecretStr(KEY),
        telegram_token=SecretStr(TOKEN),
        telegram_secret=SecretStr(SECRET),
        telegram_mode="webhook",
        telegram_api_url=api_url,
        **more,
    )


@asynccontextmanager
async def running(database: str, folder: Path, *, work: bool = False) -> AsyncIterator[Stack]:
    """The stack on a migrated database."""
    world = World([(TOKEN, "whole_bot", "Whole")])
    async with TestServer(create_platform(world)) as platform:
        settings = settings_of(database, folder, str(platform.make_url("/botapi")))
        async with opened(settings) as club, aiohttp.ClientSession() as http:
            site = Site(club)
            tasks = Tasks(stop_event())
            async with (
                TestServer(create_app(site)) as server,
                serving.bot(site, tasks, work=work),
            ):
                site.started = True
                url = str(server.make_url("/")).rstrip("/")
                yield Stack(club, site, world, Calls(world), url, http)

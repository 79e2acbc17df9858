"""Command menus: what everybody sees, and what an operator's role adds in their own chat."""

from __future__ import annotations

import asyncio
import logging

from app.wiring import Club
from bot.channel import SendError
from bot.messages import Button
from bot.state import StoreUnavailable
from bot.telegram.channel import TelegramChannel
from bot.telegram.menu import Entry, Operator, set_menus, set_operator_menu
from bot.telegram.translate import CHANNEL
from domain.staff import ROLES, permissions
from handlers.menu import STAFF, left_out
from handlers.routes import ROUTES
from storage.work import Work
from templates import catalogue

log = logging.getLogger(__name__)
LOOK_SECONDS = 5.0


def entries(without: frozenset[str] = frozenset()) -> list[Entry]:
    """The commands that work, in every language: everybody's, then those of the staff's roles.

    `without`: what this club does not have.
    """
    works = {route.intent for route in ROUTES} - without
    texts = {language: catalogue.commands(language) for language in catalogue.LANGUAGES}
    everybody = [
        Entry(command, {language: texts[language][command] for language in texts})
        for command in texts[catalogue.LANGUAGES[0]]
        if command in works
    ]
    # An intent with a point in its name is no command that one could type.
    staff = [_of_staff(need, button) for need, button in STAFF if "." not in button.intent]
    return [*everybody, *staff]


def _of_staff(need: str, button: Button) -> Entry:
    """A staff button's label says what its command does."""
    texts = {
        language: catalogue.sources(language)[button.label] for language in catalogue.LANGUAGES
    }
    roles = frozenset(role for role in ROLES if need in permissions(role))
    return Entry(button.intent, texts, roles)


def _without(work: Work) -> frozenset[str]:
    return left_out(work.programmes.current()) if work.programmes.newest() else frozenset()


class Menus:
    """Keeps the menus of one bot as its operators are: linked, given another role, disabled."""

    def __init__(self, club: Club, channel: TelegramChannel) -> None:
        self._club = club
        self._channel = channel
        self._entries: list[Entry] = []
        self._without: frozenset[str] | None = None
        self._shown: dict[str, Operator] = {}

    async def run(self) -> None:
        """Sets everybody's menu and the operators', and keeps them until it is cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def _set(self, without: frozenset[str]) -> None:
        """Everybody's menu, when the bot starts and when the club's choice changes."""
        self._without, self._entries, self._shown = without, entries(without), {}
        try:
            await set_menus(self._channel, self._entries, catalogue.LANGUAGES)
        except SendError as error:
            log.warning("the command menus could not be set: %s", error)

    async def _look(self) -> None:
        try:
            without, operators = await self._club.units.read(
                lambda work: (_without(work), self._operators(work))
            )
        except StoreUnavailable:
            log.warning("the operators could not be looked up; their menus stay as they are")
            return
        if without != self._without:
            await self._set(without)
        await self._update(operators)

    async def _update(self, operators: dict[str, Operator]) -> None:
        for chat in self._shown.keys() - operators.keys():
            plain = Operator(chat, "", self._shown.pop(chat).locale)
            await set_operator_menu(self._channel, self._entries, plain)
        for chat, operator in operators.items():
            if self._shown.get(chat) != operator:
                self._shown[chat] = operator
                await set_operator_menu(self._channel, self._entries, operator)

    def _operators(self, work: Work) -> dict[str, Operator]:
        """The linked operators of this bot by their private chat."""
        found = {}
        for one in work.staff.all():
            address = work.addresses.get(one.address_id) if one.address_id else None
            if address is None or (address.channel, address.account) != self._bot:
                continue
            locale = address.locale if address.locale in catalogue.LANGUAGES else ""
            locale = locale or self._club.shared.locale
            found[address.user] = Operator(address.user, one.role, locale)
        return found

    @property
    def _bot(self) -> tuple[str, str]:
        return CHANNEL, self._channel.account

"""The Telegram account of a running club: connects it, and takes updates by webhook or polling."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from app.metrics import Counted
from app.running import Tasks
from app.settings import PREFIX
from app.web import Site
from app.wiring import Club
from bot.channel import SendError
from bot.messages import Inbound, Rendered
from bot.telegram.channel import TelegramChannel
from bot.telegram.menu import Entry, set_menus
from bot.telegram.polling import Poller
from bot.telegram.startup import TokenRefused, connect, offline
from bot.telegram.translate import CHANNEL
from bot.telegram.webhook import Webhook
from templates import catalogue

log = logging.getLogger(__name__)
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


class BadToken(Exception):
    """The Bot API does not know the token; the text says what to do."""


class Telegram:
    """One bot account of one process."""

    def __init__(self, site: Site, tasks: Tasks) -> None:
        self._site = site
        self._club = site.club
        self._tasks = tasks
        self._core = Counted(site.club.dispatch, site.counts)
        self._poller: Poller | None = None
        settings = site.club.settings
        assert settings.telegram_token is not None
        self._token = settings.telegram_token.get_secret_value()
        self._secret = _secret(site.club)
        self.channel = offline(self._token, api_url=settings.telegram_api_url)

    async def start(self) -> None:
        """Takes updates from now on; raises BadToken. A server that does not answer yet is asked
        again beside everything else."""
        webhook = self._club.settings.telegram_mode == "webhook"
        await self.channel.client.open()
        if webhook:
            self._site.webhook = self._route(self.channel)
        try:
            await self._connect()
        except SendError as error:
            log.warning("the Bot API does not answer yet: %s", error)
            self._tasks.start("connecting to the Bot API", self._insist())
        if not webhook:
            self._poller = self._polling()
            self._tasks.start("polling", self._poller.run())

    async def close(self) -> None:
        """Lets what has been fetched be handled, then closes the connections."""
        if self._poller:
            self._poller.stop()
        if self._site.webhook:
            await self._site.webhook.close()
        await self.channel.client.close_pools()

    async def _connect(self) -> None:
        settings = self._club.settings
        try:
            connection = await connect(
                self._token,
                api_url=settings.telegram_api_url,
                webhook=settings.telegram_mode == "webhook",
                public_url=settings.public_url,
                secret=self._secret,
            )
        except TokenRefused as error:
            raise BadToken(
                f"the Bot API refuses the token of bot {error.account}; copy it again from"
                f" @BotFather into {PREFIX}TELEGRAM_TOKEN"
            ) from error
        await connection.close()
        self._site.connected = True
        log.info("connected to Telegram as @%s", connection.username)
        await self._menus()

    async def _insist(self) -> None:
        for pause in (*PAUSES, *([PAUSES[-1]] * 10_000)):
            await asyncio.sleep(pause)
            try:
                await self._connect()
            except SendError as error:
                log.warning("the Bot API still does not answer: %s", error)
            else:
                return

    async def _menus(self) -> None:
        try:
            await set_menus(self.channel, entries(), catalogue.LANGUAGES)
        except SendError as error:
            log.warning("the command menus could not be set: %s", error)

    def _route(self, channel: TelegramChannel) -> Webhook:
        return Webhook(
            self._core, self._secret, channel=channel, bury=self._bury, later=self._later
        )

    def _polling(self) -> Poller:
        return Poller(
            self._core,
            channel=self.channel,
            bury=self._bury,
            later=self._later,
            lease=Alone(),
        )

    async def _bury(self, update_id: str, raw: str, why: str) -> None:
        account = self.channel.account
        await self._club.units.write(
            lambda work: work.inbox.bury(CHANNEL, account, update_id, raw, why)
        )

    async def _later(
        self, inbound: Inbound, answer: Rendered, after: timedelta | None, *, repeated: bool
    ) -> None:
        log.warning("an answer could not be sent at once")


class Alone:
    """The lease of a process that is the only one, as on SQLite."""

    async def hold(self) -> bool:
        return True


def entries() -> list[Entry]:
    """The command menu in every language."""
    texts = {language: catalogue.commands(language) for language in catalogue.LANGUAGES}
    first = texts[catalogue.LANGUAGES[0]]
    return [
        Entry(command, {language: texts[language][command] for language in texts})
        for command in first
    ]


def _secret(club: Club) -> str:
    secret = club.settings.telegram_secret
    return secret.get_secret_value() if secret else ""

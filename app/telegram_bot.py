"""The Telegram account of a running club: connects it and takes its updates."""

from __future__ import annotations

import asyncio
import logging

from app.answers import Answers
from app.clock import real_now
from app.feeling import Feeling
from app.looking import Looking
from app.menus import Menus
from app.metrics import Counted
from app.pictures import ClubPictures
from app.running import Tasks
from app.settings import PREFIX
from app.trying import Trying
from app.web import Site
from bot.channel import SendError
from bot.telegram.channel import TelegramChannel
from bot.telegram.polling import Pace, Poller
from bot.telegram.startup import TokenRefused, connect, offline
from bot.telegram.translate import CHANNEL
from bot.telegram.webhook import Webhook
from scheduler.lease import Lease
from services.ports.post import Route
from services.vouchers import BOT_NAME

log = logging.getLogger(__name__)
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
POLLING = Pace()


class BadToken(Exception):
    """The Bot API does not know the token; the text says what to do."""


class Telegram:
    """One bot account in one process."""

    def __init__(self, site: Site, tasks: Tasks) -> None:
        self._site = site
        self._club = site.club
        self._tasks = tasks
        self._core = Counted(site.club.dispatch, site.counts)
        settings = site.club.settings
        assert settings.telegram_token is not None
        self._token = settings.telegram_token.get_secret_value()
        secret = settings.telegram_secret
        self._secret = secret.get_secret_value() if secret else ""
        self.channel = offline(self._token, api_url=settings.telegram_api_url)
        self.channel.pictures = ClubPictures(site.club.units, CHANNEL, site.club.clock.now)
        look = Trying(Looking(self.channel).look).look
        site.club.dispatch.look = Feeling(look).look
        self._menus = Menus(site.club, self.channel)
        self._poller: Poller | None = None
        self._lease = Lease(
            site.club.units,
            f"poll:{CHANNEL}:{self.channel.account}",
            site.club.name,
            real_now,
            POLLING.beat * 3 + 1,
        )

    # -- starting and stopping ---------------------------------------------------------

    async def start(self, *, chat: bool) -> None:
        """Opens the connections and, for `chat`, takes updates from now on.

        Raises BadToken. A server that does not answer is asked again beside everything else.
        """
        await self.channel.client.open()
        webhook = self._club.settings.telegram_mode == "webhook"
        if chat and webhook:
            self._site.webhook = self._route(self.channel)
        if chat:
            await self._connected()
        if chat and not webhook:
            self._poller = self._polling()
            self._tasks.start("polling", self._poller.run())

    async def quiet(self) -> None:
        """Takes nothing more and lets what has been fetched be handled."""
        if self._poller:
            self._poller.stop()
            await self._tasks.ended("polling")
            await self._lease.release()
        if self._site.webhook:
            await self._site.webhook.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self.channel.client.close_pools()

    async def _connected(self) -> None:
        try:
            await self._connect()
        except SendError as error:
            log.warning("the Bot API does not answer yet: %s", error)
            self._tasks.start("connecting to the Bot API", self._insist())

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
        name = connection.username
        await self._club.units.write(lambda work: work.settings.put(BOT_NAME, name))
        self._tasks.start("menus", self._menus.run())

    async def _insist(self) -> None:
        tries = 0
        while not self._site.connected:
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1
            try:
                await self._connect()
            except SendError as error:
                log.warning("the Bot API still does not answer: %s", error)

    # -- what the platform's side needs of the club ------------------------------------

    def _route(self, channel: TelegramChannel) -> Webhook:
        return Webhook(
            self._core, self._secret, channel=channel, bury=self._bury, answers=self._answers()
        )

    def _polling(self) -> Poller:
        return Poller(
            self._core,
            channel=self.channel,
            bury=self._bury,
            answers=self._answers(),
            lease=self._lease,
            pace=POLLING,
        )

    def _answers(self) -> Answers:
        assert self._site.worker is not None
        route = Route(CHANNEL, self.channel.account)
        sender = next(one for one in self._site.worker.senders if one.route == route)
        return Answers(self._club, route, sender.silence)

    async def _bury(self, update_id: str, raw: str, why: str) -> None:
        account = self.channel.account
        self._site.counts.errors["dead_letter"] += 1
        await self._club.units.write(
            lambda work: work.inbox.bury(CHANNEL, account, update_id, raw, why)
        )

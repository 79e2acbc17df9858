"""Connecting to the Bot API when a process starts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from telegram.error import InvalidToken

from bot.telegram.channel import FAILURES, TelegramChannel
from bot.telegram.client import API, Client
from bot.telegram.errors import meaning
from bot.telegram.render import Call
from bot.telegram.translate import ALLOWED
from bot.telegram.webhook import PATH, check_secret

log = logging.getLogger(__name__)


class TokenRefused(Exception):
    """The server does not know the token. `account` is the bot's id, never the token."""

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.account = account


@dataclass(frozen=True, slots=True)
class Connection:
    """An open channel and who the bot is."""

    channel: TelegramChannel
    username: str
    name: str

    async def close(self) -> None:
        """Closes the pools of connections."""
        await self.channel.client.close_pools()


async def connect(
    token: str,
    *,
    api_url: str = API,
    webhook: bool = False,
    public_url: str = "",
    secret: str = "",
) -> Connection:
    """Asks the server who the bot is and tells it where updates go.

    With `webhook` they go to `public_url` + PATH; without a public URL that call is left out with
    a warning, the route works all the same. Else the webhook is taken away for polling, and no
    waiting update is dropped. Raises BadSecret, TokenRefused, or a SendError.
    """
    if webhook:
        check_secret(secret)
    client = Client(token, api_url=api_url or API)
    await client.open()
    try:
        me = await _who(client)
        connection = Connection(TelegramChannel(client), me.username or "", me.first_name)
        if webhook:
            await set_webhook(connection.channel, public_url, secret)
        else:
            await connection.channel.run(Call("deleteWebhook", {"drop_pending_updates": False}))
    except BaseException:
        await client.close_pools()
        raise
    return connection


def offline(token: str, *, api_url: str = API) -> TelegramChannel:
    """A channel that has asked nobody anything yet; `await channel.client.open()` before use."""
    return TelegramChannel(Client(token, api_url=api_url or API))


async def _who(client: Client) -> Any:
    try:
        return await client.get_me()
    except InvalidToken:
        refused: Exception = TokenRefused(client.account)
    except FAILURES as error:
        refused = meaning(error)
    raise refused


async def set_webhook(channel: TelegramChannel, public_url: str, secret: str) -> None:
    """Tells the server to post updates here, signed with the secret; raises SendErrors."""
    if not public_url:
        log.warning("no public URL is set, so Telegram is not told where to send updates")
        return
    params = {
        "url": public_url.rstrip("/") + PATH,
        "secret_token": secret,
        "allowed_updates": list(ALLOWED),
    }
    await channel.run(Call("setWebhook", params))

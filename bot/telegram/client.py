"""PTB's Bot over our transport, with a token that shows up nowhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from telegram import Bot, InputFile
from telegram.error import InvalidToken

from bot.telegram.decoding import encode
from bot.telegram.secrecy import guard
from bot.telegram.translate import account_of
from bot.telegram.transport import Transport

API = "https://api.telegram.org"
# Seconds that a long poll may last beyond its own wait.
LEEWAY = 10.0


class Client(Bot):
    """A Bot that neither prints its token nor quotes it in errors."""

    __slots__ = ("_long", "_sending")

    def __init__(self, token: str, *, api_url: str = API) -> None:
        scrub = guard(token)
        root = api_url.rstrip("/")
        # Long polling has a pool of its own, so that sending never waits for it.
        self._long = Transport(scrub, pool=2)
        self._sending = Transport(scrub)
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._sending,
            get_updates_request=self._long,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}[{self.account}]"

    @property
    def account(self) -> str:
        """The bot's id."""
        return account_of(self.token)

    async def open(self) -> None:
        """Opens the pools; unlike `initialize` it asks the server nothing."""
        for request in self._request:
            await request.initialize()

    async def close_pools(self) -> None:
        """Closes the pools."""
        for request in self._request:
            await request.shutdown()

    async def initialize(self) -> None:
        """As PTB's, but the error names the bot instead of quoting the token."""
        try:
            await super().initialize()
        except InvalidToken:
            refused = InvalidToken(f"the server refused the token of bot {self.account}")
        else:
            return
        raise refused

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        """The result of any method as plain JSON; `params` hold JSON and InputFiles.

        Raises PTB's errors. Unlike PTB's own methods it never takes a text for the path of a
        local file, and does not build a Message that nobody looks at; what holds no file skips
        PTB's handling of parameters, too, which costs as much as all the rest of ours.
        """
        if any(isinstance(part, InputFile) for part in params.values()):
            return await self._post(method, params)
        return await self._sending.call(f"{self.base_url}/{method}", params)

    async def raw_updates(self, offset: int, wait: int, allowed: tuple[str, ...]) -> Any:
        """Updates as the server's JSON holds them, from `offset` on (0: all that wait).

        `wait` in seconds. Raises PTB's errors.
        """
        query: dict[str, Any] = {"timeout": wait, "allowed_updates": encode(allowed).decode()}
        if offset:
            query["offset"] = offset
        url = f"{self.base_url}/getUpdates?{urlencode(query)}"
        return await self._long.post(url, read_timeout=wait + LEEWAY)

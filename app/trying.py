"""Tries operators' words before they are saved, in a process that is killed after a second."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bot.dispatch import Look
from bot.messages import Address
from bot.turn import TO_TRY, Seen
from domain.wording_errors import WordingFault, fault_of

log = logging.getLogger(__name__)
START_SECONDS: Final = 30.0  # a busy machine needs some to start a process
TRY_SECONDS: Final = 1.0
_ROOT = Path(__file__).resolve().parents[1]
# It needs none of our secrets.
_PASSED = frozenset({"LANG", "PATH", "PYTHONPATH", "SYSTEMROOT", "VIRTUAL_ENV"})
_CRASHED = WordingFault("", 0, "time", "1")


class Trying:
    """Tries words, and is the Look of a dispatch that knows how to do both: what is not words
    goes to `then`."""

    def __init__(self, then: Look | None = None) -> None:
        self._then = then

    async def faults(self, key: str, content: Mapping[str, Any]) -> list[WordingFault]:
        """Everything that is wrong; words that take too long or break the process are refused.

        Raises RuntimeError, OSError, TimeoutError when no process can be had.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "templates.trial"),
            stdin=PIPE,
            stdout=PIPE,
            cwd=_ROOT,
            env={name: value for name, value in os.environ.items() if name in _PASSED},
        )
        try:
            return await self._asked(process, json.dumps([key, content]))
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _asked(self, process: Process, question: str) -> list[WordingFault]:
        assert process.stdin is not None
        assert process.stdout is not None
        if not await asyncio.wait_for(process.stdout.readline(), START_SECONDS):
            raise RuntimeError("the process that tries words did not start")
        process.stdin.write(question.encode() + b"\n")
        try:
            line = await asyncio.wait_for(process.stdout.readline(), TRY_SECONDS)
        except TimeoutError:
            log.warning("words took more than %.0f s to render and are refused", TRY_SECONDS)
            return [_CRASHED]
        if not line:
            return [_CRASHED]
        return [fault_of(one) for one in json.loads(line)]

    async def look(self, address: Address, reference: str) -> Seen:
        """Words as faults in JSON (bot.dispatch.Look); everything else as `then` sees it."""
        if reference.startswith(TO_TRY):
            key, content = json.loads(reference.removeprefix(TO_TRY))
            found = await self.faults(key, content)
            return Seen(TO_TRY, text=json.dumps([one.data() for one in found]))
        if self._then is None:
            return Seen(reference, problem="unreachable")
        return await self._then(address, reference)

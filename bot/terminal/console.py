"""Reading and writing lines: prompt_toolkit on a real terminal, plain streams elsewhere."""

from __future__ import annotations

import asyncio
import sys
from typing import Protocol, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

PROMPT = "> "


class Io(Protocol):
    """Where a conversation in the terminal is read from and written to."""

    @property
    def colours(self) -> bool:
        """Whether ANSI styling is shown and not printed as rubbish."""

    async def read(self) -> str | None:
        """The next line without its end, None when there are no more (Ctrl-D, Ctrl-C)."""

    def write(self, text: str) -> None:
        """Shows a text at once."""


class Terminal:
    """A person at a terminal: editable lines with a history, answers above the prompt."""

    colours = True

    def __init__(self) -> None:
        self._session: PromptSession[str] = PromptSession(PROMPT)

    async def read(self) -> str | None:
        """The next line; None at Ctrl-D or Ctrl-C."""
        try:
            with patch_stdout(raw=True):
                return await self._session.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return None

    def write(self, text: str) -> None:
        """Shows a text; while a line is being typed it appears above it."""
        sys.stdout.write(text)
        sys.stdout.flush()


class Streams:
    """Plain text streams, as in a pipe."""

    colours = False

    def __init__(self, lines: TextIO, out: TextIO) -> None:
        self._lines = lines
        self._out = out

    async def read(self) -> str | None:
        """The next line; None at the end of the stream."""
        line = await asyncio.to_thread(self._lines.readline)
        return line.rstrip("\r\n") if line else None

    def write(self, text: str) -> None:
        """Writes and flushes."""
        self._out.write(text)
        self._out.flush()


def console() -> Io:
    """What fits the standard streams of this process."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return Terminal()
    return Streams(sys.stdin, sys.stdout)

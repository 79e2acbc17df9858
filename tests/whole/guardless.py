"""`memberbot` with its guards against repeats switched off: proves that the tests would notice.

Run as a program. Every update counts as new, and every tap as another one.
"""

from __future__ import annotations

import secrets
from typing import Any

from app.cli import main
from bot import dispatch
from storage.inbox import Inbox


def switch_off() -> None:
    receive, turn = Inbox.receive, dispatch._turn

    def always_new(self: Inbox, address: Any, update_id: str, *rest: Any) -> Any:
        return receive(self, address, f"{update_id}:{secrets.token_hex(4)}", *rest)

    def another(*given: Any, **more: Any) -> Any:
        made = turn(*given, **more)
        made.nonce = secrets.token_hex(8)
        return made

    Inbox.receive = always_new  # type: ignore[method-assign]
    dispatch._turn = another


if __name__ == "__main__":
    switch_off()
    main()

"""Command menus per language and per role (Bot API, setMyCommands)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.telegram.channel import TelegramChannel
from bot.telegram.render import Call, chat_id

MOST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of the menu: its name without the slash, what it does in each language, and the
    roles that see it (none: everybody)."""

    command: str
    texts: Mapping[str, str]
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Operator:
    """A staff person's private chat, with the role and the language they chose."""

    chat: str
    role: str
    locale: str


def member_menus(entries: Sequence[Entry], locales: Sequence[str]) -> list[Call]:
    """One menu per language, and the first language's for everybody else."""
    open_to_all = [entry for entry in entries if not entry.roles]
    first = _call(open_to_all, locales[0], {"type": "default"})
    named = [
        Call(
            first.method,
            _call(open_to_all, locale, {"type": "default"}).params | {"language_code": locale},
        )
        for locale in locales
    ]
    return [first, *named]


def operator_menu(entries: Sequence[Entry], operator: Operator) -> Call:
    """The menu of one chat: what everybody sees and what the role adds (role "": nothing)."""
    seen = [entry for entry in entries if not entry.roles or operator.role in entry.roles]
    return _call(seen, operator.locale, {"type": "chat", "chat_id": chat_id(operator.chat)})


async def set_menus(
    channel: TelegramChannel,
    entries: Sequence[Entry],
    locales: Sequence[str],
    operators: Iterable[Operator] = (),
) -> None:
    """Sets all menus; raises SendErrors for the common ones. An operator's chat that is gone
    takes nothing away from the others."""
    for call in member_menus(entries, locales):
        await channel.run(call)
    for operator in operators:
        await set_operator_menu(channel, entries, operator)


async def set_operator_menu(
    channel: TelegramChannel, entries: Sequence[Entry], operator: Operator
) -> bool:
    """Sets one operator's menu, as after linking or a change of role; False if Telegram will
    not have it now."""
    return await channel.tried(operator_menu(entries, operator))


def _call(entries: Sequence[Entry], locale: str, scope: Mapping[str, Any]) -> Call:
    commands = [
        {"command": entry.command, "description": entry.texts[locale]} for entry in entries[:MOST]
    ]
    return Call("setMyCommands", {"commands": commands, "scope": dict(scope)})

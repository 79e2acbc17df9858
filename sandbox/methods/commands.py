"""setMyCommands, getMyCommands, deleteMyCommands, and which list a person's menu shows."""

import re
from typing import Any

from sandbox.errors import bad_request
from sandbox.model import Bot, Chat, Group, Person
from sandbox.world import World

Json = dict[str, Any]

_COMMAND = re.compile(r"[a-z0-9_]{1,32}$")
_LANGUAGE = re.compile(r"([a-z]{2})?$")


def set_my_commands(world: World, bot: Bot, given: Json) -> bool:
    """Sets the list for one scope and language."""
    commands = given["commands"]
    if len(commands) > 100:
        raise bad_request("too many commands specified")
    for command in commands:
        name = command["command"] = command["command"].removeprefix("/")
        if not _COMMAND.match(name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not command["description"].strip():
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_key(world, bot, given)] = commands
    return _kept(world, bot)


def get_my_commands(world: World, bot: Bot, given: Json) -> list[Json]:
    """The list of exactly this scope and language, empty if none was set."""
    return bot.commands.get(_key(world, bot, given), [])


def delete_my_commands(world: World, bot: Bot, given: Json) -> bool:
    """Removes the list of this scope and language."""
    bot.commands.pop(_key(world, bot, given), None)
    return _kept(world, bot)


def _kept(world: World, bot: Bot) -> bool:
    world.keep_bot(bot)
    for chat in world.chats.values():
        if chat.bot_id == bot.id:
            world.announce_chat(chat)
    return True


def _key(world: World, bot: Bot, given: Json) -> str:
    language = given.get("language_code", "")
    if not _LANGUAGE.match(language):
        raise bad_request("invalid language code specified")
    scope = given.get("scope", {"type": "default"})
    place = scope["type"]
    if "chat_id" in scope:
        place += f":{world.chat_for_bot(bot, scope['chat_id']).id}"
    if "user_id" in scope:
        place += f":{scope['user_id']}"
    return f"{place}/{language}"


def menu(bot: Bot, chat: Chat, person: Person) -> list[Json]:
    """The commands in this person's menu: the chat's own list before the one for chats of its
    kind before the default; each in the person's language before the one without language."""
    language = person.language_code.partition("-")[0].lower()
    for scope in (*_scopes(chat, person), "default"):
        for code in (language, ""):
            commands = bot.commands.get(f"{scope}/{code}")
            if commands:
                return commands
    return []


def _scopes(chat: Chat, person: Person) -> tuple[str, ...]:
    if not isinstance(chat, Group):
        return f"chat:{chat.id}", "all_private_chats"
    return f"chat_member:{chat.id}:{person.id}", f"chat:{chat.id}", "all_group_chats"

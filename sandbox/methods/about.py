"""getMe, getChat, getFile."""

from typing import Any

from sandbox.errors import bad_request
from sandbox.model import Bot
from sandbox.world import World

Json = dict[str, Any]

_NO_GIFTS = (
    "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
).split()
_ABILITIES = (
    "can_join_groups can_read_all_group_messages supports_guest_queries supports_inline_queries "
    "can_connect_to_business has_main_web_app has_topics_enabled allows_users_to_create_topics "
    "can_manage_bots"
).split()


def get_me(world: World, bot: Bot, given: Json) -> Json:
    """The bot itself."""
    return bot.user() | dict.fromkeys(_ABILITIES, False)


def get_chat(world: World, bot: Bot, given: Json) -> Json:
    """A private chat in full."""
    chat = world.chat_for_bot(bot, given["chat_id"])
    person = world.persons[chat.person_id]
    shown: Json = person.chat() | {
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_NO_GIFTS, False),
    }
    if person.username:
        shown["active_usernames"] = [person.username]
    return shown


def get_file(world: World, bot: Bot, given: Json) -> Json:
    """Where a file can be downloaded."""
    file = world.files.get(given["file_id"])
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.path,
    }

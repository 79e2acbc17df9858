"""getMe, getChat, getChatMember, leaveChat, getFile."""

from typing import Any

from sandbox.errors import bad_request
from sandbox.groups import bot_member, change_standing, check_standing, person_member
from sandbox.model import Bot, Group
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
    """A private chat or a group in full."""
    chat = world.chat_for_bot(bot, given["chat_id"])
    more: Json = {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_NO_GIFTS, False),
    }
    if isinstance(chat, Group):
        check_standing(chat, writes=False)
        return chat.api() | more
    person = world.persons[chat.person_id]
    names = {"active_usernames": [person.username]} if person.username else {}
    return person.chat() | more | names


def get_chat_member(world: World, bot: Bot, given: Json) -> Json:
    """What somebody is in a group: the bot itself or a person."""
    chat = world.chat_for_bot(bot, given["chat_id"])
    if not isinstance(chat, Group):
        raise bad_request("member list is inaccessible")
    check_standing(chat, writes=False)
    if given["user_id"] == bot.id:
        return bot_member(bot, chat)
    if given["user_id"] not in world.persons:
        raise bad_request("user not found")
    return person_member(chat, world.persons[given["user_id"]])


def leave_chat(world: World, bot: Bot, given: Json) -> bool:
    """The bot leaves a group."""
    chat = world.chat_for_bot(bot, given["chat_id"])
    if not isinstance(chat, Group):
        raise bad_request("chat member status can't be changed in private chats")
    check_standing(chat, writes=False)
    change_standing(world, bot, chat, "left", [])
    return True


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

"""createForumTopic and its kin: the topics of a forum, as far as the bot's rights go."""

from typing import Any

from sandbox.errors import bad_request
from sandbox.groups import (
    COLORS,
    begin_topic,
    check_standing,
    may,
    rename_topic,
    shut_topic,
    topic_of,
)
from sandbox.model import Bot, Group, Topic
from sandbox.world import World

Json = dict[str, Any]


def create_forum_topic(world: World, bot: Bot, given: Json) -> Json:
    """A new topic; its number is that of the message that says so."""
    group = _forum(world, bot, given)
    if not may(group, "can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    if not given["name"].strip():
        raise bad_request("TOPIC_TITLE_EMPTY")
    color = given.get("icon_color", COLORS[0])
    if color not in COLORS:
        raise bad_request("invalid topic icon color specified")
    topic = begin_topic(world, bot, group, given["name"].strip(), color=color)
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.color}


def edit_forum_topic(world: World, bot: Bot, given: Json) -> bool:
    """Another name; an empty one keeps the old."""
    group, topic = _topic(world, bot, given)
    rename_topic(world, bot, group, topic, given.get("name", "").strip() or topic.name)
    return True


def close_forum_topic(world: World, bot: Bot, given: Json) -> bool:
    """Closes a topic."""
    shut_topic(world, bot, *_topic(world, bot, given), closed=True)
    return True


def reopen_forum_topic(world: World, bot: Bot, given: Json) -> bool:
    """Opens a closed topic again."""
    shut_topic(world, bot, *_topic(world, bot, given), closed=False)
    return True


def delete_forum_topic(world: World, bot: Bot, given: Json) -> bool:
    """Deletes a topic and all that was said in it."""
    group = _forum(world, bot, given)
    topic = topic_of(group, given["message_thread_id"])
    if not may(group, "can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    world.drop_topic(group, topic)
    return True


def _forum(world: World, bot: Bot, given: Json) -> Group:
    chat = world.chat_for_bot(bot, given["chat_id"])
    if not isinstance(chat, Group):
        raise bad_request("the chat is not a supergroup")
    check_standing(chat, writes=False)
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic(world: World, bot: Bot, given: Json) -> tuple[Group, Topic]:
    group = _forum(world, bot, given)
    topic = topic_of(group, given["message_thread_id"])
    # who began a topic may change it without further rights
    if topic.by != bot.id and not may(group, "can_manage_topics"):
        raise bad_request("not enough rights to edit the topic")
    return group, topic

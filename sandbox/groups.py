"""Groups: who is in them, what the bot may do there, and the topics of a forum."""

from typing import Any

from sandbox.errors import ApiError, PersonError, bad_request, forbidden
from sandbox.messages import as_api, new_message
from sandbox.model import Bot, Group, Message, Person, Topic
from sandbox.world import World

Json = dict[str, Any]

STANDINGS = ("administrator", "member", "restricted", "left", "kicked")
RIGHTS = (
    "can_delete_messages",
    "can_restrict_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
FIRST_GROUP = 1_000_000_000_001
SUPERGROUP = 1_000_000_000_000
_ALWAYS = ("can_manage_video_chats can_post_stories can_edit_stories can_delete_stories").split()
_MAY = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_react_to_messages can_edit_tag can_change_info "
    "can_invite_users can_pin_messages can_manage_topics"
).split()


def add_group(world: World, bot: Bot, group: Group, *, by: int | None = None) -> Group:
    """Makes a group that the bot is in; the bot is told of its standing. PersonError for members
    whom nobody knows or a number that is taken."""
    for person in group.members:
        world.person(person)
    if not group.members:
        raise PersonError(400, "a group has members")
    if (bot.id, group.id) in world.chats:
        raise PersonError(409, f"there is a chat {group.id} already")
    standing, group.standing = group.standing, "left"
    world.chats[bot.id, group.id] = group
    world.keep_chat(group)
    change_standing(world, bot, group, standing, group.rights, by=by)
    return group


def free_id(world: World, kind: str) -> int:
    """A number for a new group, of the form that its kind has."""
    taken = {-chat_id for _, chat_id in world.chats}
    number = FIRST_GROUP if kind == "supergroup" else FIRST_GROUP - SUPERGROUP
    while number in taken:
        number += 1
    return -number


def change_standing(
    world: World,
    bot: Bot,
    group: Group,
    standing: str,
    rights: list[str],
    *,
    by: int | None = None,
) -> None:
    """The bot becomes an administrator with these rights, a member, restricted, or is sent away;
    an update tells it. ``by``: the person who did it, the first member if not given."""
    before = bot_member(bot, group)
    group.standing, group.rights = standing, list(rights)
    after = bot_member(bot, group)
    world.keep_chat(group)
    if before == after:
        return
    body = {
        "chat": group.api(),
        "from": world.person(by or group.members[0]).user(),
        "date": world.seconds(),
        "old_chat_member": before,
        "new_chat_member": after,
    }
    world.add_update(bot, "my_chat_member", body)


def bot_member(bot: Bot, group: Group) -> Json:
    """The bot as a Bot API ``ChatMember`` of the group."""
    member: Json = {"user": bot.user(), "status": group.standing}
    if group.standing == "kicked":
        return member | {"until_date": 0}
    if group.standing == "restricted":
        return member | dict.fromkeys(_MAY, False) | {"is_member": True, "until_date": 0}
    if group.standing != "administrator":
        return member
    held = {right: right in group.rights for right in RIGHTS}
    fixed = {"can_be_edited": False, "is_anonymous": False, "can_manage_chat": True}
    return member | fixed | dict.fromkeys(_ALWAYS, False) | {"can_promote_members": False} | held


def person_member(group: Group, person: Person) -> Json:
    """A person as a ``ChatMember``; the first member owns the group."""
    if person.id not in group.members:
        return {"user": person.user(), "status": "left"}
    if person.id == group.members[0]:
        return {"user": person.user(), "status": "creator", "is_anonymous": False}
    return {"user": person.user(), "status": "member"}


def may(group: Group, right: str) -> bool:
    """Whether the bot has this right of an administrator."""
    return group.standing == "administrator" and right in group.rights


def check_standing(group: Group, *, writes: bool = True) -> None:
    """ApiError where the bot is not in the group or may not write there."""
    where = "supergroup chat" if group.kind == "supergroup" else "group chat"
    if group.standing == "kicked":
        raise forbidden(f"bot was kicked from the {where}")
    if group.standing == "left":
        raise forbidden(f"bot is not a member of the {where}")
    if writes and group.standing == "restricted":
        raise bad_request("not enough rights to send text messages to the chat")


def hears(bot: Bot, group: Group, message: Message) -> bool:
    """Whether the bot is told of a message, with privacy mode on: an administrator of all, a
    member of commands, its own name, replies to itself and what happened in the group."""
    if group.standing in ("left", "kicked"):
        return False
    if group.standing == "administrator" or is_service(message):
        return True
    text = message.body.get("text") or message.body.get("caption") or ""
    answered = group.messages.get(message.reply_to or 0)
    named = f"@{bot.username}".lower() in text.lower()
    return text.startswith("/") or named or bool(answered and answered.by_bot)


_SERVICE = (
    "forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened "
    "new_chat_members left_chat_member new_chat_title migrate_to_chat_id migrate_from_chat_id"
).split()


def is_service(message: Message) -> bool:
    """Whether a message says what happened in the group, not what somebody wrote."""
    return any(name in message.body for name in _SERVICE)


def happened(
    world: World, bot: Bot, group: Group, body: Json, *, by: int = 0, topic: int = 0
) -> Message:
    """A message of what a person (or, without ``by``, the bot) did to the group."""
    message = new_message(world, bot, group, body, by_bot=not by, sender=by, topic=topic)
    if hears(bot, group, message):
        world.add_update(bot, "message", as_api(world, bot, message))
    return message


# -- topics -------------------------------------------------------------------------------------


def begin_topic(
    world: World, bot: Bot, group: Group, name: str, *, by: int = 0, color: int = COLORS[0]
) -> Topic:
    """A new topic, begun by a person or, without ``by``, by the bot."""
    if not group.forum:
        raise bad_request("the chat is not a forum")
    # the id of a topic is that of the message that says it was begun
    body = {"forum_topic_created": {"name": name, "icon_color": color}}
    topic = Topic(bot.next_message_id, name, color, by or bot.id)
    world.keep_topic(group, topic)
    happened(world, bot, group, body, by=by, topic=topic.id)
    return topic


def topic_of(group: Group, topic_id: int) -> Topic:
    """The topic, or ApiError 400."""
    if not group.forum:
        raise bad_request("the chat is not a forum")
    if topic_id not in group.topics:
        raise bad_request("message thread not found")
    return group.topics[topic_id]


def rename_topic(
    world: World, bot: Bot, group: Group, topic: Topic, name: str, *, by: int = 0
) -> None:
    """Another name; ApiError where it has that name."""
    if name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name
    world.keep_topic(group, topic)
    happened(world, bot, group, {"forum_topic_edited": {"name": name}}, by=by, topic=topic.id)


def shut_topic(
    world: World, bot: Bot, group: Group, topic: Topic, closed: bool, *, by: int = 0
) -> None:
    """Closes or reopens a topic; ApiError where it is so already."""
    if closed == topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    world.keep_topic(group, topic)
    name = "forum_topic_closed" if closed else "forum_topic_reopened"
    happened(world, bot, group, {name: {}}, by=by, topic=topic.id)


def by_person(error: ApiError) -> PersonError:
    """A refusal of the Bot API, told to a person."""
    return PersonError(409, error.description.removeprefix("Bad Request: "))


# -- changes that persons make ------------------------------------------------------------------


def join(world: World, bot: Bot, group: Group, person: Person) -> None:
    """A person comes into the group; again changes nothing."""
    if person.id not in group.members:
        group.members.append(person.id)
        world.keep_chat(group)
        happened(world, bot, group, {"new_chat_members": [person.user()]}, by=person.id)


def leave(world: World, bot: Bot, group: Group, person: Person) -> None:
    """A person goes; the last one cannot."""
    if person.id in group.members:
        if len(group.members) == 1:
            raise PersonError(409, "the last member cannot leave a group")
        happened(world, bot, group, {"left_chat_member": person.user()}, by=person.id)
        group.members.remove(person.id)
        world.keep_chat(group)


def make_forum(world: World, bot: Bot, group: Group, forum: bool) -> Group:
    """Topics on or off; only supergroups have them, so that a plain group becomes one first."""
    if forum and group.kind == "group":
        group = upgrade(world, bot, group)
    group.forum = forum
    world.keep_chat(group)
    return group


def upgrade(world: World, bot: Bot, group: Group) -> Group:
    """The supergroup that a group becomes: with a new number and without the old messages."""
    if group.kind != "group":
        raise PersonError(409, "this is a supergroup already")
    fresh = Group(
        bot.id,
        free_id(world, "supergroup"),
        0,
        started=True,
        title=group.title,
        members=list(group.members),
        standing=group.standing,
        rights=list(group.rights),
    )
    owner = group.members[0]
    world.chats[bot.id, fresh.id] = fresh
    world.keep_chat(fresh)
    happened(world, bot, group, {"migrate_to_chat_id": fresh.id}, by=owner)
    happened(world, bot, fresh, {"migrate_from_chat_id": group.id}, by=owner)
    group.moved_to = fresh.id
    world.keep_chat(group)
    return fresh

"""The methods about groups: topics, and who is in a group."""

from sandbox.fact_lines import Method, method_of

_CHAT = "chat_id!: Integer | String"
_TOPIC = "message_thread_id!: Integer"
_ICON = "icon_custom_emoji_id: String ~"

GROUPS: list[Method] = [
    method_of(
        "createForumTopic -> ForumTopic",
        _CHAT,
        _ICON,
        "name!: String [1-128]",
        "icon_color: Integer",
    ),
    method_of("editForumTopic -> Boolean", _CHAT, _TOPIC, _ICON, "name: String [0-128]"),
    method_of("closeForumTopic -> Boolean", _CHAT, _TOPIC),
    method_of("reopenForumTopic -> Boolean", _CHAT, _TOPIC),
    method_of("deleteForumTopic -> Boolean", _CHAT, _TOPIC),
    method_of("getChatMember -> ChatMember", _CHAT, "user_id!: Integer"),
    method_of("leaveChat -> Boolean", _CHAT),
]

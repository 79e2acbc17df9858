"""The objects that may stand in a parameter, in the notation of the fact table."""

from sandbox.fact_lines import Field, fields_of

_PLACEHOLDER = """
input_field_placeholder: String [1-64]
selective: Boolean ~
"""
_DECORATED = """
text!: String
icon_custom_emoji_id: String ~
style: String
"""
_CHAT_SCOPE = """
type!: String
chat_id!: Integer | String
"""
_MEDIUM = """
type!: String
media!: String
caption: String [0-1024]
parse_mode: String
caption_entities: Array of MessageEntity
"""
_ABOVE = """
show_caption_above_media: Boolean ~
has_spoiler: Boolean ~
"""

TYPES: dict[str, dict[str, Field]] = {
    "InlineKeyboardMarkup": fields_of("inline_keyboard!: Array of Array of InlineKeyboardButton"),
    "InlineKeyboardButton": fields_of(
        _DECORATED,
        """
        url: String
        callback_data: String [1-64]
        web_app: WebAppInfo ~
        login_url: LoginUrl ~
        switch_inline_query: String ~
        switch_inline_query_current_chat: String ~
        switch_inline_query_chosen_chat: SwitchInlineQueryChosenChat ~
        copy_text: CopyTextButton
        callback_game: CallbackGame ~
        pay: Boolean ~
        """,
    ),
    "CopyTextButton": fields_of("text!: String [1-256]"),
    "ReplyKeyboardMarkup": fields_of(
        _PLACEHOLDER,
        """
        keyboard!: Array of Array of KeyboardButton
        is_persistent: Boolean ~
        resize_keyboard: Boolean ~
        one_time_keyboard: Boolean
        """,
    ),
    "KeyboardButton": fields_of(
        _DECORATED,
        """
        request_users: KeyboardButtonRequestUsers ~
        request_chat: KeyboardButtonRequestChat ~
        request_managed_bot: KeyboardButtonRequestManagedBot ~
        request_contact: Boolean
        request_location: Boolean ~
        request_poll: KeyboardButtonPollType ~
        web_app: WebAppInfo ~
        """,
    ),
    "ReplyKeyboardRemove": fields_of("remove_keyboard!: Boolean", "selective: Boolean ~"),
    "ForceReply": fields_of("force_reply!: Boolean", _PLACEHOLDER),
    "BotCommand": fields_of("command!: String [1-32]", "description!: String [1-256]"),
    "BotCommandScopeDefault": fields_of("type!: String"),
    "BotCommandScopeAllPrivateChats": fields_of("type!: String"),
    "BotCommandScopeAllGroupChats": fields_of("type!: String"),
    "BotCommandScopeAllChatAdministrators": fields_of("type!: String"),
    "BotCommandScopeChat": fields_of(_CHAT_SCOPE),
    "BotCommandScopeChatAdministrators": fields_of(_CHAT_SCOPE),
    "BotCommandScopeChatMember": fields_of(_CHAT_SCOPE, "user_id!: Integer"),
    "MessageEntity": fields_of(
        """
        type!: String
        offset!: Integer
        length!: Integer
        url: String
        user: User
        language: String
        custom_emoji_id: String ~
        unix_time: Integer ~
        date_time_format: String ~
        """
    ),
    "ReplyParameters": fields_of(
        """
        message_id!: Integer
        chat_id: Integer | String
        allow_sending_without_reply: Boolean
        quote: String ~
        quote_parse_mode: String ~
        quote_entities: Array of MessageEntity ~
        quote_position: Integer ~
        checklist_task_id: Integer ~
        poll_option_id: String ~
        """
    ),
    "InputMediaPhoto": fields_of(_MEDIUM, _ABOVE),
    "InputMediaVideo": fields_of(
        _MEDIUM,
        _ABOVE,
        """
        thumbnail: String ~
        cover: String ~
        start_timestamp: Integer ~
        width: Integer
        height: Integer
        duration: Integer
        supports_streaming: Boolean ~
        """,
    ),
    "InputMediaAudio": fields_of(
        _MEDIUM,
        """
        thumbnail: String ~
        duration: Integer
        performer: String
        title: String
        """,
    ),
    "InputMediaDocument": fields_of(
        _MEDIUM, "thumbnail: String ~", "disable_content_type_detection: Boolean ~"
    ),
    "LinkPreviewOptions": fields_of(
        """
        is_disabled: Boolean ~
        url: String ~
        prefer_small_media: Boolean ~
        prefer_large_media: Boolean ~
        show_above_text: Boolean ~
        """
    ),
}

SCOPES: dict[str, str] = {
    "default": "BotCommandScopeDefault",
    "all_private_chats": "BotCommandScopeAllPrivateChats",
    "all_group_chats": "BotCommandScopeAllGroupChats",
    "all_chat_administrators": "BotCommandScopeAllChatAdministrators",
    "chat": "BotCommandScopeChat",
    "chat_administrators": "BotCommandScopeChatAdministrators",
    "chat_member": "BotCommandScopeChatMember",
}

# an album's items tell by their type what they are
MEDIA_TYPES: dict[str, str] = {
    "photo": "InputMediaPhoto",
    "video": "InputMediaVideo",
    "audio": "InputMediaAudio",
    "document": "InputMediaDocument",
}

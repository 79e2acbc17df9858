"""What the stand-in knows about the Bot API: its methods and their parameters, as a table."""

from sandbox import fact_parts as parts
from sandbox.fact_groups import GROUPS
from sandbox.fact_lines import Field, Method, fields_of, method_of
from sandbox.fact_media import MEDIA

__all__ = ["CHAT_ACTIONS", "METHODS", "Field", "Method", "fields_of"]

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_BYTES = 64

_METHODS = [
    method_of("getMe -> User"),
    method_of(
        "getUpdates -> Array of Update",
        parts.UPDATES,
        "offset: Integer",
        "limit: Integer [1-100]",
        "timeout: Integer",
    ),
    method_of(
        "setWebhook -> Boolean",
        parts.UPDATES,
        "url!: String",
        "certificate: InputFile ~",
        "ip_address: String ~",
        "max_connections: Integer [1-100]",
        "drop_pending_updates: Boolean",
        "secret_token: String [1-256]",
    ),
    method_of("deleteWebhook -> Boolean", "drop_pending_updates: Boolean"),
    method_of("getWebhookInfo -> WebhookInfo"),
    method_of("sendMessage -> Message", parts.TARGET, parts.BUSINESS, parts.TEXT, parts.SENDING),
    method_of(
        "sendPhoto -> Message",
        parts.TARGET,
        parts.BUSINESS,
        parts.CAPTION,
        parts.SENDING,
        parts.ABOVE,
        "photo!: InputFile | String",
        "has_spoiler: Boolean ~",
    ),
    method_of(
        "sendDocument -> Message",
        parts.TARGET,
        parts.BUSINESS,
        parts.CAPTION,
        parts.SENDING,
        "document!: InputFile | String",
        "thumbnail: InputFile | String ~",
        "disable_content_type_detection: Boolean ~",
    ),
    method_of(
        "copyMessage -> MessageId",
        parts.TARGET,
        parts.CAPTION,
        parts.SENDING,
        parts.ABOVE,
        "from_chat_id!: Integer | String",
        "message_id!: Integer",
        "video_start_timestamp: Integer ~",
    ),
    method_of("editMessageText -> Message", parts.EDITED, parts.TEXT),
    method_of("editMessageCaption -> Message", parts.EDITED, parts.CAPTION, parts.ABOVE),
    method_of("editMessageReplyMarkup -> Message", parts.EDITED),
    method_of("deleteMessage -> Boolean", "chat_id!: Integer | String", "message_id!: Integer"),
    method_of(
        "answerCallbackQuery -> Boolean",
        "callback_query_id!: String",
        "text: String [0-200]",
        "show_alert: Boolean",
        "url: String",
        "cache_time: Integer ~",
    ),
    method_of("setMyCommands -> Boolean", parts.SCOPED, "commands!: Array of BotCommand"),
    method_of("getMyCommands -> Array of BotCommand", parts.SCOPED),
    method_of("deleteMyCommands -> Boolean", parts.SCOPED),
    method_of("getFile -> File", "file_id!: String"),
    method_of("getChat -> ChatFullInfo", "chat_id!: Integer | String"),
    method_of(
        "sendChatAction -> Boolean",
        parts.BUSINESS,
        "chat_id!: Integer | String",
        "message_thread_id: Integer",
        "action!: String",
    ),
]
METHODS: dict[str, Method] = {method.name: method for method in (*_METHODS, *MEDIA, *GROUPS)}

CHAT_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
).split()

"""What the stand-in knows about the Bot API: methods, parameters and keyboard fields, as a table.

One line per field: ``name: Type | Type``; ``!`` marks a required field, ``[1-4096]`` its length
or range, ``~`` a field that is accepted and type-checked but has no effect in the stand-in.
"""

import re
from dataclasses import dataclass

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_BYTES = 64

_LINE = re.compile(
    r"(?P<name>\w+)(?P<required>!?): (?P<types>[\w |]+?)"
    r"(?: \[(?P<least>\d+)-(?P<most>\d+)\])?(?P<idle> ~)?$"
)


@dataclass(frozen=True)
class Field:
    """A parameter of a method or a field of a type; ``shown`` is False for one without effect."""

    name: str
    types: tuple[str, ...]
    required: bool
    shown: bool
    least: int | None
    most: int | None


@dataclass(frozen=True)
class Method:
    """A served method: its name, the type of its result and its parameters by name."""

    name: str
    returns: str
    fields: dict[str, Field]


def _field(line: str) -> Field:
    match = _LINE.match(line)
    if match is None:
        raise ValueError(f"not a fact: {line!r}")
    least, most = match["least"], match["most"]
    return Field(
        name=match["name"],
        types=tuple(match["types"].split(" | ")),
        required=bool(match["required"]),
        shown=not match["idle"],
        least=int(least) if least else None,
        most=int(most) if most else None,
    )


def fields_of(*tables: str) -> dict[str, Field]:
    lines = [line.strip() for table in tables for line in table.splitlines()]
    found = [_field(line) for line in lines if line]
    return {field.name: field for field in found}


def _method(signature: str, *tables: str) -> Method:
    name, returns = signature.split(" -> ")
    return Method(name, returns, fields_of(*tables))


_TARGET = """
chat_id!: Integer | String
message_thread_id: Integer ~
direct_messages_topic_id: Integer ~
"""
_BUSINESS = "business_connection_id: String ~"
_SENDING = """
disable_notification: Boolean ~
protect_content: Boolean
allow_paid_broadcast: Boolean ~
message_effect_id: String ~
suggested_post_parameters: SuggestedPostParameters ~
reply_parameters: ReplyParameters
reply_markup: InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply
"""
_TEXT = """
text!: String [1-4096]
parse_mode: String
entities: Array of MessageEntity
link_preview_options: LinkPreviewOptions ~
"""
_CAPTION = """
caption: String [0-1024]
parse_mode: String
caption_entities: Array of MessageEntity
"""
_EDITED = """
business_connection_id: String ~
chat_id: Integer | String
message_id: Integer
inline_message_id: String
reply_markup: InlineKeyboardMarkup
"""
_SCOPED = """
scope: BotCommandScope
language_code: String
"""
_UPDATES = "allowed_updates: Array of String"
_ABOVE = "show_caption_above_media: Boolean ~"

_METHODS = [
    _method("getMe -> User"),
    _method(
        "getUpdates -> Array of Update",
        _UPDATES,
        "offset: Integer",
        "limit: Integer [1-100]",
        "timeout: Integer",
    ),
    _method(
        "setWebhook -> Boolean",
        _UPDATES,
        "url!: String",
        "certificate: InputFile ~",
        "ip_address: String ~",
        "max_connections: Integer [1-100]",
        "drop_pending_updates: Boolean",
        "secret_token: String [1-256]",
    ),
    _method("deleteWebhook -> Boolean", "drop_pending_updates: Boolean"),
    _method("getWebhookInfo -> WebhookInfo"),
    _method("sendMessage -> Message", _TARGET, _BUSINESS, _TEXT, _SENDING),
    _method(
        "sendPhoto -> Message",
        _TARGET,
        _BUSINESS,
        _CAPTION,
        _SENDING,
        _ABOVE,
        "photo!: InputFile | String",
        "has_spoiler: Boolean ~",
    ),
    _method(
        "sendDocument -> Message",
        _TARGET,
        _BUSINESS,
        _CAPTION,
        _SENDING,
        "document!: InputFile | String",
        "thumbnail: InputFile | String ~",
        "disable_content_type_detection: Boolean ~",
    ),
    _method(
        "copyMessage -> MessageId",
        _TARGET,
        _CAPTION,
        _SENDING,
        _ABOVE,
        "from_chat_id!: Integer | String",
        "message_id!: Integer",
        "video_start_timestamp: Integer ~",
    ),
    _method("editMessageText -> Message", _EDITED, _TEXT),
    _method("editMessageCaption -> Message", _EDITED, _CAPTION, _ABOVE),
    _method("editMessageReplyMarkup -> Message", _EDITED),
    _method("deleteMessage -> Boolean", "chat_id!: Integer | String", "message_id!: Integer"),
    _method(
        "answerCallbackQuery -> Boolean",
        "callback_query_id!: String",
        "text: String [0-200]",
        "show_alert: Boolean",
        "url: String",
        "cache_time: Integer ~",
    ),
    _method("setMyCommands -> Boolean", _SCOPED, "commands!: Array of BotCommand"),
    _method("getMyCommands -> Array of BotCommand", _SCOPED),
    _method("deleteMyCommands -> Boolean", _SCOPED),
    _method("getFile -> File", "file_id!: String"),
    _method("getChat -> ChatFullInfo", "chat_id!: Integer | String"),
    _method(
        "sendChatAction -> Boolean",
        _BUSINESS,
        "chat_id!: Integer | String",
        "message_thread_id: Integer ~",
        "action!: String",
    ),
]
METHODS: dict[str, Method] = {method.name: method for method in _METHODS}

CHAT_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
).split()

"""Parameters that several methods of the Bot API share, in the notation of the fact tables."""

TARGET = """
chat_id!: Integer | String
message_thread_id: Integer
direct_messages_topic_id: Integer ~
"""
BUSINESS = "business_connection_id: String ~"
GROUPED = """
disable_notification: Boolean ~
protect_content: Boolean
allow_paid_broadcast: Boolean ~
message_effect_id: String ~
reply_parameters: ReplyParameters
"""
SENDING = """
disable_notification: Boolean ~
protect_content: Boolean
allow_paid_broadcast: Boolean ~
message_effect_id: String ~
suggested_post_parameters: SuggestedPostParameters ~
reply_parameters: ReplyParameters
reply_markup: InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply
"""
TEXT = """
text!: String [1-4096]
parse_mode: String
entities: Array of MessageEntity
link_preview_options: LinkPreviewOptions ~
"""
CAPTION = """
caption: String [0-1024]
parse_mode: String
caption_entities: Array of MessageEntity
"""
EDITED = """
business_connection_id: String ~
chat_id: Integer | String
message_id: Integer
inline_message_id: String
reply_markup: InlineKeyboardMarkup
"""
SCOPED = """
scope: BotCommandScope
language_code: String
"""
UPDATES = "allowed_updates: Array of String"
ABOVE = "show_caption_above_media: Boolean ~"

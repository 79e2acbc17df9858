"""The served methods of the Bot API by name."""

from collections.abc import Callable
from typing import Any

from sandbox.methods import about, commands, edits, sending, topics, webhooks
from sandbox.model import Bot
from sandbox.world import World

Call = Callable[[World, Bot, dict[str, Any]], Any]

# getUpdates waits and is therefore served by sandbox.calls
CALLS: dict[str, Call] = {
    "getMe": about.get_me,
    "getChat": about.get_chat,
    "getChatMember": about.get_chat_member,
    "leaveChat": about.leave_chat,
    "createForumTopic": topics.create_forum_topic,
    "editForumTopic": topics.edit_forum_topic,
    "closeForumTopic": topics.close_forum_topic,
    "reopenForumTopic": topics.reopen_forum_topic,
    "deleteForumTopic": topics.delete_forum_topic,
    "getFile": about.get_file,
    "setWebhook": webhooks.set_webhook,
    "deleteWebhook": webhooks.delete_webhook,
    "getWebhookInfo": webhooks.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.sending_of("photo"),
    "sendDocument": sending.sending_of("document"),
    "sendVideo": sending.sending_of("video"),
    "sendAnimation": sending.sending_of("animation"),
    "sendVoice": sending.sending_of("voice"),
    "sendAudio": sending.sending_of("audio"),
    "sendVideoNote": sending.sending_of("video_note"),
    "sendSticker": sending.sending_of("sticker"),
    "sendMediaGroup": sending.send_media_group,
    "copyMessage": sending.copy_message,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": edits.edit_message_text,
    "editMessageCaption": edits.edit_message_caption,
    "editMessageReplyMarkup": edits.edit_message_reply_markup,
    "deleteMessage": edits.delete_message,
    "answerCallbackQuery": edits.answer_callback_query,
    "setMyCommands": commands.set_my_commands,
    "getMyCommands": commands.get_my_commands,
    "deleteMyCommands": commands.delete_my_commands,
}

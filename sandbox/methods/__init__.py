"""The served methods of the Bot API by name."""

from collections.abc import Callable
from typing import Any

from sandbox.methods import about, commands, edits, sending, webhooks
from sandbox.model import Bot
from sandbox.world import World

Call = Callable[[World, Bot, dict[str, Any]], Any]

# getUpdates waits and is therefore served by sandbox.calls
CALLS: dict[str, Call] = {
    "getMe": about.get_me,
    "getChat": about.get_chat,
    "getFile": about.get_file,
    "setWebhook": webhooks.set_webhook,
    "deleteWebhook": webhooks.delete_webhook,
    "getWebhookInfo": webhooks.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
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

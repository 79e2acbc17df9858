"""Telegram as a Channel: sends, edits and fetches through PTB's Bot."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import InputFile
from telegram.error import ChatMigrated, TelegramError

from bot.channel import (
    Capabilities,
    MediaRefused,
    PartlyOut,
    PictureGone,
    Pictures,
    Rejected,
    SendError,
    Unknown,
)
from bot.messages import Document, Inbound, Rendered, is_ours
from bot.telegram.client import Client
from bot.telegram.errors import (
    forgotten,
    has_no_text,
    meaning,
    not_taken,
    not_there,
    topic_as_wanted,
    unchanged,
)
from bot.telegram.render import (
    CAPTION_LIMIT,
    EDITS,
    UPLOAD,
    Call,
    answer,
    calls,
    caption_edit,
    chat_id,
    is_caption,
    media_edit,
    pieces,
)
from bot.telegram.translate import CHANNEL

log = logging.getLogger(__name__)
TAP_TIMEOUT = 5.0
LARGEST_FILE = 20 * 2**20  # the Bot API gives no more
TOPIC_NAME = 128
TOPICS = {
    "topic": "createForumTopic",
    "topic_close": "closeForumTopic",
    "topic_reopen": "reopenForumTopic",
    "topic_rename": "editForumTopic",
}
KEPT = ("chat_id", "protect_content", "message_thread_id")
# What PTB raises, and what its reading of an answer in an unforeseen shape raises.
FAILURES = (TelegramError, KeyError, TypeError, ValueError, AttributeError)


class TelegramChannel:
    """One bot account. All sending raises the four SendErrors of bot.channel. `pictures` are
    where it finds those of ours; without them a message is sent without its picture."""

    name = CHANNEL
    capabilities = Capabilities(recall=timedelta(hours=48))

    def __init__(self, client: Client) -> None:
        self.client = client
        self.account = client.account
        self.pictures: Pictures | None = None

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        """Sends a message, in pieces if it is long, and returns the id of the last one.

        When a piece is out and a later one is not, the outcome as a whole is PartlyOut: a repeat
        would show the first piece twice. Raises Moved for a chat with a new id.
        """
        shown, picture = await self._found(message)
        made = calls(shown, chat)
        if picture is not None:
            made = _with_document(made, picture, keep=message.photo)
        elif document is not None:
            made = _with_document(made, document)
        elif shown.photo and shown.photo != message.photo:
            made[0] = replace(made[0], known=message.photo)
        if paid:
            for call in made:
                call.params["allow_paid_broadcast"] = True
        return await self._all(made, follow=False)

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        """Replaces a sent message, its picture too; one that is as wanted already, or that the
        person has deleted, counts as done."""
        if message.media:
            await self._edit_text(chat, message_id, message)
            return
        shown, picture = await self._found(message)
        call = None
        if shown.photo or picture:
            call = media_edit(shown, chat, message_id)
        if call and picture:
            file = InputFile(picture.content, filename=picture.name)
            call = Call(call.method, {**call.params, UPLOAD: file}, keep=message.photo)
        made = [call] if call else calls(replace(shown, photo=""), chat, edit=message_id)
        try:
            await self._all(made, follow=False)
        except Rejected as error:
            under = caption_edit(message, chat, message_id)
            if under and has_no_text(error.__cause__):
                await self._changed(under)
            elif not not_there(error.__cause__):
                raise

    async def _edit_text(self, chat: str, message_id: str, message: Rendered) -> None:
        """Changes the text that goes with media, which stay: where it stands now, else where it
        stood before; one that has become too long for that is said anew, under what it was."""
        under = caption_edit(message, chat, message_id)
        bare = replace(message, media=())
        beside = calls(bare, chat, edit=message_id)
        first, second = beside, calls(replace(bare, quote=message_id), chat)
        if under is not None:
            first, second = ([under], beside) if is_caption(message) else (beside, [under])
        try:
            await self._all(first, follow=False)
        except Rejected as error:
            if not_there(error.__cause__):
                return
            if not has_no_text(error.__cause__):
                raise
            await self._all(second, follow=False)

    async def delete(self, chat: str, message_id: str) -> None:
        """Deletes a sent message; one that is not there any more counts as done."""
        params = {"chat_id": chat_id(chat), "message_id": int(message_id)}
        await self._changed(Call("deleteMessage", params))

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        """Makes, closes, reopens or renames a topic of a group; its id."""
        params: dict[str, Any] = {"chat_id": chat_id(chat)}
        if topic:
            params["message_thread_id"] = int(topic)
        if name:
            params["name"] = name[:TOPIC_NAME]
        try:
            made = await self.client.call(TOPICS[act], params)
        except FAILURES as error:
            if topic and topic_as_wanted(error):
                return topic
            raise meaning(error) from error
        return topic or _topic_id(made)

    async def _changed(self, call: Call) -> None:
        try:
            await self.run(call, follow=False)
        except Rejected as error:
            if not not_there(error.__cause__):
                raise

    async def answer(self, message: Rendered, inbound: Inbound) -> None:
        """Answers an event by calls alone."""
        await self._all(await self._calls(message, inbound))

    async def begin(self, message: Rendered, inbound: Inbound) -> Call | None:
        """Sends all of an answer but its last call, which is returned for the webhook; None if
        that one is an upload, which a webhook's response cannot hold, and has been sent too."""
        made = await self._calls(message, inbound)
        here = None if _uploads(made[-1]) else made[-1]
        if rest := made if here is None else made[:-1]:
            await self._all(rest)
        return here

    async def _calls(self, message: Rendered, inbound: Inbound) -> list[Call]:
        made = answer(message, inbound)
        if not is_ours(message.photo) or made[0].method in EDITS:
            return made
        shown, picture = await self._found(message)
        made = answer(shown, inbound)
        return made if picture is None else _with_document(made, picture, keep=message.photo)

    async def _found(self, message: Rendered) -> tuple[Rendered, Document | None]:
        """The message with a picture that the platform knows, or the picture as a file; one that
        cannot be had is left out: the text is what matters."""
        if not is_ours(message.photo):
            return message, None
        found = None
        try:
            if self.pictures is not None:
                found = await self.pictures.find(message.photo, self.account, message.locale)
        except Exception:
            log.exception("the picture %s cannot be had", message.photo.partition(":")[0])
        if isinstance(found, str):
            return replace(message, photo=found), None
        return replace(message, photo="", edit=message.edit and found is None), found

    async def answer_tap(self, callback: str, text: str = "") -> None:
        """Stops the spinner of a tapped button; best effort, never raises a SendError."""
        try:
            await self.client.answer_callback_query(
                callback, text or None, read_timeout=TAP_TIMEOUT
            )
        except FAILURES as error:
            log.debug("a tap was not answered: %s", error)

    async def download(self, reference: str, most: int = LARGEST_FILE) -> bytes:
        """The content of a file somebody sent; raises Rejected beyond `most` bytes."""
        try:
            file = await self.client.get_file(reference)
            if (file.file_size or 0) > most:
                raise Rejected("the file is too large")
            content = bytes(await file.download_as_bytearray())
        except FAILURES as error:
            raise meaning(error) from error
        if len(content) > most:
            raise Rejected("the file is too large")
        return content

    async def run(self, call: Call, *, follow: bool = True) -> str:
        """Makes one call; the id of its message, "" if it gives none.

        A group that has become a supergroup has a new id, and nothing was sent to the old one:
        `follow` sends it there, else Moved is raised.
        """
        try:
            made = await self.client.call(call.method, call.params)
        except FAILURES as error:
            if call.method in EDITS and unchanged(error):
                return str(call.params["message_id"])
            if call.known and forgotten(error):
                await self._forget(call)
                raise PictureGone from error
            if call.lent and not_taken(error):
                raise MediaRefused(str(error)) from error
            if not follow or not isinstance(error, ChatMigrated):
                raise meaning(error) from error
            now = error.new_chat_id
        else:
            if call.keep:
                await self._keep(call, made)
            return _identity(made)
        return await self.run(replace(call, params=call.params | {"chat_id": now}), follow=False)

    async def _forget(self, call: Call) -> None:
        log.warning("the platform has forgotten the picture %s", call.known)
        try:
            if self.pictures is not None:
                reference = str(call.params.get("photo"))
                await self.pictures.forget(call.known, self.account, reference)
        except Exception:
            log.exception("a picture's id was not forgotten")

    async def _keep(self, call: Call, made: Any) -> None:
        """Remembers the platform's id of a picture; best effort, for it is sent already."""
        if not call.keep or self.pictures is None or not isinstance(made, dict):
            return
        sizes = made.get("photo")
        try:
            reference = str(sizes[-1]["file_id"]) if isinstance(sizes, list) else ""
            if reference:
                await self.pictures.keep(call.keep, self.account, reference)
        except Exception:
            log.exception("a picture's id was not kept; it will be uploaded again")

    async def tried(self, call: Call) -> bool:
        """Makes a call that nothing depends on; False, with a line in the log, if it failed."""
        try:
            await self.run(call)
        except SendError as error:
            log.warning("%s failed: %r", call.method, error)
            return False
        return True

    async def _all(self, made: list[Call], *, follow: bool = True) -> str:
        last = ""
        for number, call in enumerate(made):
            try:
                last = await (self.run(call) if follow else self.run(call, follow=False))
            except SendError as error:
                if number:
                    raise PartlyOut(f"{number} of {len(made)} parts are out", error) from error
                raise
        return last


def _with_document(made: list[Call], document: Document, *, keep: str = "") -> list[Call]:
    """The file takes the text as its caption if that is short, and always the buttons."""
    *before, body = made
    params = dict(body.params)
    text, keyboard = str(params.pop("text", "")), params.pop("reply_markup", None)
    params.pop("link_preview_options", None)
    if before or body.method != "sendMessage" or len(pieces(text, CAPTION_LIMIT)) > 1:
        body.params.pop("reply_markup", None)
        before = made
        params = {name: params[name] for name in KEPT if name in params}
    elif text:
        params["caption"] = text
    if keyboard:
        params["reply_markup"] = keyboard
    file = InputFile(document.content, filename=document.name)
    if document.picture:
        return [*before, Call("sendPhoto", {**params, "photo": file}, keep)]
    return [*before, Call("sendDocument", {**params, "document": file})]


def _uploads(call: Call) -> bool:
    return any(isinstance(part, InputFile) for part in call.params.values())


def _identity(made: Any) -> str:
    """The id in a result, the last one's of an album; methods that make no message give true or
    an object without one."""
    if isinstance(made, list) and made:
        made = made[-1]
    if not isinstance(made, dict) or "message_id" not in made:
        return ""
    if type(made["message_id"]) is not int:
        raise Unknown("the message has no proper id")
    return str(made["message_id"])


def _topic_id(made: Any) -> str:
    if not isinstance(made, dict) or type(made.get("message_thread_id")) is not int:
        raise Unknown("the topic has no proper id")
    return str(made["message_thread_id"])

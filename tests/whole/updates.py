"""Updates as Telegram posts them, well formed, and the persons who send them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.whole.stack import Answer, Stack

Json = dict[str, Any]
DATE = 1_779_000_000


@dataclass
class Person:
    """Somebody in a private chat with the bot."""

    stack: Stack
    id: int
    name: str = "Mei"
    language: str = "en"

    def _from(self) -> Json:
        who = {"id": self.id, "is_bot": False, "first_name": self.name}
        return {**who, "language_code": self.language} if self.language else who

    def _chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": self.name}

    def message(self, **content: Any) -> Json:
        update_id = self.stack.next_id()
        base = {"message_id": update_id, "date": DATE, "from": self._from(), "chat": self._chat()}
        return {"update_id": update_id, "message": base | content}

    def tap(self, data: str, message: Json | None = None) -> Json:
        update_id = self.stack.next_id()
        shown = {"message_id": 7, "date": DATE, "chat": self._chat(), "text": "…"}
        query = {
            "id": str(update_id),
            "from": self._from(),
            "chat_instance": "1",
            "message": shown if message is None else message,
            "data": data,
        }
        return {"update_id": update_id, "callback_query": query}

    def standing(self, status: str) -> Json:
        bot = {"id": 4242, "is_bot": True, "first_name": "Whole"}
        before = {"user": bot, "status": "member"}
        change = {
            "from": self._from(),
            "chat": self._chat(),
            "date": DATE,
            "old_chat_member": before,
            "new_chat_member": before | {"status": status},
        }
        return {"update_id": self.stack.next_id(), "my_chat_member": change}

    async def says(self, text: str, **more: Any) -> Answer:
        return await self.stack.post(self.message(text=text, **more))

    async def wants(self, intent: str, *args: str, nonce: str = "", turn: int = 0) -> Answer:
        """Taps a button that the bot would have made for this person."""
        data = self.stack.tap(intent, *args, user=self.id, nonce=nonce, turn=turn)
        return await self.stack.post(self.tap(data))

    async def taps(self, answer: Answer, label: str) -> Answer:
        """Taps a button of an answer by a part of its label."""
        for button in answer.buttons:
            if label in button["text"]:
                return await self.stack.post(self.tap(button["callback_data"]))
        raise AssertionError(f"no button {label!r} among {answer.labels()!r}")

    async def shares(self, phone: str, *, own: bool = True) -> Answer:
        contact = {"phone_number": phone, "first_name": self.name}
        return await self.stack.post(
            self.message(contact=contact | ({"user_id": self.id} if own else {}))
        )

    async def joins(self) -> Person:
        await self.taps(await self.says("/start"), "Join" if self.language != "zh" else "入会")
        return self

    async def member_id(self) -> int:
        from bot.messages import Address

        address = Address("telegram", "4242", str(self.id), str(self.id))
        found = await self.stack.read(
            lambda work: work.conversations.load(address, "").person.member_id
        )
        assert isinstance(found, int)
        return found

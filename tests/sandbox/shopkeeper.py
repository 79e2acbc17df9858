"""A tiny bot for the page's tests: echoes, and has buttons of every kind. Plain HTTP only."""

import asyncio
from dataclasses import dataclass

from tests.sandbox.support import Json, Session, png

USERNAME = "grocer_bot"
COMMANDS = [
    {"command": "points", "description": "Your points"},
    {"command": "help", "description": "What this bot can do"},
]


@dataclass
class Shopkeeper:
    """Polls for updates and answers them."""

    session: Session

    async def run(self) -> None:
        await self.session.call("setMyCommands", commands=COMMANDS)
        offset = 0
        while True:
            answer = await self.session.call("getUpdates", offset=offset, timeout=20)
            for update in answer.result:
                offset = update["update_id"] + 1
                await self.handle(update)

    async def handle(self, update: Json) -> None:
        if "callback_query" in update:
            await self.tapped(update["callback_query"])
        elif "message" in update:
            await self.told(update["message"])

    async def told(self, message: Json) -> None:
        chat, text = message["chat"]["id"], message.get("text", "")
        if text.startswith("/start"):
            await self.greet(chat, text.partition(" ")[2])
        elif "contact" in message:
            own = message["contact"]["user_id"] == message["from"]["id"]
            await self.say(chat, f"{'Your' if own else 'Another'} number")
        elif "photo" in message:
            await self.say(chat, "Nice picture")
        elif text == "picture":
            await self.session.upload(
                "sendPhoto", {"photo": ("a.png", png(60, 40))}, chat_id=str(chat)
            )
        elif text == "file":
            files = {"document": ("my data.json", b"{}")}
            await self.session.upload("sendDocument", files, chat_id=str(chat))
        elif text == "share":
            key = {"text": "Share my number", "request_contact": True}
            keyboard = {"keyboard": [[key, "No thanks"]], "one_time_keyboard": True}
            await self.say(chat, "May we call you?", reply_markup=keyboard)
        elif text == "ask":
            await self.say(chat, "Your name?", reply_markup={"force_reply": True})
        elif "reply_to_message" in message:
            await self.say(chat, f"Hello {text}")
        else:
            await self.say(chat, text)

    async def greet(self, chat: int, payload: str) -> None:
        rows = [
            [{"text": "Join", "callback_data": "join", "style": "primary"}],
            [
                {"text": "Rules", "callback_data": "rules"},
                {"text": "Toast", "callback_data": "toast"},
            ],
            [{"text": "Invite", "url": f"https://t.me/{USERNAME}?start=ref_7"}],
        ]
        link = f"<a href='https://t.me/{USERNAME}?start=src_9'>via a link</a>"
        text = f"<b>Welcome</b> {payload} {link}"
        markup = {"inline_keyboard": rows}
        await self.say(chat, text, parse_mode="HTML", reply_markup=markup)

    async def tapped(self, query: Json) -> None:
        notice: dict[str, Json] = {
            "rules": {"text": "Be kind", "show_alert": True},
            "toast": {"text": "Noted"},
        }
        answer: Json = notice.get(query["data"], {})
        await self.session.call("answerCallbackQuery", callback_query_id=query["id"], **answer)
        if query["data"] == "join":
            message = query["message"]
            target = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
            await self.session.call("editMessageText", **target, text="You are in")

    async def say(self, chat: int, text: str, **more: object) -> None:
        await self.session.call("sendMessage", chat_id=chat, text=text, **more)


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

"""What members and staff say to each other in the stand-in, and whether it has arrived."""

from __future__ import annotations

import asyncio
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field

from bench.desk_club import CARDS, STAFF, TOPICS, Opened
from sandbox import groups, people
from sandbox.errors import PersonError
from sandbox.files import Upload
from sandbox.model import Bot, Chat, Group, Message, Place
from sandbox.world import World
from tests.sandbox.support import png

MARK = re.compile(r"t\d+k\d+\b")
KINDS = {"text": 5, "quote": 2, "photo": 1, "voice": 1, "album": 1}
EDITED = 0.15
PATIENCE = 180.0
READING = 0.7


@dataclass(slots=True)
class Spoken:
    """What somebody said. `mark` is in its text; `files` are what it brings along, by the number
    that all copies of a file share; `quotes`: the mark it answers, as message `reply` of
    the chat; `edited`: it was changed."""

    mark: str
    ticket: Opened
    by_staff: bool
    files: list[str] = field(default_factory=list)
    quotes: str = ""
    edited: bool = False
    message: int = 0
    reply: int = 0


class Watched(World):
    """A world that says when a bot's message with a mark, or a ticket's number, comes in."""

    def watch(self) -> None:
        """Begins to look."""
        self.came: dict[tuple[int, str], int] = {}
        self.waiting: dict[tuple[int, str], asyncio.Event] = defaultdict(asyncio.Event)

    def keep_message(self, chat: Chat, message: Message) -> None:
        super().keep_message(chat, message)
        if not message.by_bot or not hasattr(self, "came"):
            return
        text = str(message.body.get("text") or message.body.get("caption") or "")
        topic = message.body.get("forum_topic_created", {}).get("name", "")
        for found in [*MARK.findall(text), *re.findall(r"\b\d{6}\b", text + topic)]:
            key = (chat.id, found)
            self.came.setdefault(key, message.message_id)
            self.waiting[key].set()

    async def arrives(self, chat: int, what: str) -> int:
        """The number of the first message with it; TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            await self.waiting[chat, what].wait()
        return self.came[chat, what]


def make_world(token: str, opened: list[Opened]) -> Watched:
    """The persons and groups of the club."""
    world = Watched([(token, "bench_bot", "Bench")], webhook_pace=0.05, journal_size=1000)
    bot = world.bot_by_name()
    for user in STAFF:
        world.add_person(user, f"Staff {user % 10}", started=True)
    for ticket in opened:
        world.add_person(ticket.member, f"M{ticket.place}", started=True)
    for number in (TOPICS, CARDS):
        made = Group(bot.id, number, 0, started=True, title="Desk", members=list(STAFF))
        made.forum, made.rights = number == TOPICS, ["can_manage_topics"]
        groups.add_group(world, bot, made)
    world.queues[bot.id].clear()  # the club knows of its groups
    world.watch()
    return world


class Talks:
    """All talks of a run; `active` at once, `turns` of each side, one to three things a turn."""

    def __init__(self, world: Watched, opened: list[Opened], turns: int, seed: int) -> None:
        self.world = world
        self.bot: Bot = world.bot_by_name()
        self.opened = opened
        self.turns = turns
        self.spoken: list[Spoken] = []
        self.late: list[str] = []
        self.over = 0
        self._chance = random.Random(seed)
        self._files = 0

    async def run(self, active: int) -> None:
        """Lets everybody talk, so many tickets at once."""
        todo = iter(self.opened)

        async def one_after_the_other() -> None:
            for ticket in todo:
                try:
                    await self._talk(ticket)
                except TimeoutError:
                    self.late.append(f"{ticket.number}")
                self.over += 1

        async with asyncio.TaskGroup() as talkers:
            for _ in range(min(active, len(self.opened))):
                talkers.create_task(one_after_the_other())

    async def _talk(self, ticket: Opened) -> None:
        begun = await self.world.arrives(ticket.group, str(ticket.number))
        await asyncio.sleep(READING)
        answers = begun
        count = 0
        for turn in range(self.turns * 2):
            by_staff = turn % 2 == 0
            said: list[Spoken] = []
            for _ in range(self._chance.randint(1, 3)):
                said.append(self._say(ticket, by_staff, count, answers, said))
                count += 1
            there = ticket.member if by_staff else ticket.group
            for one in said:
                answers = await self.world.arrives(there, one.mark)
            # nobody answers quicker than this, and by then the bot knows its message's number
            await asyncio.sleep(READING)
            self._edit(self._chance.choice(said))

    def _say(
        self, ticket: Opened, by_staff: bool, count: int, answers: int, before: list[Spoken]
    ) -> Spoken:
        kind = self._chance.choices(list(KINDS), list(KINDS.values()))[0]
        spoken = Spoken(f"t{ticket.place}k{count}", ticket, by_staff)
        person = self.world.person(ticket.staff if by_staff else ticket.member)
        place = self._place(ticket) if by_staff else Place()
        # in a topic no reply is needed; elsewhere it says which ticket is meant
        reply = answers if kind == "quote" or not place.topic else None
        if reply is not None:
            chat = self.world.chats[self.bot.id, place.group or ticket.member]
            text = str(chat.messages[reply].body.get("text") or "")
            found = MARK.findall(text + str(chat.messages[reply].body.get("caption") or ""))
            spoken.quotes = found[0] if found else ""
        if kind in ("text", "quote"):
            sent = people.write(self.world, self.bot, person, f"{spoken.mark} v1", reply, place)
        else:
            files = self._uploads(kind)
            pieces = people.send_files(
                self.world,
                self.bot,
                person,
                files,
                caption=f"{spoken.mark} v1",
                duration=3,
                reply_to=reply,
                place=place,
            )
            spoken.files = [unique_in(piece) for piece in pieces]
            sent = pieces[0]
        spoken.message, spoken.reply = sent.message_id, reply or 0
        self.spoken.append(spoken)
        self.world.keep()
        return spoken

    def _place(self, ticket: Opened) -> Place:
        if ticket.group == CARDS:
            return Place(CARDS)
        return Place(TOPICS, self.world.came[TOPICS, str(ticket.number)])

    def _uploads(self, kind: str) -> list[tuple[str, Upload]]:
        count = 3 if kind == "album" else 1
        made = []
        for _ in range(count):
            self._files += 1
            number = self._files.to_bytes(4, "big")
            # every file differs, so that its copies can be told from all others
            content = b"voice" + number if kind == "voice" else png(4) + number
            name = "voice" if kind == "voice" else "photo"
            made.append((name, Upload(f"{name}.bin", "", content)))
        return made

    def _edit(self, one: Spoken) -> None:
        if self._chance.random() > EDITED:
            return
        person = self.world.person(one.ticket.staff if one.by_staff else one.ticket.member)
        place = self._place(one.ticket) if one.by_staff else Place()
        try:
            text = f"{one.mark} v2"
            people.edit(self.world, self.bot, person, one.message, text, Place(place.group))
        except PersonError:
            return
        one.edited = True
        self.world.keep()


def unique_in(message: Message) -> str:
    """What all copies of a message's file share, "" without one."""
    for kind in ("photo", "voice", "video", "document"):
        if kind in message.body:
            found = message.body[kind]
            return str((found[-1] if kind == "photo" else found)["file_unique_id"])
    return ""

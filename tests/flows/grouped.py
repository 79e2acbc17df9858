"""A group of the staff for dialogues: who writes there, in which topic, and what it was shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from bot.messages import Address, Key, Kind, Media, Rendered, load_reply
from services import staff_groups
from services.ports.staff_groups import GroupChat
from storage.tables import post
from storage.work import Work
from tests.support.club import Club, Person

CHAT = "-1007"
ROWS = post.Delivery.__table__  # type: ignore[attr-defined]


@dataclass
class Room:
    """A group chat. `forum`: it has topics."""

    club: Club
    chat: str = CHAT
    forum: bool = True
    seen: list[Rendered] = field(default_factory=list)

    @property
    def place(self) -> GroupChat:
        return GroupChat("telegram", "42", self.chat)

    async def sends(
        self, person: Person, kind: Kind = Kind.TEXT, topic: str = "", **parts: Any
    ) -> Rendered | None:
        """Somebody does something there."""
        from bot.messages import Inbound

        inbound = Inbound(
            Address("telegram", "42", self.chat, person.user),
            self.club.next_update(),
            kind,
            locale=person.locale,
            name=person.name,
            title="客服台",
            forum=self.forum,
            topic=topic,
            **parts,
        )
        answer = await self.club.dispatch.handle(inbound)
        if answer is not None:
            self.seen.append(answer)
        return answer

    async def says(self, person: Person, text: str, **parts: Any) -> Rendered | None:
        return await self.sends(person, text=text, **parts)

    async def taps(self, person: Person, intent: str, *args: str, **parts: Any) -> Rendered:
        """Taps the newest button of that intent in the group."""
        payload = self.button(intent, *args).payload
        answer = await self.sends(person, Kind.TAP, payload=payload, callback="c", **parts)
        assert answer is not None, f"silence after tapping {intent}"
        return answer

    def button(self, intent: str, *args: str) -> Key:
        for message in reversed(self.seen):
            for key in (key for row in message.rows for key in row if key.payload):
                action = self.club.signer.unpack(key.payload, self.chat)
                if action.intent == intent and action.args[: len(args)] == args:
                    return key
        raise AssertionError(f"no button {intent} {args} was shown")

    async def shown(self) -> list[Rendered]:
        """What was sent into the group, oldest first; topics' names are their texts."""
        found = await self.rows()
        rendered = [
            self.club.renderer.render(load_reply(row["message"]), row["locale"], self.chat, 0)
            for row in found
            if row["act"] in ("send", "edit")
        ]
        self.seen.extend(message for message in rendered if message not in self.seen)
        return rendered

    async def rows(self, *acts: str) -> list[Any]:
        """The rows of the post for the group."""
        wanted = select(ROWS).where(ROWS.c.chat == self.chat).order_by(ROWS.c.id)
        found = await self.club.read(lambda work: work.db.execute(wanted).mappings().all())
        return [row for row in found if not acts or row["act"] in acts]

    async def delivers(self) -> None:
        """The platform does all that waits for the group: topics are made, messages get ids."""

        def use(work: Work) -> None:
            while rows := _waiting(work, self.chat):
                for row in rows:
                    _settle(work, row, self.club)

        await self.club.write(use)


def _waiting(work: Work, chat: str) -> list[Any]:
    wanted = select(ROWS).where(ROWS.c.chat == chat, ROWS.c.state == "pending")
    return list(work.db.execute(wanted.order_by(ROWS.c.id)).mappings().all())


def _settle(work: Work, row: Any, club: Club) -> None:
    named = f"t{row['id']}" if row["act"] == "topic" else row["target"] or f"m{row['id']}"
    sent = update(ROWS).where(ROWS.c.id == row["id"])
    work.db.execute(sent.values(state="sent", message_id=named))
    if row["act"] == "topic":
        staff_groups.topic_made(work, row["id"], named, club.clock())


async def linked(club: Club, owner: Person, *, forum: bool = True, chat: str = CHAT) -> Room:
    """A group where somebody who may has written /desk."""
    room = Room(club, chat, forum)
    answer = await room.says(owner, "/desk")
    assert answer is not None
    assert answer.key == "desk.linked", answer.text
    return room


async def topic_of(room: Room) -> str:
    """The topic that was made last."""
    made = await room.rows("topic")
    return str(made[-1]["message_id"])


def photo(reference: str) -> tuple[Media, ...]:
    return (Media(reference, "photo"),)

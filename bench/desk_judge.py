"""Holds what was said of tickets beside what has arrived on the other side and what is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bench import mailing
from bench.desk_club import TOPICS, Opened
from bench.desk_talks import MARK, Spoken, Talks, unique_in
from sandbox.model import Message
from storage.tables import tickets as tables
from storage.work import Work

MESSAGES = tables.TicketMessage.__table__  # type: ignore[attr-defined]
POSTS = tables.TicketPost.__table__  # type: ignore[attr-defined]
TICKETS = tables.Ticket.__table__  # type: ignore[attr-defined]


@dataclass
class Kept:
    """The club's side: what was said by mark, the deliveries of each mark (state, repeated), the
    order of marks by ticket, the ticket rows, the messages that it knows by chat and number, and
    how many deliveries stand open."""

    times: Counter[str] = field(default_factory=Counter)
    posts: dict[str, list[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(list))
    order: dict[int, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    tickets: dict[int, Any] = field(default_factory=dict)
    known: set[tuple[str, int]] = field(default_factory=set)
    open: int = 0
    states: Counter[str] = field(default_factory=Counter)


@dataclass
class Verdict:
    """Counts, and a line for every fault. `unheard`: answers to a copy of a message that the bot
    never learned the number of, as it was killed before the platform's answer; by ticket. `again`:
    copies beyond one; `swapped`: sides of tickets
    whose words came to the club in another order than they were said; `overtaken`: whose words
    came to the other side in another order than the club heard them."""

    said: int = 0
    files: int = 0
    quotes: int = 0
    edits: int = 0
    again: int = 0
    unheard: Counter[str] = field(default_factory=Counter)
    swapped: int = 0
    overtaken: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    def fault(self, kind: str, line: str) -> None:
        self.wrong[kind] += 1
        if self.wrong[kind] <= 5:
            self.lines.append(f"{kind}: {line}")


def kept(url: str) -> Kept:
    """Reads the club's side."""

    def look(work: Work) -> Kept:
        found, marks = Kept(), dict[int, str]()
        columns = (MESSAGES.c.id, MESSAGES.c.ticket_id, MESSAGES.c.author, MESSAGES.c.text)
        for said_id, ticket_id, author, text in work.db.execute(
            select(*columns).order_by(MESSAGES.c.id)
        ):
            for mark in MARK.findall(text or ""):
                marks[said_id] = mark
                found.times[mark] += 1
                found.order[ticket_id].append((author, mark))
        rows = mailing.ROWS
        joined = select(POSTS.c.said_id, rows.c.state, rows.c.repeated).join(
            rows, rows.c.id == POSTS.c.delivery_id
        )
        for said_id, state, repeated in work.db.execute(
            joined.where(POSTS.c.said_id.is_not(None))
        ):
            if said_id in marks:
                found.posts[marks[said_id]].append((state, repeated))
        found.tickets = {row.id: row for row in work.db.execute(select(TICKETS))}
        sent = select(rows.c.chat, rows.c.message_id, POSTS.c.pieces).join(
            POSTS, rows.c.id == POSTS.c.delivery_id
        )
        for chat, number, pieces in work.db.execute(sent.where(rows.c.message_id.is_not(None))):
            found.known |= {(chat, int(number or 0) - back) for back in range(pieces)}
        found.states = Counter(work.db.execute(select(rows.c.state)).scalars())
        found.open = sum(found.states[state] for state in mailing.OPEN)
        return found

    return mailing.using(url, look)


def judge(talks: Talks, club: Kept) -> Verdict:
    """Everything that is not as it must be."""
    verdict = Verdict(said=len(talks.spoken))
    copies, files = _copies(talks)
    for spoken in talks.spoken:
        _judge_one(talks, spoken, copies, files, club, verdict)
    by_ticket: dict[int, list[Spoken]] = defaultdict(list)
    for spoken in talks.spoken:
        by_ticket[spoken.ticket.id].append(spoken)
    for ticket in talks.opened:
        _judge_order(ticket, by_ticket[ticket.id], copies, club, verdict)
        _judge_state(ticket, club, verdict)
    for late in talks.late:
        if late not in verdict.unheard:
            verdict.fault("talk broken off", late)
    if club.open:
        verdict.fault("never sent", f"{club.open} deliveries are open: {dict(club.states)}")
    return verdict


Copies = dict[tuple[int, str], list[Message]]
Files = dict[tuple[int, str], set[int]]


def _copies(talks: Talks) -> tuple[Copies, Files]:
    copies: Copies = defaultdict(list)
    files: Files = defaultdict(set)
    for chat in talks.world.chats.values():
        for message in chat.messages.values():
            if not message.by_bot:
                continue
            text = message.body.get("text") or message.body.get("caption") or ""
            for mark in set(MARK.findall(text)):
                copies[chat.id, mark].append(message)
            if unique := unique_in(message):
                files[chat.id, unique].add(message.message_id)
    return copies, files


def _there(spoken: Spoken) -> int:
    return spoken.ticket.member if spoken.by_staff else spoken.ticket.group


def _judge_one(
    talks: Talks, spoken: Spoken, copies: Copies, files: Files, club: Kept, verdict: Verdict
) -> None:
    there = _there(spoken)
    came = copies[there, spoken.mark]
    here = spoken.ticket.group if spoken.by_staff else spoken.ticket.member
    if spoken.reply and not came and (str(here), spoken.reply) not in club.known:
        verdict.unheard[str(spoken.ticket.number)] += 1
        return
    if club.times[spoken.mark] != 1:
        verdict.fault("kept not once", f"{spoken.mark} {club.times[spoken.mark]} times")
    if not came:
        verdict.fault("lost", f"{spoken.mark} {club.posts[spoken.mark]}")
        return
    for unique in spoken.files:
        verdict.files += 1
        if not files[there, unique]:
            verdict.fault("file lost", spoken.mark)
    _judge_repeats(spoken, came, club, verdict)
    if there == TOPICS and any(one.topic != _topic(talks, spoken) for one in came):
        verdict.fault("wrong topic", spoken.mark)
    if spoken.edited:
        verdict.edits += 1
        if not any("v2" in _text(one) for one in came):
            verdict.fault("edit lost", f"{spoken.mark}: {[_text(one) for one in came]}")
    if spoken.quotes:
        verdict.quotes += 1
        chat = talks.world.chats[talks.bot.id, there]
        # of words with files it is one of them that answers
        shown = {one.message_id for one in came}.union(*(files[there, u] for u in spoken.files))
        quoted = {chat.messages[number].reply_to or 0 for number in shown}
        marks = {mark for number in quoted for mark in _marks(chat.messages.get(number))}
        if spoken.quotes not in marks:
            verdict.fault("quote lost", f"{spoken.mark} of {spoken.quotes}: {sorted(marks)}")


def _text(message: Message) -> str:
    return str(message.body.get("text") or message.body.get("caption") or "")


def _marks(message: Message | None) -> list[str]:
    return MARK.findall(_text(message)) if message else []


def _topic(talks: Talks, spoken: Spoken) -> int:
    return talks.world.came[TOPICS, str(spoken.ticket.number)]


def _judge_repeats(spoken: Spoken, came: list[Message], club: Kept, verdict: Verdict) -> None:
    # what carries files is not edited but sent anew, as a post of its own
    more = len(came) - max(len(club.posts[spoken.mark]), 1)
    if more <= 0:
        return
    verdict.again += more
    if not any(repeated or state == "unknown" for state, repeated in club.posts[spoken.mark]):
        verdict.fault("repeated unmarked", f"{spoken.mark} {club.posts[spoken.mark]}")


def _judge_order(
    ticket: Opened, said: list[Spoken], copies: Copies, club: Kept, verdict: Verdict
) -> None:
    """Counts the sides whose words did not come in the order in which the club heard them;
    albums aside, which wait for their pieces."""
    known = {one.mark: one for one in said}
    for author, by_staff in (("staff", True), ("member", False)):
        heard = [mark for who, mark in club.order[ticket.id] if who == author and mark in known]
        spoken = [one.mark for one in said if one.by_staff == by_staff]
        verdict.swapped += heard != spoken
        single = [mark for mark in heard if len(known[mark].files) < 2]
        places = [
            min(one.message_id for one in copies[_there(known[mark]), mark])
            for mark in single
            if copies[_there(known[mark]), mark]
        ]
        if places != sorted(places):
            verdict.overtaken += 1


def _judge_state(ticket: Opened, club: Kept, verdict: Verdict) -> None:
    row, order = club.tickets[ticket.id], club.order[ticket.id]
    if not order:
        return
    by_staff = any(author == "staff" for author, _ in order)
    last = order[-1][0]
    wanted = ("waiting",) if last == "staff" else ("assigned",) if by_staff else ("open",)
    if row.state not in wanted:
        verdict.fault("state", f"{ticket.number}: {row.state} after {last}")
    if (row.due_at is None) != (last == "staff"):
        verdict.fault("clock", f"{ticket.number}: {row.due_at} after {last}")
    if by_staff and (row.answered_at is None or row.staff_id is None):
        verdict.fault("first answer", str(ticket.number))

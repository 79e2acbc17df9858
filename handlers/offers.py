"""What somebody wrote by the way, kept until they say what shall become of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.flow import Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from domain.service_rules import Faq
from domain.tickets import LONGEST_TEXT
from handlers.ticket_parts import MOST_FILES, media_of, origin
from handlers.turns import Turn
from services import faq
from services.tickets import Origin, Words

MOST_TEXT: Final = 4 * LONGEST_TEXT
OFFER: Final = Step("offer", frozenset({Kind.PHOTO, Kind.FILE}))
HEARD: Final = Flow("heard", (OFFER,))
NO: Final = Button("listening.button_no", "heard.no", here=True)


def kept(turn: Turn) -> Words:
    """The words and files that wait for an answer, and what has just come; raises FileTooLarge."""
    data = _waiting(turn)
    text = "\n".join(part for part in (data.get("text", ""), turn.text.strip()) if part)
    files = (*data.get("media", ()), *media_of(turn))[:MOST_FILES]
    wrote = origin(turn)
    if data.get("text") and turn.text.strip():
        wrote = Origin(wrote.address_id, wrote.chat)  # several messages: none of them is all of it
    return Words(text[:MOST_TEXT], files, "", wrote)


def waiting(turn: Turn) -> Words:
    """What waits for the answer that has come."""
    data = _waiting(turn)
    address = turn.inbound.address
    wrote = Origin(turn.person.address_id, address.chat, str(data.get("message", "")))
    return Words(str(data.get("text", "")), tuple(data.get("media", ())), "", wrote)


def keep(turn: Turn, words: Words, **more: Any) -> None:
    """Keeps words and files until the answer; `more`: what else there is to know then."""
    files = [dict(one) for one in words.media]
    data: dict[str, Any] = {"text": words.text, "media": files, "message": words.origin.message}
    turn.start(HEARD, **data, album=turn.inbound.album, **more)


def is_waiting(turn: Turn) -> bool:
    """Whether something waits for an answer."""
    return turn.conversation.active(turn.now) and turn.conversation.flow == HEARD.name


def known(turn: Turn, words: Words, category: str = "") -> Reply | None:
    """The club's own answer to a question, with the way to a person; None if it has none.
    `category`: what the question is about, where that was chosen."""
    service = turn.work.programmes.current().service
    found = faq.find(service, words.text, turn.locale)
    return answered(turn, found, words, category) if found else None


def answered(turn: Turn, found: Faq, words: Words, category: str = "") -> Reply:
    """Shows an answer of the club; the words stay here, should it not help."""
    faq.shown(turn.work, found.key, turn.now)
    keep(turn, words, faq=found.key, category=category)
    values = {"question": dict(found.question), "answer": dict(found.answer)}
    helped = Button("listening.button_helped", "heard.helped", here=True)
    person = Button("listening.button_person", "heard.ask", effect=True, here=True)
    rows: Rows = ((helped,), (person,))
    return Reply("listening.answer", values, rows)


def _waiting(turn: Turn) -> Mapping[str, Any]:
    return turn.data if is_waiting(turn) else {}

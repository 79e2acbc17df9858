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


def keep(turn: Turn, words: Words, *, joins: bool = False, **more: Any) -> None:
    """Keeps words and files until the answer; `more`: what else there is to know then. `joins`:
    they belong to what waits, so that the buttons below it stay good."""
    files = [dict(one) for one in words.media]
    data: dict[str, Any] = {"text": words.text, "media": files, "message": words.origin.message}
    old = str(turn.data.get("offer", "")) if joins and is_waiting(turn) else ""
    offer = old or str(turn.conversation.version)
    turn.start(HEARD, **data, album=turn.inbound.album, offer=offer, **more)


def let_be(turn: Turn, album: str) -> None:
    """Something was answered by the first piece of this album: its others are nothing more."""
    turn.start(HEARD, album=album, done=True)


def button(turn: Turn, name: str, intent: str, *args: str, effect: bool = False) -> Button:
    """A button for what waits: it is good as long as that waits, whatever else was sent."""
    offer = str(turn.data.get("offer", ""))
    return Button(f"listening.button_{name}", intent, (offer, *args), effect=effect)


def no(turn: Turn) -> Button:
    """Nothing of it shall be passed on."""
    return button(turn, "no", "heard.no")


def is_this(turn: Turn) -> bool:
    """Whether the button that was tapped belongs to what waits."""
    return is_waiting(turn) and turn.arg() == str(turn.data.get("offer", ""))


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
    return answer(turn, found)


def answer(turn: Turn, found: Faq) -> Reply:
    """An answer of the club to what waits."""
    values = {"question": dict(found.question), "answer": dict(found.answer)}
    person = button(turn, "person", "heard.ask", effect=True)
    rows: Rows = ((button(turn, "helped", "heard.helped"),), (person,))
    return Reply("listening.answer", values, rows)


def stands(turn: Turn) -> bool:
    """Whether an offer stands that what comes belongs to."""
    return is_waiting(turn) and bool(turn.data.get("offered") or turn.data.get("faq"))


def _waiting(turn: Turn) -> Mapping[str, Any]:
    return turn.data if is_waiting(turn) else {}

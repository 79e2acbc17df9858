"""How texts sound, corrected by operators: messages of a ticket, answers to surveys."""

from __future__ import annotations

from typing import Final

from bot.messages import Button, Reply, Rows
from domain.mood_errors import NoMood
from domain.tickets import Author
from handlers.parts import number
from handlers.turns import Turn, actor
from services import sentiments, tickets
from services.sentiments import TICKET_MESSAGE, Label

ANSWER: Final = "survey_answer"
CODES: Final = {"p": Label.POSITIVE, "u": Label.UNSURE, "n": Label.NEGATIVE}
SHOWN: Final = 4
LOOKED_AT: Final = 40
BRIEF: Final = 160


def show(turn: Turn) -> Reply:
    """How the member's last messages of a ticket sound, each with buttons to say otherwise."""
    return _shown(turn, number(turn))


def _shown(turn: Turn, ticket_id: int) -> Reply:
    ticket = tickets.get(turn.work, ticket_id)
    thread = turn.work.tickets.thread(ticket.id, LOOKED_AT)
    said = [one for one in thread if one.author == Author.MEMBER and one.text][-SHOWN:]
    known = turn.work.sentiments.of(TICKET_MESSAGE, [str(one.id) for one in said])
    lines = [
        {
            "text": one.text[:BRIEF],
            "label": known[str(one.id)].counts_as if str(one.id) in known else "",
            "corrected": str(one.id) in known and bool(known[str(one.id)].corrected),
        }
        for one in said
    ]
    rows = tuple(
        _labels("mood.correct", (str(one.id),), place, known[str(one.id)].counts_as)
        for place, one in enumerate(said, 1)
        if str(one.id) in known
    )
    back = (Button("button.back", "desk.more", (str(ticket.id),)),)
    return Reply("mood.ticket", {"number": ticket.number, "said": lines}, (*rows, back), edit=True)


def correct(turn: Turn) -> Reply:
    """What an operator says of a message; the card shows it."""
    said = turn.work.tickets.said(number(turn))
    if said is None:
        raise NoMood
    _say(turn, TICKET_MESSAGE, turn.arg(), turn.arg(1))
    return _shown(turn, said.ticket_id)


def choose(turn: Turn) -> Reply:
    """How a text of a survey sounds, with buttons to say otherwise."""
    subject = turn.arg()
    known = turn.work.sentiments.of(ANSWER, [subject]).get(subject)
    if known is None:
        raise NoMood
    rows = _labels("mood.answer", (subject,), 0, known.counts_as)
    values = {"label": known.counts_as, "corrected": bool(known.corrected)}
    return Reply("mood.answer", values, (rows, *_back(turn, subject)), edit=True)


def _back(turn: Turn, subject: str) -> Rows:
    """To the texts that the answer stands among."""
    place = turn.work.survey_results.where(ANSWER, subject)
    wave = turn.work.surveys.wave(place[0]) if place else None
    if place is None or wave is None:
        return ()
    keys = [question.key for question in wave.definition.questions]
    asked = str(keys.index(place[1])) if place[1] in keys else "0"
    return ((Button("button.back", "results.texts", (str(wave.id), asked)),),)


def answer(turn: Turn) -> Reply:
    """What an operator says of a text of a survey."""
    _say(turn, ANSWER, turn.arg(), turn.arg(1))
    return choose(turn)


def _say(turn: Turn, kind: str, subject: str, code: str) -> None:
    if code not in CODES or not subject.isdecimal():
        raise NoMood
    sentiments.correct(turn.work, kind, subject, CODES[code], actor(turn), turn.now)


def _labels(intent: str, args: tuple[str, ...], place: int, now: str) -> tuple[Button, ...]:
    """The three moods; the one that holds is ticked."""
    return tuple(
        Button(
            "button.mood",
            intent,
            (*args, code),
            values={"place": place, "label": str(label), "holds": label == now},
        )
        for code, label in CODES.items()
    )

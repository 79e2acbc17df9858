"""What is written while a survey waits for an answer: mostly the answer, sometimes something
grave, sometimes too late; then it is for the club to hear, and nothing of it is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from bot.messages import Button, Reply
from bot.router import Route
from domain.errors import Refused
from domain.survey_errors import AnswerWrong
from domain.survey_values import read
from domain.surveys import QuestionKind, Wave
from domain.tickets import TicketKind, alarm_in
from handlers import listening, menu, offers, survey_cards
from handlers.complain import open_offered
from handlers.parts import gone
from handlers.surveys import SURVEY, taken
from handlers.ticket_parts import MOST_FILES, media_of
from handlers.turns import Turn
from services import survey_answers
from services.tickets import Origin, Words

AT_ONCE: Final = Button("listening.button_at_once", "survey.at_once", effect=True, here=True)
MINE: Final = Button("survey.button_mine", "survey.mine", here=True)
ON: Final = Button("button.survey", "survey")
UNDERSTOOD: Final = ("listening.alarm", "listening.complaint", "listening.answer")


def said(turn: Turn) -> Reply | None:
    """What was written or sent while a question waits for its answer. Grave words are asked about
    before they are taken for one. The first piece of an album counts, the others are let be."""
    album = turn.inbound.album
    if album and album == turn.data.get("album"):
        return None
    wave = turn.work.surveys.wave(_wave(turn))
    if wave and (word := _grave(turn, wave)):
        return _ask(turn, wave, word)
    try:
        reply = _answer(turn, turn.text, survey_cards.photo(turn))
    except Refused as refused:
        turn.end()
        return _heard(turn, refused)
    if album and turn.conversation.flow == SURVEY.name:
        turn.go("said", album=album)
    elif album:
        offers.let_be(turn, album)
    elif turn.inbound.message and turn.conversation.flow == SURVEY.name:
        turn.go("said", message=turn.inbound.message)
    return reply


def more(turn: Turn) -> Reply | None:
    """Further words or files, while it is open what the grave ones are."""
    wave = turn.work.surveys.wave(_wave(turn))
    if wave is None:
        return gone(turn)
    piece = bool(turn.inbound.album) and turn.inbound.album == turn.data.get("album")
    reply = _ask(turn, wave, str(turn.data.get("word", "")))
    return None if piece else reply


def at_once(turn: Turn) -> Reply:
    """A person shall look: it becomes a complaint, and is no answer."""
    if not _asks(turn):
        return gone(turn)
    reply = open_offered(turn, TicketKind.COMPLAINT, _words(turn))
    return replace(reply, rows=(*reply.rows, (ON,)))


def mine(turn: Turn) -> Reply:
    """It was the answer."""
    if not _asks(turn):
        return gone(turn)
    words = _words(turn)
    try:
        return _answer(turn, words.text, turn.data.get("photo"))
    except Refused as refused:
        offers.keep(turn, words, offered=True)
        at_once = offers.button(turn, "at_once", "heard.pass", effect=True)
        rows = ((at_once,), (offers.no(turn),))
        return Reply(refused.code, refused.data(), rows)


def _answer(turn: Turn, text: str, photo: Any) -> Reply:
    key = str(turn.data.get("question", ""))
    return taken(
        turn,
        lambda who, wave: survey_answers.say(turn.work, who, wave, key, text, photo, turn.now),
        _wave(turn),
    )


def _heard(turn: Turn, refused: Refused) -> Reply:
    """No answer is taken any more: the words are heard as any others are, with the reason."""
    found = listening.heard(turn)
    if found is None or found.key in UNDERSTOOD:
        return found or Reply(refused.code, refused.data(), ((menu.CARD,),))
    return Reply(refused.code, refused.data(), found.rows)


def _grave(turn: Turn, wave: Wave) -> str:
    """The alarm word that was written, "" for none; what names an option or is a number that was
    asked for is an answer all the same."""
    word = alarm_in(turn.text, turn.work.programmes.current().service.alarm_words)
    asked = {one.key: one for one in wave.definition.questions}
    question = asked.get(str(turn.data.get("question", "")))
    if not word or question is None or question.kind is QuestionKind.TEXT:
        return word
    try:
        read(question, turn.text)
    except AnswerWrong:
        return word
    return ""


def _ask(turn: Turn, wave: Wave, word: str) -> Reply:
    """Keeps what was written and asks what it is."""
    before = turn.data if _asks(turn) else {}
    text = "\n".join(part for part in (before.get("text", ""), turn.text.strip()) if part)
    data: dict[str, Any] = {
        "wave": str(wave.id),
        "question": str(turn.data.get("question", "")),
        "word": word,
        "text": text[: offers.MOST_TEXT],
        "media": [*before.get("media", ()), *media_of(turn)][:MOST_FILES],
        "photo": before.get("photo") or survey_cards.photo(turn),
        "message": "" if before else turn.inbound.message,
        "album": turn.inbound.album,
    }
    turn.start(SURVEY, "grave", **data)
    values = {"word": word, "anonymous": wave.definition.anonymous}
    return Reply("survey.alarm", values, ((AT_ONCE,), (MINE,)))


def _words(turn: Turn) -> Words:
    data = turn.data
    origin = Origin(
        turn.person.address_id, turn.inbound.address.chat, str(data.get("message", ""))
    )
    return Words(str(data.get("text", "")), tuple(data.get("media", ())), "", origin)


def _asks(turn: Turn) -> bool:
    """Whether it is open what grave words are."""
    talk = turn.conversation
    return talk.active(turn.now) and (talk.flow, talk.step) == (SURVEY.name, "grave")


def _wave(turn: Turn) -> int:
    return int(turn.data.get("wave", "0"))


ROUTES: Final = (
    Route("survey.said", said, writes=True),
    Route("survey.grave", more, writes=True),
    Route("survey.at_once", at_once, writes=True),
    Route("survey.mine", mine, writes=True),
)

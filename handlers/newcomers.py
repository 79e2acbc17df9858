"""What somebody writes who is no member yet: it waits until they have joined, and can be passed
on then without being written again."""

from __future__ import annotations

from bot.messages import Reply
from handlers import general, menu
from handlers.offers import keep, kept, stands
from handlers.turns import Turn
from services import listening


def heard(turn: Turn) -> Reply:
    """A complaint or something grave is kept; a question is answered as far as the club can, and
    kept, too. Raises FileTooLarge."""
    if turn.person.staff is not None:
        return general.unknown(turn)
    words = kept(turn)
    service = turn.work.programmes.current().service
    found = listening.hear(service, words.text, None, turn.locale)
    if found.alarm or found.complaint:
        keep(turn, words, offered=True)
        return asked_to_join(turn)
    if found.faq is not None:
        keep(turn, words, faq=found.faq.key)
        values = {"question": dict(found.faq.question), "answer": dict(found.faq.answer)}
        return Reply("listening.answer", values, menu.main(turn))
    if stands(turn):
        keep(turn, words, joins=True, offered=True)
        return asked_to_join(turn)
    if turn.text.rstrip().endswith(("?", "？")):
        keep(turn, words, offered=True)
    return general.unknown(turn)


def more(turn: Turn) -> Reply | None:
    """A picture or a file belongs to what waits. Raises FileTooLarge."""
    if not stands(turn):
        return general.unknown(turn)
    album = turn.inbound.album
    piece = bool(album) and album == turn.data.get("album")
    keep(turn, kept(turn), joins=True, offered=True)
    return None if piece else asked_to_join(turn)


def asked_to_join(turn: Turn) -> Reply:
    """What was written is kept; one tap, and it can be passed on."""
    service = turn.work.programmes.current().service
    alarm = bool(listening.hear(service, str(turn.data.get("text", "")), None).alarm)
    return Reply("join.first", {"alarm": alarm}, menu.main(turn))

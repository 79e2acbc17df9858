"""How content the member was with what became of a ticket: stars, and a word about it."""

from __future__ import annotations

from datetime import timedelta

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from domain.service_rules import AfterBad
from domain.ticket_errors import TooManyMessages
from domain.tickets import RATINGS, RUNNING
from handlers import menu
from handlers.complain import MINE
from handlers.parts import gone, number
from handlers.ticket_parts import due, hush, words_of
from handlers.turns import Turn, member_id
from services import tickets

RATING = Flow("rating", (Step("text", ANYTHING),))
FILES = frozenset({Kind.PHOTO, Kind.FILE})
RATED = Flow("rated", (Step("rest", FILES),), timedelta(minutes=1))
SKIP = Button("ticket.button_skip", "rating.skip", here=True)
CONTENT = 4


def rate(turn: Turn) -> Reply:
    """How content was the member?"""
    ticket = tickets.own(turn.work, member_id(turn), number(turn))
    return Reply("ticket.rate_ask", {"number": ticket.number}, (*stars(ticket.id), (MINE,)))


def rated(turn: Turn) -> Reply:
    """The rating is kept; a word about it is welcome and not needed."""
    found = tickets.rate(turn.work, member_id(turn), number(turn), number(turn, 1), turn.now)
    ticket = found.ticket
    turn.start(RATING, ticket=ticket.id)
    values = {
        "number": ticket.number,
        "stars": found.stars,
        "then": str(found.then),
        "content": found.stars >= CONTENT,
        **due(turn, ticket.due_at if found.then is AfterBad.REOPEN else None),
    }
    return Reply("ticket.rated", values, ((SKIP,),), edit=True)


def commented(turn: Turn) -> Reply | None:
    """The word reaches the staff; of an album once more pieces may come."""
    ticket_id, words = int(turn.data["ticket"]), words_of(turn)
    try:
        said = tickets.comment(
            turn.work, member_id(turn), ticket_id, words, key=turn.nonce, now=turn.now
        )
    except TooManyMessages as refused:
        return hush(turn, refused)
    if said is not None and len(said.media) > len(words.media):
        return None  # a further piece: the first was answered
    if words.album:
        turn.start(RATED, ticket=ticket_id)
    else:
        turn.end()
    ticket = tickets.leading(turn.work, ticket_id)
    runs = ticket.due_at if ticket.state in RUNNING else None
    values = {"number": ticket.number, **due(turn, runs)}
    return Reply("ticket.commented", values, ((MINE, menu.CARD),))


def skip(turn: Turn) -> Reply:
    """No word about it."""
    if turn.conversation.flow != RATING.name:
        return gone(turn)
    turn.end()
    return Reply("ticket.comment_skipped", {}, ((MINE, menu.CARD),), edit=True)


def stars(ticket_id: int) -> Rows:
    """One to five, a tap each."""
    return (tuple(_star(ticket_id, count) for count in RATINGS),)


def _star(ticket_id: int, count: int) -> Button:
    return Button(f"ticket.star_{count}", "ticket.rated", (str(ticket_id), str(count)))

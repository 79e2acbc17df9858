"""The one ordered routing table: every intent, its handler, whether it writes, who may."""

from bot.flow import Flow
from bot.router import Route
from handlers import general, joining, points

ROUTES: tuple[Route, ...] = (
    # first words
    Route("start", joining.start, anyone=True),
    Route("stranger", joining.stranger, anyone=True),
    Route("join", joining.join, writes=True, anyone=True),
    Route("rules", joining.rules, anyone=True),
    # the card
    Route("card", points.card),
    Route("points", points.show),
    # everywhere
    Route("help", general.help_, anyone=True),
    Route("cancel", general.cancel, writes=True, anyone=True),
    Route("address.blocked", general.blocked, writes=True, anyone=True),
    Route("address.unblocked", general.unblocked, writes=True, anyone=True),
    Route("expired", general.expired, anyone=True),
    Route("unknown", general.unknown, anyone=True),
)

FLOWS: tuple[Flow, ...] = ()

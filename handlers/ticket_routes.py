"""The routes of members' tickets: telling, looking, saying more, rating."""

from bot.flow import Flow
from bot.router import Route
from handlers import complain, rating, tickets

ROUTES: tuple[Route, ...] = (
    Route("complain", complain.complain, writes=True),
    Route("feedback", complain.feedback, writes=True),
    Route("complain.kind", complain.kind_typed, writes=True),
    Route("complain.kind_is", complain.pick_kind, writes=True),
    Route("complain.category", complain.category_typed, writes=True),
    Route("complain.pick", complain.pick, writes=True),
    Route("complain.about", complain.about),
    Route("complain.one", complain.choose, writes=True),
    Route("complain.text", complain.write, writes=True),
    Route("complain.done", complain.done, writes=True),
    Route("complain.into", tickets.into, writes=True),
    Route("tickets", tickets.show_all),
    Route("ticket.show", tickets.show),
    Route("ticket.files", tickets.files),
    Route("ticket.add", tickets.more, writes=True),
    Route("addition.text", tickets.add, writes=True),
    Route("ticket.add_done", tickets.add_done, writes=True),
    Route("ticket.close", tickets.close, writes=True),
    Route("ticket.reopen", tickets.reopen, writes=True),
    Route("ticket.rate", rating.rate),
    Route("ticket.rated", rating.rated, writes=True),
    Route("rating.text", rating.commented, writes=True),
    Route("rated.rest", rating.commented, writes=True),
    Route("rating.skip", rating.skip, writes=True),
    Route("reply", tickets.reply, writes=True, anyone=True),
    Route("edited", tickets.edited, writes=True, anyone=True),
)

FLOWS: tuple[Flow, ...] = (complain.COMPLAIN, tickets.ADDITION, rating.RATING, rating.RATED)

"""The routes of tags and saved audiences."""

from typing import Final

from bot.router import Route
from handlers import tags

TAGS: Final = "campaign:write"

ROUTES: Final[tuple[Route, ...]] = (
    Route("tags", tags.list_all, needs=TAGS),
    Route("member.tags", tags.show, needs="member:view"),
    Route("tag.add", tags.ask, writes=True, needs="member:view"),
    Route("tag.put", tags.put, writes=True, needs="member:view"),
    Route("tag.take", tags.take, writes=True, needs="member:view"),
    Route("tagging.text", tags.write, writes=True, needs="member:view"),
)
FLOWS: Final = (tags.FLOW,)

"""The routes of insight."""

from typing import Final

from bot.router import Route
from handlers import insight

NEEDS: Final = "campaign:write"

ROUTES: Final[tuple[Route, ...]] = (
    Route("insight", insight.show, needs=NEEDS, long=True),
    Route("insight.whom", insight.whom, writes=True, needs=NEEDS, counts=insight.whom_count),
    Route("insight.file", insight.send, writes=True, needs=NEEDS, counts=insight.overview),
)

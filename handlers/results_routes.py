"""The routes of what surveys found and how texts sound."""

from typing import Final

from bot.router import Route
from handlers import moods, survey_results

ROUTES: Final[tuple[Route, ...]] = (
    Route("results", survey_results.choose, needs="survey:write"),
    Route("survey.results", survey_results.show, needs="survey:write", long=True),
    Route("results.texts", survey_results.texts, needs="survey:write", long=True),
    Route(
        "results.file",
        survey_results.send,
        writes=True,
        needs="survey:write",
        counts=survey_results.count,
    ),
    Route("mood.choose", moods.choose, needs="survey:write"),
    Route("mood.answer", moods.answer, writes=True, needs="survey:write"),
    Route("mood.show", moods.show, needs="ticket:answer"),
    Route("mood.correct", moods.correct, writes=True, needs="ticket:answer"),
)

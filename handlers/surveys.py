"""Surveys: one question, one tap, one reward."""

from bot.messages import Button, Reply, Rows
from domain.surveys import QuestionKind
from handlers import menu
from handlers.parts import LATER, number
from handlers.turns import Turn, member_id
from services import surveys
from services.surveys import Asked


def show_all(turn: Turn) -> Reply:
    """The open surveys; a single one is asked at once."""
    found = surveys.open_for(turn.work, member_id(turn), turn.now)
    if not found:
        return Reply("survey.none", {}, ((menu.CARD,),))
    if len(found) == 1:
        return _question(surveys.ask(turn.work, member_id(turn), found[0].id, turn.now))
    rows: Rows = tuple(
        (
            Button(
                "button.survey_open",
                "survey.show",
                (str(survey.id),),
                values={"names": dict(survey.names), "reward": survey.reward},
            ),
        )
        for survey in found
    )
    return Reply("survey.list", {"count": len(found)}, (*rows, (menu.CARD,)))


def show(turn: Turn) -> Reply:
    """One survey's question."""
    return _question(surveys.ask(turn.work, member_id(turn), number(turn), turn.now))


def answer(turn: Turn) -> Reply:
    """The answer, the thanks, and the reward if there is one."""
    survey = surveys.answer(turn.work, member_id(turn), number(turn), number(turn, 1), turn.now)
    values = {"thanks": dict(survey.thanks), "reward": survey.reward}
    return Reply("survey.thanks", values, ((menu.POINTS, menu.CARD),), edit=True)


def _question(asked: Asked) -> Reply:
    survey, question = asked.survey, asked.question
    values = {
        "names": dict(survey.names),
        "texts": dict(question.texts),
        "reward": survey.reward,
        "rating": question.kind is QuestionKind.RATING,
    }
    return Reply("survey.question", values, (*_answers(asked), (LATER,)), edit=True)


def _answers(asked: Asked) -> Rows:
    mark = str(asked.survey.id)
    if asked.question.kind is QuestionKind.RATING:
        stars = (
            Button("button.stars", "survey.answer", (mark, value), values={"stars": int(value)})
            for value in asked.question.values
        )
        return (tuple(stars),)
    return tuple(
        (
            Button(
                "button.option",
                "survey.answer",
                (mark, str(place)),
                values={"names": dict(option.names)},
            ),
        )
        for place, option in enumerate(asked.question.options, 1)
    )

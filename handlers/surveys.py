"""Surveys in the chat: what is open for me, one question after the other, pause and go on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.flow import ANYTHING, Flow
from bot.flow import Step as FlowStep
from bot.messages import Reply, Rows
from domain.errors import Refused
from domain.survey_errors import AnswerWrong, SurveyNotFound
from domain.survey_json import mark
from domain.surveys import NUMBERS, Question, QuestionKind
from handlers import menu, survey_cards
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import survey_answers, surveys
from services.surveys import Me, Offer, Step

SURVEY = Flow("survey", (FlowStep("said", ANYTHING), FlowStep("grave", ANYTHING)))
FRESH = timedelta(hours=12)
"""A conversation that lasts at least so much longer need not be begun again."""
AT_ONCE = (QuestionKind.SINGLE, QuestionKind.RATING, QuestionKind.NPS)
"""A survey of one such question needs no card before it."""

Answering = Callable[[Me, int], Step]


def show_all(turn: Turn) -> Reply:
    """The open surveys; a single one is shown at once."""
    found = surveys.offers(turn.work, member_id(turn), turn.now)
    if not found:
        return Reply("survey.none", {}, ((menu.CARD,),))
    if len(found) == 1:
        return _offered(turn, found[0])
    rows: Rows = tuple((survey_cards.open_button(offer),) for offer in found)
    listed = [survey_cards.listed(offer) for offer in found]
    return Reply("survey.list", {"count": len(found), "surveys": listed}, (*rows, (menu.CARD,)))


def show(turn: Turn) -> Reply:
    """One survey: what it is about, or where the member is in it."""
    return _offered(turn, surveys.offer(turn.work, member_id(turn), number(turn), turn.now))


def begin(turn: Turn) -> Reply:
    """The question where the member is."""
    step = surveys.begin(turn.work, me(turn), number(turn), turn.now)
    return _asked(turn, step)


def answer(turn: Turn) -> Reply:
    """A tapped option, star or number. The button says the survey, question and answer."""
    question, place = _question(turn, 3), number(turn, 2)
    if question is None:
        return _changed(turn)
    value: object = place
    if question.kind not in NUMBERS:
        value = question.options[place - 1].key if 0 < place <= len(question.options) else ""
    return taken(turn, _with(turn, survey_answers.answer, question.key, value))


def tick(turn: Turn) -> Reply:
    """One of several options, ticked or no longer."""
    question, place = _question(turn, 3), number(turn, 2)
    if question is None:
        return _changed(turn)
    option = question.options[place - 1].key if 0 < place <= len(question.options) else ""
    return taken(turn, _with(turn, survey_answers.tick, question.key, option))


def ticked(turn: Turn) -> Reply:
    """That is all that is ticked."""
    return _of_question(turn, survey_answers.ticked)


def skip(turn: Turn) -> Reply:
    """Over a question that need not be answered."""
    return _of_question(turn, survey_answers.skip)


def back(turn: Turn) -> Reply:
    """To the question before."""
    return _of_question(turn, survey_answers.back)


def keep(turn: Turn) -> Reply:
    """On with the answer given before."""
    return _of_question(turn, survey_answers.keep)


def pause(turn: Turn) -> Reply:
    """Leaves the survey as it is, to go on whenever the member likes."""
    offer = surveys.offer(turn.work, member_id(turn), number(turn), turn.now)
    turn.end()
    values = survey_cards.listed(offer)
    rows = ((survey_cards.go_button(offer),), (menu.CARD,))
    return Reply("survey.paused", values, rows, edit=True)


# -- what they share --------------------------------------------------------------------


def me(turn: Turn) -> Me:
    return Me(member_id(turn), turn.locale)


def taken(turn: Turn, use: Answering, wave_id: int | None = None) -> Reply:
    """Answers, or asks again and says what is expected."""
    wave = number(turn) if wave_id is None else wave_id
    try:
        step = use(me(turn), wave)
    except AnswerWrong as error:
        return _asked(turn, surveys.begin(turn.work, me(turn), wave, turn.now), error)
    return _asked(turn, step, moved="elsewhere" if step.moved and wave_id is not None else "")


def _question(turn: Turn, letters: int) -> Question | None:
    """The question that a button names by the survey's wave and its place; None if it says
    something else by now than when the button was made, `letters` being the place of its mark."""
    wave = turn.work.surveys.wave(number(turn))
    place = number(turn, 1)
    if wave is None:
        raise SurveyNotFound
    if not 0 < place <= len(wave.definition.questions):
        return None
    found = wave.definition.questions[place - 1]
    return found if mark(found) == turn.arg(letters) else None


def _changed(turn: Turn) -> Reply:
    """The survey as it is now: what was tapped may mean something else in it."""
    offer = surveys.offer(turn.work, member_id(turn), number(turn), turn.now)
    return _offered(turn, offer, moved="changed")


def _of_question(turn: Turn, use: Callable[..., Step]) -> Reply:
    question = _question(turn, 2)
    return _changed(turn) if question is None else taken(turn, _with(turn, use, question.key))


def _with(turn: Turn, use: Callable[..., Step], *what: Any) -> Answering:
    return lambda who, wave: use(turn.work, who, wave, *what, turn.now)


def _offered(turn: Turn, offer: Offer, *, moved: str = "") -> Reply:
    asked = offer.wave.definition.questions
    if offer.begun:
        step = surveys.begin(turn.work, me(turn), offer.wave.id, turn.now)
        return _asked(turn, step, moved=moved)
    if len(asked) == 1 and asked[0].kind in AT_ONCE:
        return _asked(turn, surveys.preview(offer), moved=moved)
    rows = ((survey_cards.go_button(offer),), (menu.CARD,))
    return Reply("survey.intro", survey_cards.introduced(offer), rows, edit=True)


def _asked(turn: Turn, step: Step, wrong: Refused | None = None, *, moved: str = "") -> Reply:
    if step.question is None:
        turn.end()
        return survey_cards.thanks(step)
    _listen(turn, step.wave.id, step.question.key)
    card = survey_cards.question(step, moved)
    if wrong is None:
        return card
    return replace(card, values={**card.values, "wrong": wrong.code, **wrong.data()})


def _listen(turn: Turn, wave_id: int, key: str) -> None:
    """What is written from now on answers this question of the survey."""
    talk = turn.conversation
    data = {"wave": str(wave_id), "question": key}
    ours = talk.flow == SURVEY.name and talk.step == "said" and dict(talk.data) == data
    if not (ours and talk.expires_at and talk.expires_at - turn.now > FRESH):
        turn.start(SURVEY, **data)

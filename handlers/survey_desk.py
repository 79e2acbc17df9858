"""Surveys as staff see them: who was reached, who has answered; sending, closing, deciding."""

from typing import Any

from bot.messages import Button, Reply, Rows
from domain import anonymity
from domain.surveys import WaveState
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, actor
from services import survey_invites, survey_waves
from services.survey_waves import Standing

SHOWN = 20
BACK = Button("button.back", "surveys")


def show_all(turn: Turn) -> Reply:
    """Every survey with its state."""
    found = survey_waves.standings(turn.work)[:SHOWN]
    rows: Rows = tuple((_open(one),) for one in found)
    values = {"surveys": [_values(one, turn) for one in found]}
    return Reply("survey_post.list", values, (*rows, (menu.CARD,)), edit=True)


def show(turn: Turn) -> Reply:
    """One survey, and what can be done with it."""
    wave = survey_waves.by_id(turn.work, number(turn))
    return _card(turn, survey_waves.standing(turn.work, wave))


def ask_send(turn: Turn) -> Reply:
    """Whether the invitations should really leave, and how many they are."""
    wave = survey_waves.by_id(turn.work, number(turn))
    mark = (str(wave.id),)
    count = survey_invites.reach(turn.work, wave, turn.now)
    sure = Button("survey_post.button_send_sure", "surveys.send", mark, effect=True)
    back = Button("button.back", "surveys.show", mark)
    rows: Rows = ((sure,), (back,)) if count else ((back,),)
    values = {"names": dict(wave.definition.names), "count": count}
    return Reply("survey_post.send_sure", values, rows, edit=True)


def send(turn: Turn) -> Reply:
    """The invitations leave; who has one already gets no other."""
    wave = survey_waves.by_id(turn.work, number(turn))
    survey_waves.send_now(turn.work, wave, actor(turn), turn.now)
    return Reply("survey_post.sent", {"names": dict(wave.definition.names)}, ((BACK,),), edit=True)


def ask_close(turn: Turn) -> Reply:
    """Whether it should really end."""
    stands = survey_waves.standing(turn.work, survey_waves.by_id(turn.work, number(turn)))
    mark = (str(stands.wave.id),)
    sure = Button("survey_post.button_close_sure", "surveys.close", mark, effect=True)
    rows: Rows = ((sure,), (Button("button.back", "surveys.show", mark),))
    return Reply("survey_post.close_sure", _values(stands, turn), rows, edit=True)


def close(turn: Turn) -> Reply:
    """It ends now."""
    wave = survey_waves.by_id(turn.work, number(turn))
    survey_waves.close(turn.work, wave, actor(turn), turn.now)
    values = {"names": dict(wave.definition.names), "anonymous": wave.definition.anonymous}
    return Reply("survey_post.ended", values, ((BACK,),), edit=True)


def extend(turn: Turn) -> Reply:
    """More time for one that too few have answered."""
    wave = survey_waves.by_id(turn.work, number(turn))
    until = survey_waves.extend(turn.work, wave, actor(turn), turn.now)
    zone = turn.work.programmes.current().zone
    values = {"names": dict(wave.definition.names), "until": until.isoformat(), "zone": zone}
    return Reply("survey_post.extended", values, ((BACK,),), edit=True)


def discard(turn: Turn) -> Reply:
    """The few answers are deleted."""
    wave = survey_waves.by_id(turn.work, number(turn))
    gone = survey_waves.discard(turn.work, wave, actor(turn), turn.now)
    values = {"names": dict(wave.definition.names), "count": gone}
    return Reply("survey_post.discarded", values, ((BACK,),), edit=True)


# -- parts -------------------------------------------------------------------------------


def _open(stands: Standing) -> Button:
    values = {"names": dict(stands.wave.definition.names)}
    return Button("survey_post.button_open", "surveys.show", (str(stands.wave.id),), values=values)


def _state(stands: Standing, turn: Turn) -> str:
    wave = stands.wave
    if wave.state is not WaveState.RUNNING:
        return str(wave.state)
    if wave.closes_at is not None and wave.closes_at <= turn.now:
        return "ending"
    if wave.opens_at is not None and wave.opens_at > turn.now:
        return "waiting"
    return "full" if wave.full else "running"


def _values(stands: Standing, turn: Turn) -> dict[str, Any]:
    wave, definition = stands.wave, stands.wave.definition
    return {
        "names": dict(definition.names),
        "state": _state(stands, turn),
        "wave": wave.wave,
        "anonymous": definition.anonymous,
        "start": definition.start,
        "reached": stands.progress.reached,
        "started": stands.progress.started,
        "finished": stands.progress.finished,
        "rate": stands.rate,
        "quota": wave.quota,
        "released": wave.released,
        "kept": stands.kept,
        "least": anonymity.LEAST,
        "closes_at": wave.closes_at.isoformat() if wave.closes_at else None,
        "sent": wave.send_at is not None and wave.send_at <= turn.now,
        "zone": turn.work.programmes.current().zone,
    }


def _card(turn: Turn, stands: Standing) -> Reply:
    values = _values(stands, turn)
    return Reply("survey_post.shown", values, (*_doings(stands, values), (BACK,)), edit=True)


def _doings(stands: Standing, values: dict[str, Any]) -> Rows:
    mark = (str(stands.wave.id),)
    results = (Button("survey_post.button_results", "survey.results", mark),)
    if values["state"] == "short":
        extend = Button("survey_post.button_extend", "surveys.extend", mark, effect=True)
        discard = Button("survey_post.button_discard", "surveys.discard", mark, effect=True)
        return ((discard,),) if stands.followed else ((extend,), (discard,))
    if values["state"] not in ("running", "waiting", "full"):
        return (results,)
    label = "survey_post.button_send_more" if values["sent"] else "survey_post.button_send"
    send = Button(label, "surveys.ask_send", mark)
    end = (Button("survey_post.button_close", "surveys.ask_close", mark),)
    return ((send,), results, end) if values["state"] == "running" else (results, end)

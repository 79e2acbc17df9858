"""The cards of a survey: list entries, the introduction, each kind of question, the thanks."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from bot.messages import Button, Kind, Reply, Rows
from domain import survey_paths as paths
from domain.survey_json import mark
from domain.surveys import Definition, Option, Question, QuestionKind
from handlers import menu
from handlers.turns import Turn
from services.surveys import Offer, Step

SHORT: Final = 10
"""So wide are two labels that fit beside each other; a Chinese character counts two."""


class _At(NamedTuple):
    """The question that a button belongs to. By the letters a button is known that was made before
    the question was changed: its places mean something else now."""

    wave: str
    place: str
    letters: str

    def args(self, *value: str) -> tuple[str, ...]:
        return (self.wave, self.place, *value, self.letters)


# -- before -----------------------------------------------------------------------------


def listed(offer: Offer) -> dict[str, Any]:
    """What a list says of a survey."""
    definition = offer.wave.definition
    return {
        "names": dict(definition.names),
        "reward": definition.reward,
        "minutes": offer.minutes,
        "number": offer.number,
        "of": offer.of,
        "begun": offer.begun,
        "anonymous": definition.anonymous,
    }


def introduced(offer: Offer) -> dict[str, Any]:
    """What the card before the first question says."""
    return {**listed(offer), "intro": dict(offer.wave.definition.intro)}


def open_button(offer: Offer) -> Button:
    return Button("button.survey_open", "survey.show", (str(offer.wave.id),), values=listed(offer))


def go_button(offer: Offer) -> Button:
    """Begins a survey or goes on with it."""
    return Button("survey.button_go", "survey.begin", (str(offer.wave.id),), values=listed(offer))


# -- a question -------------------------------------------------------------------------


def question(step: Step, moved: str = "") -> Reply:
    """The question as a card that edits itself. `moved`: why it is not the one that was answered:
    `gone` (no longer asked), `changed` (it says something else now), `elsewhere` (they went on on
    another device)."""
    asked, definition = step.question, step.wave.definition
    assert asked is not None  # a step that is not done has one
    low, high = asked.bounds
    values = {
        "names": dict(definition.names),
        "texts": dict(asked.texts),
        "hints": dict(asked.hints),
        "kind": str(asked.kind),
        "number": step.number,
        "of": step.of,
        "reward": definition.reward if step.number == 1 else 0,
        "anonymous": definition.anonymous and step.number == 1,
        "low": low if asked.kind is not QuestionKind.NUMBER else asked.least,
        "high": high if asked.kind is not QuestionKind.NUMBER else asked.most,
        "limited": high < len(asked.options),
        "required": asked.required,
        "answered": asked.key in step.answers,
        "moved": moved or ("gone" if step.moved else ""),
        "wrong": "",
        "length": 0,
    }
    at = _At(str(step.wave.id), str(_place(definition, asked)), mark(asked))
    rows = (*_answers(step, asked, at), *_around(step, asked, at))
    return Reply("survey.question", values, rows, edit=True)


def thanks(step: Step) -> Reply:
    """The end of a survey, with its reward."""
    definition = step.wave.definition
    if step.full:
        return Reply("survey.enough", {}, ((menu.CARD,),), edit=True)
    values = {"thanks": dict(definition.thanks), "reward": step.reward}
    return Reply("survey.thanks", values, ((menu.POINTS, menu.CARD),), edit=True)


def photo(turn: Turn) -> Mapping[str, str] | None:
    """The picture that was sent, as an answer keeps it; {} for a file that is none."""
    if turn.inbound.kind is Kind.TEXT:
        return None
    address = turn.inbound.address
    for media in turn.inbound.media:
        if media.kind == "photo" or media.mime.startswith("image/"):
            where = {"channel": address.channel, "account": address.account}
            return {"reference": media.reference, "kind": media.kind, **where}
    return {}


def _answers(step: Step, asked: Question, at: _At) -> Rows:
    if asked.kind is QuestionKind.RATING:
        return (_scores(step, asked, at, range(1, 6)),)
    if asked.kind is QuestionKind.NPS:
        scores = (range(6), range(6, 11))
        return tuple(_scores(step, asked, at, part) for part in scores)
    options = paths.options(asked, step.seed)
    return _in_rows([_option(step, asked, at, option) for option in options], options)


def _scores(step: Step, asked: Question, at: _At, numbers: range) -> tuple[Button, ...]:
    given = step.answers.get(asked.key)
    stars = asked.kind is QuestionKind.RATING
    return tuple(
        Button(
            "survey.button_stars" if stars else "survey.button_score",
            "survey.answer",
            at.args(str(score)),
            values={"score": score, "chosen": given == score},
        )
        for score in numbers
    )


def _option(step: Step, asked: Question, at: _At, option: Option) -> Button:
    several = asked.kind is QuestionKind.MULTIPLE
    given = step.answers.get(asked.key)
    chosen = option.key in (given or ()) if several else option.key == given
    return Button(
        "survey.button_tick" if several else "survey.button_option",
        "survey.tick" if several else "survey.answer",
        at.args(str(asked.options.index(option) + 1)),
        values={"names": dict(option.names), "chosen": chosen},
    )


def _in_rows(buttons: Sequence[Button], options: Sequence[Option]) -> Rows:
    """Short labels stand side by side, long ones have a row each."""
    wide = any(_width(name) > SHORT for option in options for name in option.names.values())
    step = 1 if wide else 2
    return tuple(tuple(buttons[at : at + step]) for at in range(0, len(buttons), step))


def _around(step: Step, asked: Question, at: _At) -> Iterator[tuple[Button, ...]]:
    """What else can be done: done with ticking, back, over, on, pause."""
    answered = asked.key in step.answers
    if asked.kind is QuestionKind.MULTIPLE:
        count = len(step.answers.get(asked.key, ()))
        done = Button("survey.button_done", "survey.ticked", at.args(), values={"count": count})
        yield (done,)
    on, leave = [], [menu.CARD]
    if not asked.required:
        on.append(Button("survey.button_skip", "survey.skip", at.args()))
    if answered and asked.kind is not QuestionKind.MULTIPLE:
        on.append(Button("survey.button_keep", "survey.keep", at.args()))
    if len(step.wave.definition.questions) > 1:
        leave = [Button("survey.button_pause", "survey.pause", (str(step.wave.id),))]
    if step.number > 1:
        leave.insert(0, Button("survey.button_back", "survey.back", at.args()))
    if on:
        yield tuple(on)
    yield tuple(leave)


def _place(definition: Definition, asked: Question) -> int:
    keys = [one.key for one in definition.questions]
    return keys.index(asked.key) + 1


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

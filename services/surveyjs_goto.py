"""Triggers of SurveyJS that jump: `skip` to a question, `complete` to the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from domain.surveys import END, Question, QuestionKind
from services.surveyjs_elements import Draft, text_of
from services.surveyjs_logic import Comparison, NotUnderstood, Terms, plain, read

Without = Callable[[str, str], object]
_JUMPS: Final = ("skip", "complete")


def gotos(
    kept: Sequence[Draft], triggers: Sequence[Any], without: Without
) -> tuple[Question, ...]:
    """The questions in order, with the jumps that hang on one choice of one question; `without`
    is told of the others."""
    drafts = {draft.name: draft for draft in kept}
    order = {draft.name: place for place, draft in enumerate(kept)}
    for number, trigger in enumerate(triggers, 1):
        place = f"triggers[{number}]"
        try:
            name, key, goto = _jump(trigger, drafts, order)
        except NotUnderstood as error:
            without(place, str(error))
            continue
        drafts[name] = _with_goto(drafts[name], key, goto)
    return tuple(
        one
        for draft in drafts.values()
        for one in (draft.question, draft.extra)
        if one is not None
    )


def _jump(
    trigger: Any, drafts: Mapping[str, Draft], order: Mapping[str, int]
) -> tuple[str, str, str]:
    """The question, the choice, and where to go."""
    kind = text_of(trigger.get("type")) if isinstance(trigger, Mapping) else ""
    if kind not in _JUMPS:
        raise NotUnderstood(f"there is no trigger {kind or 'without a type'} here")
    asked = _when(trigger)
    draft = drafts.get(asked.name)
    if draft is None:
        raise NotUnderstood(f"it waits for {{{asked.name}}}, which was left out")
    key = draft.values.get(asked.values[0])
    if draft.question.kind is not QuestionKind.SINGLE or key is None:
        raise NotUnderstood("only one choice of a question with one answer can jump")
    if kind == "complete":
        return asked.name, key, END
    target = text_of(trigger.get("gotoName"))
    if target not in drafts:
        raise NotUnderstood(f"it goes to {target or 'nowhere'}, which was left out")
    if order[target] <= order[asked.name]:
        raise NotUnderstood(f"it goes back to {target}; a jump leads forward")
    return asked.name, key, drafts[target].question.key


def _when(trigger: Mapping[str, Any]) -> Comparison:
    expression = trigger.get("expression")
    if isinstance(expression, str) and expression.strip():
        found = read(expression)
    else:  # as it was written before there were expressions
        op = "=" if trigger.get("operator", "equal") == "equal" else "?"
        value = plain(trigger.get("value"))
        found = Terms((Comparison(text_of(trigger.get("name")), op, (value,)),))
    if len(found.parts) != 1 or found.parts[0].op != "=" or len(found.parts[0].values) != 1:
        raise NotUnderstood("only `{question} = choice` can jump")
    return found.parts[0]


def _with_goto(draft: Draft, key: str, goto: str) -> Draft:
    options = tuple(
        replace(option, goto=goto) if option.key == key else option
        for option in draft.question.options
    )
    return replace(draft, question=replace(draft.question, options=options))

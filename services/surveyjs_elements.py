"""Elements of SurveyJS pages, each as a question of ours or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from domain.surveys import Option, Question, QuestionKind
from services.surveyjs_logic import plain
from services.surveyjs_texts import Keys, is_piped, texts

Note = Callable[[str], object]
Json = Mapping[str, Any]

# What a question loses is said for each; the rest of its keys are looks or names.
_LOST: Final = {
    "requiredIf": "that it is required only sometimes; here it may be skipped",
    "enableIf": "that it is locked until something else was answered",
    "defaultValue": "an answer given beforehand",
    "defaultValueExpression": "an answer given beforehand",
    "setValueIf": "an answer filled in by itself",
    "resetValueIf": "an answer emptied by itself",
    "choicesVisibleIf": "choices that come and go",
    "choicesEnableIf": "choices that come and go",
    "correctAnswer": "the right answer of a quiz",
    "timeLimit": "a time limit",
}
_ONLY_SHOWS: Final = ("html", "image", "expression")
_TYPED: Final = {"number", "range"}
_FREE: Final = {"", "text"}
YES: Final = {"zh": "是", "en": "Yes"}
NO: Final = {"zh": "否", "en": "No"}
OTHER: Final = {"zh": "其他", "en": "Other"}
NONE: Final = {"zh": "以上都不是", "en": "None of these"}
WHICH: Final = {"zh": "请说明是哪一种", "en": "Please say which"}


class LeftOutWhole(Exception):
    """An element has no question of ours; the message says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, and what conditions need of its origin: its name, its values as they were
    written and our keys for them; `extra` comes right behind it if `other` was chosen."""

    name: str
    question: Question
    values: Mapping[str, str] = field(default_factory=dict)
    extra: Question | None = None


def question(element: Json, keys: Keys, language: str, note: Note) -> Draft:
    """One element as a question; `note` is told of what it loses. Raises LeftOutWhole."""
    kind = str(element.get("type", ""))
    make = _KINDS.get(kind)
    if make is None:
        raise LeftOutWhole(_why_not(kind))
    name = text_of(element.get("name"))
    if not name:
        raise LeftOutWhole("it has no name")
    if element.get("visible") is False:
        raise LeftOutWhole("it is never shown (visible: false)")
    title = texts(element.get("title") or name, language)
    hints = texts(element.get("description"), language)
    if is_piped(title) or is_piped(hints):
        raise LeftOutWhole("its text repeats an earlier answer ({…})")
    for lost, what in _LOST.items():
        if element.get(lost) not in (None, "", False):
            note(f"{what} ({lost})")
    required = element.get("isRequired") is True and not element.get("requiredIf")
    base = Question(keys.of(name), QuestionKind.TEXT, title, required=required, hints=hints)
    return replace(make(element, base, language, note), name=name)


def _why_not(kind: str) -> str:
    if kind in _ONLY_SHOWS:
        return f"{kind} asks nothing"
    return f"there is no kind of question here for {kind or 'an element without a type'}"


# -- choices -----------------------------------------------------------------------------


def _single(element: Json, base: Question, language: str, note: Note) -> Draft:
    return _choice(element, replace(base, kind=QuestionKind.SINGLE), language, note)


def _multiple(element: Json, base: Question, language: str, note: Note) -> Draft:
    least = whole(element.get("minSelectedChoices"))
    most = whole(element.get("maxSelectedChoices"))
    for rule in rules(element, "answercount"):
        least, most = least or whole(rule.get("minCount")), most or whole(rule.get("maxCount"))
    limited = replace(base, kind=QuestionKind.MULTIPLE, least=least or None, most=most or None)
    draft = _choice(element, limited, language, note)
    if least and len(draft.question.options) < least:
        raise LeftOutWhole(f"it wants {least} choices and has fewer")
    if most and len(draft.question.options) <= most:
        draft = replace(draft, question=replace(draft.question, most=None))
    return draft


def _choice(element: Json, base: Question, language: str, note: Note) -> Draft:
    if element.get("choicesByUrl") or element.get("choicesFromQuestion"):
        raise LeftOutWhole("its choices come from elsewhere (choicesByUrl, choicesFromQuestion)")
    keys = Keys("c")
    options = list(_options(element, keys, language, note))
    if not options:
        raise LeftOutWhole("it has no choices")
    order = text_of(element.get("choicesOrder"))
    if order in ("asc", "desc"):
        note(f"its choices sorted by name (choicesOrder: {order})")
    values = {plain(value): keys.of(plain(value)) for value in _values_of(element)}
    asked = replace(base, options=tuple(options), shuffle=order == "random")
    extra = _which(asked, "other") if _has(element, "other") else None
    return Draft("", asked, values, extra)


def _options(element: Json, keys: Keys, language: str, note: Note) -> Iterator[Option]:
    seen: set[str] = set()
    for choice in list_of(element.get("choices")):
        value, text = _value_and_text(choice)
        if value in seen or value in ("", "None"):
            continue
        seen.add(value)
        if isinstance(choice, Mapping) and (choice.get("visibleIf") or choice.get("enableIf")):
            note(f"when the choice {value} is shown (visibleIf)")
        named = texts(text, language)
        if is_piped(named):
            raise LeftOutWhole(f"the choice {value} repeats an earlier answer ({{…}})")
        yield Option(keys.of(value), named)
    for extra, usual in (("other", OTHER), ("none", NONE)):
        if _has(element, extra) and extra not in seen:
            own = texts(element.get(f"{extra}Text"), language)
            yield Option(keys.of(extra), {**usual, **own})
            if extra == "none" and element.get("type") in ("checkbox", "tagbox"):
                note("that `none` excludes the others")
    if _has(element, "selectAll"):
        note("the choice that ticks all of them")


def _value_and_text(choice: Any) -> tuple[str, Any]:
    if isinstance(choice, Mapping):
        value = choice.get("value")
        return plain(value), choice.get("text") or plain(value)
    return plain(choice), plain(choice)


def _values_of(element: Json) -> Iterator[Any]:
    for choice in list_of(element.get("choices")):
        value = _value_and_text(choice)[0]
        if value not in ("", "None"):
            yield value
    yield from (extra for extra in ("other", "none") if _has(element, extra))


def _has(element: Json, extra: str) -> bool:
    name = extra[0].upper() + extra[1:]
    return element.get(f"has{name}") is True or element.get(f"show{name}Item") is True


def _which(asked: Question, other: str) -> Question:
    """The field beside `other`, as a question of its own."""
    key = f"{asked.key[:34]}_which"
    return Question(key, QuestionKind.TEXT, dict(WHICH), required=False)


def _boolean(element: Json, base: Question, language: str, note: Note) -> Draft:
    yes, no = (texts(element.get(name), language) for name in ("labelTrue", "labelFalse"))
    options = (Option("yes", {**YES, **yes}), Option("no", {**NO, **no}))
    values = {"true": "yes", "false": "no"}
    if element.get("valueTrue") is not None:
        values[plain(element["valueTrue"])] = "yes"
    if element.get("valueFalse") is not None:
        values[plain(element["valueFalse"])] = "no"
    return Draft("", replace(base, kind=QuestionKind.SINGLE, options=options), values)


# -- scales, numbers, texts, photos ------------------------------------------------------


def _rating(element: Json, base: Question, language: str, note: Note) -> Draft:
    first, last = _scale(element)
    if (first, last) not in ((1, 5), (0, 10)):
        raise LeftOutWhole(f"its scale is from {first} to {last}; there are 1 to 5 and 0 to 10")
    kind = QuestionKind.RATING if last == 5 else QuestionKind.NPS
    hints = dict(base.hints)
    for number, name in ((first, "minRateDescription"), (last, "maxRateDescription")):
        for code, text in texts(element.get(name), language).items():
            hints[code] = "\n".join(filter(None, (hints.get(code), f"{number} = {text}")))
    return Draft("", replace(base, kind=kind, hints=hints))


def _scale(element: Json) -> tuple[int, int]:
    given = list_of(element.get("rateValues"))
    if given and element.get("autoGenerate") is not True:
        values = [_value_and_text(one)[0] for one in given]
        if not all(re.fullmatch("[0-9]{1,4}", value) for value in values):
            raise LeftOutWhole("its scale is not of numbers")
        numbers = [int(value) for value in values]
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise LeftOutWhole("its scale leaves numbers out")
        return numbers[0], numbers[-1]
    if (whole(element.get("rateStep")) or 1) != 1:
        raise LeftOutWhole("its scale leaves numbers out")
    first = whole(element.get("rateMin"))
    first = 1 if first is None else first
    last = whole(element.get("rateMax"))
    if last is None:
        last = first + (whole(element.get("rateCount")) or 5) - 1
    return first, last


def _text(element: Json, base: Question, language: str, note: Note) -> Draft:
    kind = text_of(element.get("inputType"))
    if kind in _TYPED:
        return _number(element, base, language, note)
    if kind not in _FREE:
        raise LeftOutWhole(f"answers of the type {kind} are not checked here")
    return _words(element, base, language, note)


def _number(element: Json, base: Question, language: str, note: Note) -> Draft:
    least, most = whole(element.get("min")), whole(element.get("max"))
    for rule in rules(element, "numeric"):
        least = whole(rule.get("minValue")) if least is None else least
        most = whole(rule.get("maxValue")) if most is None else most
    if least is not None and most is not None and most < least:
        raise LeftOutWhole(f"its smallest number {least} is above its largest {most}")
    _other_rules(element, ("numeric",), note)
    return Draft("", replace(base, kind=QuestionKind.NUMBER, least=least, most=most))


def _words(element: Json, base: Question, language: str, note: Note) -> Draft:
    least, most = None, whole(element.get("maxLength"))
    for rule in rules(element, "text"):
        least = whole(rule.get("minLength")) or least
        most = whole(rule.get("maxLength")) or most
    _other_rules(element, ("text",), note)
    longest = most if most is not None and most > 0 else None
    return Draft("", replace(base, least=least if least and least > 0 else None, most=longest))


def _photo(element: Json, base: Question, language: str, note: Note) -> Draft:
    types = text_of(element.get("acceptedTypes")).lower()
    if types and "image" not in types and "jpg" not in types and "png" not in types:
        raise LeftOutWhole(f"it asks for files ({types}); here a photo can be asked for")
    if not types:
        note("other files than photos")
    if element.get("allowMultiple") is True:
        note("more than one file (allowMultiple); here one photo is asked for")
    return Draft("", replace(base, kind=QuestionKind.PHOTO))


def _other_rules(element: Json, known: tuple[str, ...], note: Note) -> None:
    for rule in list_of(element.get("validators")):
        kind = text_of(rule.get("type")) if isinstance(rule, Mapping) else ""
        if kind not in known:
            note(f"a check of the answer (validators: {kind or '?'})")


_KINDS: Final[Mapping[str, Callable[[Json, Question, str, Note], Draft]]] = {
    "radiogroup": _single,
    "dropdown": _single,
    "buttongroup": _single,
    "checkbox": _multiple,
    "tagbox": _multiple,
    "rating": _rating,
    "boolean": _boolean,
    "text": _text,
    "comment": _words,
    "file": _photo,
}


# -- values of unknown shape -------------------------------------------------------------


def text_of(value: Any) -> str:
    return value.replace("\x00", "").strip()[:200] if isinstance(value, str) else ""


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def whole(value: Any) -> int | None:
    """A whole number that a survey can hold, None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,10}\s*", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= 10**9 else None


def rules(element: Json, kind: str) -> Iterator[Json]:
    for rule in list_of(element.get("validators")):
        if isinstance(rule, Mapping) and rule.get("type") == kind:
            yield rule

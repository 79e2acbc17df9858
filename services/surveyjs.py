"""Surveys of SurveyJS (JSON) as definitions of ours, with a list of what was left out and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from domain.errors import Problem
from domain.refusals import ContentInvalid
from domain.surveys import Condition, Definition, Question, QuestionKind, Test
from services.surveyjs_elements import Draft, LeftOutWhole, Note, list_of, question, text_of
from services.surveyjs_goto import gotos
from services.surveyjs_logic import NotUnderstood, Terms, joined, read
from services.surveyjs_terms import conditions
from services.surveyjs_texts import LANGUAGES, Keys, is_piped, language_of, plain, slug, texts

LONGEST: Final = 1024 * 1024
DEEPEST: Final = 20
NAME: Final = 60
_ALWAYS: Final = Terms(())
# What a whole survey of SurveyJS can have and ours cannot.
_LOST: Final = {
    "calculatedValues": "calculated values",
    "completedHtmlOnCondition": "other thanks for some",
    "navigateToUrl": "going to a web page at the end",
    "completedBeforeHtml": "a text for who comes again",
    "timeLimit": "a time limit",
    "maxTimeToFinish": "a time limit",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was not taken: its place in the file (`pages[1].elements[2] (colour)`) and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


@dataclass(frozen=True, slots=True)
class Converted:
    definition: Definition
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class _File:
    """What was found so far."""

    language: str
    keys: Keys = field(default_factory=lambda: Keys("q"))
    left_out: list[LeftOut] = field(default_factory=list)
    drafts: list[tuple[str, Draft, Terms]] = field(default_factory=list)

    def without(self, place: str, why: str) -> None:
        self.left_out.append(LeftOut(place, why))


def convert(text: str, key: str, *, one_language: bool = False) -> Converted:
    """A definition from the JSON of SurveyJS. A question that has no counterpart is left out
    whole, and so is what is asked only after it; nothing is half taken in silence.

    `one_language`: where a translation is missing the text of the other language stands in.
    Raises ContentInvalid: no survey of SurveyJS, nothing left of it, missing translations.
    """
    data = _loaded(text)
    file = _File(_default(data))
    for place, page in _pages(data):
        _page(file, place, page)
    _notes_of(file, data)
    kept = _resolved(file)
    questions = gotos(kept, list_of(data.get("triggers")), file.without)
    if not questions:
        raise _invalid([Problem("", "nothing of it can be asked here:"), *_told(file.left_out)])
    definition = _definition(file, data, slug(key) or "survey", questions)
    definition = _translated(definition, one_language)
    return Converted(definition, tuple(file.left_out))


def _invalid(problems: Sequence[Problem]) -> ContentInvalid:
    return ContentInvalid(tuple(problems))


def _told(left_out: Sequence[LeftOut]) -> Iterator[Problem]:
    return (Problem(one.place, one.why) for one in left_out)


# -- reading -----------------------------------------------------------------------------


def _loaded(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST:
        raise _invalid([Problem("", "is larger than 1 MB; split it")])
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        advice = f"is no JSON: {error.msg}"
        raise _invalid([Problem("", advice, error.lineno, error.colno)]) from error
    except (ValueError, RecursionError) as error:
        raise _invalid([Problem("", "is no JSON that can be read")]) from error
    if not isinstance(data, dict) or not (set(data) & {"pages", "elements", "questions"}):
        raise _invalid([Problem("", "is no survey of SurveyJS: neither pages nor elements")])
    return data


def _default(data: Mapping[str, Any]) -> str:
    code = language_of(text_of(data.get("locale")))
    return code if code in LANGUAGES else ""


def _pages(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The pages; a survey without pages is one itself."""
    pages = list_of(data.get("pages"))
    if not pages:
        yield "", {name: data[name] for name in ("elements", "questions") if name in data}
    for number, page in enumerate(pages, 1):
        yield f"pages[{number}]", page if isinstance(page, Mapping) else {}


def _page(file: _File, place: str, page: Mapping[str, Any]) -> None:
    try:
        _inside(file, place, page, _terms(page, _ALWAYS), 0)
    except (NotUnderstood, LeftOutWhole) as error:
        file.without(place, f"the whole page: {error}")
        return
    for name in ("title", "description"):
        if page.get(name):
            file.without(place, f"the {name} of the page: one question is shown at a time")


def _terms(element: Mapping[str, Any], around: Terms) -> Terms:
    """When it is shown, given what holds for what is around it."""
    own = element.get("visibleIf")
    if not own:
        return around
    if not isinstance(own, str):
        raise NotUnderstood("its condition is no text")
    found = read(own)
    return joined(around, found) if around.parts else found


def _inside(file: _File, place: str, parent: Mapping[str, Any], around: Terms, depth: int) -> None:
    name = "elements" if "elements" in parent else "questions"
    for number, element in enumerate(list_of(parent.get(name)), 1):
        here = f"{place}.{name}[{number}]".lstrip(".")
        if not isinstance(element, Mapping):
            file.without(here, "it is no element")
            continue
        if named := text_of(element.get("name")):
            here = f"{here} ({named})"
        try:
            _element(file, here, element, around, depth)
        except (NotUnderstood, LeftOutWhole) as error:
            file.without(here, str(error))


def _element(
    file: _File, here: str, element: Mapping[str, Any], around: Terms, depth: int
) -> None:
    terms = _terms(element, around)
    if element.get("type") == "panel":
        if depth >= DEEPEST:
            raise LeftOutWhole("panels within panels within panels")
        if element.get("visible") is False:
            raise LeftOutWhole("it is never shown (visible: false)")
        if element.get("title") or element.get("description"):
            file.without(here, "the title of the panel: one question is shown at a time")
        _inside(file, here, element, terms, depth + 1)
        return
    name = text_of(element.get("name"))
    if any(draft.name == name for _, draft, _ in file.drafts):
        raise LeftOutWhole("another question before it has the same name")
    lost: list[str] = []
    note: Note = lost.append
    draft = question(element, file.keys, file.language, note)
    file.drafts.append((here, draft, terms))
    for what in lost:
        file.without(here, what)


# -- what depends on other questions -----------------------------------------------------


def _resolved(file: _File) -> list[Draft]:
    """The questions whose conditions hold only what we know; the others are left out whole."""
    kept: dict[str, Draft] = {}
    for place, draft, terms in file.drafts:
        try:
            when = conditions(terms, kept)
        except NotUnderstood as error:
            file.without(place, str(error))
            continue
        asked = replace(draft.question, when=when, when_any=len(when) > 1 and _any(terms, when))
        extra = draft.extra and replace(draft.extra, when=(_chosen(draft),))
        kept[draft.name] = replace(draft, question=asked, extra=extra)
    return list(kept.values())


def _any(terms: Terms, when: Sequence[Condition]) -> bool:
    """One exclusion alone became two conditions, either of which is enough."""
    return terms.any or (len(terms.parts) == 1 and when[-1].test is Test.SKIPPED)


def _chosen(draft: Draft) -> Condition:
    single = draft.question.kind is QuestionKind.SINGLE
    test = Test.IS if single else Test.IN
    return Condition(draft.question.key, test, (draft.values["other"],))


# -- the whole ---------------------------------------------------------------------------


def _notes_of(file: _File, data: Mapping[str, Any]) -> None:
    for name, what in _LOST.items():
        if data.get(name):
            file.without(name, what)
    if is_piped(texts(data.get("completedHtml"), file.language)):
        file.without("completedHtml", "it repeats an answer ({…}); the usual thanks stand in")


def _definition(
    file: _File, data: Mapping[str, Any], key: str, questions: tuple[Question, ...]
) -> Definition:
    thanks = texts(data.get("completedHtml"), file.language)
    order = data.get("questionOrder") or data.get("questionsOrder")
    names = texts(data.get("title") or key, file.language)
    if any(len(name) > NAME for name in names.values()):
        file.without("title", f"what is beyond {NAME} characters: a name fits on a button")
    return Definition(
        key=key,
        names={language: name[:NAME] for language, name in names.items()},
        intro=plain(texts(data.get("description"), file.language)),
        thanks={} if is_piped(thanks) else plain(thanks),
        questions=questions,
        shuffle=order == "random",
    )


def _translated(definition: Definition, one_language: bool) -> Definition:
    """The definition with all texts in both languages; raises ContentInvalid naming the others."""
    missing: list[Problem] = []

    def both(where: str, found: Mapping[str, str]) -> dict[str, str]:
        if not found or len(found) == len(LANGUAGES):
            return dict(found)
        there = next(iter(found))
        lost = next(one for one in LANGUAGES if one not in found)
        if not one_language and any(letter.isalpha() for letter in found[there]):
            code = "zh-cn" if lost == "zh" else lost
            said = found[there][:30]
            advice = f'"{said}" is not translated; add "{code}", or use --one-language'
            missing.append(Problem(where, advice))
        return {language: found.get(language, found[there]) for language in LANGUAGES}

    def of(one: Question) -> Question:
        said = both(one.key, one.texts)
        options = tuple(
            replace(option, names=both(f"{one.key}.{option.key}", option.names))
            for option in one.options
        )
        asked = replace(one, texts=said, options=options)
        return replace(asked, hints=both(f"{one.key}.description", one.hints))

    done = replace(
        definition,
        names=both("title", definition.names),
        intro=both("description", definition.intro),
        thanks=both("completedHtml", definition.thanks),
        questions=tuple(of(one) for one in definition.questions),
    )
    if missing:
        raise _invalid(missing)
    return done

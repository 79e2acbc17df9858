"""Which answers a question takes, and what a typed text answers."""

import unicodedata
from typing import Any

from domain.survey_errors import (
    BadChoice,
    BadNumber,
    BadPhoto,
    BadTicks,
    TextLong,
    TextShort,
)
from domain.surveys import NUMBERS, Question, QuestionKind


def accepts(question: Question, value: Any) -> bool:
    """Whether it is an answer to the question."""
    low, high = question.bounds
    if question.kind is QuestionKind.SINGLE:
        return isinstance(value, str) and question.option(value) is not None
    if question.kind is QuestionKind.MULTIPLE:
        return _ticks(question, value) and low <= len(value) <= high
    if question.kind in NUMBERS:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if question.kind is QuestionKind.TEXT:
        return isinstance(value, str) and low <= len(value) <= high
    return isinstance(value, dict) and bool(value.get("reference"))


def check(question: Question, value: Any) -> None:
    """Raises what is wrong with an answer: BadChoice, BadTicks, BadNumber, TextShort, TextLong,
    BadPhoto."""
    if accepts(question, value):
        return
    low, high = question.bounds
    if question.kind is QuestionKind.SINGLE:
        raise BadChoice
    if question.kind is QuestionKind.MULTIPLE:
        if not _ticks(question, value):
            raise BadChoice
        raise BadTicks(low, high)
    if question.kind in NUMBERS:
        raise BadNumber(*_told(question))
    if question.kind is QuestionKind.TEXT and isinstance(value, str):
        raise TextShort(low) if len(value) < low else TextLong(high, len(value))
    raise BadPhoto if question.kind is QuestionKind.PHOTO else TextShort(low)


def read(question: Question, text: str) -> Any:
    """The answer that a typed text means: a number in digits of any width, an option's words in
    any language or its place in the list, several of them with commas; raises as `check`."""
    clean = unicodedata.normalize("NFKC", text).strip()
    if question.kind is QuestionKind.TEXT:
        value: Any = text.strip()
    elif question.kind in NUMBERS:
        value = _whole(question, clean)
    elif question.kind is QuestionKind.SINGLE:
        value = _option(question, clean)
    elif question.kind is QuestionKind.MULTIPLE:
        value = _options(question, clean)
    else:
        raise BadPhoto
    check(question, value)
    return value


def _ticks(question: Question, value: Any) -> bool:
    known = {option.key for option in question.options}
    return isinstance(value, list) and len(set(value)) == len(value) and set(value) <= known


def _told(question: Question) -> tuple[int | None, int | None]:
    """The bounds that are worth telling."""
    if question.kind is QuestionKind.NUMBER:
        return question.least, question.most
    return question.bounds


def _whole(question: Question, text: str) -> int:
    digits = text.replace(",", "").replace("⭐", "").replace("星", "").replace("分", "").strip()
    if not digits and "⭐" in text and set(text) <= set("⭐ "):
        digits = str(text.count("⭐"))
    sign = -1 if digits.startswith("-") else 1
    digits = digits.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise BadNumber(*_told(question))
    return sign * int(digits)


def _option(question: Question, text: str) -> str:
    wanted = _plain(text)
    for option in question.options:
        if wanted in {_plain(name) for name in option.names.values()}:
            return option.key
    raise BadChoice


def _options(question: Question, text: str) -> list[str]:
    parts = [part for part in text.replace("、", ",").replace(";", ",").split(",") if part.strip()]
    try:
        chosen = {_option(question, part) for part in parts}
    except BadChoice:
        chosen = {_option(question, text)}
    return [option.key for option in question.options if option.key in chosen]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

"""Every text exists in both languages with the same values, renders, and is valid and short."""

import importlib
import pkgutil
import re
from typing import Any

import pytest

import domain
import services
from bot.markup import plain_text, problems
from domain.errors import Refused
from handlers import menu, routes
from templates import catalogue, contract
from tests.templates.catalogue_reading import (
    KEYS,
    asked_for,
    render,
    samples,
    used_as,
    variables,
)

LONGEST_TEXT = 4096  # Bot API, sendMessage, in UTF-16 units
LONGEST_CAPTION = 1024  # Bot API, sendPhoto
LONGEST_TOAST = 200  # Bot API, answerCallbackQuery
LONGEST_LABEL = 40
LONGEST_DESCRIPTION = 256  # Bot API, BotCommand
HOSTILE = "<b>&\"'{{ 7*7 }}</a><script>"
_OURS = re.compile(r"[a-z_]*|\d{4}-.*")  # words of the code and dates are not typed
TYPED = {"name", "text", "value", "store", "order", "reason", "title", "subject", "city", "answer"}
# What only the API, the importer or a command of the shell can meet.
NOT_IN_CHAT = {
    "batch.complete",
    "batch.not_found",
    "benefit.nobody_to_pay",
    "benefit.takes_no_codes",
    "benefit.unknown_key",
    "currency.unknown",
    "currency.wrong",
    "partner.bad_key",
    "partner.not_found",
    "programme.invalid",
    "programme.changed",
    "request.refused",
    "simulation.currency",
}


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalogue.sources("zh")) == set(catalogue.sources("en"))


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_ask_for_the_same_values(key: str) -> None:
    assert variables("zh", key) == variables("en", key)


@pytest.mark.parametrize("key", KEYS)
def test_every_text_has_a_sample(key: str) -> None:
    assert samples(key), f"{key} asks for {sorted(variables('en', key))}"


def test_every_sample_has_a_text() -> None:
    assert [key for key in contract.sampled() if key not in KEYS] == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_text_renders_with_its_samples(key: str, language: str) -> None:
    for values in samples(key):
        text = render(language, key, values)
        assert text
        assert problems(text) == []
        assert units(text) <= LONGEST_TEXT
        assert not re.search(r"\n{4}|\bNone\b|Undefined", text), text
        if key.startswith("button.") or ".button_" in key:
            assert units(plain_text(text)) <= LONGEST_LABEL
            assert "\n" not in text


def units(text: str) -> int:
    """The length as platforms count it."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
@pytest.mark.parametrize(
    ("argument", "longest"), [("toast", LONGEST_TOAST), ("photo", LONGEST_CAPTION)]
)
def test_toasts_and_captions_are_short(argument: str, longest: int, language: str) -> None:
    keys = used_as(argument) | {key for key in KEYS if f".{argument}_" in key}
    assert keys
    long = {
        key
        for key in keys
        for values in samples(key)
        if units(plain_text(render(language, key, values))) > longest
    }
    assert long == set()


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_nothing_a_person_typed_becomes_markup(key: str, language: str) -> None:
    for values in samples(key):
        text = render(language, key, _hostile(values))
        assert problems(text) == []
        assert "<script>" not in text
        assert "49" not in text or "49" in render(language, key, values)


def _hostile(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {part: _hostile(inner, part) for part, inner in value.items()}
    if isinstance(value, list):
        return [_hostile(inner, name) for inner in value]
    if name not in TYPED or not isinstance(value, str) or _OURS.fullmatch(value):
        return value
    return HOSTILE


def test_chinese_texts_are_punctuated_as_chinese() -> None:
    wrong = re.compile(r"[一-鿿](?:[,;?!]|\.(?!\w))")
    found = {key: text for key, text in catalogue.sources("zh").items() if wrong.search(text)}
    assert found == {}


def test_chinese_texts_say_nin() -> None:
    assert [key for key, text in catalogue.sources("zh").items() if "你" in text] == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_key_in_the_code_has_a_text(language: str) -> None:
    known = catalogue.sources(language)
    assert [f"{place}: {key}" for key, place in asked_for() if key not in known] == []


def _refusals(of: type[Refused] = Refused) -> set[str]:
    codes = {of.code} if of.__module__.startswith(("domain.", "services.")) else set()
    return codes.union(*(_refusals(part) for part in of.__subclasses__()))


def test_every_refusal_has_a_text() -> None:
    for package in (domain, services):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    assert _refusals() - NOT_IN_CHAT - set(KEYS) == set()


# -- words and commands -----------------------------------------------------------------


def test_plain_words_lead_to_routes() -> None:
    known = {route.intent for route in routes.ROUTES}
    found = {words: intent.partition("|")[0] for words, intent in catalogue.phrases().items()}
    assert {words: intent for words, intent in found.items() if intent not in known} == {}


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_the_command_menu_lists_only_what_works(language: str) -> None:
    known = {route.intent for route in routes.ROUTES}
    for command, text in catalogue.commands(language).items():
        assert command in known
        assert 0 < len(text) <= LONGEST_DESCRIPTION


def test_both_languages_list_the_same_commands_in_the_same_order() -> None:
    assert list(catalogue.commands("zh")) == list(catalogue.commands("en"))


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_help_says_what_each_button_of_the_staff_is_for(language: str) -> None:
    intents = [button.intent for _, button in menu.STAFF]
    said = render(language, "help.shown", {"member": True, "running": False, "staff": intents})
    lines = said.splitlines()
    for intent in intents:
        start = "📅" if "." in intent else f"/{intent} "
        line = next(line.strip() for line in lines if line.strip().startswith(start))
        assert line.removeprefix(start).strip(" –"), f"{intent} has no words"

"""What the renderer takes of an operator's words: the text in a language, buttons, the picture."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from bot.messages import Button, Reply, Rows
from templates import contract
from templates.operators import Broken, program

__all__ = ["OWN_LABEL", "Broken", "body", "dressed", "language_of", "warn"]

log = logging.getLogger(__name__)
OWN_LABEL: Final = "wording.own_label"
"""The label key of a button whose label an operator wrote: it is among its values."""

_told: set[tuple[str, str]] = set()


def language_of(key: str, language: str, given: Mapping[str, Any]) -> str:
    """The language in which the words for a message are taken: the person's; else another one
    that was written, where there are no shipped words. "" for the shipped words."""
    texts = given.get("texts") or {}
    if texts.get(language):
        return language
    if contract.frame_of(key) is None:
        return ""
    return next((other for other, text in texts.items() if text), "")


def body(key: str, language: str, given: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """The text of an operator with the message's values, in our markup; "" where the shipped
    words are meant. Raises Broken."""
    spoken = language_of(key, language, given)
    if not spoken:
        if contract.frame_of(key):
            raise Broken
        return ""
    text = program(spoken, given["texts"][spoken], contract.values_of(key)).render(values)
    return Markup(text)  # noqa: S704 - escaped by the sandbox, and checked


def dressed(reply: Reply, given: Mapping[str, Any], language: str, *, kept: bool) -> Reply:
    """The reply with the buttons and the picture of the words. Buttons of ours that carry what
    the message is about stay, the others only where no others are given, or `kept`."""
    own = _rows(given, language)
    rows = reply.rows
    if own:
        ours = rows if kept else tuple(_carrying(row) for row in rows)
        # The way out stands last, an answer to what is asked first.
        rows = (*own, *ours) if kept else (*ours, *own)
    photo = given.get("picture") or reply.photo
    return replace(reply, rows=tuple(row for row in rows if row), photo=photo)


def _carrying(row: tuple[Button, ...]) -> tuple[Button, ...]:
    return tuple(button for button in row if button.args or button.effect)


def _rows(given: Mapping[str, Any], language: str) -> Rows:
    rows = given.get("buttons") or ()
    return tuple(tuple(_button(one, language) for one in row) for row in rows)


def _button(one: Mapping[str, Any], language: str) -> Button:
    labels = one.get("label") or {}
    label = labels.get(language) or next(iter(labels.values()), "")
    known = contract.button_labels().get(one.get("intent", ""), "")
    if label or not known:
        own = {"label": label or one.get("url", "")}
        return Button(OWN_LABEL, one["intent"], tuple(one["args"]), url=one["url"], values=own)
    return Button(known, one["intent"], tuple(one["args"]))


def warn(key: str, given: Mapping[str, Any], broken: Broken) -> None:
    """Says once in the log of a process that words do not render any more."""
    seen = (key, str(given.get("texts")))
    if seen not in _told:
        if len(_told) > 1000:
            _told.clear()
        _told.add(seen)
        log.error("the operators' words for %s are not shown: %s", key, broken)

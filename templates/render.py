"""Turns a reply into text and labelled buttons in one language."""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import unescape
from typing import Any

from bot.messages import Button, Key, Rendered, Reply, plain_values
from templates import catalogue

log = logging.getLogger(__name__)
Pack = Callable[[Button, str, int], str]


class Renderer:
    """Renders replies.

    `pack` makes the payload of a button for a user at a conversation's version; `club` gives
    values that every text may use (the club's and the points' names per language).
    """

    def __init__(self, pack: Pack, club: Callable[[str], dict[str, Any]]) -> None:
        self._pack = pack
        self._club = club
        self._labels: dict[tuple[str, str, str], str] = {}

    def render(self, reply: Reply, locale: str, user: str, turn: int) -> Rendered:
        """The message for a user; raises KeyError for an unknown key and jinja2's
        UndefinedError for a missing value."""
        language = locale if locale in catalogue.LANGUAGES else catalogue.FALLBACK
        club = self._club(language)
        rows = tuple(
            tuple(self._key(button, language, club, user, turn) for button in row)
            for row in reply.rows
            if row
        )
        return Rendered(
            key=reply.key,
            locale=language,
            text=self._text(reply.key, language, {**club, **plain_values(reply.values)}),
            rows=rows,
            edit=reply.edit,
            toast=self._text(reply.toast, language, club) if reply.toast else "",
            ask_contact=self._text(reply.ask_contact, language, club) if reply.ask_contact else "",
            photo=reply.photo,
            protect=reply.protect,
            secret=reply.secret,
        )

    def words(self, key: str, values: dict[str, Any], locale: str) -> str:
        """A text of a paper: without markup, and nothing escaped."""
        return unescape(self._text(key, locale, {**self._club(locale), **values}))

    def _key(
        self, button: Button, language: str, club: dict[str, Any], user: str, turn: int
    ) -> Key:
        label = self._label(button, language, club)
        payload = self._pack(button, user, turn) if button.intent else ""
        return Key(label, payload, button.url)

    def _label(self, button: Button, language: str, club: dict[str, Any]) -> str:
        """A label without values of its own is rendered once per language and club name."""
        if button.values:
            values = {**club, **plain_values(button.values)}
            return unescape(self._text(button.label, language, values))
        known = (button.label, language, club.get("points_word", ""))
        if known not in self._labels:
            self._labels[known] = unescape(self._text(button.label, language, club))
        return self._labels[known]

    def _text(self, key: str, language: str, values: dict[str, Any]) -> str:
        template = catalogue.compiled(language).get(key)
        if template is None:
            log.error("no text %s in %s", key, language)
            template = catalogue.compiled(catalogue.FALLBACK)[key]
        return template.render(values).strip()

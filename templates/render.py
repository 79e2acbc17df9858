"""Turns a reply into text and labelled buttons in one language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

from bot.messages import Button, Key, Rendered, Reply, plain_values
from templates import catalogue, contract, wording

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

    def render(
        self,
        reply: Reply,
        locale: str,
        user: str,
        turn: int,
        wording: Mapping[str, Any] | None = None,
    ) -> Rendered:
        """The message for a user; raises KeyError for an unknown key and jinja2's
        UndefinedError for a missing value.

        `wording`: the content of a version of an operator's words (domain.wordings.content). Where
        it does not render, the shipped words are used and the log says so; a message that is
        nothing but an operator's words raises operators.Broken.
        """
        given = reply.wording if wording is None else wording
        language = _language(reply.locale or locale)
        if reply.sampled:
            reply = replace(reply, values=contract.samples(reply.key)[0] | dict(reply.values))
        if given is None:
            return self._shipped(reply, language, user, turn)
        return self._worded(reply, language, user, turn, given)

    def words(self, key: str, values: dict[str, Any], locale: str) -> str:
        """A text of a paper: without markup, and nothing escaped."""
        return unescape(self._text(key, locale, {**self._club(locale), **values}))

    # -- the shipped words ---------------------------------------------------------------

    def _shipped(self, reply: Reply, language: str, user: str, turn: int, **more: Any) -> Rendered:
        club = self._club(language)
        inside = [self._inside(one, language, user) for one in reply.shown]
        values = {"shown": inside, **plain_values(reply.values), **more}
        return Rendered(
            key=reply.key,
            locale=language,
            text=self._text(reply.key, language, {**club, **values}),
            rows=self._rows(reply.rows, language, user, turn),
            edit=reply.edit,
            toast=self._text(reply.toast, language, club) if reply.toast else "",
            ask_contact=self._text(reply.ask_contact, language, club) if reply.ask_contact else "",
            photo=reply.photo,
            protect=reply.protect,
            secret=reply.secret,
            media=reply.media,
            quote=reply.quote,
            topic=reply.topic,
        )

    def _inside(self, reply: Reply, locale: str, user: str) -> dict[str, Any]:
        """A message that stands inside another one."""
        broken = False
        try:
            made = self.render(reply, locale, user, 0)
            if reply.wording is not None and contract.frame_of(reply.key) is None:
                broken = self._is_broken(reply, made.locale)
        except wording.Broken:
            return {"text": "", "locale": locale, "labels": [], "picture": False, "broken": True}
        labels = [key.label for row in made.rows for key in row]
        return {
            "text": made.text,
            "locale": made.locale,
            "labels": labels,
            "picture": bool(made.photo),
            "broken": broken,
        }

    # -- an operator's words -------------------------------------------------------------

    def _worded(
        self, reply: Reply, language: str, user: str, turn: int, given: Mapping[str, Any]
    ) -> Rendered:
        frame = contract.frame_of(reply.key)
        try:
            body = self._body(reply, language, given)
        except wording.Broken as broken:
            if frame:
                raise
            wording.warn(reply.key, given, broken)
            return self._shipped(reply, language, user, turn)
        reply = wording.dressed(reply, given, language, kept=frame is not None)
        if frame:
            return self._shipped(reply, language, user, turn, **{frame.into: body})
        if not body:
            return self._shipped(reply, language, user, turn)
        if foot := contract.foot_of(reply.key):
            body = f"{body}\n\n{self._text(foot, language, self._club(language))}"
        return self._with_text(reply, language, user, turn, body)

    def _with_text(self, reply: Reply, language: str, user: str, turn: int, text: str) -> Rendered:
        return Rendered(
            key=reply.key,
            locale=language,
            text=str(text),  # plain again: joined with another text it would escape that
            rows=self._rows(reply.rows, language, user, turn),
            edit=reply.edit,
            photo=reply.photo,
            protect=reply.protect,
            secret=reply.secret,
            media=reply.media,
            quote=reply.quote,
            topic=reply.topic,
        )

    def _body(self, reply: Reply, language: str, given: Mapping[str, Any]) -> str:
        values = {**self._club(language), **plain_values(reply.values)}
        return wording.body(reply.key, language, given, values)

    def own_text(self, reply: Reply, locale: str, given: Mapping[str, Any]) -> str:
        """The text of an operator's words alone, without their buttons; raises Broken, and never
        takes the shipped words."""
        return str(self._body(reply, _language(locale), given))

    def _is_broken(self, reply: Reply, language: str) -> bool:
        values = contract.samples(reply.key)[0] | dict(reply.values)
        try:
            self._body(replace(reply, values=values), language, reply.wording or {})
        except wording.Broken:
            return True
        return False

    # -- buttons -------------------------------------------------------------------------

    def _rows(
        self, rows: tuple[tuple[Button, ...], ...], language: str, user: str, turn: int
    ) -> tuple[tuple[Key, ...], ...]:
        club = self._club(language)
        return tuple(
            tuple(self._key(button, language, club, user, turn) for button in row)
            for row in rows
            if row
        )

    def _key(
        self, button: Button, language: str, club: dict[str, Any], user: str, turn: int
    ) -> Key:
        label = self._label(button, language, club)
        payload = self._pack(button, user, turn) if button.intent else ""
        return Key(label, payload, button.url)

    def _label(self, button: Button, language: str, club: dict[str, Any]) -> str:
        """A label without values of its own is rendered once per language and club name."""
        if button.label == wording.OWN_LABEL:
            return str(button.values["label"])
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


def _language(locale: str) -> str:
    return locale if locale in catalogue.LANGUAGES else catalogue.FALLBACK

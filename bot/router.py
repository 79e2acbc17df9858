"""Ordered routes, first match wins: from what came in to the handler that answers it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.actions import Action, BadAction, Signer
from bot.flow import Flow
from bot.messages import Inbound, Kind, Reply
from bot.state import State, moment
from bot.turn import Turn

Handler = Callable[[Turn[Any]], Reply | None]
PASS = Reply("")
"""What the route `reply` returns when the quoted message is nothing to it: the event is matched
again as if it quoted nothing."""

BY_KIND = {
    Kind.CONTACT: "contact",
    Kind.PHOTO: "photo",
    Kind.FILE: "file",
    Kind.BLOCKED: "address.blocked",
    Kind.UNBLOCKED: "address.unblocked",
}


# Routes that the core itself leads to; neither a command nor a button may name them.
IN_GROUPS = {"edited", "group.said", "group.changed"}
ANSWERS = {"reply", "stranger", "expired", "unknown", "unsupported", "heard", "group"}
INNER = frozenset({*ANSWERS, *IN_GROUPS, *BY_KIND.values()})
ALWAYS = frozenset({"cancel", "help", "stop"})  # words that win over the question just asked
IN_GROUPS_TOO = frozenset({"cancel"})  # of those; the others are about the person alone
SHORT = 40  # characters of a text in which a phrase is looked for


@dataclass(frozen=True, slots=True)
class Route:
    """An intent and its handler.

    `writes`: runs under the address's lock in a write transaction with an inbox row.
    `needs`: the staff permission without which the route does not exist for a person.
    `anyone`: open to people who are not members.
    `looks`: the reference of a picture to be looked at before the write transaction, "" for none;
    the handler finds what is known of it in `turn.seen`.
    `long`: reads so much that it is done beside everything else; `counts`: what of it is done
    before the write transaction, the handler finds it in `turn.counted`.
    `groups`: works in groups too, for staff with what it `needs`.
    """

    intent: str
    handle: Handler
    writes: bool = False
    needs: str = ""
    anyone: bool = False
    looks: Callable[[Turn[Any]], str] | None = None
    long: bool = False
    counts: Callable[[Turn[Any]], Any] | None = None
    groups: bool = False


NOTHING = Route("", lambda _: None, anyone=True)
"""For what is said to others than us."""


@dataclass(frozen=True, slots=True)
class Match:
    """The route that was found and what the intent carries. `stale`: an old button."""

    route: Route
    args: tuple[str, ...] = ()
    nonce: str = ""
    stale: bool = False


def normalise(text: str) -> str:
    """Words as they are compared: full-width folded, lower case, without marks at the ends."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s+]", " ", folded).split())


class Router:
    """Resolves an inbound event to a route.

    `phrases` maps plain words to intents, with arguments after `|`; `flows` are the known
    conversations; `grave` says whether a text is too serious to be taken for a command that it
    happens to hold. What somebody says that nothing understands goes to `heard`, if there is such
    a route. Needed intents: `unknown` (nothing understood), `stranger` (not a member),
    `expired` (an old or foreign button), `group` (others read along), `cancel`.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        flows: Sequence[Flow],
        phrases: Mapping[str, str],
        signer: Signer,
        grave: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._grave = grave
        self._routes: dict[str, Route] = {}
        for route in routes:
            self._routes.setdefault(route.intent, route)
        self._flows = {flow.name: flow for flow in flows}
        self._inner = INNER | {f"{one.name}.{step.name}" for one in flows for step in one.steps}
        self._phrases = {normalise(words): intent for words, intent in phrases.items()}
        self._inside = _inside(self._phrases, self._routes)
        self._signer = signer

    def match(self, inbound: Inbound, state: State, now: datetime) -> Match:
        """The route for an event in a state; never fails, at worst it is `unknown`."""
        if inbound.kind is Kind.EDITED:
            return self._inner_route("edited", state)
        if inbound.kind is Kind.UNSUPPORTED:
            return self._inner_route("unsupported", state)
        if not inbound.address.private:
            return self._in_group(inbound, state, now)
        action, stale = self._wanted(inbound, state, now)
        route = self._routes.get(action.intent)
        if stale:
            return Match(self._routes["expired"], stale=True)
        if (route is None or action.intent == "unknown") and self._heard(inbound, state, now):
            return Match(self._routes["heard"])
        if route is None or (route.needs and not state.person.may(route.needs)):
            return Match(self._routes["unknown"])
        if not route.anyone and not route.needs and state.person.member_id is None:
            return Match(self._routes["stranger"])
        return _found(route, action)

    def _heard(self, inbound: Inbound, state: State, now: datetime) -> bool:
        """Whether somebody has said something that is nobody's: no command, and no conversation
        that waits for something else."""
        if inbound.kind not in (Kind.TEXT, Kind.PHOTO, Kind.FILE) or "heard" not in self._routes:
            return False
        talk = state.conversation
        free = not talk.active(now) or talk.flow == "heard"
        return free and not inbound.text.startswith("/")

    def _in_group(self, inbound: Inbound, state: State, now: datetime) -> Match:
        """In a group: commands, buttons and questions that are meant for staff there, and what is
        said in a topic or to something of ours."""
        if inbound.kind is Kind.GROUP:
            return self._inner_route("group.changed", state)
        if inbound.hidden:
            return self._inner_route("group.said", state)
        if inbound.kind is Kind.TAP or _is_command(inbound.text):
            action, stale = self._wanted(inbound, state, now)
            if stale and state.person.staff:
                return Match(self._routes["expired"], stale=True)
            route = None if stale else self._for_staff(action, state)
            return _found(route, action) if route else Match(self._routes["group"])
        if state.conversation.active(now) and (step := self._step(inbound, state, IN_GROUPS_TOO)):
            route = self._for_staff(Action(step), state)
            if route is not None:
                return Match(route)
        return self._inner_route("group.said", state)

    def _for_staff(self, action: Action, state: State) -> Route | None:
        """The route, if it is one for groups and the person may use it."""
        route = self._routes.get(action.intent)
        if action.intent in IN_GROUPS_TOO and state.person.staff:
            return route
        allowed = route and route.groups and route.needs and state.person.may(route.needs)
        return route if allowed else None

    def _inner_route(self, intent: str, state: State) -> Match:
        route = self._routes.get(intent, NOTHING)
        return Match(NOTHING if route.needs and not state.person.may(route.needs) else route)

    def _wanted(self, inbound: Inbound, state: State, now: datetime) -> tuple[Action, bool]:
        if inbound.kind is Kind.TAP:
            return self._tapped(inbound, state, now)
        if inbound.kind is Kind.TEXT and _is_command(inbound.text):
            return self._command(inbound.text), False
        if inbound.kind in (Kind.BLOCKED, Kind.UNBLOCKED):
            return Action(BY_KIND[inbound.kind]), False
        if inbound.reply_to and "reply" in self._routes:
            return Action("reply"), False
        if state.conversation.active(now) and (step := self._step(inbound, state)):
            return Action(step), False
        return self._spoken(inbound), False

    def _tapped(self, inbound: Inbound, state: State, now: datetime) -> tuple[Action, bool]:
        try:
            action = self._signer.unpack(inbound.payload, inbound.address.signed_for)
        except BadAction:
            return Action("expired"), True
        if action.intent in self._inner:
            return Action("expired"), True
        return action, bool(action.turn) and not _of_now(action, inbound, state, now)

    def _command(self, text: str) -> Action:
        word, *rest = text[1:].split()[:8] or [""]
        name = word.partition("@")[0].casefold()
        known = name in self._routes and "." not in name and name not in INNER
        return Action(name if known else "unknown", tuple(rest))

    def _step(self, inbound: Inbound, state: State, always: frozenset[str] = ALWAYS) -> str:
        """The step's intent, one of `always`, or "" if the flow does not take what came."""
        talk = state.conversation
        flow = self._flows.get(talk.flow)
        if flow is None:
            return ""
        said = self._phrases.get(normalise(inbound.text)) if inbound.kind is Kind.TEXT else None
        if said in always:
            return said
        # A step that a newer version of the program no longer has accepts nothing.
        steps = (step for step in flow.steps if step.name == talk.step)
        accepted = any(inbound.kind in step.accepts for step in steps)
        return f"{talk.flow}.{talk.step}" if accepted else ""

    def _spoken(self, inbound: Inbound) -> Action:
        if inbound.kind is not Kind.TEXT:
            return Action(BY_KIND.get(inbound.kind, "unknown"))
        words = normalise(inbound.text)
        found = self._phrases.get(words)
        if found is None:
            found = "unknown" if self._grave(inbound.text) else self._contained(words)
        intent, *args = found.split("|")
        return Action(intent, tuple(args))

    def _contained(self, words: str) -> str:
        """The intent of the longest phrase inside a short text; only those that change nothing,
        for "do not unsubscribe me" holds "unsubscribe" too."""
        if len(words) > SHORT:
            return "unknown"
        text = f" {words} "
        return next((intent for phrase, intent in self._inside if phrase in text), "unknown")


def _of_now(action: Action, inbound: Inbound, state: State, now: datetime) -> bool:
    """Whether the button belongs to where the person's own conversation stands."""
    talk, private = state.conversation, inbound.address.private
    return talk.active(now) and action.turn == moment(state.person, talk, private=private)


def _is_command(text: str) -> bool:
    return text.startswith("/") and not is_note(text)


def is_note(text: str) -> bool:
    """Whether staff write it for themselves, in a group: two strokes are no command."""
    return text.startswith("//")


def _found(route: Route, action: Action) -> Match:
    return Match(route, action.args, action.nonce)


def _inside(phrases: Mapping[str, str], routes: Mapping[str, Route]) -> list[tuple[str, str]]:
    """Phrases to look for inside a text, the longest first; Latin ones as whole words."""
    reading = [
        (f" {words} " if words.isascii() else words, intent)
        for words, intent in phrases.items()
        if len(words) > 1 and intent in routes and not routes[intent].writes
    ]
    return sorted(reading, key=lambda pair: -len(pair[0]))

"""What a member wants to receive and when, the language, and the way out of promotions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.consent import OPTIONAL, Purpose
from handlers import menu
from handlers.turns import Turn, address_id, member_id
from services import consents

SETTINGS = Flow("settings", (Step("zone"),), timeout=timedelta(minutes=30))
LANGUAGES = ("zh", "en")


# -- the settings card ------------------------------------------------------------------


def show(turn: Turn) -> Reply:
    """Consents as switches, quiet hours, time zone, language."""
    return _card(turn, edit=False)


def toggle(turn: Turn) -> Reply:
    """Sets one consent to what the button said; the card shows it at once."""
    if turn.arg() not in OPTIONAL:
        return show(turn)
    purpose, agree = Purpose(turn.arg()), turn.arg(1) == "on"
    channel = turn.inbound.address.channel
    consents.switch(turn.work, member_id(turn), purpose, agree, channel=channel, now=turn.now)
    return _card(turn, edit=True)


def back(turn: Turn) -> Reply:
    """From one of the choices to the card again, in the same place."""
    turn.end()
    return _card(turn, edit=True)


def _card(turn: Turn, *, edit: bool) -> Reply:
    has = consents.settings(turn.work, member_id(turn))
    return Reply("settings.shown", _values(turn, has), (*_switches(has), *_choices()), edit=edit)


def _values(turn: Turn, has: consents.Settings) -> dict[str, Any]:
    return {
        "consents": [{"purpose": name, "on": on} for name, on in has.consents.items()],
        "quiet_from": has.quiet_from,
        "quiet_to": has.quiet_to,
        "zone": has.zone,
        "now": turn.now,
    }


def _switches(has: consents.Settings) -> Rows:
    buttons = [
        Button(
            f"button.consent_{purpose}",
            "settings.toggle",
            (purpose.value, "off" if has.consents[purpose] else "on"),
            values={"on": has.consents[purpose]},
        )
        for purpose in OPTIONAL
    ]
    return tuple((button,) for button in buttons)


def _choices() -> Rows:
    return (
        (Button("button.quiet", "settings.quiet"), Button("button.zone", "settings.zones")),
        (menu.LANGUAGE, Button("button.mydata", "mydata")),
        (menu.CARD,),
    )


# -- quiet hours ------------------------------------------------------------------------


def quiet(turn: Turn) -> Reply:
    """The hours to choose from."""
    has = consents.settings(turn.work, member_id(turn))
    rows = tuple(
        (
            Button(
                "button.quiet_hours",
                "settings.quiet_set",
                (f"{start}-{end}",),
                values={
                    "start": start,
                    "end": end,
                    "on": (start, end) == (has.quiet_from, has.quiet_to),
                },
            ),
        )
        for start, end in consents.QUIET_CHOICES
    )
    values = {"quiet_from": has.quiet_from, "quiet_to": has.quiet_to}
    return Reply("settings.quiet", values, (*rows, (_BACK,)), edit=True)


def set_quiet(turn: Turn) -> Reply:
    """Keeps the chosen hours."""
    choices = {f"{start}-{end}": (start, end) for start, end in consents.QUIET_CHOICES}
    if turn.arg() not in choices:
        return quiet(turn)
    consents.set_quiet(turn.work, member_id(turn), *choices[turn.arg()])
    return _card(turn, edit=True)


# -- time zone --------------------------------------------------------------------------


def zones(turn: Turn) -> Reply:
    """Common zones to choose from; any other may be typed."""
    turn.start(SETTINGS)
    has = consents.settings(turn.work, member_id(turn))
    buttons = [
        Button("button.zone_name", "settings.zone_set", (zone,), values={"zone": zone})
        for zone in consents.COMMON_ZONES
    ]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    values = {"zone": has.zone, "now": turn.now}
    return Reply("settings.zones", values, (*rows, (_BACK,)), edit=True)


def set_zone(turn: Turn) -> Reply:
    """Keeps a zone by button."""
    consents.set_zone(turn.work, member_id(turn), turn.arg(), turn.now)
    turn.end()
    return _card(turn, edit=True)


def take_zone(turn: Turn) -> Reply:
    """Keeps a zone by a typed city; an unknown one is asked again."""
    consents.set_zone(turn.work, member_id(turn), turn.text, turn.now)
    turn.end()
    return _card(turn, edit=False)


# -- language ---------------------------------------------------------------------------


def language(turn: Turn) -> Reply:
    """Both languages, each by its own name; `/language en` sets it at once."""
    if turn.arg() in LANGUAGES:
        return set_language(turn)
    buttons = tuple(Button(f"button.language_{one}", "language.set", (one,)) for one in LANGUAGES)
    return Reply("settings.language", {}, (buttons,))


def set_language(turn: Turn) -> Reply:
    """The new language holds from this answer on."""
    locale = turn.arg()
    if locale not in LANGUAGES:
        return language(turn)
    consents.set_language(turn.work, turn.person.member_id, address_id(turn), locale)
    turn.person = replace(turn.person, locale=locale)
    return Reply("settings.language_set", {}, menu.main(turn))


# -- the way out ------------------------------------------------------------------------


def stop(turn: Turn) -> Reply:
    """No more promotions, at once; the answer says what still comes."""
    if turn.person.member_id is None:
        return Reply("settings.stranger_stop", {}, menu.main(turn))
    channel = turn.inbound.address.channel
    still = consents.stop(turn.work, member_id(turn), channel=channel, now=turn.now)
    values = {"still": [purpose.value for purpose in still]}
    return Reply("settings.stopped", values, ((menu.SETTINGS, menu.CARD),))


_BACK = Button("button.back", "settings.back")

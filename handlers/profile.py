"""The profile: asked one thing at a time, each with its reward; all can be skipped, changed and
deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.flow import TEXT_OR_CONTACT, Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from domain.birthdays import Birthday
from domain.consent import Purpose, undecided
from domain.members import Gender, mask_phone
from domain.profiles import value_of
from domain.programme import PROFILE_FIELDS, Programme, say
from handlers import menu, phones
from handlers.turns import Turn, member_id
from services import profiles
from services.profiles import Profile, Saved

PROFILE = Flow(
    "profile",
    (
        Step("name"),
        Step("birthday"),
        Step("phone", TEXT_OR_CONTACT),
        Step("city"),
        Step("gender"),
        Step("preferences"),
        Step("consent"),
    ),
    timeout=timedelta(minutes=30),  # what is written much later is no answer to this
)
LONGEST_LABEL = 30
# What is asked once, when a detail has been told with which it first makes sense.
CONSENTS = {"birthday": Purpose.CARE, "preferences": Purpose.PROMOTIONS}


# -- the profile card -------------------------------------------------------------------


def show(turn: Turn) -> Reply:
    """What the club knows of the member, and a button to change each."""
    return shown(turn, None)


def back(turn: Turn) -> Reply:
    """From a question to the profile again, unanswered."""
    turn.end()
    return _in_place(turn, shown(turn, None))


def shown(turn: Turn, saved: Saved | None) -> Reply:
    """The profile card, with what has just been kept."""
    known = profiles.profile(turn.work, member_id(turn))
    fields = [_field(turn, known, field) for field in known.fields]
    edits = [Button(f"button.{field}", "profile.edit", (field,)) for field in known.fields]
    rows: Rows = tuple(tuple(edits[at : at + 3]) for at in (0, 3))
    values = {"fields": fields, "offer": known.offer, "saved": saved_values(saved)}
    return Reply("profile.shown", values, (*_tour(known), *rows, (menu.CARD,)))


def _tour(known: Profile) -> Rows:
    if len(known.missing) < 2 or not known.offer:
        return ()
    offer = {"points": known.offer}
    return ((Button("button.profile_offer", "profile.tour", values=offer),),)


def _field(turn: Turn, known: Profile, field: str) -> dict[str, Any]:
    value = value_of(known.member, field)
    plain = _plain(known.programme, field, value, turn.locale)
    if isinstance(value, Birthday) and value.lunar:
        following = profiles.next_birthday(turn.work, value, turn.now)
        plain = {"month": value.month, "day": value.day, "year": value.year, "next": following}
    shown: dict[str, Any] = {
        "field": field,
        "value": plain,
        "reward": 0 if value else known.rewards.get(field, 0),
        "verified": field == "phone" and known.phone_verified,
        "year": value.year if isinstance(value, Birthday) else None,
    }
    return shown


def _plain(programme: Programme, field: str, value: Any, locale: str) -> Any:
    """A value for a text: the phone masked, preferences by name, a birthday as month and day."""
    if not value:
        return None
    if field == "phone":
        return mask_phone(value)
    if field == "preferences":
        names = {one.key: say(one.names, locale) for one in programme.preferences}
        return [names[key] for key in value if key in names]
    if isinstance(value, Birthday):
        return None if value.lunar else value.occurs_on(value.year or 2000)
    return value.value if isinstance(value, Gender) else value


# -- asking -----------------------------------------------------------------------------


def tour(turn: Turn) -> Reply:
    """Asks for what is missing, one thing after the other."""
    return next_question(turn, None)


def edit(turn: Turn) -> Reply:
    """Asks for one detail that the member wants to tell or change."""
    field = turn.arg()
    known = profiles.profile(turn.work, member_id(turn))
    if field not in known.fields:
        return show(turn)
    turn.start(PROFILE, field, one=True)
    return _in_place(turn, _ask(turn, known, field, None))


def skip(turn: Turn) -> Reply:
    """Leaves a question out; it may be answered at any later time."""
    return next_question(turn, None)


def next_question(turn: Turn, saved: Saved | None) -> Reply:
    """The question after this one; at the end, or after a single change, the profile."""
    return _in_place(turn, _next(turn, saved))


def _in_place(turn: Turn, reply: Reply) -> Reply:
    """A tap on a question changes that card; what began elsewhere is left as it was."""
    tapped = turn.inbound.kind is Kind.TAP and turn.intent != "profile.tour"
    return replace(reply, edit=True) if tapped else reply


def _next(turn: Turn, saved: Saved | None) -> Reply:
    if saved and (purpose := CONSENTS.get(saved.field)) and _undecided(turn, purpose):
        turn.go("consent", purpose=purpose.value)
        return may_we(purpose, saved)
    if turn.data.get("one"):
        turn.end()
        return shown(turn, saved)
    asked: list[str] = list(turn.data.get("asked", ()))
    known = profiles.profile(turn.work, member_id(turn))
    left = [field for field in known.missing if field not in asked]
    if not left:
        turn.end()
        return _done(turn, known, saved)
    turn.start(PROFILE, left[0], asked=[*asked, left[0]], of=len(asked) + len(left))
    return _ask(turn, known, left[0], saved)


def _done(turn: Turn, known: Profile, saved: Saved | None) -> Reply:
    values = {"saved": saved_values(saved), "complete": not known.missing, "offer": known.offer}
    return Reply("profile.done", values, menu.main(turn))


def _ask(turn: Turn, known: Profile, field: str, saved: Saved | None) -> Reply:
    values = {
        **_field(turn, known, field),
        "saved": saved_values(saved),
        "place": len(turn.data.get("asked", ())),
        "count": turn.data.get("of", 0),
        "told_before": field == "birthday" and known.member.birthday_set_at is not None,
    }
    if field == "preferences":
        return likes(turn, known, saved, edited=False)
    rows = (*_choices(turn, field), *_way_out(turn, field, bool(values["value"])))
    contact = "button.share_phone" if field == "phone" else ""
    return Reply("profile.ask", values, rows, ask_contact=contact)


def _choices(turn: Turn, field: str) -> Rows:
    """Answers that one tap gives."""
    if field == "gender":
        return (
            tuple(
                Button(f"button.gender_{gender.value}", "gender.set", (gender.value,))
                for gender in Gender
            ),
        )
    name = turn.inbound.name[:LONGEST_LABEL].strip()
    if field == "name" and name:
        return ((Button("button.as_is", "profile.as_shown", here=True, values={"text": name}),),)
    return ()


def likes(turn: Turn, known: Profile, saved: Saved | None, *, edited: bool) -> Reply:
    """The preferences as ticks; `edited`: the card changes in place."""
    liked = known.member.preferences
    ticks = [
        Button(
            "button.tick",
            "like.off" if one.key in liked else "like.on",  # short: keys take up to 40 bytes
            (one.key,),
            values={"on": one.key in liked, "text": say(one.names, turn.locale)},
        )
        for one in known.programme.preferences
    ]
    rows = tuple(tuple(ticks[at : at + 2]) for at in range(0, len(ticks), 2))
    values = {
        "reward": 0 if liked else known.rewards.get("preferences", 0),
        "saved": saved_values(saved),
        "place": len(turn.data.get("asked", ())),
        "count": turn.data.get("of", 0),
    }
    nothing_yet = turn.data.get("asked") and not liked
    done = (Button("button.skip" if nothing_yet else "button.done", "profile.ticked"),)
    return Reply("profile.likes", values, (*rows, done), edit=edited)


def _way_out(turn: Turn, field: str, known: bool) -> Rows:
    if not turn.data.get("one"):
        return (
            (
                Button("button.skip", "profile.skip", here=True),
                Button("button.later", "profile.stop", here=True),
            ),
        )
    drop = Button("button.delete", "profile.drop", (field,))
    keep = Button("button.back", "profile.back")
    return ((drop, keep),) if known else ((keep,),)


def stop(turn: Turn) -> Reply:
    """Ends the questions; the card offers them again."""
    turn.end()
    return Reply("profile.later", {}, menu.main(turn))


def _undecided(turn: Turn, purpose: Purpose) -> bool:
    return undecided(turn.work.members.consents(member_id(turn)), purpose)


def may_we(purpose: Purpose, saved: Saved | None) -> Reply:
    """Asks for one consent."""
    yes = Button("button.yes_please", "consent.say", (purpose.value, "yes"), here=True)
    no = Button("button.no_thanks", "consent.say", (purpose.value, "no"), here=True)
    values = {"purpose": purpose.value, "saved": saved_values(saved)}
    return Reply("profile.consent", values, ((yes, no),))


# -- deleting ---------------------------------------------------------------------------


def drop(turn: Turn) -> Reply:
    """Deletes one detail."""
    field = turn.arg()
    turn.end()
    if field in PROFILE_FIELDS and profiles.forget(turn.work, member_id(turn), field):
        return _in_place(turn, shown(turn, Saved("deleted")))
    return _in_place(turn, shown(turn, None))


def saved_values(saved: Saved | None) -> dict[str, Any] | None:
    """What was kept, for a text."""
    return phones.values_of(saved) if saved else None

"""Answers to the questions of the profile: typed, tapped, shared."""

from __future__ import annotations

import re

from bot.messages import Button, Reply
from domain.birthdays import Birthday, stored
from domain.consent import Purpose
from domain.errors import BirthdayUnclear
from domain.members import Gender
from domain.profiles import GuardianNeeded, UnknownPreference, parse_gender
from handlers import phones, profile
from handlers.parts import gone
from handlers.profile import LONGEST_LABEL
from handlers.turns import Turn, member_id
from services import consents, profiles
from services.profiles import Saved

_YES = frozenset("yes y ok okay sure please 好 好的 可以 是 是的 行 同意 愿意 嗯".split())
_NO = frozenset("no n nope 不 不要 不用 否 不同意 不愿意 不行".split())


def take_name(turn: Turn) -> Reply:
    """A typed name."""
    saved = profiles.tell_name(turn.work, member_id(turn), turn.text, turn.now)
    return profile.next_question(turn, saved)


def name_as_shown(turn: Turn) -> Reply:
    """The name that the platform shows."""
    name = turn.inbound.name[:LONGEST_LABEL]
    saved = profiles.tell_name(turn.work, member_id(turn), name, turn.now)
    return profile.next_question(turn, saved)


def take_city(turn: Turn) -> Reply:
    """A typed city."""
    saved = profiles.tell_city(turn.work, member_id(turn), turn.text, turn.now)
    return profile.next_question(turn, saved)


def take_birthday(turn: Turn) -> Reply:
    """A typed birthday; two readings become two buttons."""
    try:
        birthday = profiles.read_birthday(turn.work, turn.text, turn.now)
    except BirthdayUnclear as unclear:
        return _which(turn, unclear)
    return _born(turn, birthday, guardian=False)


def choose_birthday(turn: Turn) -> Reply:
    """One of the two readings, or a child's birthday with the guardian's word."""
    return _born(turn, stored(turn.arg()), guardian=turn.arg(1) == "guardian")


def _which(turn: Turn, unclear: BirthdayUnclear) -> Reply:
    year = re.search(r"\d{4}", unclear.text)
    choices = []
    for text in (unclear.first, unclear.second):
        whole = f"{year[0]}-{text}" if year else text
        day = stored(text).occurs_on(2000)
        choices.append(
            Button("button.day", "profile.born", (whole,), here=True, values={"day": day})
        )
    return Reply("birthday.unclear", {"text": unclear.text}, (tuple(choices),))


def _born(turn: Turn, birthday: Birthday, *, guardian: bool) -> Reply:
    channel = turn.inbound.address.channel
    try:
        saved = profiles.tell_birthday(
            turn.work,
            member_id(turn),
            birthday,
            turn.now,
            channel=channel,
            guardian=guardian,
        )
    except GuardianNeeded as child:
        agree = Button("button.guardian", "profile.born", (child.birthday, "guardian"), here=True)
        skipped = Button("button.skip", "profile.skip", here=True)
        return Reply("profile.guardian", {"age": child.age}, ((agree,), (skipped,)))
    return profile.next_question(turn, saved)


def take_phone(turn: Turn) -> Reply:
    """A phone: trusted from the contact button, only noted when typed."""
    told = phones.tell(turn)
    return profile.next_question(turn, told) if isinstance(told, Saved) else told


def take_gender(turn: Turn) -> Reply:
    """A gender as a word."""
    gender = parse_gender(turn.text)
    saved = profiles.tell_gender(turn.work, member_id(turn), gender, turn.now)
    return profile.next_question(turn, saved)


def choose_gender(turn: Turn) -> Reply:
    """A gender by button; an old button changes it just the same."""
    if turn.arg() not in tuple(Gender):
        return gone(turn)
    gender = Gender(turn.arg())
    saved = profiles.tell_gender(turn.work, member_id(turn), gender, turn.now)
    if turn.conversation.step == "gender":
        return profile.next_question(turn, saved)
    return profile.shown(turn, saved)


# -- preferences ------------------------------------------------------------------------


def take_preference(turn: Turn) -> Reply:
    """A preference typed by its name is ticked."""
    said = turn.text.strip().casefold()
    for one in turn.work.programmes.current().preferences:
        if said in (name.casefold() for name in one.names.values()):
            return _tick(turn, one.key, True, edited=False)
    raise UnknownPreference()


def tick(turn: Turn) -> Reply:
    """Ticks or unticks one; the card shows it at once."""
    return _tick(turn, turn.arg(), turn.intent == "like.on", edited=True)


def ticked(turn: Turn) -> Reply:
    """The ticks are as the member wants them."""
    liked = turn.work.members.get(member_id(turn)).preferences
    saved = Saved("preferences") if liked else None
    if turn.conversation.step == "preferences":
        return profile.next_question(turn, saved)
    return profile.shown(turn, saved)


def _tick(turn: Turn, key: str, likes: bool, *, edited: bool) -> Reply:
    saved = profiles.tell_preference(turn.work, member_id(turn), key, likes, turn.now)
    known = profiles.profile(turn.work, member_id(turn))
    return profile.likes(turn, known, saved, edited=edited)


# -- consents, where they first make sense --------------------------------------------------


def take_consent(turn: Turn) -> Reply:
    """A yes or no in words; anything else is asked again."""
    word = turn.text.strip().casefold().rstrip("!.！。")
    purpose = Purpose(turn.data["purpose"])
    if word not in _YES | _NO:
        return profile.may_we(purpose, None)
    return _agree(turn, purpose, word in _YES)


def choose_consent(turn: Turn) -> Reply:
    """A yes or no by button."""
    if turn.arg() not in tuple(Purpose):
        return gone(turn)
    return _agree(turn, Purpose(turn.arg()), turn.arg(1) == "yes")


def _agree(turn: Turn, purpose: Purpose, agree: bool) -> Reply:
    channel = turn.inbound.address.channel
    consents.switch(turn.work, member_id(turn), purpose, agree, channel=channel, now=turn.now)
    return profile.next_question(turn, None)

"""What a member agrees to receive and when: consents by purpose, quiet hours, time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain import consent
from domain.consent import Purpose
from services import moving
from services.ports import Work
from services.zones import find_zone

# Quiet hours a member can choose, as local hours; equal ones mean: at any hour.
QUIET_CHOICES: Final = ((22, 8), (21, 9), (23, 7), (0, 0))
COMMON_ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Singapore",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """A member's settings as they hold: chosen, or else the club's."""

    consents: dict[str, bool]
    quiet_from: int
    quiet_to: int
    zone: str


def settings(work: Work, member_id: int) -> Settings:
    """What holds for a member now."""
    given = work.members.consents(member_id)
    extras = work.members.extras(member_id)
    chosen = extras["quiet_from"], extras["quiet_to"]
    start, end = QUIET_CHOICES[0] if None in chosen else chosen
    zone = work.members.get(member_id).zone or work.programmes.current().zone
    consents = {str(p): consent.agreed(given, p) for p in consent.OPTIONAL}
    return Settings(consents, start, end, zone)


def switch(
    work: Work, member_id: int, purpose: Purpose, agree: bool, *, channel: str, now: datetime
) -> None:
    """Gives or takes back one consent; nothing is written where it stands so already.
    Service messages cannot be switched off (ValueError)."""
    consent.changed({}, purpose, agree)
    if work.members.consents(member_id).get(purpose) is not agree:
        work.members.set_consent(member_id, purpose, agree, channel, now)


def stop(work: Work, member_id: int, *, channel: str, now: datetime) -> tuple[Purpose, ...]:
    """No more promotions, at once (SEMANTICS: Members); returns what the member still gets."""
    before = work.members.consents(member_id)
    after = consent.stopped(before)
    for purpose in consent.STOPPED:
        if before.get(purpose) is not False:
            work.members.set_consent(member_id, purpose, False, channel, now)
    return consent.still_coming(after)


def set_quiet(work: Work, member_id: int, start: int, end: int) -> None:
    """Sets the hours in which nothing but answers is sent; raises ValueError for others than
    the choices."""
    if (start, end) not in QUIET_CHOICES:
        raise ValueError((start, end))
    work.members.change(member_id, quiet_from=start, quiet_to=end)


def set_zone(work: Work, member_id: int, text: str, now: datetime) -> str:
    """Sets the member's zone by any of its names; raises UnknownZone."""
    zone = find_zone(text)
    moving.move(work, member_id, zone, now)
    return zone


def set_language(work: Work, member_id: int | None, address_id: int, locale: str) -> None:
    """Sets the language of the address, and of the member if there is one."""
    work.addresses.set_locale(address_id, locale)
    if member_id is not None:
        work.members.change(member_id, locale=locale)

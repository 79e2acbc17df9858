"""A member's phone: shared by the contact button or typed, in the profile or out of the blue."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.messages import Button, Kind, Reply, Rows
from domain.charters import Standing
from handlers import menu
from handlers.turns import Turn, address_id, member_id
from services import charters, claiming, profiles, purchases
from services.claiming import Claim, Outcome
from services.phones import parse_phone
from services.profiles import Saved
from services.zones import region_of

# A phone may get another owner, and a membership another phone: what was vouched for is used soon.
FRESH = timedelta(hours=1)


def shared(turn: Turn) -> Reply:
    """A contact that nobody asked for: a member's phone, or a stranger's way to a membership
    that the club knows from elsewhere."""
    contact = turn.inbound.contact
    if contact is None or not contact.own:
        return Reply("phone.not_own", {}, menu.main(turn))
    if turn.person.member_id is None:
        return _stranger(turn)
    told = tell(turn)
    if isinstance(told, Reply):
        return told
    return Reply("profile.saved", {"saved": values_of(told)}, menu.main(turn))


def tell(turn: Turn) -> Saved | Reply:
    """Keeps the phone that came; a reply where the phone leads to another membership."""
    contact = turn.inbound.contact
    if turn.inbound.kind is not Kind.CONTACT or contact is None:
        return profiles.tell_phone(turn.work, member_id(turn), turn.text, turn.now, own=False)
    if not contact.own:
        return Reply("phone.not_own")
    claim = _claim(turn, contact.phone)
    if claim.outcome in (Outcome.MERGE, Outcome.WAITING):
        return _other(turn, claim)
    member = member_id(turn)
    saved = profiles.tell_phone(turn.work, member, contact.phone, turn.now, own=True)
    found = purchases.match_waiting(turn.work, member, turn.now)
    return replace(saved, found=len(found), found_points=sum(one.points for one in found))


def values_of(saved: Saved) -> dict[str, Any]:
    """What was kept, for a text."""
    return {name: getattr(saved, name) for name in Saved.__dataclass_fields__}


def _stranger(turn: Turn) -> Reply:
    contact = turn.inbound.contact
    assert contact is not None
    claim = _claim(turn, contact.phone)
    if claim.outcome is Outcome.CLAIMED and claim.member_id is not None:
        purchases.match_waiting(turn.work, claim.member_id, turn.now)
        return _welcome_back(turn, claim.member_id)
    if claim.outcome is Outcome.WAITING:
        return _other(turn, claim)
    return Reply("phone.nobody", {}, menu.main(turn))


def _claim(turn: Turn, phone: str) -> Claim:
    number = parse_phone(phone, region_of(turn.work.programmes.current().zone))
    return claiming.by_phone(turn.work, address_id(turn), number, turn.now)


def _welcome_back(turn: Turn, member: int) -> Reply:
    known = turn.work.members.get(member)
    must = charters.standing(turn.work, known) is Standing.MUST_ACCEPT
    name = known.name or turn.inbound.name
    values = {"name": name, "number": known.shown_number, "must_accept": must}
    first: Rows = ((menu.NEW_RULES,),) if must else ()
    return Reply("phone.welcome_back", values, (*first, *menu.rows_for(turn, member=True)))


def _other(turn: Turn, claim: Claim) -> Reply:
    """Another membership has this phone: it can be joined to this one, or staff look at it."""
    if claim.outcome is Outcome.WAITING:
        return Reply("phone.with_staff", {}, menu.main(turn))
    until = str(int((turn.now + FRESH).timestamp()))
    merge = Button("button.merge", "merge.preview", (str(claim.member_id), until))
    return Reply("phone.merge", {}, ((merge,), (menu.CARD,)))

"""The first words: /start, joining, the club rules, and what strangers are told."""

from bot.messages import Button, Reply, Rows
from domain.charters import Standing
from handlers import listening, menu, offers, points
from handlers.turns import Turn, address_id, member_id
from services import charters, joining, profiles


def start(turn: Turn) -> Reply:
    """A member sees the card; a stranger is invited to join."""
    if turn.person.member_id is None:
        if not offers.stands(turn):
            turn.end()
        return stranger(turn)
    turn.end()
    return points.card(turn)


def came(turn: Turn, payload: str) -> Reply:
    """Keeps the link that led a stranger here; the first one counts, also for joining later."""
    if turn.person.member_id is None:
        joining.came_by(turn.work, address_id(turn), payload)
    return start(turn)


def stranger(turn: Turn) -> Reply:
    """What the club offers and the one button that joins it."""
    programme = turn.work.programmes.current()
    values = {"name": turn.inbound.name, "welcome": programme.welcome_points}
    return Reply("join.invitation", values, menu.main(turn))


def rules(turn: Turn) -> Reply:
    """The club rules as they stand, and the button that accepts them where that is due."""
    charter = turn.work.programmes.current().charter
    text = charter.text.get(turn.locale) or next(iter(charter.text.values()), "")
    values = {"text": text, "version": charter.version, "standing": _standing(turn)}
    return Reply("rules.shown", values, _under_rules(turn, charter.version))


def accept_rules(turn: Turn) -> Reply:
    """The member accepts the version that was shown; a newer one is shown first."""
    version = int(turn.arg()) if turn.arg().isdecimal() else 0
    channel = turn.inbound.address.channel
    member = member_id(turn)
    if not charters.accept(turn.work, member, version, channel=channel, now=turn.now):
        return rules(turn)
    return Reply("rules.accepted", {"version": version}, menu.main(turn), edit=True)


def join(turn: Turn) -> Reply:
    """One tap: the rules are accepted and the member exists. What they wrote before they could
    say it is asked about."""
    joined = joining.join(turn.work, address_id(turn), locale=turn.locale, now=turn.now)
    if not joined.new:
        return points.card_of(turn, joined.member.id)
    offer = profiles.profile(turn.work, joined.member.id).offer
    values = {
        "name": turn.inbound.name,
        "number": joined.member.shown_number,
        "points": joined.points,
        "offer": offer,
    }
    tour = Button("button.profile_offer", "profile.tour", values={"points": offer})
    first: Rows = ((tour,),) if offer else ()
    said = (listening.resumed(turn),) if offers.stands(turn) else ()
    return Reply("join.welcome", values, (*first, (menu.CARD, menu.HELP)), more=said)


def _standing(turn: Turn) -> str:
    if turn.person.member_id is None:
        return "stranger"
    return charters.standing(turn.work, turn.work.members.get(member_id(turn))).value


def _under_rules(turn: Turn, version: int) -> Rows:
    standing = _standing(turn)
    if standing == "stranger":
        return ((menu.JOIN,),)
    if standing == Standing.CURRENT:
        return ((menu.CARD,),)
    return ((Button("button.accept_rules", "rules.accept", (str(version),)),), (menu.CARD,))

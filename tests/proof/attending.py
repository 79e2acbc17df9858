"""Answers, offers, the door, waves and the end of an event, for processes that are killed in the
middle of them."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from domain.consent import Purpose
from domain.event_errors import CheckedInBefore, OfferGone
from domain.event_rules import Rules
from domain.events import Answer, Event
from domain.members import Member, MemberState
from domain.points import Unit
from services import event_waves, events, joining, ledger
from services.ports.club import Actor
from storage.tables import chat
from storage.work import Work
from tests.proof import killing
from tests.support import moments
from tests.support.club import NOW

MEI, WANG = 7_000_000_005, 7_000_000_006
EVENT = 5_000_000_001
STAFF = Actor("door")
STARTS = NOW + timedelta(days=3)
END = STARTS + timedelta(days=1)


def build(url: str) -> None:
    """A club with an event of one seat."""
    killing.build(url, fill)


def fill(work: Work) -> None:
    """Mei and Wang have 100 points each; the one seat costs a deposit of 30."""
    for member_id in (MEI, WANG):
        new = Member(member_id, "", MemberState.ACTIVE, level="member", joined_at=NOW)
        joining.add_member(work, new)
        address = {"id": member_id, "user": str(member_id), "member_id": member_id}
        address |= {"channel": "telegram", "account": "42", "first_seen": NOW}
        work.db.execute(insert(chat.Address.__table__), address)  # type: ignore[attr-defined]
        work.members.set_consent(member_id, Purpose.CARE, True, "test", NOW)
        ledger.bonus(work, member_id, 100, key=str(member_id), source=("test", 1), now=NOW)
    named = {"zh": "品鉴会", "en": "Tasting"}
    rules = Rules(thanks=named, reminders=())
    event = Event(EVENT, "tasting", named, named, "Asia/Shanghai", STARTS, capacity=1, deposit=30)
    work.events.save(replace(event, open_to_all=True, rules=rules), "x", NOW)


def _says(member: int, said: Answer) -> Any:
    return lambda work: events.answer(work, member, EVENT, said, NOW).part.answer


def _both(work: Work) -> Any:
    _says(MEI, Answer.YES)(work)
    return _says(WANG, Answer.YES)(work)


def _offered(work: Work) -> Any:
    _both(work)
    return _says(MEI, Answer.NO)(work)


def _take(work: Work) -> Any:
    with suppress(OfferGone):
        events.take_offer(work, WANG, EVENT, NOW)
    return events.show(work, WANG, EVENT).part


def _let_in(work: Work) -> Any:
    with suppress(CheckedInBefore):
        events.check_in(work, EVENT, MEI, STAFF, STARTS)
    part = work.events.invitation(EVENT, MEI)
    return part is not None and part.attended_at


def _cancel(work: Work) -> Any:
    return events.cancel(work, EVENT, STAFF, NOW).state


def _step(work: Work) -> Any:
    """What the worker does in one unit, once the event is over or called off."""
    while not moments.nothing_due(work, END):
        moments.do_due(work, END, 20)
    return ()


def _planned(work: Work) -> Any:
    asked = {"key": "w", "due_at": NOW, "actor": STAFF, "now": NOW}
    return event_waves.plan(work, EVENT, **asked).state


def _invite(work: Work) -> Any:
    while not moments.nothing_due(work, NOW):
        moments.do_due(work, NOW, 20)
    return ()


@dataclass(frozen=True)
class Seen:
    """What both have of points, the seats that are taken, their places, deposits and how many
    messages wait for them."""

    points: tuple[int, int]
    taken: int
    places: tuple[str, str]
    deposits: tuple[str, str]
    invited: int = 0


@dataclass(frozen=True)
class Step:
    """What is done (again gives the same answer), what is seen before and after, what is done
    first."""

    do: Any
    before: Seen
    after: Seen
    first: Any = None


_NEW = Seen((100, 100), 0, ("", ""), ("", ""))
_SEATED = Seen((70, 100), 1, ("seated", ""), ("held", ""))
_WAITS = replace(_SEATED, places=("seated", "waiting"))
_OFFERED = Seen((100, 100), 1, ("", "offered"), ("returned", ""))
_TAKEN = Seen((100, 70), 1, ("", "seated"), ("returned", "held"))
STEPS = {
    "say yes": Step(_says(MEI, Answer.YES), _NEW, _SEATED),
    "wait": Step(_says(WANG, Answer.YES), _SEATED, _WAITS, _says(MEI, Answer.YES)),
    "give up": Step(_says(MEI, Answer.NO), _WAITS, _OFFERED, _both),
    "take the offer": Step(_take, _OFFERED, _TAKEN, _offered),
    "let in": Step(
        _let_in, _WAITS, replace(_WAITS, points=(100, 100), deposits=("returned", "")), _both
    ),
    "settle": Step(_step, _WAITS, replace(_WAITS, deposits=("forfeited", "")), _both),
    "invite": Step(_invite, _NEW, replace(_NEW, invited=2), _planned),
}


def seen(work: Work) -> Seen:
    """What there is now."""
    event = work.events.get(EVENT)
    assert event is not None
    parts = [work.events.invitation(EVENT, one) for one in (MEI, WANG)]
    mei, wang = (work.ledger.summary(one, Unit.POINTS, NOW).available for one in (MEI, WANG))
    places = [str(part.place) if part else "" for part in parts]
    deposits = [str(part.deposit_state) if part else "" for part in parts]
    invited = work.events.counts(EVENT)["invited"]
    return Seen(
        (mei, wang), event.taken, (places[0], places[1]), (deposits[0], deposits[1]), invited
    )

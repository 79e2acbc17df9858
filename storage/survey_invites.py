"""Whom a survey reaches: its audience, what starts it, who has not finished."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select, update
from sqlalchemy import Connection as Db

from domain.campaigns import AudienceKind
from domain.consent import Purpose
from domain.events import Answer
from domain.members import MemberState
from domain.surveys import DONE, Response, ResponseState, Wave, WaveState
from domain.tickets import TicketState
from services.ports.sales import BOOKED
from services.ports.survey_rounds import Occasion, Progress, Within
from storage.audiences import RULES
from storage.tables import chat, events, people, purchases, surveys, tickets

_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_surveys = surveys.Survey.__table__  # type: ignore[attr-defined]
_waves = surveys.SurveyWave.__table__  # type: ignore[attr-defined]
_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]
_events = events.Event.__table__  # type: ignore[attr-defined]
_places = events.Invitation.__table__  # type: ignore[attr-defined]
_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]

_later = _consents.alias("later_consent")
_agreed = exists().where(
    _consents.c.member_id == _members.c.id,
    _consents.c.purpose == Purpose.SURVEYS.value,
    _consents.c.given,
    ~exists().where(
        _later.c.member_id == _consents.c.member_id,
        _later.c.purpose == _consents.c.purpose,
        _later.c.id > _consents.c.id,
    ),
)
_reachable = exists().where(
    _addresses.c.member_id == _members.c.id, _addresses.c.blocked_at.is_(None)
)
_active = _members.c.state == MemberState.ACTIVE.value
_COLUMNS = tuple(Response.__dataclass_fields__)
_UNFINISHED = (ResponseState.INVITED.value, ResponseState.STARTED.value)
_SETTLED = (TicketState.RESOLVED.value, TicketState.CLOSED.value)

_unfinished = (
    select(*(_responses.c[name] for name in _COLUMNS))
    .where(
        _responses.c.wave_id.in_(bindparam("waves", expanding=True)),
        _responses.c.state.in_(_UNFINISHED),
        _responses.c.member_id.is_not(None),
        _responses.c.id > bindparam("after"),
    )
    .order_by(_responses.c.id)
    .limit(bindparam("most"))
)
_lately = select(_responses.c.id).where(
    _responses.c.member_id == bindparam("member"),
    _responses.c.survey_id == bindparam("survey"),
    _responses.c.started_at > bindparam("since"),
)
_reminded = (
    update(_responses)
    .where(_responses.c.id == bindparam("of"))
    .values(reminded_at=bindparam("at"))
)
_by_state = (
    select(_responses.c.state, func.count())
    .where(_responses.c.survey_id == bindparam("survey"), _responses.c.wave == bindparam("wave"))
    .group_by(_responses.c.state)
)
_left = (
    select(_waves.c.id)
    .join_from(_waves, _surveys, _surveys.c.id == _waves.c.survey_id)
    .where(_waves.c.wave < _surveys.c.wave, _waves.c.state == bindparam("state"))
    .order_by(_waves.c.id)
)
_newest = select(func.max(_purchases.c.id))
# By id alone, so that a page costs a page; what is not for a survey is left out afterwards.
_bought = (
    select(
        _purchases.c.id,
        _purchases.c.member_id,
        _purchases.c.received_at,
        _purchases.c.occurred_at,
        _purchases.c.channel,
        _purchases.c.state,
    )
    .where(_purchases.c.id > bindparam("after"))
    .order_by(_purchases.c.id)
    .limit(bindparam("most"))
)
_over = func.coalesce(_events.c.ends_at, _events.c.starts_at)


def _without_response(member: ColumnElement[int]) -> ColumnElement[bool]:
    return ~exists().where(
        _responses.c.survey_id == bindparam("survey"),
        _responses.c.wave == bindparam("wave"),
        _responses.c.member_id == member,
    )


def _reached(kind: AudienceKind) -> Select[Any]:
    mine = select(_members.c.id).where(_active, _agreed, _reachable, *RULES[kind])
    return mine.where(_without_response(_members.c.id))


_again = _responses.alias("again")


def _occasions(kind: AudienceKind, of: Any, columns: tuple[Any, ...]) -> Select[Any]:
    """What may start it, of members whom it reaches and who have not had it lately."""
    member = columns[1]
    found = select(*columns).select_from(of)
    lately = exists().where(
        _again.c.member_id == member,
        _again.c.survey_id == bindparam("survey"),
        _again.c.started_at > bindparam("cool"),
    )
    mine = _reached(kind).where(_members.c.id == member).correlate(of).exists()
    return found.where(mine, ~lately).limit(bindparam("most"))


def _attended(kind: AudienceKind) -> Select[Any]:
    joined = _places.join(_events, _events.c.id == _places.c.event_id)
    found = _occasions(kind, joined, (_places.c.event_id, _places.c.member_id, _over))
    return found.where(
        _over > bindparam("since"),
        _over <= bindparam("until"),
        _events.c.cancelled_at.is_(None),
        or_(_places.c.attended_at.is_not(None), _places.c.answer == Answer.YES.value),
    ).order_by(_places.c.id)


def _closed(kind: AudienceKind) -> Select[Any]:
    found = _occasions(kind, _tickets, (_tickets.c.id, _tickets.c.member_id, _tickets.c.done_at))
    return found.where(
        _tickets.c.done_at > bindparam("since"),
        _tickets.c.done_at <= bindparam("until"),
        _tickets.c.state.in_(_SETTLED),
    ).order_by(_tickets.c.id)


class SurveyInvites:
    """Whom a wave reaches (services.ports.survey_rounds.SurveyInvites)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def to_invite(self, wave: Wave, day: int, after: int, most: int) -> list[int]:
        found = _reached(wave.definition.audience.kind).where(_members.c.id > after)
        page = found.order_by(_members.c.id).limit(most)
        return list(self._db.execute(page, _asked(wave, day)).scalars())

    def reach(self, wave: Wave, day: int) -> int:
        found = _reached(wave.definition.audience.kind).subquery()
        counted = select(func.count()).select_from(found)
        return int(self._db.execute(counted, _asked(wave, day)).scalar_one())

    def fits(self, wave: Wave, member_id: int, day: int) -> bool:
        found = _reached(wave.definition.audience.kind).where(_members.c.id == member_id)
        return self._db.execute(found, _asked(wave, day)).first() is not None

    def lately(self, survey_id: int, member_id: int, since: datetime) -> bool:
        values = {"survey": survey_id, "member": member_id, "since": since}
        return self._db.execute(_lately.limit(1), values).first() is not None

    def unfinished(self, wave_ids: Collection[int], after: int, most: int) -> list[Response]:
        values = {"waves": sorted(wave_ids), "after": after, "most": most}
        return [_response(row) for row in self._db.execute(_unfinished, values).mappings()]

    def left_running(self) -> list[int]:
        return list(self._db.execute(_left, {"state": WaveState.RUNNING.value}).scalars())

    def left_short(self) -> list[int]:
        return list(self._db.execute(_left, {"state": WaveState.SHORT.value}).scalars())

    def reminded(self, response_id: int, at: datetime) -> None:
        self._db.execute(_reminded, {"of": response_id, "at": at})

    def progress(self, wave: Wave) -> Progress:
        rows = self._db.execute(_by_state, {"survey": wave.survey_id, "wave": wave.wave})
        counts = {row[0]: int(row[1]) for row in rows}
        done = sum(counts.get(state.value, 0) for state in DONE)
        started = counts.get(ResponseState.STARTED.value, 0)
        invited = counts.get(ResponseState.INVITED.value, 0)
        return Progress(invited, started, done, invited + started + done)

    def newest_purchase(self) -> int:
        return int(self._db.execute(_newest).scalar_one() or 0)

    def bought(self, after: int, until: datetime, most: int) -> tuple[list[Occasion], int]:
        found: list[Occasion] = []
        reached = after
        rows = self._db.execute(_bought, {"after": after, "most": most}).all()
        for row in rows:
            if row.received_at > until:
                return found, reached
            reached = row.id
            ours = row.member_id is not None and row.state == BOOKED and row.channel != "import"
            if ours:
                found.append(Occasion(row.id, row.member_id, row.occurred_at))
        return found, reached

    def attended(self, wave: Wave, day: int, within: Within, most: int) -> list[Occasion]:
        return self._occasions(_attended, wave, day, within, most)

    def closed(self, wave: Wave, day: int, within: Within, most: int) -> list[Occasion]:
        return self._occasions(_closed, wave, day, within, most)

    def _occasions(
        self,
        made: Callable[[AudienceKind], Select[Any]],
        wave: Wave,
        day: int,
        within: Within,
        most: int,
    ) -> list[Occasion]:
        values = {**_asked(wave, day), **within._asdict(), "most": most}
        statement = made(wave.definition.audience.kind)
        return [Occasion(*row) for row in self._db.execute(statement, values)]


def _of(wave: Wave) -> dict[str, Any]:
    return {"survey": wave.survey_id, "wave": wave.wave}


def _asked(wave: Wave, day: int) -> dict[str, Any]:
    """The values that the rule of the audience needs."""
    audience = wave.definition.audience
    if audience.kind is AudienceKind.EVERYBODY:
        return _of(wave)
    values = {**_of(wave), "values": list(audience.values)}
    return {**values, "day": day} if audience.kind is AudienceKind.STORE else values


def _response(row: Any) -> Response:
    values = {**row, "state": ResponseState(row["state"]), "path": tuple(row["path"])}
    return Response(**values)

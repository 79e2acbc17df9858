"""Who gets a campaign, counted and written inside the database, slice by slice.

The rule of an audience stands here once, as conditions over members; its tests have it in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from domain.campaigns import Audience, AudienceKind
from domain.consent import Purpose
from services.ports.audiences import When
from services.ports.campaign_plans import Tried
from services.ports.campaigns import Hours, Shape, Slice
from services.ports.sales import BOOKED
from storage.audience_members import Meant, active, agreed, has_address, said_yes
from storage.campaign_rows import COLUMNS, SHARED, common_values, inserted, numbered
from storage.campaign_subjects import HELD, note
from storage.campaign_variants import is_held, letter_of, words_of
from storage.tables import campaigns, chat, people, post, purchases
from storage.tables.club import Store
from storage.types import Instant

_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_lists = campaigns.CampaignListed.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]
_stores = Store.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]

_other = _addresses.alias("other")
# The newest chat that is not blocked is the one that is written to.
_preferred = ~exists().where(
    _other.c.member_id == _addresses.c.member_id,
    _other.c.blocked_at.is_(None),
    _other.c.id > _addresses.c.id,
)
_values: Any = bindparam("values", expanding=True)
_bought = exists().where(
    _purchases.c.member_id == _members.c.id,
    _purchases.c.state == BOOKED,
    _purchases.c.day > bindparam("day"),
    _purchases.c.store_id.in_(select(_stores.c.id).where(_stores.c.code.in_(_values))),
)
_of_list = _lists.c.campaign_id == bindparam("campaign")
RULES: Mapping[AudienceKind, tuple[ColumnElement[bool], ...]] = {
    AudienceKind.EVERYBODY: (),
    AudienceKind.LEVEL: (_members.c.level.in_(_values),),
    AudienceKind.STORE: (_bought,),
    AudienceKind.LIST: (exists().where(_of_list, _lists.c.member_id == _members.c.id),),
}
_given = _consents.join(_members, _members.c.id == _consents.c.member_id)
_written_to = _given.join(_addresses, _addresses.c.member_id == _members.c.id)
_reachable = and_(_addresses.c.blocked_at.is_(None), _preferred)
_language = func.coalesce(
    func.nullif(_members.c.locale, ""), func.nullif(_addresses.c.locale, ""), ""
)
_hour = (_members.c.quiet_from, _members.c.quiet_to)
AT_HOME = "|-1|-1|"
"""The key of who has chosen neither zone nor quiet hours."""
_hours = func.coalesce(_members.c.zone, "").op("||", return_type=Text())("|")
for _part in _hour:
    _hours = _hours.op("||")(cast(func.coalesce(_part, -1), Text)).op("||")("|")


Rules = tuple[ColumnElement[bool], ...]


def recipients(rules: Rules, *columns: Any) -> Select[Any]:
    everybody = select(*columns).select_from(_written_to)
    return everybody.where(agreed, active, _reachable, *rules)


@lru_cache(maxsize=64)
def _of_kind(build: Callable[..., Any], kind: AudienceKind, *how: int) -> Any:
    return build(RULES[kind], *how)


# -- questions about an audience ---------------------------------------------------------


def _count(rules: Rules) -> Any:
    return recipients(rules, _language, func.count()).group_by(_language)


def _more(rules: Rules) -> Any:
    some = recipients(rules, _members.c.id).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(some)


def _nowhere(rules: Rules) -> Any:
    people_there = select(func.count()).select_from(_given)
    return people_there.where(agreed, active, *rules, ~has_address)


def _unasked(rules: Rules) -> Any:
    return select(func.count()).select_from(_members).where(active, *rules, ~said_yes)


def _page(rules: Rules) -> Any:
    after = recipients(rules, _members.c.id).where(_consents.c.member_id > bindparam("after"))
    return after.order_by(_consents.c.member_id).limit(bindparam("most"))


# -- slices ------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _reach(listed: bool) -> Any:
    """How far the next members go, and how many they are: by an index alone."""
    purpose = _consents.c.purpose == Purpose.PROMOTIONS.value
    agreed_once = and_(purpose, _consents.c.given)
    source, where = (_lists, _of_list) if listed else (_consents, agreed_once)
    member = source.c.member_id
    some = (
        select(member.label("member_id"))
        .where(where, member > bindparam("after"))
        .order_by(member)
        .limit(bindparam("most"))
        .subquery()
    )
    return select(func.max(some.c.member_id), func.count())


_within = (
    _consents.c.member_id > bindparam("after"),
    _consents.c.member_id <= bindparam("upto"),
)
_chosen_hours = (
    select(func.coalesce(_members.c.zone, ""), *_hour)
    .where(
        _members.c.id > bindparam("after"),
        _members.c.id <= bindparam("upto"),
        or_(_members.c.zone.is_not(None), _members.c.quiet_from.is_not(None)),
    )
    .distinct()
)


def _rows_for(rules: Rules, dues: int, tried: Tried | None = None) -> Any:
    """The rows of a slice. `dues`: how many moments there are beside the usual one."""
    usual = bindparam("due", type_=Instant)
    moments = [
        (_hours.in_(bindparam(f"keys{n}", expanding=True)), bindparam(f"due{n}", type_=Instant))
        for n in range(dues)
    ]
    # Most members have chosen neither zone nor hours, so that is looked at first.
    plain = and_(_members.c.zone.is_(None), _members.c.quiet_from.is_(None))
    at_home = (plain, bindparam("due_home", type_=Instant))
    columns = (
        numbered(_consents.c.member_id),
        _addresses.c.channel,
        _addresses.c.account,
        _addresses.c.user,
        _addresses.c.user,
        _addresses.c.id,
        _members.c.id,
        func.coalesce(func.nullif(_language, ""), bindparam("fallback")),
        literal_column("'send'"),
        literal_column("''"),
        literal_column("'pending'"),
        literal_column("''"),
        case(at_home, *moments, else_=usual) if moments else usual,
        *(SHARED if tried is None else _shared(tried)),
    )
    if tried is not None and tried.split.held:
        rules = (*rules, ~is_held(_members.c.id, tried))
    return recipients(rules, *columns).where(*_within)


def _shared(tried: Tried) -> tuple[Any, ...]:
    """What rows have in common, but for the words where there are several."""
    if not tried.words:
        return SHARED
    words = words_of(_members.c.id, tried, _rows.c.wording_id.type)
    place = [column.name for column in COLUMNS[13:]].index("wording_id")
    return (*SHARED[:place], words, *SHARED[place + 1 :])


def _held(rules: Rules, tried: Tried) -> Any:
    """Who is held out of a slice."""
    return recipients((*rules, is_held(_members.c.id, tried)), _members.c.id).where(*_within)


def _places(rules: Rules, tried: Tried) -> Any:
    """How many fall where."""
    member = _members.c.id
    place = case((is_held(member, tried), literal(HELD)), else_=letter_of(member, tried))
    some = recipients(rules, place.label("place")).subquery()
    return select(some.c.place, func.count()).group_by(some.c.place)


class Audiences(Meant):
    """Who gets a campaign (services.ports.campaigns.Audiences)."""

    def count(
        self, campaign_id: int, audience: Audience, when: When, tried: Tried | None = None
    ) -> dict[str, int]:
        asked = asked_values(campaign_id, audience, when)
        found: dict[str, int] = {}
        if tried is None or not tried.split.held:
            statement = self._built(_count, audience, when)
        else:
            out = is_held(_members.c.id, tried)
            statement = _count((*self._rules(audience, when), ~out))
        for language, number in self._db.execute(statement, asked):
            spoken = language or self._fallback
            found[spoken] = found.get(spoken, 0) + number
        return found

    def more_than(self, campaign_id: int, audience: Audience, when: When, number: int) -> bool:
        asked = {**asked_values(campaign_id, audience, when), "most": number + 1}
        return (
            int(self._db.execute(self._built(_more, audience, when), asked).scalar_one()) > number
        )

    def left_out(self, campaign_id: int, audience: Audience, when: When) -> tuple[int, int]:
        asked = asked_values(campaign_id, audience, when)
        nowhere = self._db.execute(self._built(_nowhere, audience, when), asked).scalar_one()
        if audience.kind is AudienceKind.EVERYBODY:
            return int(nowhere), 0
        return int(nowhere), int(
            self._db.execute(self._built(_unasked, audience, when), asked).scalar_one()
        )

    def page(
        self, campaign_id: int, audience: Audience, when: When, after: int, most: int
    ) -> list[int]:
        asked = {**asked_values(campaign_id, audience, when), "after": after, "most": most}
        return list(self._db.execute(self._built(_page, audience, when), asked).scalars())

    def slice(self, campaign_id: int, audience: Audience, after: int, most: int) -> Slice:
        listed = audience.kind is AudienceKind.LIST
        asked = {"after": after, "most": most}
        if listed:
            asked["campaign"] = campaign_id
        upto, count = self._db.execute(_reach(listed), asked).one()
        if not count:
            return Slice(after, 0, ())
        chosen = self._db.execute(_chosen_hours, {"after": after, "upto": upto})
        hours = [Hours(AT_HOME, "", None, None)]
        hours += [Hours(_key(*row), *row) for row in chosen]
        return Slice(upto, count, tuple(hours))

    def write(
        self,
        shape: Shape,
        audience: Audience,
        when: When,
        within: tuple[int, int],
        due: Mapping[str, datetime],
        ids: int,
    ) -> int:
        usual, others = _moments(due)
        values = {
            **asked_values(shape.campaign_id, audience, when),
            **common_values(shape),
            "after": within[0],
            "upto": within[1],
            "first_id": ids,
            "fallback": self._fallback,
            "due": usual,
        }
        if others:
            values["due_home"] = due.get(AT_HOME, usual)
        for n, (at, keys) in enumerate(others):
            values |= {f"due{n}": at, f"keys{n}": keys}
        plain = shape.tried is None
        if plain:
            chosen = self._built(_rows_for, audience, when, len(others))
        else:
            chosen = _rows_for(self._rules(audience, when), len(others), shape.tried)
        insert = inserted if plain and audience.expression is None else inserted.__wrapped__
        return int(self._db.execute(insert(chosen, self._db.dialect.name), values).rowcount)

    def place(
        self,
        campaign_id: int,
        audience: Audience,
        when: When,
        within: tuple[int, int],
        tried: Tried,
    ) -> None:
        held = _held(self._rules(audience, when), tried)
        asked = asked_values(campaign_id, audience, when)
        note(self._db, campaign_id, tried, within, when.now, held, asked)

    def places(
        self, campaign_id: int, audience: Audience, when: When, tried: Tried
    ) -> dict[str, int]:
        asked = asked_values(campaign_id, audience, when)
        wanted = _places(self._rules(audience, when), tried)
        return {place: n for place, n in self._db.execute(wanted, asked)}

    def _rules(self, audience: Audience, when: When) -> Rules:
        if audience.expression is None:
            return RULES[audience.kind]
        return (self._where(audience.expression, when),)

    def _built(self, build: Callable[..., Any], audience: Audience, when: When, *how: int) -> Any:
        """The statement for an audience: of the plain kinds there are few, so they are kept."""
        if audience.expression is None:
            return _of_kind(build, audience.kind, *how)
        return build(self._rules(audience, when), *how)


def _key(zone: str, quiet_from: int | None, quiet_to: int | None) -> str:
    """As `_hours` says it."""
    parts = (-1 if part is None else part for part in (quiet_from, quiet_to))
    return f"{zone}|" + "".join(f"{part}|" for part in parts)


def _moments(due: Mapping[str, datetime]) -> tuple[datetime, list[tuple[datetime, list[str]]]]:
    """The commonest moment, and the others with the hours they are for."""
    by_moment: dict[datetime, list[str]] = {}
    for key, at in due.items():
        by_moment.setdefault(at, []).append(key)
    ranked = sorted(by_moment.items(), key=lambda one: (-len(one[1]), one[0]))
    return ranked[0][0], ranked[1:]


def asked_values(campaign_id: int, audience: Audience, when: When) -> dict[str, Any]:
    """The values that the rule of an audience needs."""
    if audience.kind is AudienceKind.LIST:
        return {"campaign": campaign_id}
    if audience.kind in (AudienceKind.EVERYBODY, AudienceKind.EXPRESSION):
        return {}
    values: dict[str, Any] = {"values": list(audience.values)}
    return {**values, "day": when.store_day} if audience.kind is AudienceKind.STORE else values

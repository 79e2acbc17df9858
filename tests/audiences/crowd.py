"""Random members written into the tables of a club."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Integer, Table, delete, insert

from storage.tables import audiences as marks
from storage.tables import (
    benefits,
    campaigns,
    chat,
    checkins,
    club,
    ledger,
    people,
    post,
    purchases,
    surveys,
    tickets,
)
from storage.types import Instant, Json
from storage.work import Work
from tests.audiences.souls import BENEFITS, STORES, TODAY, Soul
from tests.support.club import NOW

TABLES = (
    *(marks.MemberTag, marks.MemberInsight, people.Consent, purchases.PurchaseLine),
    *(purchases.Purchase, checkins.CheckIn, ledger.Lot, benefits.Voucher, benefits.Benefit),
    *(surveys.SurveyAnswer, surveys.SurveyResponse, surveys.SurveyWave, surveys.Survey),
    *(tickets.Ticket, post.Delivery, campaigns.CampaignClick, campaigns.Campaign, chat.Address),
    *(people.Member, club.Store),
)


def fill(work: Work, crowd: list[Soul]) -> None:
    """Empties the tables and writes the crowd; member n has the id n."""
    for model in TABLES:
        work.db.execute(delete(model))
    rows = _Rows()
    _club(rows)
    for number, soul in enumerate(crowd, start=1):
        _person(rows, number, soul)
        _bought(rows, number, soul)
        _has(rows, number, soul)
        _answered(rows, number, soul)
    for model in reversed(TABLES):
        if rows.of.get(model):
            work.db.execute(insert(model), rows.of[model])


class _Rows:
    """Rows by table; what is not told is empty, none or now."""

    def __init__(self) -> None:
        self.of: dict[Any, list[dict[str, Any]]] = {}
        self._ids: Iterator[int] = iter(range(1000, 1_000_000))

    def put(self, model: Any, **values: Any) -> int:
        one = int(values.pop("id", 0) or next(self._ids))
        empty = _empty(model.__table__)
        named = {"id": one} if "id" in model.__table__.c else {}
        self.of.setdefault(model, []).append({**empty, **named, **values})
        return one


@cache
def _empty(table: Table) -> dict[str, Any]:
    return {c.name: None if c.nullable else _nothing(c.type) for c in table.columns}


def _nothing(kind: Any) -> Any:
    if isinstance(kind, Instant):
        return NOW
    if isinstance(kind, Json):
        return {}
    if isinstance(kind, Boolean):
        return False
    return 0 if isinstance(kind, Integer) else ""


def _at(ago: int) -> datetime:
    return NOW - timedelta(days=ago)


def _club(rows: _Rows) -> None:
    for code, store in STORES.items():
        rows.put(club.Store, id=store, code=code, name=code)
    for key, benefit in BENEFITS.items():
        rows.put(benefits.Benefit, id=benefit, key=key)
    for number, key in enumerate(("taste", "nps"), start=1):
        rows.put(surveys.Survey, id=number, key=key)
        for wave in (1, 2):
            rows.put(surveys.SurveyWave, id=number * 10 + wave, survey_id=number, wave=wave)
    for number in (17, 18):
        rows.put(campaigns.Campaign, id=number, kind="broadcast", state="finished")


def _person(rows: _Rows, number: int, soul: Soul) -> None:
    year, month, day, lunar = soul.born or (None, None, None, False)
    born = {"birth_year": year, "birth_month": month, "birth_day": day, "birth_lunar": lunar}
    known = {"city": soul.city, "source": soul.source, "locale": soul.locale or None}
    standing = {"number": f"M{number}", "state": soul.state, "level": soul.level}
    rows.put(people.Member, id=number, joined_at=_at(soul.joined), **standing, **born, **known)
    for tag in soul.tags:
        rows.put(marks.MemberTag, member_id=number, tag=tag)
    for locale, blocked, seen in soul.chats:
        rows.put(
            chat.Address,
            user=f"u{number}-{len(rows.of.get(chat.Address, ()))}",
            member_id=number,
            locale=locale or None,
            blocked_at=NOW if blocked else None,
            seen_at=None if seen is None else _at(seen),
        )
    for purpose, said in soul.consents:
        rows.put(people.Consent, member_id=number, purpose=purpose, given=said)
    if soul.insight is not None:
        names = ("segment", "r", "f", "m", "stage", "pyramid")
        found = dict(zip(names, soul.insight, strict=True))
        rows.put(marks.MemberInsight, member_id=number, **found)


def _bought(rows: _Rows, number: int, soul: Soul) -> None:
    for place, one in enumerate(soul.bought):
        order = rows.put(
            purchases.Purchase,
            order_id=f"{number}-{place}",
            state=one.state,
            member_id=number,
            day=TODAY - one.ago,
            minor=one.minor,
            basis_minor=one.minor,
            store_id=STORES.get(one.store),
        )
        line = {"purchase_id": order, "line": 1, "category": one.category}
        rows.put(purchases.PurchaseLine, day=TODAY - one.ago, **line)
    if soul.checkin is not None:
        day = date.fromordinal(TODAY - soul.checkin)
        rows.put(checkins.CheckIn, member_id=number, day=day)


def _has(rows: _Rows, number: int, soul: Soul) -> None:
    for left, ago, until in soul.lots:
        ends = None if until is None else _at(-until)
        lot = {"amount": left, "left": left, "active_from": _at(ago), "expires_at": ends}
        rows.put(ledger.Lot, member_id=number, unit="points", posting_id=number, **lot)
    for place, (key, state, until) in enumerate(soul.vouchers):
        name = f"{number}-{place}"
        unique = {"key": name, "code_index": name}
        held = {"state": state, "expires_at": _at(-until), "benefit_id": BENEFITS[key]}
        rows.put(benefits.Voucher, member_id=number, **held, **unique)
    if soul.ticket is not None:
        kind, state = soul.ticket
        named = {"number": number, "key": str(number)}
        rows.put(tickets.Ticket, kind=kind, state=state, member_id=number, **named)
    for campaign, state in soul.got.items():
        sent = {"campaign_id": int(campaign), "state": state}
        rows.put(post.Delivery, member_id=number, **sent)
    for campaign, target in soul.clicked.items():
        tapped = {"campaign_id": int(campaign), "target": target}
        rows.put(campaigns.CampaignClick, member_id=number, **tapped)


def _answered(rows: _Rows, number: int, soul: Soul) -> None:
    for wave, taste, score in soul.answers:
        for survey, question, value in ((1, "how", taste), (2, "score", score)):
            where = {"survey_id": survey, "wave": wave, "wave_id": survey * 10 + wave}
            response = rows.put(
                surveys.SurveyResponse, member_id=number, state="finished", path=[], **where
            )
            if value is not None:
                rows.put(
                    surveys.SurveyAnswer, response_id=response, question=question, value=value
                )

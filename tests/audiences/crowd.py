"""Random members written into the tables of a club."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert

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
from storage.work import Work
from tests.audiences.souls import BENEFITS, STORES, TODAY, Soul
from tests.support.club import NOW

_TABLES = (
    *(marks.MemberTag, marks.MemberInsight, people.Consent, purchases.PurchaseLine),
    *(purchases.Purchase, checkins.CheckIn, ledger.Lot, benefits.Voucher, benefits.Benefit),
    *(surveys.SurveyAnswer, surveys.SurveyResponse, surveys.SurveyWave, surveys.Survey),
    *(tickets.Ticket, post.Delivery, campaigns.CampaignClick, campaigns.Campaign, chat.Address),
    *(people.Member, club.Store),
)


def _at(ago: int) -> datetime:
    return NOW - timedelta(days=ago)


def fill(work: Work, crowd: list[Soul]) -> None:
    """Empties the tables and writes the crowd; member n has the id n."""
    rows: dict[Any, list[dict[str, Any]]] = {}
    for model in _TABLES:
        work.db.execute(delete(model))
    serial = iter(range(1, 100_000))

    def put(model: Any, **values: Any) -> int:
        rows.setdefault(model, []).append(values)
        return int(values.get("id", 0))

    _club(put)
    for number, soul in enumerate(crowd, start=1):
        _person(put, serial, number, soul)
        _doings(put, serial, number, soul)
    for model in reversed(_TABLES):
        if rows.get(model):
            work.db.execute(insert(model), rows[model])


def _club(put: Any) -> None:
    for code, store in STORES.items():
        put(club.Store, id=store, code=code, name=code, city="", zone="", hours="")
    empty = {"names": {}, "terms": {}, "detail": {}, "level_prices": {}, "levels": []}
    for key, benefit in BENEFITS.items():
        put(
            benefits.Benefit,
            id=benefit,
            key=key,
            kind="voucher",
            price=0,
            per="",
            valid_days=1,
            cancel_hours=0,
            giftable=False,
            offer_hours=0,
            imported_codes=False,
            partner="",
            stopped=False,
            content_hash="",
            changed_at=NOW,
            early_hours={},
            place=0,
            category="",
            picture="",
            **empty,
        )
    for number, key in enumerate(("taste", "nps"), start=1):
        put(surveys.Survey, id=number, key=key, wave=2, changed_at=NOW)
        for wave in (1, 2):
            put(
                surveys.SurveyWave,
                id=number * 10 + wave,
                survey_id=number,
                wave=wave,
                definition={},
                content_hash="",
                anonymous=False,
                reward=0,
                start="",
                invited_to=0,
                taken=0,
                released=0,
                state="running",
            )
    for number in (17, 18):
        put(
            campaigns.Campaign,
            id=number,
            kind="broadcast",
            state="finished",
            purpose="x",
            content={},
            audience={},
            author_id=1,
            address_id=1,
            approved_hash="",
            paid=False,
            made_at=NOW,
            reached=0,
            reason="",
            name="",
            plan={},
            salt=0,
            spent_minor=0,
        )


def _person(put: Any, serial: Any, number: int, soul: Soul) -> None:
    year, month, day, lunar = soul.born or (None, None, None, False)
    put(
        people.Member,
        id=number,
        number=f"M{number}",
        state=soul.state,
        level=soul.level,
        phone_verified=False,
        birth_year=year,
        birth_month=month,
        birth_day=day,
        birth_lunar=lunar,
        city=soul.city,
        source=soul.source,
        locale=soul.locale or None,
        joined_at=_at(soul.joined),
    )
    for tag in soul.tags:
        put(marks.MemberTag, member_id=number, tag=tag, by_rule=False, at=NOW)
    for locale, blocked, seen in soul.chats:
        one = next(serial)
        put(
            chat.Address,
            id=one,
            channel="test",
            account="a",
            user=f"u{one}",
            member_id=number,
            locale=locale or None,
            first_seen=NOW,
            blocked_at=NOW if blocked else None,
            seen_at=None if seen is None else _at(seen),
        )
    for purpose, said in soul.consents:
        put(
            people.Consent,
            id=next(serial),
            member_id=number,
            purpose=purpose,
            given=said,
            channel="test",
            changed_at=NOW,
        )
    if soul.insight is not None:
        segment, r, f, m, stage, pyramid = soul.insight
        put(
            marks.MemberInsight,
            member_id=number,
            day=TODAY,
            frequency=0,
            monetary=0,
            r=r,
            f=f,
            m=m,
            segment=segment,
            stage=stage,
            reason="",
            stage_since=0,
            pyramid=pyramid,
        )


def _doings(put: Any, serial: Any, number: int, soul: Soul) -> None:
    for one in soul.bought:
        order = next(serial)
        put(
            purchases.Purchase,
            id=order,
            source="t",
            order_id=str(order),
            content_hash="",
            state=one.state,
            member_id=number,
            occurred_at=_at(one.ago),
            day=TODAY - one.ago,
            currency="CNY",
            minor=one.minor,
            refunded_minor=0,
            store_id=STORES.get(one.store),
            channel="",
            received_at=NOW,
            level="",
            birthday_month=False,
            rule_version=1,
            points=0,
            returned_points=0,
            taken_points=0,
            lapsed_points=0,
            growth=0,
            returned_growth=0,
            off_minor=0,
            basis_minor=one.minor,
            limits="",
        )
        put(
            purchases.PurchaseLine,
            purchase_id=order,
            line=1,
            minor=one.minor,
            quantity=1,
            category=one.category,
            sku="",
            name="",
        )
    if soul.checkin is not None:
        put(
            checkins.CheckIn,
            id=next(serial),
            member_id=number,
            day=date.fromordinal(TODAY - soul.checkin),
            at=NOW,
            streak=1,
            points=0,
            growth=0,
        )
    for left, ago, until in soul.lots:
        put(
            ledger.Lot,
            id=next(serial),
            member_id=number,
            unit="points",
            amount=left,
            left=left,
            active_from=_at(ago),
            expires_at=None if until is None else _at(-until),
            made_at=NOW,
            source_type="",
            source_id="",
            rule_version=1,
            posting_id=number,
        )
    for key, state, until in soul.vouchers:
        one = next(serial)
        put(
            benefits.Voucher,
            id=one,
            key=str(one),
            benefit_id=BENEFITS[key],
            member_id=number,
            code_index=str(one),
            code="",
            state=state,
            promise={},
            price=0,
            source="",
            stocked=False,
            issued_at=NOW,
            expires_at=_at(-until),
        )
    for wave, taste, score in soul.answers:
        for survey, question, value in ((1, "how", taste), (2, "score", score)):
            one = next(serial)
            put(
                surveys.SurveyResponse,
                id=one,
                survey_id=survey,
                wave=wave,
                wave_id=survey * 10 + wave,
                member_id=number,
                occasion="",
                state="finished",
                locale="",
                level="",
                path=[],
                seed=0,
                started_at=NOW,
                touched_at=NOW,
                tallied=False,
            )
            if value is not None:
                put(
                    surveys.SurveyAnswer,
                    id=next(serial),
                    response_id=one,
                    question=question,
                    value=value,
                )
    if soul.ticket is not None:
        one = next(serial)
        put(
            tickets.Ticket,
            id=one,
            number=one,
            key=str(one),
            kind=soul.ticket[0],
            category="",
            member_id=number,
            state=soul.ticket[1],
            priority=0,
            alarm="",
            opened_at=NOW,
            first_due_at=NOW,
            subject_kind="",
            reopened=0,
        )
    for campaign, state in soul.got.items():
        one = next(serial)
        put(
            post.Delivery,
            id=one,
            channel="t",
            account="a",
            chat="c",
            user="u",
            member_id=number,
            campaign_id=int(campaign),
            purpose="x",
            lane=0,
            surely=False,
            rule="",
            act="send",
            target="",
            paid=False,
            locale="zh",
            message={},
            state=state,
            reason="",
            tries=0,
            repeated=False,
            made_at=NOW,
            due_at=NOW,
        )
    for campaign, target in soul.clicked.items():
        put(
            campaigns.CampaignClick,
            campaign_id=int(campaign),
            member_id=number,
            target=target,
            first_at=NOW,
            last_at=NOW,
            times=1,
        )

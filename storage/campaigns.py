"""The register of campaigns, their uploaded lists, and the cards that show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update

from domain.campaigns import CampaignState
from services.ports.campaigns import Campaign, Card
from storage.dialect import Upsert, for_update
from storage.tables import campaigns, post

_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_lists = campaigns.CampaignListed.__table__  # type: ignore[attr-defined]
_cards = campaigns.CampaignCard.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_of = campaigns.Campaign.__table__.alias("original")  # type: ignore[attr-defined]

_FIELDS = tuple(Campaign.__dataclass_fields__)
_GOING = (CampaignState.RUNNING.value, CampaignState.PAUSED.value, CampaignState.CANCELLED.value)

_add = Upsert(campaigns.Campaign, ("id",))
_all = select(*(_campaigns.c[name] for name in _FIELDS))
_this = _campaigns.c.id == bindparam("of")
_get = _all.where(_this)
_lock = select(_campaigns.c.id).where(_this).with_for_update()
_newest = _all.order_by(_campaigns.c.made_at.desc(), _campaigns.c.id.desc()).limit(
    bindparam("most")
)
_unfinished = _campaigns.c.finished_at.is_(None)
_open = _all.where(_unfinished, _campaigns.c.state.in_(_GOING)).order_by(_campaigns.c.id)
_corrections = _all.where(_campaigns.c.of_id == bindparam("of")).order_by(
    _campaigns.c.made_at.desc(), _campaigns.c.id.desc()
)
_on_its_way = exists().where(
    _rows.c.campaign_id == _campaigns.c.id, _rows.c.state.in_(["pending", "claimed", "sending"])
)
# A correction begins when nothing of what it corrects is on its way any more.
_free = or_(
    _campaigns.c.of_id.is_(None),
    exists().where(_of.c.id == _campaigns.c.of_id, _of.c.finished_at.is_not(None)),
)
_begins = and_(
    _campaigns.c.state == CampaignState.SCHEDULED.value,
    or_(_campaigns.c.send_at.is_(None), _campaigns.c.send_at <= bindparam("now")),
    _free,
)
_goes_on = and_(
    _campaigns.c.state == CampaignState.RUNNING.value,
    or_(_campaigns.c.filled_at.is_(None), _campaigns.c.retry_at.is_not(None), ~_on_its_way),
)
_ends = _campaigns.c.state == CampaignState.CANCELLED.value
_steps = (
    select(_campaigns.c.id)
    .where(_unfinished, or_(_begins, _goes_on, _ends))
    .order_by(_campaigns.c.id)
)
_move = (
    update(_campaigns)
    .where(_this, _campaigns.c.state.in_(bindparam("before", expanding=True)))
    .values(state=bindparam("after"), reason=bindparam("why"))
)
_fill = (
    update(_campaigns).where(_this).values(reached=bindparam("last"), filled_at=bindparam("at"))
)
_finish = update(_campaigns).where(_this, _unfinished).values(finished_at=bindparam("at"))
_unlist = delete(_lists).where(_lists.c.campaign_id == bindparam("of"))
_list = insert(_lists)
_put_card = Upsert(campaigns.CampaignCard, ("campaign_id", "address_id"), ("message_id", "shown"))
_card = select(*(_cards.c[name] for name in Card.__dataclass_fields__))
_live = _card.join(_campaigns, _campaigns.c.id == _cards.c.campaign_id).where(
    or_(_unfinished, _cards.c.shown != "over")
)
_cards_of = _card.where(_cards.c.campaign_id == bindparam("of"))
_show = (
    update(_cards)
    .where(
        _cards.c.campaign_id == bindparam("of"),
        _cards.c.address_id == bindparam("at"),
        _cards.c.shown == bindparam("before"),
    )
    .values(shown=bindparam("after"))
)


class Campaigns:
    """The register of campaigns (services.ports.campaigns.Campaigns)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, campaign: Campaign) -> bool:
        return _add.run(self._db, {name: getattr(campaign, name) for name in _FIELDS}) == 1

    def get(self, campaign_id: int) -> Campaign:
        row = self._db.execute(_get, {"of": campaign_id}).one_or_none()
        if row is None:
            raise LookupError(campaign_id)
        return Campaign(*row)

    def lock(self, campaign_id: int) -> None:
        if for_update(self._db):
            self._db.execute(_lock, {"of": campaign_id})

    def newest(self, most: int) -> list[Campaign]:
        return [Campaign(*row) for row in self._db.execute(_newest, {"most": most})]

    def open(self) -> list[Campaign]:
        return [Campaign(*row) for row in self._db.execute(_open)]

    def steps(self, now: datetime) -> list[int]:
        return list(self._db.execute(_steps, {"now": now}).scalars())

    def corrections(self, campaign_id: int) -> list[Campaign]:
        return [Campaign(*row) for row in self._db.execute(_corrections, {"of": campaign_id})]

    def move(self, campaign_id: int, before: tuple[str, ...], after: str, reason: str) -> bool:
        values = {"of": campaign_id, "before": list(before), "after": after, "why": reason}
        return self._changed(_move, values)

    def change(self, campaign_id: int, before: tuple[str, ...], **values: Any) -> bool:
        where = (_campaigns.c.id == campaign_id, _campaigns.c.state.in_(before))
        return bool(self._db.execute(update(_campaigns).where(*where).values(**values)).rowcount)

    def fill(self, campaign_id: int, reached: int, filled_at: datetime | None) -> None:
        self._changed(_fill, {"of": campaign_id, "last": reached, "at": filled_at})

    def finish(self, campaign_id: int, at: datetime) -> bool:
        return self._changed(_finish, {"of": campaign_id, "at": at})

    def put_list(self, campaign_id: int, member_ids: Iterable[int]) -> None:
        self._db.execute(_unlist, {"of": campaign_id})
        rows = [{"campaign_id": campaign_id, "member_id": one} for one in sorted(set(member_ids))]
        if rows:
            self._db.execute(_list, rows)

    def put_card(self, campaign_id: int, address_id: int, message_id: str) -> None:
        card = {"campaign_id": campaign_id, "address_id": address_id}
        _put_card.run(self._db, {**card, "message_id": message_id, "shown": ""})

    def cards(self) -> list[Card]:
        return [Card(*row) for row in self._db.execute(_live)]

    def cards_of(self, campaign_id: int) -> list[Card]:
        return [Card(*row) for row in self._db.execute(_cards_of, {"of": campaign_id})]

    def show_card(self, card: Card, before: str, shown: str) -> bool:
        of = {"of": card.campaign_id, "at": card.address_id, "before": before, "after": shown}
        return self._changed(_show, of)

    def _changed(self, statement: Any, values: dict[str, Any]) -> bool:
        return bool(self._db.execute(statement, values).rowcount)

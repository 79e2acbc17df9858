"""Counted links of campaigns, and who followed them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.members import MemberState
from services.ports.campaign_clicks import Click, Message, TappedMessage
from storage.dialect import Upsert
from storage.tables import campaigns, chat, people, post

_links = campaigns.CampaignLink.__table__  # type: ignore[attr-defined]
_clicks = campaigns.CampaignClick.__table__  # type: ignore[attr-defined]
_campaigns = campaigns.Campaign.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]

_HERE: Final = (MemberState.ACTIVE.value, MemberState.FROZEN.value)

_put = Upsert(campaigns.CampaignLink, ())
_url = select(_links.c.url).where(_links.c.id == bindparam("of"))
_original = func.coalesce(_campaigns.c.of_id, _campaigns.c.id)
_message = (
    select(_rows.c.id, _original, _rows.c.member_id)
    .join(_campaigns, _campaigns.c.id == _rows.c.campaign_id)
    .join(_members, _members.c.id == _rows.c.member_id)
    .where(_members.c.state.in_(_HERE))
)
_of_rows = _message.where(_rows.c.id.in_(bindparam("ids", expanding=True)))
_of_chats = (
    _message.add_columns(_addresses.c.user, _rows.c.message_id)
    .join(_addresses, _addresses.c.id == _rows.c.address_id)
    .where(
        _addresses.c.channel == bindparam("channel"),
        _addresses.c.account == bindparam("account"),
        _addresses.c.user.in_(bindparam("users", expanding=True)),
        _rows.c.message_id.in_(bindparam("messages", expanding=True)),
    )
)


def _counted(dialect: str) -> Any:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(_clicks)
    new, latest = statement.excluded, func.max if dialect == "sqlite" else func.greatest
    return statement.on_conflict_do_update(
        index_elements=["campaign_id", "member_id", "target"],
        set_={
            "last_at": latest(_clicks.c.last_at, new.last_at),
            "times": _clicks.c.times + new.times,
        },
    )


_count: Final = {name: _counted(name) for name in ("sqlite", "postgresql")}


class CampaignClicks:
    """Links and clicks (services.ports.campaign_clicks.CampaignClicks)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def put(self, campaign_id: int, links: Mapping[int, str]) -> int:
        rows = [
            {"id": one, "campaign_id": campaign_id, "url": links[one]} for one in sorted(links)
        ]
        return sum(_put.run(self._db, row) for row in rows)

    def url(self, link_id: int) -> str | None:
        found: str | None = self._db.execute(_url, {"of": link_id}).scalar()
        return found

    def messages(self, row_ids: Iterable[int]) -> dict[int, Message]:
        wanted = sorted(set(row_ids))
        rows = self._db.execute(_of_rows, {"ids": wanted}) if wanted else ()
        return {row[0]: Message(*row) for row in rows}

    def tapped(self, messages: Sequence[TappedMessage]) -> dict[TappedMessage, Message]:
        asked = defaultdict(list)
        for one in messages:
            asked[one.channel, one.account].append(one)
        found = {}
        for (channel, account), some in asked.items():
            values = {
                "channel": channel,
                "account": account,
                "users": sorted({one.user for one in some}),
                "messages": sorted({one.message_id for one in some}),
            }
            for *message, user, message_id in self._db.execute(_of_chats, values):
                found[TappedMessage(channel, account, user, message_id)] = Message(*message)
        return {one: found[one] for one in messages if one in found}

    def count(self, clicks: Sequence[Click]) -> None:
        if clicks:  # in one order, so that two who count do not wait for each other
            rows = [one._asdict() for one in sorted(clicks)]
            self._db.execute(_count[self._db.dialect.name], rows)

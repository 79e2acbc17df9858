"""One member before a message to many: whether they are meant, what else decides, which language;
and recipients by name."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Text, bindparam, cast, exists, func, select

from domain.campaigns import Audience
from domain.tickets import RUNNING, TicketKind
from services.ports.audiences import When
from services.ports.campaigns import Named, Standing
from storage.audience_members import has_address, said_yes
from storage.audiences import Audiences, asked_values, recipients
from storage.tables import chat, people, tickets

_members = people.Member.__table__  # type: ignore[attr-defined]
_addresses = chat.Address.__table__  # type: ignore[attr-defined]
_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]

_this: Final = _members.c.id == bindparam("member")
_complains = exists().where(
    _tickets.c.member_id == _members.c.id,
    _tickets.c.kind == TicketKind.COMPLAINT.value,
    _tickets.c.state.in_([state.value for state in RUNNING]),
)


@cache
def _standing() -> Any:
    there = (
        select(_addresses.c.locale)
        .where(_addresses.c.member_id == _members.c.id, _addresses.c.blocked_at.is_(None))
        .order_by(_addresses.c.id.desc())
        .limit(1)
        .correlate(_members)
        .scalar_subquery()
    )
    empty = cast("", Text)
    language = func.coalesce(
        func.nullif(_members.c.locale, ""), func.nullif(there, ""), bindparam("fallback"), empty
    )
    return select(_members.c.state, said_yes, has_address, _complains, language).where(_this)


class Previewed(Audiences):
    """Who gets a campaign, and how a single member stands to it."""

    def standing(self, member_id: int) -> Standing:
        asked = {"member": member_id, "fallback": self._fallback}
        row = self._db.execute(_standing(), asked).one_or_none()
        if row is None:
            raise LookupError(member_id)
        state, said, there, complains, locale = row
        return Standing(state, bool(said), bool(there), bool(complains), locale)

    def has(self, campaign_id: int, audience: Audience, when: When, member_id: int) -> bool:
        if audience.expression is not None:
            return bool(self.among(audience.expression, when, [member_id]))
        asked = {**asked_values(campaign_id, audience, when), "member": member_id}
        meant = select(_members.c.id).where(_this, *self._rules(audience, when))
        return self._db.execute(meant, asked).first() is not None

    def named(
        self, campaign_id: int, audience: Audience, when: When, name: str, most: int
    ) -> list[Named]:
        wanted = func.lower(_members.c.name) == bindparam("wanted")
        columns = (_members.c.id, _members.c.number, _members.c.name)
        found = recipients((*self._rules(audience, when), wanted), *columns)
        asked = {**asked_values(campaign_id, audience, when), "wanted": name.lower()}
        rows = self._db.execute(found.order_by(_members.c.id).limit(most), asked)
        return [Named(*row) for row in rows]

"""What limits the earning of members: read for a batch at once, kept up while it is decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from domain.dates import end_of, local_day
from domain.earning import Earned, Facts
from domain.ledger import Account
from domain.limits import Limits, blocked, limited_rules, read, room
from domain.programme import Programme
from services.ports import Work
from services.ports.earning import RuleUse
from services.ports.sales import Purchase


class Limiting:
    """Uses of rules and points under caps of some members, as far as a programme asks for them.

    `uses` are those that the batch has made. SEMANTICS: Points, limits.
    """

    def __init__(
        self,
        work: Work,
        programme: Programme,
        member_ids: Collection[int],
        days: Collection[date],
        now: datetime,
    ) -> None:
        self.uses: list[RuleUse] = []
        self._work, self._caps = work, programme.earning.caps
        self._rules = limited_rules(programme)
        self._asks_first = any(rule.when.first_purchase for rule in self._rules)
        self._used: dict[int, dict[str, list[date]]] = {}
        self._earned: dict[int, dict[date, int]] = {}
        self._lapsed: dict[int, int] = {}
        if member_ids and days:
            self._read(member_ids, days, now)

    def _read(self, member_ids: Collection[int], days: Collection[date], now: datetime) -> None:
        earnings = self._work.earnings
        if self._rules:
            self._used = earnings.uses(member_ids, [rule.key for rule in self._rules])
        if self._caps.day is not None or self._caps.month is not None:
            first, last = min(days).replace(day=1), end_of("month", max(days))
            self._earned = earnings.earned(member_ids, first, last)
        if self._caps.holding is not None:
            self._lapsed = earnings.lapsed(member_ids, now)

    def limits(self, account: Account, day: date, *, first: bool) -> Limits:
        """What limits a purchase of a local day. `first`: nothing was bought before."""
        member_id, caps = account.member_id, self._caps
        by_day = self._earned.get(member_id, {})
        month = sum(n for other, n in by_day.items() if _month(other) == _month(day))
        # A debt is paid first and adds nothing to what is held.
        have = account.wallet + account.held - account.debt - self._lapsed.get(member_id, 0)
        return Limits(
            first and self._asks_first,
            blocked(self._rules, self._used.get(member_id, {}), day) if self._rules else (),
            room(caps.day, by_day.get(day, 0)),
            room(caps.month, month),
            room(caps.holding, have),
        )

    def note(self, purchase: Purchase, earned: Earned) -> None:
        """Counts what a purchase used up for those after it."""
        assert purchase.member_id is not None
        owner, day = purchase.member_id, purchase.day
        if owner in self._earned:
            by_day = self._earned[owner]
            by_day[day] = by_day.get(day, 0) + earned.points
        for key in earned.used:
            self._used[owner].setdefault(key, []).append(day)
            self.uses.append(RuleUse(self._work.new_id(), owner, key, day, purchase.id))


def _month(day: date) -> tuple[int, int]:
    return (day.year, day.month)


def facts_of(purchase: Purchase) -> Facts:
    """The facts that a purchase's points were computed from."""
    return Facts(purchase.level, purchase.birthday_month, read(purchase.limits))


def too_old(programme: Programme, day: date, joined_at: datetime) -> int | None:
    """The days of the programme's window if a purchase of a local day is from before it: such a
    purchase of somebody who joined later earns nothing. None within the window."""
    joined = local_day(joined_at, programme.zone)
    return programme.match_days if day < joined - timedelta(days=programme.match_days) else None

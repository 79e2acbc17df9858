"""Leaving for good: the person is removed, the ledger stays balanced under a random id."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import closing
from domain.club_errors import CreditLeft
from domain.dates import add_months, local_day
from domain.errors import MemberClosed
from domain.ledger import Account, Entry, Share
from domain.members import MemberState
from domain.money import Money
from domain.points import Unit
from services import (
    credit_holding,
    events,
    expiry,
    fulfilling,
    holds,
    levels,
    purchases,
    receipts,
    waiting,
)
from services.ports import Work
from services.ports.club import Actor

REMEMBERED_MONTHS: Final = 24
_UNITS: Final = (Unit.POINTS, Unit.GROWTH, Unit.CREDIT)


@dataclass(frozen=True, slots=True)
class Losses:
    """What erasing takes away for good: whole points, vouchers that could still be used, open
    tickets that are closed, stored value that the club had given (what was paid in is paid out
    before). `debt` is written off."""

    points: int
    pending: int
    held: int
    debt: int
    vouchers: int
    tickets: int
    credit: Money


def losses(work: Work, member_id: int, now: datetime) -> Losses:
    """What a member would lose; raises CreditLeft while stored value has to be paid out."""
    programme = work.programmes.current()
    credit = credit_holding.held(work, member_id)
    set_aside = work.ledger.account(member_id, Unit.CREDIT).held
    if left := credit.principal + set_aside:
        raise CreditLeft(left, programme.currency)
    has = work.ledger.summary(member_id, Unit.POINTS, now)
    all_of_them = work.mydata.memberships(member_id)
    return Losses(
        has.available,
        has.pending,
        has.held,
        has.debt,
        work.mydata.open_vouchers(all_of_them),
        work.mydata.open_tickets(all_of_them),
        Money(credit.bonus, programme.currency),
    )


def erase(work: Work, member_id: int, now: datetime) -> Losses:
    """Removes a person (SEMANTICS: Members, my data). Raises CreditLeft, MemberClosed."""
    work.members.lock(member_id)
    member = work.members.get(member_id)
    if member.state not in (MemberState.ACTIVE, MemberState.FROZEN):
        raise MemberClosed()
    lost = losses(work, member_id, now)
    for one in work.mydata.memberships(member_id):  # their seats go to whoever waits
        events.leave_all(work, one, now)
    holds.release_all(work, member_id, now)
    expiry.expire(work, member_id, now)
    for unit in _UNITS:
        _empty_account(work, member_id, unit, now)
    everyone = work.mydata.memberships(member_id)
    _remember(work, everyone, now)
    for one in everyone:  # what waited for them (they were frozen) waits for nobody any more
        work.purchases.forget(purchases.claims_of(work, work.members.get(one)))
        fulfilling.withdraw_all(work, one)
        receipts.withdraw_all(work, one, now)
    for one in everyone:  # what was kept for them goes to whoever waits next
        waiting.leave_all(work, one, now)
    levels.left(work, member_id, member.level, now)
    for channel, _account, user in work.mydata.erase(everyone, now):
        work.addresses.entomb(address_key(work, channel, user), _until(work, now))
    detail = {"points": lost.points + lost.pending, "debt": lost.debt, "vouchers": lost.vouchers}
    work.audit.add(Actor("member"), "member.erase", ("member", member_id), now, detail)
    return lost


def address_key(work: Work, channel: str, user: str) -> str:
    """The keyed hash by which an erased person's chat is known again."""
    return work.vault.index("erased-address", f"{channel}:{user}")


def phone_key(work: Work, phone: str) -> str:
    """The keyed hash by which an erased person's phone (E.164) is known again."""
    return work.vault.index("erased-phone", phone)


def external_key(work: Work, external_id: str) -> str:
    """The keyed hash by which an erased person's row in a file is known again."""
    return work.vault.index("erased-external", external_id)


def erased_externals(work: Work, external_ids: Collection[str], now: datetime) -> set[str]:
    """Those of the external ids whose persons were erased: a file does not bring them back."""
    keys = {external_key(work, one): one for one in external_ids}
    today = local_day(now, work.programmes.current().zone)
    return {keys[found] for found in work.addresses.entombed_of(keys, today)}


def was_here(
    work: Work, today: date, *, channel: str = "", user: str = "", phone: str = ""
) -> bool:
    """Whether an address or phone belonged to somebody who was erased within the term: such a
    person is not new to referrals."""
    keys = [address_key(work, channel, user)] if user else []
    keys += [phone_key(work, phone)] if phone else []
    return any(work.addresses.entombed(key, today) for key in keys)


def _remember(work: Work, member_ids: list[int], now: datetime) -> None:
    for member_id in member_ids:
        member = work.members.get(member_id)
        keys = [phone_key(work, member.phone)] if member.phone else []
        keys += [external_key(work, member.external_id)] if member.external_id else []
        for key in keys:
            work.addresses.entomb(key, _until(work, now))


def _until(work: Work, now: datetime) -> date:
    return add_months(local_day(now, work.programmes.current().zone), REMEMBERED_MONTHS)


def _empty_account(work: Work, member_id: int, unit: str, now: datetime) -> None:
    """Books the end of an account: what is left lapses, what is owed is written off."""
    account = work.ledger.account(member_id, unit)
    entry = _entry(work, account, "forfeit", -account.wallet - account.held, now)
    gone = closing.forfeit(account, entry, work.ledger.lots(member_id, unit))
    account = gone.account if gone else account
    owed = closing.write_off(account, _entry(work, account, "write-off", account.debt, now))
    booked = [(one, "") for one in (gone, owed) if one is not None]
    if booked:
        work.ledger.append_all(booked)


def _entry(work: Work, account: Account, name: str, amount: int, now: datetime) -> Entry:
    version = work.programmes.newest()
    share = Share(name, version, "", amount)
    key = f"{name}:{account.member_id}:{account.unit}"
    return Entry(work.new_id(), key, now, "erasing", "", version, (share,))

"""Writes members with what they bring along from another system: each one whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from domain import bookings
from domain.benefits import Benefit
from domain.codes import BITS, make_code
from domain.dates import local_day, start_of_day
from domain.ledger import Account, Booked, Entry, Share
from domain.members import Member
from domain.points import Lot
from domain.programme import Programme
from domain.vouchers import Voucher, VoucherState
from services import expiry, joining, levels, purchases
from services.benefits import FOR_EVER
from services.importing.club_rows import (
    BONUS,
    PRINCIPAL,
    UNITS,
    Brought,
    BroughtLot,
    BroughtVoucher,
)
from services.importing.known import fingerprint
from services.ports import Work
from services.ports.club import Actor
from services.ports.openings import (
    BONUS_LOT,
    LEVEL_REASON,
    POSTED,
    PRINCIPAL_LOT,
    VOUCHER_SOURCE,
    voucher_key,
)

_SOURCES = {PRINCIPAL: PRINCIPAL_LOT, BONUS: BONUS_LOT}
_ACTOR = Actor("import")


@dataclass(frozen=True, slots=True)
class ClubMember:
    """A member to be, what they bring along, and all that the files say of them."""

    row: int
    member: Member
    brought: Brought
    content: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What writing needs of the club: the rules in force and the benefits by key."""

    programme: Programme
    benefits: dict[str, Benefit]


@dataclass(slots=True)
class Result:
    """What an import of a club found and did; `matched` purchases had waited for its members,
    `orders` of the past were added."""

    members: int = 0
    known: int = 0
    added: int = 0
    matched: int = 0
    orders: int = 0


def write(work: Work, rules: Rules, batch: Sequence[ClubMember], now: datetime) -> int:
    """Writes members with lots, level and vouchers; how many waiting purchases they were given.

    Nobody is sent anything and nobody is welcomed. Audited, with the number of members.
    """
    added: list[tuple[str, int, str]] = []
    booked: list[tuple[Booked, str]] = []
    levels_held: list[tuple[int, str, date, date | None]] = []
    for one in batch:
        member = joining.add_member(work, replace(one.member, id=work.random_id()))
        added.append((member.external_id or "", member.id, fingerprint(work, one.content)))
        booked += [(posting, "") for posting in _open(work, rules, member.id, one.brought, now)]
        levels_held.append(_held(rules.programme, member, one.brought))
        for place, voucher in enumerate(one.brought.vouchers):
            _issue(work, rules, voucher, voucher_key(member.id, place), (member.id, now))
    work.ledger.append_all(booked)
    levels.opened(work, levels_held, now, LEVEL_REASON)
    work.purchases.add_imported(added)
    work.audit.add(_ACTOR, "club.import", ("import", ""), now, {"members": len(added)})
    return sum(len(purchases.match_waiting(work, member_id, now)) for _, member_id, _ in added)


# -- balances ---------------------------------------------------------------------------


def _open(
    work: Work, rules: Rules, member_id: int, brought: Brought, now: datetime
) -> list[Booked]:
    """One posting for each unit with all its lots, what had lapsed already, and the debt."""
    found: list[Booked] = []
    for unit in dict.fromkeys(UNITS.values()):
        lots = [lot for lot in brought.lots if UNITS[lot.unit] is unit]
        given = [lot for lot in lots if lot.amount > 0]
        account = Account(member_id, unit)
        if given:
            found += _brought(work, rules.programme, account, given, now)
            account = found[-1].account
        if owed := -sum(lot.amount for lot in lots if lot.amount < 0):
            entry = _entry(work, rules.programme, f"{member_id}:{unit}:owed", -owed, now)
            found.append(bookings.owe(account, entry, owed))
    return found


def _brought(
    work: Work, programme: Programme, account: Account, given: list[BroughtLot], now: datetime
) -> list[Booked]:
    amount = sum(lot.amount for lot in given)
    entry = _entry(work, programme, f"{account.member_id}:{account.unit}", amount, now)
    lots = [_lot(work, programme, account, entry, lot) for lot in given]
    opened = bookings.bring(account, entry, tuple(lots))
    gone = expiry.lapse(opened.account, lots, now, work.new_id, programme.version)
    return [opened, gone] if gone else [opened]


def _entry(work: Work, programme: Programme, key: str, amount: int, now: datetime) -> Entry:
    shares = (Share(POSTED, programme.version, "", amount),)
    return Entry(work.new_id(), f"opening:{key}", now, POSTED, "", programme.version, shares)


def _lot(
    work: Work, programme: Programme, account: Account, entry: Entry, brought: BroughtLot
) -> Lot:
    earned = brought.earned_on or local_day(entry.at, programme.zone)
    made = min(start_of_day(earned, programme.zone), entry.at)
    return Lot(
        work.new_id(),
        account.member_id,
        account.unit,
        brought.amount,
        brought.amount,
        made,
        ends(brought.expires_on, programme.zone),
        made,
        _SOURCES.get(brought.unit, POSTED),
        "",
        programme.version,
        entry.id,
    )


def ends(last: date | None, zone: str) -> datetime | None:
    """The first instant after a last local day; None for never."""
    return start_of_day(last + timedelta(days=1), zone) if last else None


# -- levels and vouchers ----------------------------------------------------------------


def _held(
    programme: Programme, member: Member, brought: Brought
) -> tuple[int, str, date, date | None]:
    """The level that a member holds, since when, and until when if the files say so."""
    joined, held = local_day(member.joined_at, programme.zone), brought.level
    if held is None:
        return (member.id, programme.first_level.key, joined, None)
    return (member.id, held.key, held.since or joined, held.until)


def _issue(
    work: Work, rules: Rules, one: BroughtVoucher, key: str, to: tuple[int, datetime]
) -> None:
    """A voucher as it was promised: nothing is taken from the stock, it counts as the member's
    use of the benefit. One whose last day is over comes as expired."""
    member_id, now = to
    benefit, zone = rules.benefits[one.benefit], rules.programme.zone
    until = start_of_day(one.valid_until + timedelta(days=1), zone)
    issued = min(start_of_day(one.issued_on, zone), now) if one.issued_on else now
    voucher = Voucher(
        id=work.new_id(),
        benefit_id=benefit.id,
        member_id=member_id,
        state=VoucherState.ISSUED if now < until else VoucherState.EXPIRED,
        promise=benefit.promise(),
        price=0,
        issued_at=issued,
        expires_at=until,
    )
    code = one.code or make_code(secrets.randbits(BITS))
    if not work.vouchers.issue(voucher, code, key=key, posting_id=None, source=VOUCHER_SOURCE):
        raise RuntimeError("the key of a voucher was there already")
    work.benefits.take_use(benefit.id, member_id, FOR_EVER, None)

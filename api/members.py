"""Members: made, looked up, their points and ledger, adjustments, redemptions."""

from __future__ import annotations

from api import replies, requests
from api.common import balance, member_of, plain, shares
from api.operations import Call
from api.shapes import instant
from domain.approvals import Approval
from domain.benefits import Benefit
from domain.members import Member, mask_email, mask_phone
from domain.money import Money
from domain.points import Unit, day_before
from domain.refusals import BenefitNotFound
from services import benefits, enrolling, large_adjustments, ledger
from services.answers import ACCEPTED, CREATED, OK, Answer
from services.ports.points import HistoryRow
from services.ports.sales import Purchase


def add(call: Call) -> Answer:
    """Makes a member of a person who has accepted the rules at a counter."""
    body: requests.NewMember = call.body
    details = enrolling.Details(
        name=body.name or "",
        phone=body.phone or "",
        email=body.email or "",
        external_id=body.external_id or "",
        birthday=body.birthday or "",
        gender=body.gender or "",
        city=body.city or "",
        locale=body.locale or "",
        zone=body.time_zone or "",
    )
    member = enrolling.enrol(call.work, details, actor=call.actor, now=call.now)
    return Answer(CREATED, plain(_member(call, member)), member.id)


def show(call: Call) -> Answer:
    """One member."""
    return Answer(OK, plain(_member(call, member_of(call))))


def _member(call: Call, member: Member) -> replies.Member:
    return replies.Member(
        number=member.number,
        state=str(member.state),
        level=call.work.programmes.current().level(member.level).key,
        name=member.name,
        phone=mask_phone(member.phone) if member.phone else None,
        email=mask_email(member.email) if member.email else None,
        external_id=member.external_id,
        locale=member.locale or None,
        joined_at=instant(member.joined_at),
    )


def points(call: Call) -> Answer:
    """What a member has."""
    member = member_of(call)
    has = ledger.balance(call.work, member.id, call.now)
    programme = call.work.programmes.current()
    expiring = [
        replies.Expiring(points=amount, last_day=day_before(moment, programme.zone).isoformat())
        for amount, moment in has.expiring
    ]
    reply = replies.Points(
        number=member.number,
        level=programme.level(member.level).key,
        available=has.available,
        pending=has.pending,
        held=has.held,
        debt=has.debt,
        spendable=has.spendable,
        lifetime=has.lifetime,
        expiring=expiring,
    )
    return Answer(OK, plain(reply))


# -- the ledger -------------------------------------------------------------------------


def postings(call: Call) -> Answer:
    """A page of a member's postings, the newest first."""
    query: requests.LedgerPage = call.query
    member = member_of(call)
    unit = Unit(query.unit)
    before = min(int(query.before), 2**63 - 1) if query.before else None
    rows = call.work.ledger.history(member.id, unit, before, query.limit + 1)
    shown = rows[: query.limit]
    bought = call.work.purchases.by_posting([row.posting_id for row in shown]) if shown else {}
    stores = {store.id: store.code for store in call.work.stores.all()} if bought else {}
    items = [_posting(row, unit, bought.get(row.posting_id), stores) for row in shown]
    more = str(shown[-1].posting_id) if len(rows) > query.limit else None
    return Answer(OK, plain(replies.Ledger(items=items, next=more)))


def _posting(
    row: HistoryRow, unit: Unit, purchase: Purchase | None, stores: dict[int, str]
) -> replies.Posting:
    paid = None
    if purchase is not None:
        amount = Money(purchase.minor, purchase.currency).plain()
        paid = replies.Paid(amount=amount, currency=purchase.currency)
    return replies.Posting(
        posting_id=str(row.posting_id),
        kind=row.kind,
        unit=unit,
        points=row.amount,
        at=instant(row.at),
        source=row.source_type,
        paid=paid,
        store=stores.get(purchase.store_id or 0, "") if purchase else "",
        explanation=shares(row.explanation),
    )


def adjust(call: Call) -> Answer:
    """Gives or takes points by hand, or asks for a second person's yes."""
    body: requests.Adjustment = call.body
    member = member_of(call)
    done = large_adjustments.adjust(
        call.work,
        member.id,
        body.points,
        reason=body.reason,
        key=_key(call, "adjust"),
        actor=call.actor,
        now=call.now,
    )
    if isinstance(done, Approval):
        until = instant(done.expires_at)
        asked = replies.Asked(approval_id=str(done.id), points=body.points, decide_by=until)
        return Answer(ACCEPTED, plain(asked), member.id)
    reply = replies.Adjusted(
        posting_id=str(done.id), points=done.amount, balance=balance(call, member.id)
    )
    return Answer(CREATED, plain(reply), member.id)


def redeem(call: Call) -> Answer:
    """Takes points and issues a voucher."""
    body: requests.Redemption = call.body
    member = member_of(call)
    chosen = next((b for b in _printed(call) if body.benefit in (b.key, str(b.id))), None)
    if chosen is None:
        raise BenefitNotFound
    key = _key(call, "redeem")
    voucher = benefits.redeem(
        call.work, member.id, chosen.id, key=key, now=call.now, shown=body.price, actor=call.actor
    ).voucher
    zone = call.work.programmes.current().zone
    reply = replies.Voucher(
        voucher_id=str(voucher.id),
        code="",
        state=str(voucher.state),
        names=dict(voucher.names),
        price=voucher.price,
        last_day=day_before(voucher.expires_at, zone).isoformat(),
        balance=balance(call, member.id),
    )
    return Answer(CREATED, plain(reply), member.id)


def with_code(call: Call, answer: Answer) -> Answer:
    """Codes are kept encrypted in one place only: the answer gets its code each time. One that was
    handed on is its new owner's alone."""
    voucher_id = int(answer.body["voucher_id"])
    vouchers = call.work.vouchers
    code = "" if vouchers.origin(voucher_id).handed_on else vouchers.code(voucher_id)
    return Answer(answer.status, {**answer.body, "code": code}, answer.member_id, answer.again)


def _key(call: Call, what: str) -> str:
    """The ledger's key of this effect: it holds nothing of what the caller sent."""
    return f"{what}:" + call.work.vault.index("effect", f"{call.caller.id}:{call.once}")


# -- benefits ---------------------------------------------------------------------------


def offers(call: Call) -> Answer:
    """A page of the benefits that members can see now."""
    query: requests.BenefitsPage = call.query
    every = _printed(call)
    start = 0
    if query.after:
        ids = [str(one.id) for one in every]
        start = ids.index(query.after) + 1 if query.after in ids else len(ids)
    visible = [one for one in every[start:] if one.visible(call.now)]
    shown = visible[: query.limit]
    left = call.work.catalogue.stocks([one.id for one in shown]) if shown else {}
    more = str(shown[-1].id) if len(visible) > len(shown) else None
    items = [_benefit(one, left[one.id]) for one in shown]
    return Answer(OK, plain(replies.Benefits(items=items, next=more)))


def _printed(call: Call) -> tuple[Benefit, ...]:
    return call.work.catalogue.printed().benefits


def _benefit(benefit: Benefit, left: int | None) -> replies.Benefit:
    return replies.Benefit(
        id=str(benefit.id),
        key=benefit.key,
        kind=benefit.kind,
        names=dict(benefit.names),
        terms=dict(benefit.terms),
        category=benefit.category,
        partner=benefit.partner,
        price=benefit.price,
        level_prices=dict(benefit.level_prices),
        stock=left,
        per_member=benefit.per_member,
        per=str(benefit.per),
        levels=list(benefit.levels),
        early_hours=dict(benefit.early_hours),
        valid_days=benefit.valid_days,
        cancel_hours=benefit.cancel_hours,
        giftable=benefit.giftable,
        redeem_from=instant(benefit.redeem_from) if benefit.redeem_from else None,
        redeem_until=instant(benefit.redeem_until) if benefit.redeem_until else None,
        stopped=benefit.stopped,
    )

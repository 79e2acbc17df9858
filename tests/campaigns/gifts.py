"""Campaigns that give something: a benefit, a draft with a gift, and what has become of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from domain.benefits import Benefit
from domain.campaign_plans import Gift, Plan
from domain.points import Unit
from services import campaign_plans, campaign_steps, campaigns
from services.ports.campaigns import Campaign
from storage.tables import benefits
from storage.tables import campaigns as tables
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import ANN, written

VOUCHERS = benefits.Voucher.__table__  # type: ignore[attr-defined]
GRANTS = tables.CampaignGrant.__table__  # type: ignore[attr-defined]
TEA = "tea"
TEA_GIFT = Gift(benefit_key=TEA, each_minor=300)


async def stocked(club: Club, stock: int | None = None, each: int = 0) -> None:
    """The club has a voucher for tea to give, worth three yuan; `each`: worth so much money, in
    minor units, at the till."""

    def write(work: Work) -> None:
        names = {"zh": "茶券", "en": "Tea"}
        worth = {"amount_minor": each} if each else {}
        made = Benefit(work.new_id(), TEA, "voucher", names, 100, 30, stock=stock, detail=worth)
        work.benefits.save(made, TEA, NOW)

    await club.write(write)


async def giving(club: Club, gift: Gift, budget: int | None = None, held: int = 0) -> Campaign:
    """A campaign with a gift that has begun; nobody has anything of it yet."""
    made = await written(club)

    def write(work: Work) -> Campaign:
        plan = Plan(gift=gift, budget_minor=budget, held_percent=held)
        campaign_plans.set_plan(work, made.id, plan, ANN, NOW)
        campaigns.submit(work, made.id, actor=ANN, key="send", now=NOW)
        campaign_steps.step(work, made.id, NOW)
        return campaigns.find(work, made.id)

    found: Campaign = await club.write(write)
    assert found.state == "running"
    return found


def step(work: Work, made: Campaign, most: int = 7) -> bool:
    """A step of its filling; False once there is nothing to fill."""
    work.campaigns.lock(made.id)
    campaign = work.campaigns.get(made.id)
    if campaign.state != "running" or campaign.filled_at is not None:
        return False
    return campaign_steps.step(work, made.id, NOW, most)


async def fill(club: Club, made: Campaign, most: int = 7) -> Campaign:
    while await club.write(lambda work: step(work, made, most)):
        pass
    found: Campaign = await club.read(lambda work: campaigns.find(work, made.id))
    return found


@dataclass(frozen=True)
class Left:
    """What has become of a campaign's gifts: rows, grants and vouchers by member, points."""

    written: list[int]
    granted: list[int]
    with_voucher: list[int]
    points: int
    stock: int | None
    spent: int
    cost: int


async def left(club: Club, made: Campaign) -> Left:
    found: Left = await club.read(lambda work: _left(work, made))
    return found


def _left(work: Work, made: Campaign) -> Left:
    from tests.support.post import ROWS

    def ids(column: Any, where: Any) -> list[int]:
        return list(work.db.execute(select(column).where(where).order_by(column)).scalars())

    granted = ids(GRANTS.c.member_id, GRANTS.c.campaign_id == made.id)
    mine = GRANTS.c.campaign_id == made.id
    cost = work.db.execute(select(func.sum(GRANTS.c.cost_minor)).where(mine)).scalar()
    tea = next((one for one in work.benefits.all() if one.key == TEA), None)
    points = sum(work.ledger.account(n, Unit.POINTS).wallet for n in granted)
    return Left(
        written=ids(ROWS.c.member_id, ROWS.c.campaign_id == made.id),
        granted=granted,
        with_voucher=ids(VOUCHERS.c.member_id, VOUCHERS.c.key.startswith(f"campaign:{made.id}:")),
        points=points,
        stock=tea.stock if tea else None,
        spent=work.campaigns.get(made.id).spent_minor,
        cost=cost or 0,
    )

"""The programme on the command line: read from a file, told in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.failures import Failed
from domain.bill_rules import PointsAtTill, ReceiptPhotos, StoredValue, TopUpBonus
from domain.money import exponent
from domain.programme import MONEY_MEASURES, Condition, Level, Programme
from services import programme_file

LARGEST = 1024 * 1024
MEASURES = {
    "lifetime_spend": "spent in all",
    "single_purchase": "spent in one purchase",
    "spend_in_months": "spent in the last {months} months",
    "purchases_per_month": "purchases per month, over {months} months",
    "activity_per_month": "activity points per month, over {months} months",
    "growth": "growth value",
}


def read(file: Path) -> Programme:
    """The programme in a file; raises Failed or ProgrammeInvalid."""
    raw = file.read_bytes()
    if len(raw) > LARGEST:
        raise Failed(f"{file} is larger than 1 MB; a programme file is not")
    try:
        return programme_file.read(raw.decode("utf-8-sig"), file.name)
    except UnicodeDecodeError as error:
        raise Failed(f"{file} is not UTF-8; save it in that encoding") from error


def lines(programme: Programme) -> Iterator[str]:
    """The rules in words, in English."""
    earning = programme.earning
    yield f"{programme.name('en')} ({programme.name('zh')}), version {programme.version}"
    yield f"open since {programme.opened_on}, time zone {programme.zone}"
    yield f"club rules (charter): version {programme.charter.version}"
    amount = money(earning.per_minor, programme)
    word = programme.points_word(earning.points, "en")
    yield f"earning: {earning.points} {word} for every {amount}"
    for group in earning.groups:
        for rule in group.rules:
            factor = f" x {rule.multiply / 100:g}" if rule.multiply is not None else ""
            extra = f" + {rule.add}" if rule.add is not None else ""
            yield f"  {group.key}/{rule.key}:{factor}{extra}  {rule.names['en']}"
    welcome = programme.welcome_points
    yield f"welcome: {welcome} {programme.points_word(welcome, 'en')}"
    rewards = ", ".join(f"{name} {points}" for name, points in programme.profile_rewards.items())
    yield f"profile rewards: {rewards or 'none'}"
    yield f"expiry: {programme.expiry.kind.value}"
    yield from _till(programme)
    yield "levels:"
    for level in programme.levels:
        yield f"  {level.key}: {level.names['en']}{_conditions(level, programme)}"


def _till(programme: Programme) -> Iterator[str]:
    bill, stored, photos = programme.bill, programme.stored_value, programme.receipt_photos
    yield f"bills: {', then '.join(bill.order) or 'nothing taken off'}"
    yield f"  vouchers: {bill.vouchers} at most"
    if bill.points:
        yield f"  points: {till_words(bill.points, programme)}"
    yield f"stored value: {till_words(stored, programme) if stored else 'none'}"
    yield f"receipts by photo: {till_words(photos, programme) if photos else 'none'}"


def till_words(
    rule: PointsAtTill | TopUpBonus | StoredValue | ReceiptPhotos, programme: Programme
) -> str:
    """What bills, stored value and photographed receipts are ruled by."""
    match rule:
        case PointsAtTill():
            pays = money(rule.minor, programme)
            return f"every {rule.step} pay {pays}, {rule.most_percent} % of a bill at most"
        case TopUpBonus():
            pays, gives = money(rule.from_minor, programme), money(rule.bonus_minor, programme)
            return f"{gives} on top from {pays}"
        case ReceiptPhotos():
            return f"{rule.per_day} a day, none older than {rule.within_days} days"
    most, least = money(rule.ceiling_minor, programme), money(rule.least_minor, programme)
    tiers = "".join(f", {till_words(one, programme)}" for one in rule.bonuses)
    above = rule.second_above_minor
    second = f", a second person pays out above {money(above, programme)}" if above else ""
    earns = f"points come from {'spending it' if rule.earns == 'spending' else 'the top-up'}"
    return f"at least {least} at once, {most} in all{tiers}, {earns}{second}"


def _conditions(level: Level, programme: Programme) -> str:
    between = f" {'and' if level.need.value == 'all' else 'or'} "
    asked = between.join(condition_words(one, programme) for one in level.conditions)
    gives = f", x {level.multiplier / 100:g}"
    gives += f", {level.discount} % off bills" if level.discount else ""
    gives += f", {level.price_percent} % of prices in points" if level.price_percent < 100 else ""
    return gives + (f", from {asked}" if asked else "")


def condition_words(condition: Condition, programme: Programme) -> str:
    """What a condition of a level asks for."""
    in_money = condition.measure in MONEY_MEASURES
    least = money(condition.least, programme) if in_money else str(condition.least)
    return f"{least} {MEASURES[condition.measure.value].format(months=condition.months or 3)}"


def money(minor: int, programme: Programme) -> str:
    """An amount in the programme's currency: `1,280.00 CNY`."""
    digits = exponent(programme.currency)
    return f"{minor / 10**digits:,.{digits}f} {programme.currency}"

"""Turns a programme file that was found to be good into the domain's Programme."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Final

from domain import care_rules, insight_rules
from domain.bill_rules import (
    BillRules,
    BillStep,
    PointsAtTill,
    ReceiptPhotos,
    StoredValue,
    TillRules,
    TopUpBonus,
)
from domain.birthdays import Feb29
from domain.consent import quiet_hours
from domain.money import exponent
from domain.points import Expiry, ExpiryKind
from domain.programme import (
    PROFILE_FIELDS,
    Adjustments,
    BirthdayCare,
    Caps,
    Charter,
    CheckIn,
    Condition,
    Counter,
    Downgrade,
    Earning,
    EarningRule,
    Frequency,
    Growth,
    Holding,
    Level,
    Measure,
    Need,
    NthWeekday,
    Per,
    PointsName,
    Preference,
    Programme,
    Refunds,
    Reinstatement,
    RuleGroup,
    Streak,
    Transfers,
    When,
)
from domain.refunds import RefundPolicy
from services import programme_schema as schema
from services.file_values import Text
from services.service_building import service

MEASURES: Final = {
    "lifetime_spend": Measure.LIFETIME_SPEND,
    "single_purchase": Measure.SINGLE_PURCHASE,
    "spend": Measure.SPEND_IN_MONTHS,
    "purchases_per_month": Measure.PURCHASES_PER_MONTH,
    "activity_points_per_month": Measure.ACTIVITY_PER_MONTH,
    "growth": Measure.GROWTH,
}


def build(file: schema.File) -> Programme:
    """The programme of a checked file, money in minor units."""
    club = file.club
    return Programme(
        version=file.version,
        names=_names(club.name),
        points_name=_points_name(club.points),
        growth_name=_names(club.growth),
        currency=club.currency,
        zone=club.zone,
        opened_on=club.opened_on,
        charter=Charter(
            file.charter.version, _names(file.charter.text), file.charter.rights_shrink
        ),
        earning=_earning(file.earning, club.currency),
        levels=tuple(_level(level, club.currency) for level in file.levels),
        welcome_points=file.welcome_points,
        profile_rewards={name: getattr(file.profile_rewards, name) for name in PROFILE_FIELDS},
        preferences=tuple(Preference(p.key, _names(p)) for p in file.preferences),
        expiry=expiry_of(file.expiry),
        refunds=Refunds(RefundPolicy(file.refunds.policy), file.refunds.restored_days),
        birthday=BirthdayCare(
            file.birthday.points, Feb29(file.birthday.feb29), file.birthday.announced_days
        ),
        expiry_reminder_days=tuple(sorted(file.expiry_reminder_days, reverse=True)),
        care=_care(file),
        service=service(file),
        insight=_insight(file.insight),
        announcements=care_rules.Announcements(**file.announcements.model_dump()),
        adjustments=Adjustments(**file.adjustments.model_dump()),
        growth=_growth(file.growth, club.currency),
        checkin=_checkin(file.checkin),
        holding=_holding(file.holding),
        reinstatement=Reinstatement(**file.reinstatement.model_dump()),
        transfers=Transfers(**file.transfers.model_dump()) if file.transfers else None,
        counter=_counter(file.counter, club.currency),
        bill=_bill(file.bill, club.currency),
        stored_value=_stored_value(file.stored_value, club.currency),
        till=TillRules(**file.till.model_dump()),
        receipt_photos=_receipt_photos(file.receipt_photos),
        match_days=file.match_days,
        zero_lines=_names(file.zero_lines),
    )


def _care(file: schema.File) -> care_rules.Care:
    """A file without the section has birthdays and reminders, as it has always had."""
    if file.care is None:
        return care_rules.usual(file.birthday.points, file.expiry_reminder_days)
    return care_rules.Care(
        rules=tuple(_care_rule(rule, file) for rule in file.care.rules),
        quiet=quiet_hours(file.care.quiet),
        per_week=file.care.per_week,
        countries=tuple(file.care.countries),
    )


def _care_rule(rule: schema.CareRule, file: schema.File) -> care_rules.CareRule:
    """The birthday's points and the days of expiry reminders may stand in their old places."""
    points, days = rule.points, rule.days
    if rule.occasion == "birthday":
        points = points or file.birthday.points
    if rule.occasion == "points_expiring":
        days = days or file.expiry_reminder_days
    return care_rules.CareRule(
        key=rule.key,
        occasion=care_rules.Occasion(rule.occasion),
        at=time.fromisoformat(rule.at),
        days=tuple(days),
        points=points,
        voucher=rule.voucher or "",
        holidays=tuple(rule.holidays),
        late=care_rules.Late(rule.late),
        late_hours=rule.late_hours,
        cooldown_days=rule.cooldown_days,
        times=rule.times,
        rhythm=rule.rhythm,
        first=rule.first,
        on=rule.on,
    )


def _insight(given: schema.Insight) -> insight_rules.Insight:
    return insight_rules.Insight(
        window_days=given.window_days,
        high_from=given.high_from,
        introduced=insight_rules.Introduced(**given.introduced.model_dump()),
        mature=insight_rules.Mature(**given.mature.model_dump()),
        declining=insight_rules.Quiet(**given.declining.model_dump()),
        lost=insight_rules.Quiet(**given.lost.model_dump()),
        pyramid=insight_rules.Pyramid(**given.pyramid.model_dump()),
    )


def _names(text: Text | None) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en} if text else {}


def _points_name(words: schema.Counted) -> PointsName:
    one, other = words.en
    return PointsName({"zh": words.zh, "en": one}, {"zh": words.zh, "en": other})


def _earning(earning: schema.Earning, currency: str) -> Earning:
    return Earning(
        points=earning.points,
        per_minor=_minor(earning.per, currency),
        groups=tuple(RuleGroup(g.key, tuple(map(rule_of, g.rules))) for g in earning.groups),
        caps=Caps(**earning.caps.model_dump()),
        pending_days=earning.pending_days,
    )


def rule_of(rule: schema.Rule) -> EarningRule:
    """One earning rule; its factor in hundredths."""
    when, dates = rule.when, rule.when.dates or schema.Dates()
    return EarningRule(
        key=rule.key,
        names=_names(rule.name),
        when=When(
            categories=tuple(when.category),
            stores=tuple(when.store),
            weekdays=tuple(when.weekday),
            days_of_month=tuple(when.day_of_month),
            nth_weekdays=tuple(NthWeekday(n.weekday, n.nth) for n in when.nth_weekday),
            months=tuple(when.month),
            from_day=dates.first,
            to_day=dates.last,
            birthday_month=when.birthday_month,
            first_purchase=when.first_purchase,
            levels=tuple(when.level),
        ),
        multiply=None if rule.multiply is None else int(rule.multiply * 100),
        add=rule.add,
        frequency=_frequency(rule.frequency),
    )


def _frequency(given: schema.Frequency | None) -> Frequency | None:
    return Frequency(given.times, Per(given.per), given.cooldown_days) if given else None


def _growth(growth: schema.Growth, currency: str) -> Growth:
    return Growth(growth.points, _minor(growth.per, currency), growth.checkin)


def _checkin(given: schema.CheckIn | None) -> CheckIn | None:
    if given is None:
        return None
    streaks = sorted(given.streaks, key=lambda streak: streak.days)
    return CheckIn(given.points, tuple(Streak(s.days, s.points) for s in streaks))


def _holding(holding: schema.Holding) -> Holding:
    return Holding(
        holding.months,
        holding.round_up,
        Downgrade(holding.downgrade),
        holding.grace_days,
        holding.told_days,
    )


def _counter(counter: schema.Counter, currency: str) -> Counter:
    receipt, shift = counter.per_receipt, counter.money_per_shift
    return Counter(
        None if receipt is None else _minor(receipt, currency),
        counter.receipts_per_shift,
        None if shift is None else _minor(shift, currency),
        counter.undo_minutes,
    )


def _bill(bill: schema.Bill, currency: str) -> BillRules:
    points, given = None, bill.points
    if given:
        points = PointsAtTill(given.step, _minor(given.pays, currency), given.most_percent)
    return BillRules(tuple(map(BillStep, bill.order)), points, bill.vouchers)


def _stored_value(given: schema.StoredValue | None, currency: str) -> StoredValue | None:
    if given is None:
        return None
    bonuses = tuple(
        TopUpBonus(_minor(one.pays, currency), _minor(one.gives, currency))
        for one in given.bonuses
    )
    ceiling, least = _minor(given.ceiling, currency), _minor(given.least, currency)
    above = None if given.second_above is None else _minor(given.second_above, currency)
    return StoredValue(ceiling, least, bonuses, given.earns, above)


def _receipt_photos(given: schema.ReceiptPhotos | None) -> ReceiptPhotos | None:
    return ReceiptPhotos(**given.model_dump()) if given else None


def expiry_of(expiry: schema.Expiry) -> Expiry:
    """When points expire."""
    return Expiry(
        kind=ExpiryKind(expiry.kind),
        days=expiry.days,
        months=expiry.months,
        round_up=expiry.round_up,
        month=expiry.month,
        day=expiry.day,
        at_least_months=expiry.at_least_months,
        extended_by=tuple(expiry.extended_by),
    )


def _level(level: schema.Level, currency: str) -> Level:
    need = Need.ALL if level.all is not None else Need.ANY
    return Level(
        key=level.key,
        names=_names(level.name),
        conditions=tuple(condition_of(c, currency) for c in level.all or level.any or ()),
        need=need,
        multiplier=int(level.multiplier * 100),
        discount=level.discount,
        price_percent=level.price_percent,
        colour=level.colour,
        emoji=level.emoji,
        formerly=tuple(level.formerly),
    )


def condition_of(condition: schema.Condition, currency: str) -> Condition:
    """One condition of a level; money in minor units."""
    given = condition.model_dump(exclude_none=True, exclude={"months"})
    name, least = next(iter(given.items()))
    whole = _minor(least, currency) if isinstance(least, Decimal) else least
    return Condition(MEASURES[name], whole, condition.months or 0)


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(exponent(currency)))

"""The moment for which an audience is looked for, and expressions with everything written out that
the database does not know: saved audiences, and levels by the keys that they had before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.audience_errors import AudienceGone, AudienceLoop
from domain.audience_expressions import Both, Condition, Either, Expression, Not, check, load
from domain.campaigns import STORE_MONTHS
from domain.dates import add_months, local_day
from services.lunar import is_month
from services.ports import Work
from services.ports.audiences import When


def asked_at(work: Work, now: datetime) -> When:
    """The moment in the programme's zone. SEMANTICS: Levels, last 12 months."""
    zone = work.programmes.current().zone
    today = local_day(now, zone)
    lunar = next(month for month in range(1, 13) if is_month(today, month, lunar=True))
    since = add_months(today, -STORE_MONTHS).toordinal()
    return When(now, zone, today.toordinal(), since, lunar)


def written_out(work: Work, expression: Expression) -> Expression:
    """The expression with every saved audience in its place. Raises AudienceGone, AudienceLoop,
    AudienceTooLarge if it is too large then."""
    whole = _with_saved(work, expression, ())
    check(whole)
    return whole


def as_kept(work: Work, expression: Expression) -> Expression:
    """As the database knows it: saved audiences written out, levels also by the keys that they
    had in earlier versions of the programme."""
    return _with_levels(work, written_out(work, expression))


def _with_saved(work: Work, expression: Expression, way: tuple[str, ...]) -> Expression:
    if isinstance(expression, Not):
        return Not(_with_saved(work, expression.part, way))
    if not isinstance(expression, Condition):
        parts = tuple(_with_saved(work, part, way) for part in expression.parts)
        return type(expression)(parts)
    if expression.fact != "audience":
        return expression
    found = tuple(_saved(work, str(name), way) for name in expression.values)
    return found[0] if len(found) == 1 else Either(found)


def _saved(work: Work, name: str, way: tuple[str, ...]) -> Expression:
    if name in way:
        raise AudienceLoop((*way, name))
    kept = work.audiences.saved(name)
    if kept is None:
        raise AudienceGone(name)
    return _with_saved(work, load(kept), (*way, name))


def _with_levels(work: Work, expression: Expression) -> Expression:
    if isinstance(expression, Not):
        return Not(_with_levels(work, expression.part))
    if isinstance(expression, Both | Either):
        parts = tuple(_with_levels(work, part) for part in expression.parts)
        return type(expression)(parts)
    if expression.fact != "level":
        return expression
    levels = [one for one in work.programmes.current().levels if one.key in expression.values]
    keys = {key for level in levels for key in (level.key, *level.formerly)}
    return replace(expression, values=tuple(sorted(keys | set(expression.values))))

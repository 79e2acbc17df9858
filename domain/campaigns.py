"""Campaigns: their states, who gets them, when, and what exactly was approved."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar, Final

from domain.audience_expressions import Expression, dump, load
from domain.campaign_errors import SendTimeFar, SendTimePast, SendTimeSkipped, SendTimeUnreadable
from domain.dates import local_day, zone_of
from domain.errors import Refused

LONGEST: Final = 3500  # characters; with the way out it stays one message on every platform
SAME_REFUSALS: Final = 5  # DESIGN decision 12: after so many equal ones a campaign pauses


STORE_MONTHS: Final = 12
"""A store's members are those who bought there within so many months."""
RECALL_HOURS: Final = 48
"""The platform's limit for deleting what a bot has sent."""
MOST_DAYS: Final = 366


class CampaignKind(StrEnum):
    """A correction edits, a recall deletes what an earlier campaign has sent."""

    BROADCAST = "broadcast"
    CORRECTION = "correction"
    RECALL = "recall"


class CampaignState(StrEnum):
    """SEMANTICS: Campaigns."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


EDITABLE: Final = (CampaignState.DRAFT, CampaignState.IN_REVIEW)
"""Whoever changes what is in review takes it back."""
STOPPABLE: Final = (
    CampaignState.DRAFT,
    CampaignState.IN_REVIEW,
    CampaignState.APPROVED,
    CampaignState.SCHEDULED,
    CampaignState.RUNNING,
    CampaignState.PAUSED,
)


class AudienceKind(StrEnum):
    """Everybody means: who agreed to promotions. The other kinds are parts of them."""

    EVERYBODY = "everybody"
    LEVEL = "level"
    STORE = "store"
    LIST = "list"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets it. `values`: keys of levels or codes of stores; none for the other kinds.
    `expression`: of that kind."""

    kind: AudienceKind = AudienceKind.EVERYBODY
    values: tuple[str, ...] = ()
    expression: Expression | None = None

    def dump(self) -> dict[str, Any]:
        if self.expression is not None:
            return {"kind": str(self.kind), "expression": dump(self.expression)}
        return {"kind": str(self.kind), "values": list(self.values)}


def load_audience(data: Mapping[str, Any]) -> Audience | None:
    """The audience that `dump` wrote, None while nothing was chosen. Raises AudienceBroken."""
    if not data:
        return None
    kind = AudienceKind(data["kind"])
    if kind is AudienceKind.EXPRESSION:
        return Audience(kind, expression=load(data.get("expression")))
    return Audience(kind, tuple(data.get("values", ())))


def content_hash(
    wording: str,
    audience: Mapping[str, Any],
    at: datetime | None,
    paid: bool,
    members: str = "",
    plan: Mapping[str, Any] | None = None,
) -> str:
    """What an approval is for: words (their own hash), audience, time, whether it is paid for,
    the members of an uploaded list (a hash), and what a plan says beside, if there is one."""
    when = None if at is None else at.astimezone(UTC).isoformat()
    parts = [wording, audience, when, paid, members, *([plan] if plan else [])]
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


# -- times ------------------------------------------------------------------------------

_TIME: Final = re.compile(
    r"(?:(?P<date>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)|(?P<day>\d{1,2}[-/月]\d{1,2}日?)"
    r"|(?P<word>今天|今日|今晚|明天|明日|后天|後天|today|tonight|tomorrow))?"
    r"\s*[T,，]?\s*(?P<part>上午|下午|晚上|中午|早上)?\s*"
    r"(?P<hour>\d{1,2})(?:[:：点](?P<minute>\d{1,2})?分?)\s*(?P<half>am|pm)?",
    re.IGNORECASE,
)
_AHEAD: Final = {"明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "後天": 2}
_AFTERNOON: Final = ("下午", "晚上", "pm")


def read_time(text: str, zone: str, now: datetime) -> datetime:
    """The moment that an operator means by a local time: `2026-05-01 10:00`, `5-1 10:00`,
    `明天 10:00`, `tomorrow 10:00`, `18:30` (the next one).

    Raises SendTimeUnreadable, SendTimePast, SendTimeSkipped (the clocks are put forward over it),
    SendTimeFar.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise SendTimeUnreadable(text[:100])
    today = local_day(now, zone)
    try:
        clock = _clock(found)
        day = _day(found, today)
        if found["date"] is None and found["word"] is None:
            day = _next(day, clock, zone, now, yearly=found["day"] is not None)
    except ValueError as error:  # or 29 February of a year that has none
        raise SendTimeUnreadable(text[:100]) from error
    return moment(day, clock, zone, now)


def moment(day: date, clock: time, zone: str, now: datetime) -> datetime:
    """The moment of a local time that lies ahead; raises as read_time. A time that comes twice is
    the first one."""
    at = _at(day, clock, zone)
    back = at.astimezone(zone_of(zone))
    if (back.date(), back.time()) != (day, clock):
        raise SendTimeSkipped(f"{day} {clock:%H:%M}", _after_gap(day, clock, zone), zone)
    check_time(at, zone, now)
    return at


def check_time(at: datetime, zone: str, now: datetime) -> None:
    """Raises SendTimePast, SendTimeFar."""
    if at <= now:
        raise SendTimePast(at, zone)
    if at - now > timedelta(days=MOST_DAYS):
        raise SendTimeFar(MOST_DAYS)


def _at(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, zone_of(zone)).astimezone(UTC)


def _after_gap(day: date, clock: time, zone: str) -> datetime:
    """The first moment at which the clocks show a time again."""
    low, high = _at(day, time(), zone) - timedelta(hours=3), _at(day, clock, zone)
    before = low.astimezone(zone_of(zone)).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        same = middle.astimezone(zone_of(zone)).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return high.replace(microsecond=0)


def _clock(found: re.Match[str]) -> time:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["part"] or found["half"] or "").lower()
    night = (found["word"] or "").lower() in ("今晚", "tonight")
    if hour < 12 and (half in _AFTERNOON or (night and not half)):
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return time(hour, minute)


def _day(found: re.Match[str], today: date) -> date:
    if found["date"]:
        year, month, day = (int(part) for part in re.findall(r"\d+", found["date"]))
        return date(year, month, day)
    if found["day"]:
        month, day = (int(part) for part in re.findall(r"\d+", found["day"]))
        return date(today.year, month, day)
    word = (found["word"] or "").lower()
    return today + timedelta(days=_AHEAD.get(word, 0))


def _next(day: date, clock: time, zone: str, now: datetime, *, yearly: bool) -> date:
    """The day itself, or the next one if that moment is over."""
    if _at(day, clock, zone) > now:
        return day
    return day.replace(year=day.year + 1) if yearly else day + timedelta(days=1)


# -- texts ------------------------------------------------------------------------------


@dataclass(eq=False)
class BroadcastEmpty(Refused):
    code: ClassVar[str] = "broadcast.empty"


@dataclass(eq=False)
class BroadcastTooLong(Refused):
    length: int
    longest: int
    code: ClassVar[str] = "broadcast.too_long"


@dataclass(eq=False)
class BroadcastForNobody(Refused):
    """Nobody who could get it has agreed to promotions."""

    code: ClassVar[str] = "broadcast.nobody"


@dataclass(eq=False)
class CampaignOver(Refused):
    """It has ended, so it can no longer be stopped."""

    state: str
    code: ClassVar[str] = "broadcast.over"


def check_text(text: str) -> str:
    """The text as it will be sent; raises BroadcastEmpty, BroadcastTooLong."""
    clean = text.replace("\x00", "").strip()
    if not clean:
        raise BroadcastEmpty()
    if len(clean) > LONGEST:
        raise BroadcastTooLong(len(clean), LONGEST)
    return clean

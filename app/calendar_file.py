"""An event as a file for a member's calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

USUAL = timedelta(hours=2)
"""So long an event lasts in a calendar that says nothing of its end."""


def entry(content: bytes, locale: str) -> bytes:
    """One event (JSON, services.event_tickets.calendar) with its zone, in a language. The same
    UID with a higher sequence takes the place of what the calendar has."""
    from icalendar import Calendar
    from icalendar import Event as Entry

    found = json.loads(content)
    starts = _local(found["starts_at"], found["zone"])
    made = Entry()
    made.add("uid", found["uid"])
    made.add("sequence", found["sequence"])
    made.add("dtstamp", starts.astimezone(UTC))
    made.add("summary", _said(found["names"], locale))
    made.add("location", _said(found["place"], locale))
    made.add("dtstart", starts)
    ends = _local(found["ends_at"], found["zone"]) if found["ends_at"] else starts + USUAL
    made.add("dtend", ends)
    if text := _said(found["texts"], locale):
        made.add("description", text)
    if found["map_url"]:
        made.add("url", found["map_url"])
    made.add("status", "CANCELLED" if found["cancelled"] else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//memberbot//events//")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if found["cancelled"] else "PUBLISH")
    calendar.add_component(made)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _local(at: str, zone: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone))


def _said(texts: dict[str, Any], locale: str) -> str:
    return str(texts.get(locale) or next(iter(texts.values()), ""))

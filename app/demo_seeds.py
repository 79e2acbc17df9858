"""What the demo's club has on offer from its first day: benefits, a survey and an event."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from app.picture_files import beside
from domain.dates import local_day
from services import benefit_files, content, survey_files
from services.ports.club import Actor
from storage.work import Work

SEEDS = Path(__file__).parent / "seeds"
ACTOR = Actor("demo")
EVENT_IN_DAYS = 12


def seed(work: Work, now: datetime) -> None:
    """Adds benefits, a survey and an event to come; seeding twice changes nothing."""
    benefit_files.import_benefits(work, _text("benefits"), ACTOR, now, beside(SEEDS))
    survey_files.import_surveys(work, _text("surveys"), ACTOR, now)
    if not work.events.all():
        day = local_day(now, work.programmes.current().zone) + timedelta(days=EVENT_IN_DAYS)
        content.import_events(work, _text("events").replace("DAY", day.isoformat()), ACTOR, now)


def _text(name: str) -> str:
    return (SEEDS / f"{name}.yaml").read_text(encoding="utf-8")

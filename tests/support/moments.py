"""What events do by themselves, as the worker has them do it."""

from datetime import datetime

from services import event_cards, event_steps
from storage.work import Work


def nothing_due(work: Work, now: datetime) -> bool:
    """Whether no event has anything left to do by now."""
    return not event_steps.due(work, now) and not event_cards.to_renew(work, now)


def do_due(work: Work, now: datetime, most: int = 20) -> int:
    """Does some of it, in one unit; how many things."""
    done = [event_steps.go_on(work, one, now, most) for one in event_steps.due(work, now)]
    return sum(
        done + [event_cards.renew_some(work, one, now) for one in event_cards.to_renew(work, now)]
    )

"""Parting anonymous answers from those who gave them, and paying for answers nobody can name.

SEMANTICS: Surveys. Until five have finished, answers stay with the person's way through the
survey; then they are written down shuffled, under random ids, by day, in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from random import SystemRandom
from secrets import token_urlsafe
from typing import Final

from domain import anonymity
from domain.dates import local_day, zone_of
from domain.ledger import Posting
from domain.surveys import Wave
from services import ledger
from services.ports import Work
from services.ports.survey_rounds import Finished

SOURCE: Final = "survey"
SETTLED: Final = timedelta(hours=1)
"""So long after its end an answer stays, for a platform may deliver the last steps once more and
what they were answered must still be known."""
_chance = SystemRandom()


def ready(work: Work, wave: Wave, now: datetime) -> list[Finished]:
    """Those who have finished and could be released now, be they enough or not."""
    return work.survey_releases.finished(wave, now - SETTLED)


def release(work: Work, wave: Wave, now: datetime, *, last: bool = False) -> int:
    """Releases all who have finished an anonymous wave, if they are five at least; how many.

    `last`: nobody finishes any more, so those whose answers do not count are parted, too. To be
    called in a transaction of its own: what it writes is told apart by nothing but the batch.
    """
    work.survey_releases.lock(wave.id)
    found = ready(work, wave, now)
    counted = [one for one in found if one.counted]
    if not anonymity.may_go(len(counted)):
        if last and not counted and found:
            _part(work, wave, found, now)
        return 0
    _record(work, wave, counted, now)
    _part(work, wave, found, now)
    current = work.surveys.wave(wave.id) or wave
    work.surveys.change(wave.id, released=current.released + len(counted))
    return len(counted)


def discard(work: Work, wave: Wave, now: datetime) -> int:
    """Deletes the answers that are too few to be released; how many members had given them."""
    work.survey_releases.lock(wave.id)
    found = work.survey_releases.finished(wave, now)
    _part(work, wave, found, now)
    return len([one for one in found if one.counted])


def forget_unfinished(work: Work, wave: Wave, now: datetime) -> None:
    """Deletes how far those came who will never finish an anonymous wave, and what they said."""
    work.survey_releases.forget_unfinished(wave, now - SETTLED)


def _record(work: Work, wave: Wave, found: Sequence[Finished], now: datetime) -> None:
    answers = work.survey_releases.answers([one.id for one in found])
    levels = anonymity.told_levels([one.level for one in found])
    records = [(level, answers.get(one.id, {})) for one, level in zip(found, levels, strict=True)]
    _chance.shuffle(records)
    work.survey_releases.keep(wave, _today(work, now), records)


def _part(work: Work, wave: Wave, found: Sequence[Finished], now: datetime) -> None:
    day = _today(work, now)
    work.survey_releases.part(wave, found, day, _noon(work, day), now - SETTLED)


def _today(work: Work, now: datetime) -> date:
    return local_day(now, work.programmes.current().zone)


def _noon(work: Work, day: date) -> datetime:
    return datetime.combine(day, time(12), zone_of(work.programmes.current().zone))


# -- the reward --------------------------------------------------------------------------


def pay(work: Work, wave: Wave, member_id: int, now: datetime) -> Posting | None:
    """Pays the reward of an anonymous survey, once per wave and member; None if there is none or
    it was paid.

    A completion token is all that the ledger knows: its hash names the posting, and no answer.
    Raises MemberFrozen, MemberClosed.
    """
    token_hash = sha256(token_urlsafe(32).encode()).hexdigest()
    if not work.survey_releases.complete(token_hash, wave.id, member_id):
        return None
    key, source = f"survey:token:{token_hash}", (SOURCE, wave.survey_id)
    paid = ledger.bonus(work, member_id, wave.definition.reward, key=key, source=source, now=now)
    if paid is not None:
        work.survey_releases.paid(token_hash, paid.id)
    return paid

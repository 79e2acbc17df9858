"""What a level brings to who has risen to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain.levels import rank
from domain.programme import Programme
from services.ports import Work

SHOWN: Final = 3


def of(work: Work, programme: Programme, level: str, now: datetime) -> dict[str, Any]:
    """What is new to who comes from the step below: benefits that are for this level, in the
    order of the catalogue, `discount` percent off every bill, and benefits at `cheaper` percent
    of their points; 0 where nothing is new."""
    place = rank(programme.levels, level)
    here, below = programme.levels[place], programme.levels[max(0, place - 1)]
    benefits = [
        dict(one.names)
        for one in work.catalogue.printed().benefits
        if one.visible(now)
        and not one.stopped
        and here.key in one.levels
        and below.key not in one.levels
    ]
    return {
        "benefits": benefits[:SHOWN],
        "discount": here.discount if here.discount > below.discount else 0,
        "cheaper": here.price_percent if here.price_percent < below.price_percent else 0,
    }

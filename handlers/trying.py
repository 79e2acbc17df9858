"""Words that staff wrote, tried before the unit of work that keeps them begins."""

import json
from collections.abc import Mapping
from typing import Any

from bot.turn import TO_TRY
from domain.wording_errors import WordingFault, fault_of
from handlers.turns import Turn


def wanted(key: str, content: Mapping[str, Any]) -> str:
    """For `Route.looks`: words (domain.wordings.content) to be tried for a message key."""
    return TO_TRY + json.dumps([key, content])


def faults(turn: Turn) -> list[WordingFault] | None:
    """What was found to be wrong with them; None where they could not be tried."""
    seen = turn.seen
    if seen is None or seen.problem or seen.reference != TO_TRY:
        return None
    return [fault_of(one) for one in json.loads(seen.text)]

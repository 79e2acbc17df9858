"""Tries operators' words in a process of its own: `python -m templates.trial`.

Says `ready` when it has started, then answers each line of JSON ([key, content]) with one of
faults. Whoever started it kills it when an answer takes too long.
"""

from __future__ import annotations

import json
import sys
from typing import Final

MOST_MEMORY: Final = 512 * 2**20
MOST_SECONDS: Final = 20  # of processor time, for all that it ever does


def _bounded() -> None:
    """The system's own limits, where it has such."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue  # a stricter one holds already


def main() -> None:
    """Answers until nobody asks any more."""
    from templates import checking

    _bounded()
    _say("ready")
    for line in sys.stdin:
        key, content = json.loads(line)
        _say(json.dumps(checking.faults(key, content)))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

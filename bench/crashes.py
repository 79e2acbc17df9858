"""`make fault`: what `make test` looks at in part, whole: points, redeeming, bills, the till and
events killed before every statement, every hostile text said to every question, and the API asked
at length."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
CRASHES = [
    str(TESTS / "proof" / f"test_{name}.py")
    for name in ("crashes", "crashed_redeeming", "crashed_bills", "crashed_events")
]
HOSTILE = [str(TESTS / "whole" / "test_fuzz.py"), str(TESTS / "api" / "test_schemathesis.py")]
EVERYTHING = {
    "MEMBERBOT_EVERY_STATEMENT": "1",
    "MEMBERBOT_EVERY_TEXT": "1",
    "SCHEMATHESIS_EXAMPLES": "200",
}


def main() -> None:
    """Runs the tests that in `make test` try a part, with all there is."""
    command = [sys.executable, "-m", "pytest", "-q", "-n0", *CRASHES, *HOSTILE]
    sys.exit(subprocess.run(command, env={**os.environ, **EVERYTHING}, check=False).returncode)


if __name__ == "__main__":
    main()

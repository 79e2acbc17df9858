"""`make fault`: points, redeeming, bills, the till and events, killed before every statement."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROOF = Path(__file__).parents[1] / "tests" / "proof"
TESTS = [
    str(PROOF / f"test_{name}.py")
    for name in ("crashes", "crashed_redeeming", "crashed_bills", "crashed_events")
]


def main() -> None:
    """Runs the tests that in `make test` kill at some boundaries, at all of them."""
    command = [sys.executable, "-m", "pytest", "-q", "-n0", *TESTS]
    environment = {**os.environ, "MEMBERBOT_EVERY_STATEMENT": "1"}
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()

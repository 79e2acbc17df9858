"""`make fault`: redeeming, giving back and the till, killed before every single statement."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests" / "proof" / "test_crashed_redeeming.py"


def main() -> None:
    """Runs the tests that in `make test` kill at some boundaries, at all of them."""
    command = [sys.executable, "-m", "pytest", "-q", "-n0", str(TESTS)]
    environment = {**os.environ, "MEMBERBOT_EVERY_STATEMENT": "1"}
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()

"""`memberbot demo` with the purchases of six households and a quick post, so that it is there at
once.

Run as a program. The changes stand outside of the guard, for the process that reads the data
imports this file again.
"""

from app import demo_data
from app.cli import main
from tests.app.pace import QUICK

demo_data.HOUSEHOLDS = 6  # type: ignore[misc]
for module, name, value in QUICK:
    setattr(module, name, value)

if __name__ == "__main__":
    main()

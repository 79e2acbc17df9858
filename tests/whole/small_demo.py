"""`memberbot demo` with the purchases of six households, so that it is there at once.

Run as a program. The change stands outside of the guard, for the process that reads the data
imports this file again.
"""

from app import demo_data
from app.cli import main

demo_data.HOUSEHOLDS = 6  # type: ignore[misc]

if __name__ == "__main__":
    main()

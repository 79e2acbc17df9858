"""Pictures beside a file that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.benefit_pictures import MOST_BYTES


def beside(folder: Path) -> Callable[[str], bytes]:
    """Reads pictures of a folder by their names, no further than is needed to see that one is
    too large; raises OSError for what is not in there."""
    inside = folder.resolve()

    def read(name: str) -> bytes:
        path = (inside / name).resolve()
        if not path.is_relative_to(inside):
            raise FileNotFoundError(name)
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)

    return read

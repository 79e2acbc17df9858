"""What people type: cleaned of what no database and no chat can keep, and bounded."""

import unicodedata

from domain.refusals import BadText


def check_text(text: str, longest: int) -> str:
    """The text without control characters and broken letters, trimmed.

    Raises BadText (`empty`, `too_long`).
    """
    kept = "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn")
    ).strip()
    if not any(c.isalnum() or unicodedata.category(c) == "So" for c in kept):
        raise BadText("empty", longest)
    if len(kept) > longest:
        raise BadText("too_long", longest)
    return kept

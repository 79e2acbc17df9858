"""What an import asks the club about rows: seen before, changed since, or somebody else's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from services.ports import Work
from services.ports.sales import Claim

CHANGED: Final = "was imported before with other content"
TAKEN: Final = "belongs to a member of the club already; correct it, or leave the row out"


def fingerprint(work: Work, content: str) -> str:
    """A keyed hash of everything that files say of a member."""
    return work.vault.index("member-row", content)


def taken(work: Work, ids: Collection[str]) -> set[str]:
    """Those of the external ids that members of the club have."""
    found = work.purchases.match([Claim("external", one) for one in ids])
    return {claim.text for claim in found}

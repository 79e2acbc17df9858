"""Partners whose offers members can have, and the codes that they hand over in batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.codes import foreign_code


@dataclass(frozen=True, slots=True)
class Partner:
    """Another firm; `names` are texts per language."""

    key: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes that came in one file and cost `wholesale_minor` each, in minor units of the club's
    currency. `codes` is 0 until the last of them is kept."""

    id: int
    key: str
    benefit_id: int
    partner: str
    codes: int
    wholesale_minor: int
    content_hash: str
    staff_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a batch's codes in a month: `handed_out` to members, of those `returned`
    (their voucher was cancelled) and `used` as far as our tills saw it."""

    batch: Batch
    benefit_key: str
    names: Mapping[str, str]
    handed_out: int
    returned: int
    used: int

    @property
    def owed(self) -> int:
        """The wholesale sum of what was handed out and not returned, in minor units."""
        return (self.handed_out - self.returned) * self.batch.wholesale_minor


def known_by(code: str) -> str:
    """By what a partner's code is found: as the till reads it, whatever its case and dashes; one
    that is more than letters and digits by itself."""
    if code.isascii() and code.isalnum() and 4 <= len(code) <= 32:
        return code.upper()
    return foreign_code(code) or code

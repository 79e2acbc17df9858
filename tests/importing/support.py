"""The example of an export, and moving it in."""

from datetime import datetime
from pathlib import Path

from app.importing import import_club
from services.importing.club import ClubImport
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import NOW, Club

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "club"
BENEFITS = (ROOT / "app" / "examples" / "benefits.yaml").read_text(encoding="utf-8")
STAFF = Actor("Anna")
TABLES = "members postings lots vouchers level_changes standings purchases audit deliveries"


async def move_in(
    club: Club, folder: Path, *, yes: bool = True, now: datetime = NOW
) -> ClubImport:
    """Imports a folder, or only looks at it."""
    return await import_club(club.units, folder, now, lambda _: yes)


async def rows(club: Club) -> dict[str, int]:
    """How many rows there are of everything that a move could write."""

    def count(work: Work) -> dict[str, int]:
        return {
            name: work.db.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in TABLES.split()
        }

    found = await club.read(count)
    assert isinstance(found, dict)
    return found

"""A club on both databases in turn, with members to give points to."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services import benefit_files
from tests.importing.support import BENEFITS, EXAMPLE, STAFF
from tests.support.club import NOW, Club, programme


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


@pytest.fixture
async def ready(club: Club) -> Club:
    """A club that has its benefits."""
    await club.write(lambda w: benefit_files.import_benefits(w, BENEFITS, STAFF, NOW))
    return club


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example export."""
    copied = tmp_path / "export"
    shutil.copytree(EXAMPLE, copied)
    return copied

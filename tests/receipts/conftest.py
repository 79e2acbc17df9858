"""A club that takes photographed receipts, on both databases in turn."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.bill_rules import ReceiptPhotos
from domain.programme import Counter
from tests.support.club import Club, programme

RULES = ReceiptPhotos(per_day=3, within_days=30)


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    limits = Counter(per_receipt=500_000, receipts_per_shift=50)
    changed = replace(programme(), receipt_photos=RULES, counter=limits)
    opened = await Club(database_url, changed).open()
    yield opened
    await opened.close()

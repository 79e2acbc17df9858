"""When a database is known to be a restored backup, and which hours it has lost."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.restoring import MARGIN, Gap, Mark, lost

BACKUP = datetime(2026, 5, 20, 2, tzinfo=UTC)
CRASH = BACKUP + timedelta(days=1)
NOW = CRASH + timedelta(hours=3)
HERE = Mark("a", 10, BACKUP)


@pytest.mark.parametrize(
    ("kept", "copy", "until"),
    [
        (None, False, None),
        (Mark("a", 10, BACKUP), False, None),
        (Mark("a", 9, CRASH), False, None),
        (Mark("another", 99, CRASH), False, None),
        (Mark("a", 11, CRASH), False, CRASH + MARGIN),
        (Mark("a", 11, CRASH), True, CRASH + MARGIN),
        (Mark("a", 11, NOW), False, NOW),
        (None, True, NOW),
        (Mark("another", 99, CRASH), True, NOW),
        (Mark("a", 10, BACKUP), True, NOW),
    ],
)
def test_a_database_behind_its_mark_or_marked_as_a_copy_is_a_restored_backup(
    kept: Mark | None, copy: bool, until: datetime | None
) -> None:
    found = lost(HERE, kept, copy=copy, now=NOW)
    assert found == (Gap(BACKUP, until) if until else None)

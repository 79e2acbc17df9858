"""A short `make fault` of care: some months in three zones beside the model, and a model that is
an hour off finds fault."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.proof import care_model
from tests.proof.care_years import GRACE, CareYears

START = datetime(2020, 1, 20, tzinfo=UTC)
THREE = ("Pacific/Kiritimati", "America/New_York", "Pacific/Honolulu")


@pytest.mark.fault
async def test_every_birthday_is_greeted_once_and_every_reminder_right(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    years = CareYears(sqlite_url, THREE, 1, seed=3)
    end = START + timedelta(days=100)
    proven = await years.live(START, end)
    assert proven.wrong == ()
    assert proven.greetings == 3  # 29 February and the change of the clocks among them
    assert proven.reminders > 30
    assert proven.outages > 2
    monkeypatch.setattr(care_model, "NINE", time(10))
    assert len((await years.judge(START + GRACE, end - GRACE)).wrong) > 10
    await years.close()

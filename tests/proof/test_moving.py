"""Who flies over the morning of a birthday is greeted all the same, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.consent import Purpose
from services import consents
from storage.tables import people
from tests.support.club import Club
from tests.support.post import rows

MEMBERS = people.Member.__table__  # type: ignore[attr-defined]
DAWN = datetime(2026, 5, 23, 15, 31, tzinfo=UTC)  # 05:31 of the 23rd in Honolulu


@pytest.mark.parametrize(
    ("born", "zone", "written"),
    [
        ((5, 23), "Australia/Sydney", 1),  # it is the 24th there
        ((5, 23), "America/Los_Angeles", 0),  # its nine o'clock is still to come
        ((5, 25), "Australia/Sydney", 0),
    ],
)
async def test_a_morning_that_is_flown_over_is_made_up_for_once(
    club: Club, born: tuple[int, int], zone: str, written: int
) -> None:
    member_id = await (await club.person("Mei").joins()).member_id()

    def lives(work: Any) -> None:
        birthday = {"birth_month": born[0], "birth_day": born[1]}
        birthday |= {"birthday_set_at": DAWN - timedelta(days=90)}  # type: ignore[dict-item]
        chosen = update(MEMBERS).where(MEMBERS.c.id == member_id)
        work.db.execute(chosen.values(zone="Pacific/Honolulu", **birthday))
        work.members.set_consent(member_id, Purpose.CARE, True, "telegram", DAWN)

    await club.write(lives)
    for _ in range(2):
        await club.write(lambda work: consents.set_zone(work, member_id, zone, DAWN))
    assert len(await rows(club, rule="birthday", state="pending")) == written

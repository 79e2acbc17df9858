"""Reminders of expiring points: 30, 7 and 1 days before, what is left, and nothing if spent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.members import MemberState
from services import care_calendar
from tests.care.conftest import Care
from tests.support.club import Person
from tests.support.post import rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Joined on 20 May 2026; the retail programme's points last 12 months, to the end of that month.
LAST_DAY = datetime(2027, 5, 31, tzinfo=SHANGHAI)


@pytest.fixture
async def mei(care: Care) -> Person:
    """A member since May 2026; the clock stands shortly before the first reminder."""
    joined = await care.club.person("Mei").joins()
    await care.begins(day(4, 28))
    return joined


def day(month: int, of: int, hour: int = 12) -> datetime:
    return datetime(2027, month, of, hour, tzinfo=SHANGHAI)


async def test_three_reminders_on_their_days_at_nine(care: Care, mei: Person) -> None:
    for before, after in (
        (day(5, 1, 8), day(5, 1, 9)),
        (day(5, 24, 8), day(5, 24, 9)),
        (day(5, 30, 8), day(5, 30, 9)),
    ):
        await care.begins(before - timedelta(days=1))
        await care.until(before)
        so_far = len(await care.got(mei))
        await care.until(after)
        assert len(await care.got(mei)) == so_far + 1
    await care.until(day(6, 5))
    assert await care.got(mei) == ["care.points_expiring"] * 3
    assert await care.has(mei) == 0


async def test_it_says_what_is_left_and_when_each_part_goes(care: Care, mei: Person) -> None:
    await care.earns(mei, 200, at=datetime(2026, 6, 10, 12, tzinfo=SHANGHAI))
    await care.until(day(5, 1, 8))
    await care.pays(mei, 20, "lunch")
    await care.until(day(5, 1, 10))
    (message,) = care.channel.journal
    assert "<b>30</b>" in message[2]
    assert "31 May 2027" in message[2]
    assert "200" not in message[2]
    await care.begins(day(5, 30, 10))
    await care.until(day(5, 31, 10))
    # On the last day itself there is no reminder for it, but one for the points of June.
    text = care.channel.journal[-1][2]
    assert "<b>200</b> of your points can be used until 30 Jun 2027" in text
    assert "31 May 2027: 30" in text


async def test_what_is_spent_between_night_and_morning_is_not_reminded_of(
    care: Care, mei: Person
) -> None:
    await care.until(day(5, 1, 1))
    (waiting,) = await rows(care.club, state="pending")
    assert waiting["message"]["values"]["due"][0]["points"] == 50
    await care.pays(mei, 50, "all")
    await care.until(day(5, 1, 10))
    assert await care.got(mei) == []
    assert await care.skipped(mei) == ["nothing_left"]


async def test_what_is_left_is_counted_when_the_message_leaves(care: Care, mei: Person) -> None:
    await care.until(day(5, 1, 1))
    await care.pays(mei, 49, "nearly all")
    await care.until(day(5, 1, 10))
    assert "<b>1</b>" in care.channel.journal[0][2]


async def test_nothing_is_written_for_who_has_nothing_left(care: Care, mei: Person) -> None:
    await care.pays(mei, 50, "all")
    await care.until(day(6, 2))
    assert await rows(care.club) == []


async def test_a_reminder_is_a_service_message_and_needs_no_consent(
    care: Care, mei: Person
) -> None:
    await care.agrees(mei, False)
    await care.until(day(5, 1, 10))
    assert await care.got(mei) == ["care.points_expiring"]
    (row,) = await rows(care.club)
    assert (row["purpose"], row["surely"], row["lane"]) == ("service", True, 1)
    assert [button["intent"] for button in row["message"]["rows"][0]] == ["benefits"]


async def test_it_comes_at_nine_where_the_member_lives(care: Care, mei: Person) -> None:
    await care.change(mei, zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    await care.until(datetime(2027, 5, 1, 8, 59, tzinfo=berlin))
    assert await care.got(mei) == []
    await care.until(datetime(2027, 5, 1, 9, tzinfo=berlin))
    assert await care.got(mei) == ["care.points_expiring"]


async def test_a_closed_member_is_left_alone(care: Care, mei: Person) -> None:
    await care.change(mei, state=MemberState.CLOSED)
    await care.until(day(6, 2))
    assert await care.got(mei) == []


async def test_expiry_is_posted_in_the_night_and_the_last_day_still_counts(
    care: Care, mei: Person
) -> None:
    await care.begins(day(5, 30))
    await care.until(LAST_DAY.replace(hour=23, minute=59))
    assert await care.has(mei) == 50
    member = await mei.member_id()
    await care.until(day(6, 1, 1))
    assert await care.has(mei) == 0
    history = await care.club.read(lambda work: work.ledger.history(member, "points", None, 10))
    assert [(row.kind, row.amount) for row in history][:1] == [("expired", -50)]
    assert history[0].at.astimezone(SHANGHAI) == datetime(2027, 6, 1, 0, 5, tzinfo=SHANGHAI)


async def test_what_was_sent_today_is_not_to_come_again(care: Care, mei: Person) -> None:
    async def to_come() -> tuple[int, int]:
        now = care.club.clock.now
        day_ = await care.club.read(lambda w: care_calendar.of_day(w, "2027-05-01", now, 0, 5))
        (week, *_) = await care.club.read(lambda w: care_calendar.summary(w, now, 1))
        return len(day_.planned), sum(part.count for part in week.parts)

    await care.until(day(5, 1, 8))
    assert await to_come() == (1, 1)
    await care.until(day(5, 1, 10))
    assert await care.got(mei) == ["care.points_expiring"]
    assert await to_come() == (0, 0)

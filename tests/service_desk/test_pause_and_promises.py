"""Promises over public holidays and pauses; no promotions or surveys while a complaint is open."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.service_rules import BusinessHours, Priority
from services import promises, ticket_moves
from services.ports.post import Notice
from tests.support.club import Club, programme
from tests.support.post import rows

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("opened", "due", "settled"),
    [
        # Mid-autumn on Thursday to National Day: eight days off, the Sunday before is worked.
        ("2025-09-30 18:00", "2025-10-09 11:00", "2025-10-11 11:00"),
        # Saturday and Sunday inside the week off are free as well.
        ("2025-10-04 11:00", "2025-10-09 14:00", "2025-10-11 14:00"),
        # Worked for it: a Sunday with the hours of Monday.
        ("2025-09-28 10:00", "2025-09-28 15:00", "2025-09-30 15:00"),
        ("2025-10-11 18:00", "2025-10-13 11:00", "2025-10-15 11:00"),
        # Spring festival 2026: off from Monday to the Monday after, Saturday before is worked.
        ("2026-02-14 19:00", "2026-02-24 12:00", "2026-02-26 12:00"),
    ],
)
async def test_promises_pass_over_the_national_holidays(
    sqlite_url, opened: str, due: str, settled: str
):
    club = await Club(sqlite_url, programme()).open()
    found = await club.read(lambda w: promises.due_in(w, Priority.NORMAL, local(opened)))
    await club.close()
    assert [at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") for at in found] == [due, settled]


def test_of_a_year_without_known_holidays_the_week_decides():
    open_on = promises.open_on(BusinessHours(country="CN"))
    assert open_on(datetime(2099, 3, 4, tzinfo=UTC).date())


async def test_promotions_and_surveys_stop_while_a_complaint_is_open(desk, mei, anna, olga):
    ticket = await desk.complains(mei)
    for purpose in ("promotions", "surveys"):
        await desk.club.write(
            lambda w, purpose=purpose: w.members.set_consent(
                ticket.member_id, purpose, True, "telegram", desk.club.clock()
            )
        )

    async def sends(occasion: str) -> dict[str, str]:
        for purpose in ("promotions", "surveys", "service"):
            once = f"{purpose}:{occasion}"
            notice = Notice("general.expired", {}, purpose=purpose, bulk=True, dedupe=once)
            now = desk.club.clock()
            await desk.club.write(
                lambda w, notice=notice, now=now: w.deliveries.to_member(
                    ticket.member_id, notice, now
                )
            )
        await desk.worker.drain()
        found = await rows(desk.club, member_id=ticket.member_id)
        return {
            row["purpose"]: row["reason"] or row["state"]
            for row in found
            if (row["dedupe"] or "").endswith(f":{occasion}")
        }

    stopped = await sends("open")
    assert stopped["promotions"] == stopped["surveys"] == "open_complaint"
    assert stopped["service"] == "sent"
    now = desk.club.clock()
    await desk.club.write(lambda w: ticket_moves.close(w, ticket.member_id, ticket.id, now))
    again = await sends("closed")
    assert again["promotions"] == again["surveys"] == again["service"] == "sent"

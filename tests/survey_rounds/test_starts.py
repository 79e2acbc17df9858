"""What starts a survey: a purchase, an event that is over, a ticket that is settled."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from storage.tables import events, purchases, tickets
from tests.support.club import NOW, Club
from tests.survey_rounds.support import (
    PLAIN,
    at,
    finishes,
    members,
    newest,
    response_of,
    saved,
    steps,
    written,
)

AFTER = replace(PLAIN, send_at=None, remind_days=(), start_hours=2, cooldown_days=30)


async def put(club: Club, table: Any, **values: Any) -> None:
    await club.write(lambda work: work.db.execute(insert(table.__table__), [values]))


async def buys(club: Club, number: int, member_id: int | None, **more: Any) -> None:
    now = club.clock()
    row = {
        "id": number,
        "source": "till",
        "order_id": str(number),
        "content_hash": "",
        "state": "booked",
        "member_id": member_id,
        "occurred_at": now,
        "day": now.date().toordinal(),
        "currency": "CNY",
        "minor": 100,
        "channel": "api",
        "received_at": now,
        "level": "member",
        "birthday_month": False,
        "rule_version": 1,
    }
    await put(club, purchases.Purchase, **{**row, **more})


async def settles(club: Club, number: int, member_id: int, state: str = "resolved") -> None:
    now = club.clock()
    row = {"id": number, "number": number, "key": str(number), "kind": "complaint"}
    row |= {"category": "goods", "member_id": member_id, "state": state, "opened_at": now}
    row |= {"first_due_at": now, "done_at": now}
    await put(club, tickets.Ticket, **row)


async def test_a_purchase_asks_its_member_after_some_hours(club: Club) -> None:
    await members(club, 5)
    await buys(club, 1, 5)
    wave = await saved(club, replace(AFTER, start="purchase"))
    await steps(club)
    await buys(club, 2, 1)
    await buys(club, 3, 2, channel="import")
    await buys(club, 4, 3, occurred_at=club.clock() - timedelta(days=3))
    await buys(club, 5, None)
    await buys(club, 6, 1)
    await steps(club)
    assert await written(club) == []
    at(club, hours=3)
    await steps(club)
    assert [one[0] for one in await written(club)] == [1]
    response = await response_of(club, wave, 1)
    assert response is not None
    assert response.occasion == "purchase:2"


async def test_a_purchase_that_comes_in_late_is_asked_about_too(club: Club) -> None:
    """Numbers are given before a purchase is written, so that a smaller one may come after."""
    await members(club, 2)
    await saved(club, replace(AFTER, start="purchase", start_hours=0))
    await saved(club, replace(AFTER, key="other", start="purchase", start_hours=0))
    await steps(club)
    await buys(club, 7, 1)
    await steps(club)
    await buys(club, 6, 2)
    at(club, minutes=6)
    await steps(club)
    assert sorted(one[0] for one in await written(club)) == [1, 1, 2, 2]


async def test_nobody_is_asked_again_too_soon(club: Club) -> None:
    await members(club, 1)
    recurring = replace(AFTER, start="ticket", opens_at=NOW, recur_days=7)
    await saved(club, recurring)
    await settles(club, 1, 1)
    at(club, hours=3)
    await steps(club)
    assert len(await written(club)) == 1
    at(club, days=8)
    await steps(club)
    assert (await newest(club, "plain")).wave == 2
    await settles(club, 2, 1)
    at(club, hours=3)
    await steps(club)
    assert len(await written(club)) == 1
    at(club, days=30)
    await settles(club, 3, 1)
    at(club, hours=3)
    await steps(club)
    assert len(await written(club)) == 2


@pytest.mark.parametrize("state", ["resolved", "closed", "waiting"])
async def test_a_settled_ticket_asks_once(club: Club, state: str) -> None:
    await members(club, 2)
    wave = await saved(club, replace(AFTER, start="ticket"))
    await settles(club, 1, 2, state)
    await settles(club, 2, 2, state)
    at(club, hours=3)
    await steps(club)
    asked = 0 if state == "waiting" else 1
    assert len(await written(club)) == asked
    if asked:
        await finishes(club, 2, wave)
    await steps(club)
    assert len(await written(club)) == asked


async def test_who_came_to_an_event_is_asked_when_it_is_over(club: Club) -> None:
    await members(club, 3)
    await saved(club, replace(AFTER, start="event"))
    row = {"id": 1, "key": "e", "names": {}, "texts": {}, "place": {}, "zone": "UTC"}
    row |= {"levels": [], "content_hash": "", "changed_at": NOW, "taken": 0}
    await put(club, events.Event, **row, starts_at=NOW, ends_at=NOW + timedelta(hours=4))
    for member_id, said in ((1, "yes"), (2, "no"), (3, "maybe")):
        await put(
            club, events.Invitation, id=member_id, event_id=1, member_id=member_id, answer=said
        )
    at(club, hours=5)
    await steps(club)
    assert await written(club) == []
    at(club, hours=2)
    await steps(club)
    assert [one[0] for one in await written(club)] == [1]


async def test_what_is_older_than_a_day_asks_nobody(club: Club) -> None:
    await members(club, 1)
    await settles(club, 1, 1)
    at(club, days=2)
    await saved(club, replace(AFTER, start="ticket"))
    await steps(club)
    assert await written(club) == []


async def test_who_did_not_agree_is_not_asked(club: Club) -> None:
    await members(club, 1, agreed=False)
    await saved(club, replace(AFTER, start="ticket"))
    await settles(club, 1, 1)
    at(club, hours=3)
    assert await steps(club) == 0

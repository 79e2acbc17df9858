"""Points by hand over the API: the key's limit of the day, and a second person's yes."""

import asyncio

from domain.members import Member
from domain.points import Unit
from services import approvals
from services.ports.club import Actor, Operator
from tests.api.support import Client, new_member
from tests.support.club import NOW, Club


async def _available(club: Club, member: Member) -> int:
    has = await club.read(lambda w: w.ledger.summary(member.id, Unit.POINTS, NOW))
    return int(has.available)


async def _owner(club: Club) -> Actor:
    owner = Operator(9, "Li", "owner", None, None, True)
    await club.write(lambda w: w.staff.add(owner, NOW))
    return Actor("Li", 9)


async def test_more_than_one_may_decide_waits_for_a_second_person(
    api: Client, club: Club, member: Member
) -> None:
    body = {"points": 1001, "reason": "Lost parcel"}
    path = f"/members/{member.number}/adjustments"
    answers = [await api.post(path, body, once="k") for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    asked = answers[0].body
    assert (asked["points"], asked["approval_id"].isdigit()) == (1001, True)
    assert answers[1].body == asked
    assert await _available(club, member) == 0
    li, waiting = await _owner(club), int(asked["approval_id"])
    now = club.clock()
    done = await club.write(lambda w: approvals.decide(w, waiting, True, li, now))
    assert str(done.state) == "approved"
    assert await _available(club, member) == 1001
    ledger = await api.get(f"/members/{member.number}/ledger")
    assert [(one["kind"], one["points"]) for one in ledger.body["items"]] == [("adjusted", 1001)]


async def test_what_a_second_person_declines_is_not_booked(
    api: Client, club: Club, member: Member
) -> None:
    body = {"points": 1001, "reason": "Lost parcel"}
    answer = await api.post(f"/members/{member.number}/adjustments", body, once="k")
    li, waiting = await _owner(club), int(answer.body["approval_id"])
    now = club.clock()
    await club.write(lambda w: approvals.decide(w, waiting, False, li, now))
    assert await _available(club, member) == 0


async def test_each_key_has_a_limit_of_the_day(api: Client, club: Club, member: Member) -> None:
    people = [member, *[await new_member(club) for _ in range(5)]]
    body = {"points": 1000, "reason": "Goodwill"}
    answers = await asyncio.gather(
        *(api.post(f"/members/{one.number}/adjustments", body, once=one.number) for one in people)
    )
    assert sorted(answer.status for answer in answers) == [201, 201, 201, 201, 201, 422]
    refused = next(answer for answer in answers if answer.status == 422)
    assert refused.code == "adjustment.over_limit"
    assert refused.body["data"] == {"asked": 1000, "limit": 5000, "used": 5000}


async def test_what_the_limit_forbids_is_not_even_asked_for(api: Client, member: Member) -> None:
    body = {"points": 5001, "reason": "Goodwill"}
    answer = await api.post(f"/members/{member.number}/adjustments", body, once="k")
    assert (answer.status, answer.code) == (422, "adjustment.over_limit")


async def test_points_that_are_not_there_are_not_asked_for(api: Client, member: Member) -> None:
    body = {"points": -2000, "reason": "Booked twice"}
    answer = await api.post(f"/members/{member.number}/adjustments", body, once="k")
    assert (answer.status, answer.code) == (409, "points.too_few")

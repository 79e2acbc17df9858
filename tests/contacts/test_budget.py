"""The contact budget over delivery rows: what counts, whose it is, who keeps a place."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from domain.birthdays import Birthday
from services import contacts, merging
from services.ports.club import Actor
from services.ports.post import OPTIONAL, Waiting
from storage.work import Work
from tests.support.club import NOW, Club, Person
from tests.support.post import ROWS, FakeChannel, RealTime, rows, sender, write_notice

DAY = timedelta(days=1)
_FIXED = {
    "channel": "telegram",
    "account": "42",
    "chat": "1",
    "purpose": "promotions",
    "lane": OPTIONAL,
    "surely": False,
    "locale": "en",
    "message": {},
    "made_at": NOW,
    "due_at": NOW,
    "state": "claimed",
}


async def row(club: Club, member: int | None, **values: Any) -> int:
    """A delivery row as the sender finds or leaves it; a campaign's, claimed just now."""
    row_id = club.shared.ids.next()
    given = {**_FIXED, "id": row_id, "member_id": member, **values}
    await club.write(lambda work: work.db.execute(insert(ROWS).values(given)))
    return row_id


def claimed(row_id: int, member: int | None, **values: Any) -> Waiting:
    """That row as a claim returns it."""
    return Waiting(
        **{
            **dict.fromkeys(("chat", "user"), "1"),
            **dict.fromkeys(("address_id", "campaign_id", "file_id")),
            "id": row_id,
            "member_id": member,
            "purpose": "promotions",
            "lane": OPTIONAL,
            "surely": False,
            "locale": "en",
            "message": {},
            "tries": 0,
            "repeated": False,
            "made_at": NOW,
            "due_at": NOW,
            **values,
        }
    )


async def refused(club: Club, *rows: Waiting, now: datetime = NOW) -> set[int]:
    return await club.read(lambda work: contacts.crowded_out(work, rows, now))  # type: ignore[no-any-return]


async def fits(club: Club, member: int, now: datetime = NOW, **values: Any) -> bool:
    """Whether a further message to the member has a place."""
    made = await row(club, member, **values)
    kept = {name: values[name] for name in ("rule", "act") if name in values}
    found = not await refused(club, claimed(made, member, **kept), now=now)
    await club.write(
        lambda work: work.db.execute(update(ROWS).where(ROWS.c.id == made).values(state="skipped"))
    )
    return found


async def sent(club: Club, member: int, ago: timedelta, **values: Any) -> int:
    return await row(club, member, **{"state": "sent", "begun_at": NOW - ago, **values})


async def celebrates(club: Club, person: Person, month: int, day: int) -> None:
    member = await person.member_id()

    def tell(work: Work) -> None:
        work.members.change(member, birthday=Birthday(month, day))
        work.members.set_consent(member, "care", True, "telegram", NOW)

    await club.write(tell)


async def test_what_was_begun_in_seven_days_counts_and_nothing_else(club: Club) -> None:
    mei = await (await club.person("Mei").joins()).member_id()
    await sent(club, mei, DAY)
    await sent(club, mei, 7 * DAY)
    await sent(club, mei, DAY, lane=1, purpose="service")
    await sent(club, mei, DAY, act="edit")
    await sent(club, mei, DAY, state="dead")
    await row(club, mei, state="pending")
    assert await fits(club, mei)
    await sent(club, mei, 7 * DAY - timedelta(milliseconds=1), state="unknown")
    assert not await fits(club, mei)
    assert await fits(club, mei, act="edit")
    assert await fits(club, mei, now=NOW + timedelta(milliseconds=1))


async def test_what_is_on_its_way_counts_before_it_is_begun(club: Club) -> None:
    mei = await (await club.person("Mei").joins()).member_id()
    await row(club, mei, begun_at=NOW - 30 * DAY)
    assert await fits(club, mei)
    await row(club, mei, state="sending", begun_at=NOW)
    assert not await fits(club, mei)


async def test_messages_of_one_batch_count_each_other_and_care_goes_first(club: Club) -> None:
    mei = await (await club.person("Mei").joins()).member_id()
    bo = await (await club.person("Bo").joins()).member_id()
    ids = [await row(club, mei) for _ in range(3)]
    care = await row(club, mei, rule="holidays", purpose="care")
    gone = await row(club, mei, rule="no_longer", purpose="care")
    other = await row(club, bo)
    batch = [claimed(one, mei) for one in ids]
    batch += [claimed(gone, mei, rule="no_longer"), claimed(care, mei, rule="holidays")]
    batch += [claimed(other, bo), claimed(club.shared.ids.next(), None)]
    assert await refused(club, *batch) == set(ids)


async def test_a_birthday_within_the_week_keeps_its_place_from_campaigns(club: Club) -> None:
    person = await club.person("Mei").joins()
    mei = await person.member_id()
    await sent(club, mei, DAY)
    assert await fits(club, mei)
    await celebrates(club, person, 5, 25)
    assert not await fits(club, mei)
    assert not await fits(club, mei, rule="holidays")
    assert await fits(club, mei, rule="birthday")
    await celebrates(club, person, 5, 28)
    assert await fits(club, mei)
    await celebrates(club, person, 5, 25)
    await club.write(
        lambda work: work.members.set_consent(mei, "care", False, "telegram", NOW + DAY)
    )
    assert await fits(club, mei)


async def test_care_that_waits_for_its_hour_keeps_its_place(club: Club) -> None:
    mei = await (await club.person("Mei").joins()).member_id()
    await sent(club, mei, DAY)
    await row(club, mei, state="pending", rule="holidays", due_at=NOW + DAY)
    assert not await fits(club, mei)
    assert await fits(club, mei, rule="birthday")


async def test_a_merged_membership_brings_its_history(club: Club) -> None:
    people = [await (await club.person(name).joins()).member_id() for name in ("A", "B", "C")]
    for member in people:
        await sent(club, member, DAY)
    kept = people.pop()
    for other in people:
        kept = await club.write(
            lambda w, one=kept, two=other: merging.merge(w, one, two, Actor("cli"), NOW).kept.id
        )
        assert not await fits(club, kept)


async def test_the_sender_skips_what_has_no_place_and_nothing_else(club: Club) -> None:
    mei = await club.person("Mei").joins()
    member = await mei.member_id()
    await club.write(lambda work: work.members.set_consent(member, "care", True, "telegram", NOW))
    for purpose in ("promotions", "promotions", "care", "care", "care"):
        await write_notice(club, mei.user, purpose=purpose, surely=False, bulk=True)
    channel = FakeChannel()
    await sender(club, channel, RealTime()).drain()
    found = await rows(club, member_id=member)
    assert [(one["state"], one["reason"]) for one in found] == [
        ("skipped", "no_consent"),
        ("skipped", "no_consent"),
        ("sent", ""),
        ("sent", ""),
        ("skipped", "contact_budget"),
    ]
    assert len(channel.to(mei.user)) == 2


async def test_without_a_budget_everything_goes(club: Club) -> None:
    free = replace(club.programme, version=2, care=replace(club.programme.care, per_week=None))
    await club.write(lambda work: work.programmes.publish(free, NOW, None))
    mei = await (await club.person("Mei").joins()).member_id()
    for _ in range(5):
        await sent(club, mei, DAY)
    assert await fits(club, mei)

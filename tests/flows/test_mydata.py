"""`/mydata`: the file, and leaving with two questions."""

import json
from datetime import timedelta

from sqlalchemy import select

from bot.messages import Kind
from storage.tables import post
from tests.support.club import Club, Person
from tests.support.threads import operator

DELIVERIES = post.Delivery.__table__  # type: ignore[attr-defined]


async def test_the_export_comes_as_a_file(club: Club) -> None:
    mei = await club.person("Mei").joins()
    assert (await mei.says("/mydata")).key == "mydata.shown"
    assert (await mei.taps("mydata.export")).key == "mydata.coming"
    [message] = await mei.hears()
    assert message.key == "mydata.file"
    files = post.File.__table__  # type: ignore[attr-defined]
    [file] = await club.read(lambda w: w.db.execute(select(files)).mappings().all())
    assert file["name"].endswith(".json")
    told = json.loads(file["content"])
    assert told["addresses"][0]["user"] == mei.user
    assert told["points"][0]["amount"] == club.programme.welcome_points


async def test_leaving_asks_twice_and_says_what_is_lost(club: Club) -> None:
    mei = await club.person("Mei", "zh-hans").joins()
    await mei.says("注销")
    first = await mei.taps("erase.ask")
    assert first.key == "mydata.erase"
    assert str(club.programme.welcome_points) in first.text
    assert (await mei.says("嗯")).key == "mydata.erase"
    assert (await mei.taps("erase.go_on")).key == "mydata.sure"
    assert (await mei.taps("erase.do")).key == "mydata.erased"
    assert (await mei.says("积分")).key == "join.invitation"


async def test_keeping_changes_nothing(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/mydata")
    await mei.taps("erase.ask")
    await mei.taps("erase.go_on")
    assert (await mei.taps("erase.keep")).key == "mydata.kept"
    assert (await mei.taps("erase.do")).key == "general.expired"
    assert (await mei.says("/points")).key == "points.balance"


async def test_an_old_last_question_no_longer_counts(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/mydata")
    await mei.taps("erase.ask")
    await mei.taps("erase.go_on")
    club.clock.now += timedelta(days=2)
    assert (await mei.taps("erase.do")).key == "general.expired"
    assert (await mei.says("/points")).key == "points.balance"


async def test_a_second_tap_on_the_last_question_meets_a_stranger(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/mydata")
    await mei.taps("erase.ask")
    await mei.taps("erase.go_on")
    assert await tap_again(mei) == ["mydata.erased", "general.expired"]


async def tap_again(mei: Person) -> list[str]:
    payload = mei.button("erase.do").payload
    answers = [await mei.sends(Kind.TAP, payload=payload) for _ in range(2)]
    return [answer.key for answer in answers if answer]


async def test_what_staff_were_shown_of_a_ticket_goes_with_the_member(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person("Mei").joins()
    await mei.says("The canary soup was sour")
    await mei.taps("heard.pass")
    wanted = select(DELIVERIES.c.message).where(DELIVERIES.c.chat == anna.user)
    shown = await club.read(lambda work: work.db.execute(wanted).scalars().all())
    assert "canary" in str(shown)
    await mei.says("/mydata")
    await mei.taps("erase.ask")
    await mei.taps("erase.go_on")
    assert (await mei.taps("erase.do")).key == "mydata.erased"
    kept = await club.read(lambda work: work.db.execute(select(DELIVERIES.c.message)).all())
    assert "canary" not in str(kept)

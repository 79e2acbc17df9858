"""Levels that staff give: until when, why, beside what purchases bring, and how they end."""

from datetime import date

import pytest

from domain.errors import MemberFrozen, ReasonMissing, Refused
from domain.level_errors import (
    BadLevelEnd,
    LevelEndFar,
    LevelEndPast,
    LevelNotHigher,
    LevelUnknown,
    NothingGiven,
)
from services import level_giving, portraits
from services.ports.club import Actor
from storage.work import Work
from tests.flows.staffed import operator
from tests.levels.support import DAY, buys, history, kept, level, night, nights
from tests.support.club import NOW, Club, Person

TODAY = date(2026, 5, 20)
AUGUST = date(2026, 8, 31)
ANNA = Actor("Anna", 7)


async def gives(
    person: Person, key: str = "gold", until: date = AUGUST, reason: str = "late parcel"
) -> None:
    member = await person.member_id()
    club = person.club

    def give(work: Work) -> None:
        now = club.clock()
        level_giving.give(work, member, key, until, reason=reason, actor=ANNA, now=now)

    await club.write(give)


async def test_what_is_given_counts_until_its_last_day(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 200, "A-1")
    await gives(mei)
    assert await level(mei) == "gold"
    shown = await mei.says("/level")
    for part in ("With our compliments until <b>31 Aug 2026</b>", "your own level is Silver"):
        assert part in shown.text
    await nights(club, TODAY + DAY, AUGUST)
    assert await level(mei) == "gold"
    await night(club, AUGUST + DAY)
    assert await level(mei) == "silver"
    keys = [message.key for message in await mei.hears()]
    assert keys.count("level.given") == keys.count("level.at_risk") == 1
    assert keys[-1] == "level.ended"
    assert await history(mei) == [
        ("joined", "", "member"),
        ("upgraded", "member", "silver"),
        ("given", "silver", "gold"),
        ("ended", "gold", "silver"),
    ]


async def test_the_automatic_level_goes_on_beneath(club: Club) -> None:
    mei = await club.person().joins()
    await gives(mei, "diamond")
    await buys(mei, 1000, "A-1")
    assert await level(mei) == "diamond"
    standing = await kept(mei)
    assert standing is not None
    assert standing.held.level == "gold"
    assert ("upgraded", "member", "gold") in await history(mei)
    assert "level.risen" not in [message.key for message in await mei.hears()]
    await nights(club, TODAY + DAY, AUGUST + DAY)
    assert await level(mei) == "gold"


async def test_purchases_earn_by_the_level_that_counts(club: Club) -> None:
    mei = await club.person().joins()
    member = await mei.member_id()
    before = (await club.read(lambda w: w.ledger.summary(member, "points", NOW))).lifetime
    await gives(mei, "diamond")
    await buys(mei, 100, "A-1")
    after = await club.read(lambda w: w.ledger.summary(member, "points", club.clock()))
    assert after.lifetime - before == 150


async def test_giving_is_audited_and_its_reason_leaves_with_the_person(club: Club) -> None:
    from services import erasing

    mei = await club.person().joins()
    member = await mei.member_id()
    await gives(mei)
    [row] = await club.read(lambda w: w.audit.about(("member", member)))
    assert (row["action"], row["staff_name"], row["reason"]) == (
        "level.give",
        "Anna",
        "late parcel",
    )
    await club.write(lambda w: erasing.erase(w, member, club.clock()))
    found = await club.read(lambda w: w.standings.of([member]))
    assert found[member].given is not None
    assert found[member].given.reason == ""
    rows = await club.read(lambda w: w.audit.about(("member", member)))
    assert not any(row["reason"] for row in rows)


@pytest.mark.parametrize(
    ("key", "until", "reason", "refused"),
    [
        ("goldd", AUGUST, "so", LevelUnknown),
        ("member", AUGUST, "so", LevelNotHigher),
        ("silver", AUGUST, "so", LevelNotHigher),
        ("diamond", TODAY - DAY, "so", LevelEndPast),
        ("diamond", date(2031, 5, 21), "so", LevelEndFar),
        ("diamond", AUGUST, "  ", ReasonMissing),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    club: Club, key: str, until: date, reason: str, refused: type[Refused]
) -> None:
    mei = await club.person().joins()
    await buys(mei, 1000, "A-1")
    before = (await kept(mei), await history(mei))
    with pytest.raises(refused):
        await gives(mei, key, until, reason)
    assert (await kept(mei), await history(mei)) == before


async def test_a_frozen_member_is_given_nothing(club: Club) -> None:
    mei = await club.person().joins()
    member = await mei.member_id()
    await club.write(lambda w: portraits.freeze(w, member, "check", ANNA, club.clock()))
    with pytest.raises(MemberFrozen):
        await gives(mei)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-08-31", AUGUST),
        ("2026/8/31", AUGUST),
        ("２０２６年８月３１日", AUGUST),
        (" 2026.08.31 ", AUGUST),
        ("2026-05-20", TODAY),
        ("+3", date(2026, 8, 20)),
        ("+12", date(2027, 5, 20)),
    ],
)
async def test_a_last_day_is_read(club: Club, typed: str, day: date) -> None:
    assert await club.read(lambda w: level_giving.last_day(w, typed, NOW)) == day


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("", BadLevelEnd),
        ("soon", BadLevelEnd),
        ("2026-02-30", BadLevelEnd),
        ("31/08/26", BadLevelEnd),
        ("+", BadLevelEnd),
        ("+99", LevelEndFar),
        ("+1000", BadLevelEnd),
        ("2026-05-19", LevelEndPast),
        ("9999-12-31", LevelEndFar),
    ],
)
async def test_a_last_day_that_is_none_is_refused(
    club: Club, typed: str, refused: type[Refused]
) -> None:
    with pytest.raises(refused):
        await club.read(lambda w: level_giving.last_day(w, typed, NOW))


async def test_ending_early_needs_something_to_end(club: Club) -> None:
    mei = await club.person().joins()
    member = await mei.member_id()
    with pytest.raises(NothingGiven):
        await club.write(
            lambda w: level_giving.end(w, member, reason="so", actor=ANNA, now=club.clock())
        )


# -- in the chat ------------------------------------------------------------------------


async def test_staff_give_a_level_by_buttons(club: Club) -> None:
    anna = await operator(club, "operator")
    mei = await club.person().joins()
    member = await mei.member_id()
    number = (await club.read(lambda w: w.members.get(member))).number
    await anna.says(f"/member {number}")
    assert (await anna.taps("member.level")).key == "lift.choose"
    assert (await anna.taps("lift.pick", "2")).key == "lift.until"
    asked = await anna.taps("lift.months", "+3")
    assert "Gold until 20 Aug 2026" in asked.text
    assert (await anna.says("late parcel")).key == "lift.sure"
    assert (await anna.taps("lift.do")).key == "lift.done"
    assert await level(mei) == "gold"
    assert "You are 🥇 <b>Gold</b> until 20 Aug 2026" in (await mei.hears())[-1].text
    await anna.says(f"/member {number}")
    again = await anna.taps("member.level")
    assert "Given by hand: Gold until 20 Aug 2026 (late parcel)" in again.text
    assert (await anna.taps("lift.end")).key == "lift.end_reason"
    assert (await anna.says("came back")).text == "Ended. The member is Member now."
    assert await level(mei) == "member"


@pytest.mark.parametrize(
    ("locale", "said", "answered", "part"),
    [
        ("en", ("Platinum",), "lift.choose", "Which level"),
        ("en", ("Gold", "soon"), "level.bad_end", "like this – 2026-12-31"),
        ("en", ("gold", "2026-01-01"), "level.end_past", "has passed"),
        ("en", ("gold", "2099-01-01"), "level.end_far", "5 years at most"),
        ("zh-hans", ("金卡会员", "明年"), "level.bad_end", "请这样输入最后一天：2026-12-31"),
        ("zh-hans", ("金卡会员", "2026-01-01"), "level.end_past", "已经过去"),
    ],
)
async def test_wrong_input_says_what_to_do_and_the_question_stays(
    club: Club, locale: str, said: tuple[str, ...], answered: str, part: str
) -> None:
    anna = await operator(club, "operator", locale=locale)
    mei = await club.person().joins()
    member = await mei.member_id()
    number = (await club.read(lambda w: w.members.get(member))).number
    await anna.says(f"/member {number}")
    await anna.taps("member.level")
    for text in said:
        answer = await anna.says(text)
    assert (answer.key, part in answer.text) == (answered, True)
    if len(said) == 2:
        assert (await anna.says("2026-12-31")).key == "lift.reason"
    assert await level(mei) == "member"


async def test_tills_give_no_levels_and_nobody_gives_themselves_one(club: Club) -> None:
    till, anna = await operator(club, "till", "Tom"), await operator(club, "owner")
    mei = await club.person().joins()
    member = await mei.member_id()
    number = (await club.read(lambda w: w.members.get(member))).number
    assert "member.level" not in str((await till.says(f"/member {number}")).rows)
    await anna.joins()
    me = await anna.member_id()
    mine = (await club.read(lambda w: w.members.get(me))).number
    assert (await anna.says(f"/member {mine}")).rows == ()


async def test_the_history_does_not_name_who_gave_it(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 200, "A-1")
    await gives(mei)
    me = await mei.member_id()
    steps = await club.read(lambda w: w.levels.changes(me))
    assert [step.source_id for step in steps if step.reason == "manual"] == ["7"]

"""What operators and members see of insights, and what it leads to."""

from tests.insight.support import Bought, add, night
from tests.support.club import Club
from tests.support.crowds import EVE, staffed


async def test_operators_see_the_groups_and_take_one_as_an_audience(club: Club) -> None:
    mei = await club.person("Mei").joins()
    member = await mei.member_id()
    await club.write(lambda work: add(work, member, [Bought(3, 5000), Bought(9, 700)]))
    eve = club.person("Eve", user=EVE.name)
    await staffed(club)
    assert (await eve.says("insight")).key == "insight.none"
    await night(club)
    shown = await eve.says("insight")
    assert shown.key == "insight.card"
    assert "Introduced" in shown.text
    assert (await eve.taps("insight", "segment")).key == "insight.card"
    shown = await eve.taps("insight", "pyramid")
    assert "¥57.00" in shown.text
    assert "pyramid" in (await eve.taps("insight.whom", "pyramid", "A")).text
    assert (await eve.taps("insight.file")).key == "insight.coming"


async def test_who_may_not_write_to_members_sees_nothing(club: Club) -> None:
    mei = await club.person("Mei").joins()
    await night(club)
    assert not (await mei.says("/insight")).key.startswith("insight")


async def test_members_read_in_words_what_was_made_of_their_purchases(club: Club) -> None:
    mei = await club.person("Mei").joins()
    member = await mei.member_id()
    assert "Stage" not in (await mei.says("/mydata")).text
    await club.write(lambda work: add(work, member, [Bought(3, 5000)]))
    await night(club)
    shown = await mei.says("/mydata")
    assert "Stage: Introduced, joined in the last 30 days" in shown.text

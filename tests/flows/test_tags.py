"""Tags on a member's card: said and answered."""

from zlib import crc32

import pytest

from services import tags
from tests.flows.staffed import operator


def sign(name):
    return str(crc32(name.encode()))


@pytest.fixture
async def olga(club):
    return await operator(club, "operator", "Olga")


async def member(club, name):
    person = await club.person(name).joins()
    return await person.member_id()


async def opens(olga, club, member_id):
    number = await club.read(lambda w: w.members.get(member_id).number)
    await olga.says(f"/member {number}")
    return await olga.taps("member.tags", str(member_id))


async def carried(club, member_id):
    return [one.name for one in await club.read(lambda w: tags.of(w, member_id))]


async def test_a_tag_is_typed_tapped_and_taken_away(club, olga):
    mei, ben = await member(club, "Mei"), await member(club, "Ben")
    assert "No tags yet" in (await opens(olga, club, mei)).text
    await olga.taps("tag.add", str(mei))
    assert "likes latte" in (await olga.says("likes latte")).text
    assert await carried(club, mei) == ["likes latte"]
    await opens(olga, club, ben)
    await olga.taps("tag.add", str(ben))
    assert "likes latte" in (await olga.taps("tag.put", str(ben), sign("likes latte"))).text
    assert "likes latte – 2" in (await olga.says("/tags")).text
    await opens(olga, club, ben)
    await olga.taps("tag.take", str(ben), sign("likes latte"))
    assert await carried(club, ben) == []


async def test_a_bad_tag_is_asked_for_again_and_cancel_leaves(club, olga):
    mei = await member(club, "Mei")
    await opens(olga, club, mei)
    await olga.taps("tag.add", str(mei))
    assert "1 to 30 characters" in (await olga.says("a = b")).text
    await olga.says("regular")
    assert await carried(club, mei) == ["regular"]
    await olga.taps("tag.add", str(mei))
    await olga.says("/cancel")
    await olga.says("never a tag")
    assert await carried(club, mei) == ["regular"]


async def test_who_may_not_write_campaigns_sees_no_list(club):
    carl = await operator(club, "till", "Carl")
    assert "Tags" not in (await carl.says("/tags")).text

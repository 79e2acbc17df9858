"""Tags on a member's card: said and answered."""

from zlib import crc32

import pytest

from domain.audience_expressions import Condition, Op
from domain.tags import MOST_TAGS
from services import audiences, tags
from services.ports.club import Actor
from tests.flows.staffed import operator

CARRIES = Condition("tag", Op.IS, ("spring",))


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


async def number_of(club, member_id):
    return await club.read(lambda w: w.members.get(member_id).number)


async def test_a_list_gets_a_tag_and_is_an_audience(club, olga):
    mei, ben = await member(club, "Mei"), await member(club, "Ben")
    numbers = [await number_of(club, one) for one in (mei, ben)]
    await olga.says("/tags")
    await olga.taps("tag.list_new")
    assert "1 to 30 characters" in (await olga.says("a = b")).text
    await olga.says("spring")
    done = await olga.says("\n".join([*numbers, numbers[0], "nobody"]))
    assert "2 members found, 2 of them new" in done.text
    assert "line 4: <code>nobody</code>" in done.text
    assert [await carried(club, one) for one in (mei, ben)] == [["spring"], ["spring"]]
    found = await club.read(lambda w: audiences.count(w, CARRIES, club.clock()))
    assert found.members == 2
    await olga.taps("tag.list_new")
    await olga.says("spring")
    assert "0 of them new" in (await olga.says(numbers[1])).text
    sure = await olga.taps("tag.dropping", sign("spring"))
    assert "from 2 members" in sure.text
    assert "from 2 members" in (await olga.taps("tag.drop", sign("spring"))).text
    assert await carried(club, mei) == []


async def test_who_carries_as_many_tags_as_one_may_is_left_out(club, olga):
    mei = await member(club, "Mei")
    by = Actor("Olga")
    for n in range(MOST_TAGS):
        await club.write(lambda w, n=n: tags.give(w, mei, f"t{n}", by, club.clock()))
    for name, expected in (("new", (0, 1)), ("t3", (0, 0))):
        done = await club.write(
            lambda w, name=name: tags.give_all(w, [mei], name, by, club.clock())
        )
        assert done == expected


async def test_a_till_tags_no_list(club):
    till = await operator(club, "till", "Tom")
    for said in ("tag.list_new", "/tag.list_new", "/tag.drop 1"):
        assert not (await till.says(said)).key.startswith("tag.")

"""Saved audiences and tags: named, followed, closed; who enters and leaves is written down."""

from datetime import timedelta

import pytest

from domain.audience_errors import AudienceLoop
from domain.audience_expressions import Condition, Not, Op
from domain.saved_audiences import (
    AudienceInUse,
    AudienceNameTaken,
    AudienceNameUnreadable,
    AudienceNotSaved,
    TagGivenTwice,
    TagOfItself,
)
from domain.tags import MOST_TAGS, TagOfRule, TagUnknown, TagUnreadable, TooManyTags
from services import saved_audiences, tags
from services.ports.club import Actor

BY = Actor("cli")
TAGGED = Condition("tag", Op.IS, ("VIP",))


@pytest.fixture
async def members(club):
    people = [await club.person(name).joins() for name in ("Mei", "Bob", "Ann")]
    return [await one.member_id() for one in people]


async def save(club, name, expression, replaced=False):
    def use(work):
        return saved_audiences.save(
            work, name, expression, name, actor=BY, now=club.clock(), replaced=replaced
        )

    return await club.write(use)


async def compare(club, saved, most=2):
    """A night, in slices smaller than the club."""
    after = 0
    while after is not None:
        start = after
        after = await club.write(
            lambda w, at=start: saved_audiences.compare(w, saved.id, at, club.clock(), most)
        )


async def tag(club, member_id, name="VIP"):
    await club.write(lambda w: tags.give(w, member_id, name, BY, club.clock()))


async def carried(club, member_id):
    found = await club.read(lambda w: tags.of(w, member_id))
    return [(one.name, one.by_rule) for one in found]


async def test_who_enters_and_leaves_a_followed_audience_is_written_down(club, members):
    mei, bob, ann = members
    saved = await save(club, "Regulars", TAGGED)
    follow = lambda w: saved_audiences.follow(w, saved.id, "regular", BY, club.clock())  # noqa: E731
    await club.write(follow)
    await tag(club, mei)
    await tag(club, bob)
    await compare(club, saved)
    assert await carried(club, mei) == [("VIP", False), ("regular", True)]
    assert await carried(club, ann) == []
    club.clock.move(days=1)
    await club.write(lambda w: tags.take(w, bob, "VIP", BY, club.clock()))
    await tag(club, ann)
    await compare(club, saved)
    await compare(club, saved)  # twice changes nothing
    days = await club.read(lambda w: saved_audiences.moves(w, saved.id, 7, club.clock()))
    assert [(one.entered, one.left) for one in days] == [(1, 1), (2, 0)]
    numbers = [await club.read(lambda w, m=m: w.members.get(m).number) for m in (ann, bob)]
    moved = await club.read(
        lambda w: [
            (m.number, m.entered) for m in saved_audiences.moved(w, saved.id, 1, club.clock())
        ]
    )
    assert dict(moved) == dict(zip(numbers, (True, False), strict=True))
    assert await carried(club, bob) == []
    assert (await club.read(lambda w: saved_audiences.get(w, saved.id))).members == 2
    with pytest.raises(TagOfRule):
        await club.write(lambda w: tags.take(w, ann, "regular", BY, club.clock()))
    await club.write(lambda w: saved_audiences.follow(w, saved.id, "", BY, club.clock()))
    await compare(club, saved)
    assert await carried(club, ann) == [("VIP", False)]


async def test_a_night_compares_each_followed_one_once(club, members):
    await tag(club, members[0])
    for name in ("One", "Two"):
        saved = await save(club, name, TAGGED)
        await club.write(
            lambda w, of=saved: saved_audiences.follow(w, of.id, None, BY, club.clock())
        )
    since, after, steps = club.clock() - timedelta(minutes=1), 0, 0
    while after is not None:
        start, steps = after, steps + 1
        after = await club.write(
            lambda w, at=start: saved_audiences.compare_next(w, since, at, club.clock())
        )
    found = await club.read(saved_audiences.followed)
    assert [(one.name, one.members) for one in found] == [("One", 1), ("Two", 1)]
    assert steps == 3


async def test_names_are_told_apart_and_free_again_when_closed(club, members):
    saved = await save(club, " Regulars  of\u00a0ours ", TAGGED)
    assert saved.name == "Regulars of ours"
    assert (await save(club, saved.name, TAGGED)).id == saved.id, "the same again"
    with pytest.raises(AudienceNameTaken):
        await save(club, saved.name, Not(TAGGED))
    changed = await save(club, saved.name, Not(TAGGED), replaced=True)
    assert changed.id == saved.id
    await club.write(lambda w: saved_audiences.close(w, saved.id, BY, club.clock()))
    with pytest.raises(AudienceNotSaved):
        await club.read(lambda w: saved_audiences.find(w, saved.name))
    assert (await save(club, saved.name, TAGGED)).id != saved.id


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, 'a "b"', "a, b", "a (b)"])
async def test_names_that_the_language_could_not_read_are_refused(club, name):
    with pytest.raises(AudienceNameUnreadable):
        await save(club, name, TAGGED)
    assert await club.read(lambda w: w.saved_audiences.all()) == []


async def test_loops_are_refused_and_what_others_are_made_of_stays(club, members):
    one = await save(club, "One", TAGGED)
    await save(club, "Two", Condition("audience", Op.IS, ("One",)))
    with pytest.raises(AudienceLoop):
        await save(club, "One", Condition("audience", Op.IS, ("Two",)), replaced=True)
    with pytest.raises(AudienceInUse) as refused:
        await club.write(lambda w: saved_audiences.close(w, one.id, BY, club.clock()))
    assert refused.value.by == ("Two",)
    assert (await club.read(lambda w: saved_audiences.find(w, "One"))).expression == one.expression


async def test_a_tag_is_given_by_one_audience_only(club, members):
    one, two = await save(club, "One", TAGGED), await save(club, "Two", Not(TAGGED))
    await club.write(lambda w: saved_audiences.follow(w, one.id, "gold", BY, club.clock()))
    with pytest.raises(TagGivenTwice):
        await club.write(lambda w: saved_audiences.follow(w, two.id, "gold", BY, club.clock()))


async def test_an_audience_is_not_made_of_the_tag_it_gives(club, members):
    one = await save(club, "One", TAGGED)
    two = await save(club, "Two", Condition("tag", Op.IS, ("first",)))

    async def follow(saved, tag):
        await club.write(lambda w: saved_audiences.follow(w, saved.id, tag, BY, club.clock()))

    with pytest.raises(TagOfItself):
        await follow(one, "VIP")
    await follow(one, "first")
    with pytest.raises(TagOfItself):
        await follow(two, "VIP")  # by way of the first one
    await follow(two, "second")
    with pytest.raises(TagOfItself):
        await save(club, "One", Condition("tag", Op.ANY), replaced=True)


async def test_what_comes_first_meanwhile_is_compared_from_its_beginning(club, members):
    for member_id in members:
        await tag(club, member_id)
    later = await save(club, "Later", TAGGED)
    await club.write(lambda w: saved_audiences.follow(w, later.id, None, BY, club.clock()))
    since, place = club.clock() - timedelta(minutes=1), later.id * (1 << 63) + max(members)
    first = await save(club, "First", TAGGED)
    await club.write(lambda w: saved_audiences.follow(w, first.id, None, BY, club.clock()))
    await club.write(lambda w: saved_audiences.compare_next(w, since, place, club.clock()))
    assert (await club.read(lambda w: saved_audiences.get(w, first.id))).members == 3
    changed = await save(club, "First", Not(TAGGED), replaced=True)
    assert (changed.members, changed.counted_at) == (None, None)


async def test_tags_by_hand_are_counted_renamed_and_dropped(club, members):
    mei, bob, _ = members
    await tag(club, mei, "# wine  lover")
    await tag(club, bob, "wine lover")
    await tag(club, bob, "Wine")
    assert await club.read(tags.counted) == [("wine lover", 2), ("Wine", 1)]
    renamed = await club.write(lambda w: tags.rename(w, "wine lover", "Wine", BY, club.clock()))
    assert renamed == 2
    assert await club.read(tags.counted) == [("Wine", 2)]
    assert await club.write(lambda w: tags.drop(w, "Wine", BY, club.clock())) == 2
    with pytest.raises(TagUnknown):
        await club.write(lambda w: tags.drop(w, "Wine", BY, club.clock()))


async def test_tags_have_limits(club, members):
    for text in ("", "#", "x" * 31, "a=b", "a|b"):
        with pytest.raises(TagUnreadable):
            await tag(club, members[0], text)
    for number in range(MOST_TAGS):
        await tag(club, members[0], f"t{number}")
    with pytest.raises(TooManyTags):
        await tag(club, members[0], "more")
    await tag(club, members[0], "t1")  # has it


async def test_a_tag_that_something_is_made_of_stays(club, members):
    one = await save(club, "One", TAGGED)

    async def follow(tag):
        await club.write(lambda w: saved_audiences.follow(w, one.id, tag, BY, club.clock()))

    await follow("first")
    two = await save(club, "Two", Condition("tag", Op.IS, ("first",)))
    for change in (
        lambda w: saved_audiences.close(w, one.id, BY, club.clock()),
        lambda w: saved_audiences.unfollow(w, one.id, BY, club.clock()),
        lambda w: saved_audiences.follow(w, one.id, "other", BY, club.clock()),
    ):
        with pytest.raises(AudienceInUse) as refused:
            await club.write(change)
        assert refused.value.by == ("Two",)
    await follow("first")
    await club.write(lambda w: saved_audiences.close(w, two.id, BY, club.clock()))
    await follow("other")
    await club.write(lambda w: saved_audiences.unfollow(w, one.id, BY, club.clock()))

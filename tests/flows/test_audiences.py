"""Putting an audience together and saving it: said and answered."""

import re
from html import unescape
from zlib import crc32

import pytest

from services import saved_audiences, tags
from services.ports.club import Actor
from tests.flows.staffed import operator


def sign(key):
    return str(crc32(key.encode()))


NEVER = ("audience.days", "last_purchase", "never")
EXAMPLE = re.compile(r"<code>(.*?)</code>")


@pytest.fixture
async def olga(club):
    return await operator(club, "operator", "Olga")


@pytest.fixture
async def members(club):
    found = []
    for name in ("Mei", "Bob", "Ann"):
        person = await club.person(name).joins()
        found.append(await person.member_id())
    await club.write(lambda w: tags.give(w, found[0], "VIP", Actor("cli"), club.clock()))
    return found


async def saved(club):
    return [one.name for one in await club.read(lambda w: w.saved_audiences.all())]


async def test_conditions_are_tapped_counted_undone_and_saved(club, olga, members):
    await olga.says("/audiences")
    await olga.taps("audience.new")
    await olga.taps("audience.join", "and")
    await olga.taps("audience.group", "who")
    await olga.taps("audience.fact", "tag")
    card = await olga.taps("audience.pick", "tag", sign("VIP"))
    assert "<b>1</b> member (" in card.text
    assert "tag = VIP" in card.text
    await olga.taps("audience.join", "or")
    await olga.taps("audience.group", "bought")
    await olga.taps("audience.fact", "purchases")
    await olga.taps("audience.window", "90")
    card = await olga.says("<= 0")
    assert "purchases(90d) &lt;= 0" in card.text
    assert "<b>3</b>" in card.text
    card = await olga.taps("audience.undo")
    assert "purchases" not in card.text
    assert "<b>1</b> member" in card.text
    number = await club.read(lambda w: w.members.get(members[0]).number)
    assert number in (await olga.taps("audience.sample")).text
    await olga.taps("audience.open")
    await olga.taps("audience.ask_name")
    card = await olga.says("Our VIPs")
    assert "Our VIPs" in card.text
    assert await saved(club) == ["Our VIPs"]


async def test_what_is_typed_is_read_and_mistakes_are_shown(club, olga, members):
    await olga.says("/audiences")
    await olga.taps("audience.new")
    answer = await olga.says("levle = gold")
    assert "levle" in answer.text
    card = await olga.says("not tag = VIP")
    assert "<b>2</b> members" in card.text
    # The process starts again in the middle: the conversation is a row.
    club.dispatch = club.new_dispatch()
    card = await olga.says("last purchase over 30 days ago")
    assert "not tag = VIP" in card.text
    await olga.says("/cancel")
    assert await saved(club) == []


async def test_months_days_and_flags_by_buttons(club, olga, members):
    await olga.says("/audiences")
    await olga.taps("audience.new")
    steps = [
        (("audience.fact", "birthday_month"), ("audience.pick", "birthday_month", "5"), "who"),
        (("audience.fact", "last_seen"), ("audience.days", "last_seen", "within", "30"), "did"),
        (("audience.pick", "complaint"), None, "did"),
        (
            ("audience.fact", "last_purchase"),
            ("audience.days", "last_purchase", "never"),
            "bought",
        ),
    ]
    for first, second, group in steps:
        await olga.taps("audience.join", "and")
        await olga.taps("audience.group", group)
        card = await olga.taps(*first)
        if second:
            card = await olga.taps(*second)
    for part in (
        "birthday in May",
        "active in the last 30 days",
        "open complaint",
        "never bought",
    ):
        assert part in card.text


async def test_a_saved_one_is_followed_tagged_changed_and_closed(club, olga, members):
    await olga.says("/audiences")
    await olga.taps("audience.new")
    await olga.says("points >= 0")
    await olga.taps("audience.ask_name")
    await olga.says("All of us")
    [one] = await club.read(lambda w: w.saved_audiences.all())
    await olga.taps("audience.count", str(one.id))
    await olga.taps("audience.ask_tag", str(one.id))
    card = await olga.says("everybody")
    assert "🏷 everybody" in card.text
    assert "3 came in" in card.text
    assert dict(await club.read(tags.counted))["everybody"] == 3
    await olga.taps("audience.change", str(one.id))
    await olga.taps("audience.join", "and")
    await olga.taps("audience.group", "who")
    await olga.taps("audience.fact", "tag")
    await olga.taps("audience.pick", "tag", sign("VIP"))
    await olga.taps("audience.ask_name")
    await olga.taps("audience.same")
    changed = await club.read(lambda w: saved_audiences.get(w, one.id))
    assert changed.written == "points >= 0 and tag = VIP"
    await olga.taps("audience.closing", str(one.id))
    await olga.taps("audience.close", str(one.id))
    assert await saved(club) == []


async def test_who_may_not_write_campaigns_sees_nothing_of_it(club):
    sam = await operator(club, "service", "Sam")
    assert "Audiences" not in (await sam.says("/audiences")).text


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_the_examples_on_the_card_can_be_read(club, locale):
    olga = await operator(club, "operator", "Olga", locale)
    await olga.says("/audiences")
    card = await olga.taps("audience.new")
    examples = [unescape(one) for one in EXAMPLE.findall(card.text)]
    assert (len(examples), card.locale) == (2, locale)
    for example in examples:
        card = await olga.says(example)
        assert card.key == "segment.card", card.text

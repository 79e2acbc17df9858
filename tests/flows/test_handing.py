"""Handing a voucher to somebody else by a link, as a dialogue between two persons."""

import re
from typing import Any

import pytest

from bot.messages import Kind
from domain.members import MemberState
from domain.vouchers import Voucher
from services import audit, erasing, merging, vouchers
from services.ports.club import Actor
from services.vouchers import BOT_NAME
from tests.flows.talk import intents, labels
from tests.flows.test_benefits import CODE, member, redeems
from tests.flows.test_catalogue import tap
from tests.support.club import Club, Person
from tests.support.threads import inbox_and_post, offer, points

START = re.compile(r"<code>/start (g_[\w-]+)</code>")
TILL = Actor("Anna", 7, None)


async def giver(club: Club, locale: str = "en", **changes: Any) -> tuple[Person, str]:
    """A member with a voucher to hand on, and its code."""
    coffee = await offer(club, **{"giftable": True, "cancel_hours": 48, **changes})
    mei = await member(club, locale)
    await redeems(mei, coffee)
    found = CODE.search((await mei.taps("voucher.show")).text)
    assert found
    return mei, found[1]


async def link(mei: Person) -> str:
    """The payload of the link that the newest voucher is put into."""
    await mei.taps("voucher.show")
    assert (await mei.taps("handing.offer")).key == "handing.ready"
    found = START.search((await mei.taps("handing.show")).text)
    assert found
    return found[1]


async def mine(club: Club, person: Person) -> list[Voucher]:
    member_id = await person.member_id()
    found: list[Voucher] = await club.read(lambda work: work.vouchers.of_member(member_id))
    return found


@pytest.mark.parametrize(
    ("locale", "given", "told", "handed"),
    [
        ("en", "would like you to have", "The old code is worth nothing", "Passed on"),
        ("zh-hans", "送您：", "原券码已失效", "已转送"),
    ],
)
async def test_who_opens_the_link_gets_the_voucher_under_a_new_code(
    club: Club, locale: str, given: str, told: str, handed: str
) -> None:
    mei, code = await giver(club, locale)
    li = await member(club, locale)
    had = await points(club, li)
    payload = await link(mei)
    offered = await li.says(f"/start {payload}")
    assert offered.key == "handing.offered"
    assert given in offered.text
    assert not await mine(club, li)
    taken = await li.taps("handing.take")
    assert taken.key == "handing.taken"
    assert await points(club, li) == had
    found = CODE.search((await li.taps("voucher.show")).text)
    assert found
    assert found[1] != code
    assert told in (await mei.hears())[-1].text
    assert not await mine(club, mei)
    (voucher,) = await mine(club, li)
    rows = await club.read(lambda work: work.audit.about(("voucher", voucher.id)))
    assert [(row["action"], row["staff_name"]) for row in rows] == [
        ("voucher.hand_on", "member"),
        ("voucher.issue", "member"),
    ]
    assert handed in (await mei.says("/vouchers")).text
    old, _ = await club.read(lambda work: vouchers.by_code(work, code))
    assert old is None
    new, _ = await club.read(lambda work: vouchers.by_code(work, found[1]))
    assert new is not None
    assert new.member_id == await li.member_id()


async def test_the_second_taker_is_told_and_gets_nothing(club: Club) -> None:
    mei, _ = await giver(club)
    li, wang = await member(club), await member(club)
    payload = await link(mei)
    for person in (li, wang):
        assert (await person.says(f"/start {payload}")).key == "handing.offered"
    assert (await li.taps("handing.take")).key == "handing.taken"
    late = await wang.taps("handing.take")
    assert late.key == "handing.gone"
    assert "a little quicker" in late.text
    assert not await mine(club, wang)
    assert "a little quicker" in (await wang.says(f"/start {payload}")).text


async def test_taking_twice_changes_nothing_and_answers_the_same(club: Club) -> None:
    mei, _ = await giver(club)
    li = await member(club)
    await li.says(f"/start {await link(mei)}")
    button = li.button("handing.take").payload
    answers = [await li.sends(Kind.TAP, payload=button) for _ in range(3)]
    assert [answer.key for answer in answers if answer] == ["handing.taken"] * 3
    assert len(await mine(club, li)) == 1
    assert [message.key for message in await mei.hears()].count("handing.told") == 1


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "Join"), ("zh-hans", "入会免费")], ids=["en", "zh"]
)
async def test_a_stranger_joins_first_and_has_the_voucher_in_one_step(
    club: Club, locale: str, words: str
) -> None:
    mei, _ = await giver(club)
    payload = await link(mei)
    stranger = club.person("Wang", locale)
    offered = await stranger.says(f"/start {payload}")
    assert words in offered.text
    assert "handing.take" not in intents(stranger, offered)
    taken = await stranger.taps("handing.join")
    assert taken.key == "handing.taken"
    assert len(await mine(club, stranger)) == 1
    assert CODE.search((await stranger.taps("voucher.show")).text)


async def test_a_withdrawn_link_is_worth_nothing_and_the_voucher_stays(club: Club) -> None:
    mei, code = await giver(club)
    li = await member(club)
    payload = await link(mei)
    await li.says(f"/start {payload}")
    assert (await mei.taps("handing.withdraw")).key == "handing.withdrawn"
    assert "withdrawn by its giver" in (await li.taps("handing.take")).text
    assert "withdrawn by its giver" in (await li.says(f"/start {payload}")).text
    found = CODE.search((await mei.taps("voucher.show")).text)
    assert found
    assert found[1] == code
    assert await link(mei) != payload


async def test_the_same_link_is_shown_again_while_it_is_open(club: Club) -> None:
    mei, _ = await giver(club)
    payload = await link(mei)
    card = await mei.taps("voucher.show")
    assert "There is a link to pass it on" in card.text
    assert "handing.offer" not in intents(mei, card)
    again = START.search((await mei.taps("handing.show")).text)
    assert again
    assert again[1] == payload


async def test_a_link_runs_out_after_seven_days_or_with_its_voucher(club: Club) -> None:
    mei, _ = await giver(club)
    li = await member(club)
    payload = await link(mei)
    club.clock.move(days=7)
    assert "run out" in (await li.says(f"/start {payload}")).text
    assert await link(mei) != payload
    short, _ = await giver(club, key="short", valid_days=1)
    payload = await link(short)
    club.clock.move(days=1, hours=14)
    assert (await li.says(f"/start {payload}")).key == "handing.gone"


async def test_a_link_of_a_membership_that_was_merged_still_leads_to_its_voucher(
    club: Club,
) -> None:
    mei, _ = await giver(club)
    kept = await (await member(club)).member_id()
    li = await member(club)
    payload, gone = await link(mei), await mei.member_id()
    await club.write(lambda w: merging.merge(w, gone, kept, TILL, club.clock()))
    await li.says(f"/start {payload}")
    assert (await li.taps("handing.take")).key == "handing.taken"
    assert len(await mine(club, li)) == 1


async def test_the_audit_finds_nothing_wrong_with_what_was_handed_on(club: Club) -> None:
    mei, _ = await giver(club, stock=5, per_member=2)
    li = await member(club)
    await li.says(f"/start {await link(mei)}")
    await li.taps("handing.take")
    (voucher,) = await mine(club, li)
    now = club.clock()
    await club.write(lambda w: vouchers.use(w, voucher.id, TILL, key="u:1", now=now))
    await redeems(mei, voucher.benefit_id)
    proofs = await club.write(lambda work: list(audit.prove(work)))
    assert [proof.name for proof in proofs if not proof.holds] == []


async def test_ones_own_link_says_so(club: Club) -> None:
    mei, _ = await giver(club)
    payload = await link(mei)
    assert (await mei.says(f"/start {payload}")).key == "handing.own"
    assert len(await mine(club, mei)) == 1


async def test_what_was_handed_on_cannot_be_given_back_but_handed_on_once_more(
    club: Club,
) -> None:
    mei, _ = await giver(club)
    li, wang = await member(club), await member(club)
    before = await mei.taps("voucher.show")
    assert "voucher.back" in intents(mei, before)
    await li.says(f"/start {await link(mei)}")
    await li.taps("handing.take")
    card = await li.taps("voucher.show")
    assert "voucher.back" not in intents(li, card)
    gone = await tap(mei, before, "↩️ Give it back")
    assert gone.key == "voucher.not_found"
    await wang.says(f"/start {await link(li)}")
    assert (await wang.taps("handing.take")).key == "handing.taken"
    assert len(await mine(club, wang)) == 1


@pytest.mark.parametrize("spoils", ["used", "given back", "giver frozen", "giver gone"])
async def test_a_voucher_that_is_no_longer_to_be_had_goes_to_nobody(
    club: Club, spoils: str
) -> None:
    mei, _ = await giver(club)
    li = await member(club)
    payload = await link(mei)
    await li.says(f"/start {payload}")
    (voucher,) = await mine(club, mei)
    owner, now = await mei.member_id(), club.clock()
    if spoils == "used":
        await club.write(lambda w: vouchers.use(w, voucher.id, TILL, key="u:1", now=now))
    elif spoils == "given back":
        await mei.taps("voucher.show")
        await mei.taps("voucher.back")
        assert (await mei.taps("voucher.back_do")).key == "voucher.back_done"
    elif spoils == "giver frozen":
        await club.write(lambda w: w.members.change(owner, state=MemberState.FROZEN))
    else:
        await club.write(lambda w: erasing.erase(w, owner, now))
    refused = await li.taps("handing.take")
    assert "cannot be had at the moment" in refused.text
    assert not await mine(club, li)


async def test_only_what_its_benefit_allows_is_handed_on(club: Club) -> None:
    mei, _ = await giver(club, giftable=False)
    card = await mei.taps("voucher.show")
    assert "handing.offer" not in intents(mei, card)
    partner, _ = await giver(club, key="partner", giftable=True)
    card = await partner.taps("voucher.show")
    assert "🎁 Pass it on" in labels(card)
    await offer(club, key="partner", giftable=True, imported_codes=True)
    assert "🎁 Pass it on" not in labels(await partner.taps("voucher.show"))
    refused = await tap(partner, card, "🎁 Pass it on")
    assert refused.key == "handing.cannot"
    assert "cannot be passed on" in refused.text


async def test_a_limit_per_member_does_not_count_what_one_was_given(club: Club) -> None:
    mei, _ = await giver(club, per_member=1)
    li = await member(club)
    await li.says(f"/start {await link(mei)}")
    await li.taps("handing.take")
    await redeems(li, (await mine(club, li))[0].benefit_id)
    assert len(await mine(club, li)) == 2


@pytest.mark.parametrize("payload", ["g_x", "g_" + "A" * 22, "g_" + "很" * 10])
async def test_a_link_that_nobody_made_leads_nowhere(club: Club, payload: str) -> None:
    mei = await member(club)
    assert "There is no such link" in (await mei.says(f"/start {payload}")).text
    stranger = club.person("Wang")
    assert "There is no such link" in (await stranger.says(f"/start {payload}")).text


async def test_buttons_of_another_person_hand_nothing_over(club: Club) -> None:
    mei, _ = await giver(club)
    li, thief = await member(club), await member(club)
    await li.says(f"/start {await link(mei)}")
    for person, intent in ((li, "handing.take"), (mei, "handing.show"), (mei, "handing.withdraw")):
        stolen = await thief.sends(Kind.TAP, payload=person.button(intent).payload)
        assert stolen is not None
        assert stolen.key == "general.expired"
    assert not await mine(club, thief)
    assert (await li.taps("handing.take")).key == "handing.taken"


async def test_a_token_is_kept_neither_in_answers_nor_in_messages(club: Club) -> None:
    mei, _ = await giver(club)
    await club.write(lambda work: work.settings.put(BOT_NAME, "our_bot"))
    await mei.taps("voucher.show")
    await mei.taps("handing.offer")
    shown = await mei.taps("handing.show")
    assert shown.secret
    token = re.search(r"https://t\.me/our_bot\?start=g_([\w-]{22})", shown.text)
    assert token
    share = next(key.url for row in shown.rows for key in row if key.url)
    assert share.startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2F")
    assert token[1] in share
    li = await member(club)
    await li.says(f"/start g_{token[1]}")
    await li.taps("handing.take")
    assert token[1] not in await inbox_and_post(club)

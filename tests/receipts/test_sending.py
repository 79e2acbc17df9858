"""`/receipt`: a member sends a receipt; what stands on it, limits, and whatever else may come."""

from dataclasses import replace

import pytest

from bot.messages import Kind, Media
from domain.members import MemberState
from domain.receipts import ReceiptState
from services import receipts
from tests.flows.staffed import operator
from tests.receipts.support import add_stores, receipt_picture, sends_receipt
from tests.support.club import Club, Person


async def member(club: Club, name: str = "Mei", locale: str = "en") -> Person:
    return await club.person(name, locale).joins()


async def sent(club: Club, person: Person) -> list[tuple[str, int, str]]:
    me = await person.member_id()
    found = await club.read(lambda w: w.receipts.of_member(me, 20))
    return [(one.number, one.minor, str(one.state)) for one in found]


@pytest.mark.parametrize(("locale", "today"), [("en", "today"), ("zh", "今天")])
async def test_a_receipt_is_photographed_told_and_sent(
    club: Club, locale: str, today: str
) -> None:
    mei = await member(club, locale=locale)
    sure = await sends_receipt(mei, day=today)
    assert sure.key == "receipt.sure"
    assert "A-77" in sure.text
    assert "¥128.50" in sure.text
    assert (await mei.taps("receipt.send")).key == "receipt.sent"
    assert await sent(club, mei) == [("A-77", 12850, "waiting")]
    assert "A-77" in (await mei.says("/receipt")).text


async def test_the_picture_stays_with_the_platform(club: Club) -> None:
    mei = await member(club)
    await sends_receipt(mei)
    await mei.taps("receipt.send")
    me = await mei.member_id()
    [kept] = await club.read(lambda w: w.receipts.of_member(me, 5))
    assert (kept.channel, kept.account, kept.file_id) == ("telegram", "42", "photo-1")
    assert len(kept.picture_hash or "") == 64
    assert len(kept.near_hash) == 288


async def test_one_of_several_stores_is_tapped_or_typed(club: Club) -> None:
    await add_stores(club, "sh-01", "sh-02")
    mei = await member(club)
    club.album.pictures["p"] = receipt_picture(1)
    await mei.says("/receipt")
    assert (await mei.sends_photo("p")).key == "receipt.store"
    assert (await mei.says("nowhere")).key == "order.no_store"
    assert (await mei.says("shop")).key == "order.no_store"
    assert (await mei.says("shop SH-02")).key == "receipt.number"
    for said in ("A-1", "10", "yesterday"):
        sure = await mei.says(said)
    assert "Shop sh-02" in sure.text
    await mei.taps("receipt.restart")
    store = await club.read(lambda w: w.stores.by_code("sh-01"))
    assert (await mei.taps("receipt.at", str(store.id))).key == "receipt.number"


async def test_a_photo_out_of_the_blue_is_offered_and_not_fetched(club: Club) -> None:
    mei = await member(club)
    club.album.pictures["p"] = receipt_picture(1)
    assert (await mei.sends_photo("p")).key == "receipt.offer"
    assert club.album.fetched == []
    assert (await mei.says("points")).key.startswith("points")
    assert (await mei.taps("receipt.take")).key == "receipt.number"
    assert club.album.fetched == ["p"]


async def test_one_question_is_asked_about_photos_sent_together(club: Club) -> None:
    mei = await member(club)
    club.album.pictures["P0"] = receipt_picture(1)
    pieces = [(Media(f"P{n}", "photo"),) for n in range(3)]
    sent_ = [await mei.sends(Kind.PHOTO, media=piece, album="a") for piece in pieces]
    assert [one.key if one else "" for one in sent_] == ["receipt.offer", "", ""]
    assert (await mei.taps("receipt.take")).key == "receipt.number"
    assert club.album.fetched == ["P0"]


async def test_the_newest_photo_is_the_receipt(club: Club) -> None:
    mei = await member(club)
    club.album.pictures["clear"] = receipt_picture(1)
    await mei.sends_photo("blurred")
    assert (await mei.sends_photo("clear")).key == "receipt.offer"
    assert (await mei.taps("receipt.take")).key == "receipt.number"
    assert club.album.fetched == ["clear"]


@pytest.mark.parametrize(
    ("locale", "label"), [("en", "➕ Add to {number}"), ("zh", "➕ 补充到 {number}")]
)
async def test_photos_go_to_a_ticket_that_is_open(club: Club, locale: str, label: str) -> None:
    mei = await member(club, locale=locale)
    await mei.says("牛奶是酸的")
    await mei.taps("heard.pass")
    for n in range(3):
        await mei.sends(Kind.PHOTO, media=(Media(f"P{n}", "photo"),), album="a")
    me = await mei.member_id()
    [ticket] = await club.read(lambda w: w.tickets.open_of(me))
    assert mei.button("heard.add").label == label.format(number=ticket.number)
    assert (await mei.taps("heard.add")).key == "ticket.added"
    thread = await club.read(lambda w: w.tickets.thread(ticket.id, 9))
    assert [one["reference"] for said in thread for one in said.media] == ["P0", "P1", "P2"]
    assert (await mei.taps("receipt.take")).key == "general.expired"


async def test_a_photo_is_shown_to_a_person(club: Club) -> None:
    mei = await member(club)
    await mei.sends_photo("p")
    assert (await mei.taps("heard.ask")).key == "complain.sent"
    assert club.album.fetched == []


async def test_a_photo_inside_another_conversation_is_left_alone(club: Club) -> None:
    mei = await member(club)
    await mei.says("/complain")
    assert (await mei.sends_photo("p")).key == "complain.which"
    till = await operator(club, "till")
    await till.says("/award")
    assert (await till.sends_photo("p")).key == "general.not_this_now"
    assert club.album.fetched == []


async def test_strangers_photos_are_no_receipts(club: Club) -> None:
    somebody = club.person("Somebody")
    assert (await somebody.sends_photo("p")).key == "general.not_text"


async def test_a_club_without_receipt_photos_says_so(club: Club) -> None:
    changed = replace(club.programme, version=2, receipt_photos=None)
    await club.write(lambda w: w.programmes.publish(changed, club.clock(), None))
    mei = await member(club)
    assert (await mei.says("/receipt")).key == "receipt.off"
    assert (await mei.sends_photo("p")).key == "listening.file"
    assert not [key for row in (await mei.says("/card")).rows for key in row if "🧾" in key.label]


# -- pictures ---------------------------------------------------------------------------


async def test_a_picture_that_cannot_be_fetched_is_asked_for_again(club: Club) -> None:
    mei = await member(club)
    await mei.says("/receipt")
    lost = await mei.sends_photo("lost")
    assert lost.key == "receipt.bad_picture"
    assert "did not arrive" in lost.text
    club.album.pictures["p"] = receipt_picture(1)
    assert (await mei.sends_photo("p")).key == "receipt.number"


async def test_what_is_no_picture_is_refused(club: Club) -> None:
    mei = await member(club)
    club.album.pictures["p"] = b"GIF89a and then nothing"
    await mei.says("/receipt")
    assert "does not open" in (await mei.sends_photo("p")).text
    club.album.pictures["p"] = b"%PDF-1.7"
    assert "does not open" in (await mei.sends_photo("p")).text


async def test_a_file_is_to_be_sent_as_a_photo(club: Club) -> None:
    mei = await member(club)
    await mei.says("/receipt")
    file = await mei.sends(Kind.FILE, media=(Media("f", "document", "receipt.jpg"),))
    assert file is not None
    assert file.key == "receipt.as_photo"
    assert (await mei.says("here it is")).key == "receipt.photo_missing"


async def test_an_album_and_twenty_photos_are_one_receipt(club: Club) -> None:
    mei = await member(club)
    await mei.says("/receipt")
    for number in range(20):
        club.album.pictures[f"p{number}"] = receipt_picture(number)
    answers = [(await mei.sends_photo(f"p{number}")).key for number in range(20)]
    assert answers == ["receipt.number", *["receipt.one_at_a_time"] * 19]
    assert club.album.fetched == ["p0"]
    assert (await mei.says("A-1")).key == "receipt.amount"


async def test_the_same_picture_counts_once(club: Club) -> None:
    mei, li = await member(club), await member(club, "Li")
    await sends_receipt(mei, "p", seed=1)
    await mei.taps("receipt.send")
    again = await sends_receipt(mei, "p2", seed=1, number="A-78")
    assert again.key == "receipt.picture_used"
    assert "very photo before" in again.text
    other = await sends_receipt(li, "p3", seed=1, number="A-78")
    assert other.key == "receipt.picture_used"
    assert "cannot count twice" in other.text


# -- what stands on it ------------------------------------------------------------------


async def test_a_number_counts_once_however_it_is_spelled(club: Club) -> None:
    mei, li = await member(club), await member(club, "Li")
    await sends_receipt(mei, "p", number="A-77")
    await mei.taps("receipt.send")
    used = await sends_receipt(li, "p2", number="a-77")
    assert used.key == "receipt.number_used"
    for again in (" A - 77 ", "Ａ－７７"):
        assert (await li.says(again)).key == "receipt.number_used"
    assert (await li.says("A-78")).key == "receipt.amount"


async def test_a_number_that_the_counter_booked_is_used(club: Club) -> None:
    till = await operator(club, "till")
    mei = await member(club)
    me = await mei.member_id()
    number = (await club.read(lambda w: w.members.get(me))).number
    await till.says(f"/award {number} 128.50 a-77")
    assert (await till.taps("award.do")).key == "award.done"
    used = await sends_receipt(mei, "p", number="A-77")
    assert used.key == "receipt.number_used"
    assert "among yours" in used.text


async def test_amounts_are_read_as_people_type_them(club: Club) -> None:
    mei = await member(club)
    club.album.pictures["p"] = receipt_picture(1)
    await mei.says("/receipt")
    await mei.sends_photo("p")
    assert (await mei.says("R" * 101)).key == "award.bad_receipt"
    await mei.says("A-1")
    for bad in ("0", "-5", "much", "12.345"):
        assert (await mei.says(bad)).key == "amount.bad"
    assert (await mei.says("9999999")).key == "receipt.over_limit"
    assert (await mei.says("１２８．５")).key == "receipt.day"
    assert "¥128.50" in (await mei.says("yesterday")).text


async def test_a_day_that_cannot_be_is_asked_for_again(club: Club) -> None:
    mei = await member(club)
    assert "not come yet" in (await sends_receipt(mei, day="21 May")).text
    assert "too long ago" in (await mei.says("2026-03-01")).text
    assert "two ways" in (await mei.says("5/4")).text
    assert "could not read" in (await mei.says("some day")).text
    assert (await mei.taps("receipt.on", "2026-05-19")).key == "receipt.sure"


async def test_three_a_day_and_no_more(club: Club) -> None:
    mei = await member(club)
    for number in range(3):
        await sends_receipt(mei, f"p{number}", number=f"A-{number}", seed=number)
        assert (await mei.taps("receipt.send")).key == "receipt.sent"
    assert (await mei.says("/receipt")).key == "receipt.a_day"
    club.clock.move(days=1)
    assert (await mei.says("/receipt")).key == "receipt.photo"


async def test_a_frozen_member_sends_nothing(club: Club) -> None:
    mei = await member(club)
    await sends_receipt(mei)
    me = await mei.member_id()
    await club.write(lambda w: w.members.change(me, state=MemberState.FROZEN))
    assert (await mei.taps("receipt.send")).key == "member.frozen"
    assert await sent(club, mei) == []


async def test_tapping_twice_sends_once(club: Club) -> None:
    mei = await member(club)
    await sends_receipt(mei)
    await mei.taps("receipt.send")
    assert (await mei.taps("receipt.send")).key == "general.expired"
    assert len(await sent(club, mei)) == 1


async def test_who_leaves_for_good_withdraws_what_waits(club: Club) -> None:
    from services import erasing

    mei = await member(club)
    await sends_receipt(mei)
    await mei.taps("receipt.send")
    me = await mei.member_id()
    await club.write(lambda w: erasing.erase(w, me, club.clock()))
    [left] = await club.read(lambda w: w.receipts.of_member(me, 5))
    assert left.state is ReceiptState.WITHDRAWN
    assert (left.file_id, left.number, left.near_hash, left.order_key) == ("", "", "", None)
    assert await club.read(receipts.rules) == club.programme.receipt_photos

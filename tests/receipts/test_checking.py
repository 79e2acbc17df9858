"""Staff look at receipts: one tap, another amount, a reason; nobody their own, each once."""

import asyncio

import pytest
from sqlalchemy import update

from app.pictures import ClubPictures
from bot.messages import Rendered
from domain.club_errors import OwnMembership
from domain.receipt_errors import NumberUsed, ReceiptDecided
from domain.receipts import Reason, ReceiptState
from services import erasing, merging, purchases, receipt_checks, receipts
from services.ports.club import Actor
from storage.tables import receipts as tables
from tests.flows.staffed import operator
from tests.flows.talk import intents
from tests.membership.support import OWNER, broken, points
from tests.receipts.support import receipt_picture, sends_receipt
from tests.support.club import Club, Person

WELCOME = 50
_receipts = tables.ReceiptPhoto.__table__  # type: ignore[attr-defined]


async def sent(
    club: Club, name: str = "Mei", reference: str = "p", locale: str = "en", **told: str
) -> Person:
    """A member with a receipt that waits."""
    person = await club.person(name, locale).joins()
    await sends_receipt(person, reference, **told)
    assert (await person.taps("receipt.send")).key == "receipt.sent"
    return person


async def the_receipt(club: Club) -> int:
    [found] = await club.read(lambda w: w.receipts.waiting(5))
    return int(found.id)


async def actor(club: Club, name: str = "Anna") -> Actor:
    found = await club.read(lambda w: w.staff.by_name(name))
    return Actor(found.name, found.id, found.store_id)


async def has(club: Club, person: Person) -> int:
    """What a member has beyond the welcome."""
    return (await points(club, await person.member_id())).available - WELCOME


def keys(messages: list[Rendered]) -> list[str]:
    return [one.key for one in messages]


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_one_tap_books_it_and_the_member_is_told(club: Club, locale: str) -> None:
    till = await operator(club, "till", locale=locale)
    mei = await sent(club, locale=locale)
    [card] = await till.hears()
    assert card.key == "receipt.to_check"
    assert card.photo == f"receipt:{await the_receipt(club)}"
    assert "¥128.50" in card.text
    assert "⚠️" not in card.text
    done = await till.taps("check.confirm")
    assert done.key == "receipt.booked"
    assert "128" in done.text
    assert "purchase.booked" in keys(await mei.hears())
    assert await has(club, mei) == 128
    assert await broken(club) == []


async def test_the_purchase_bears_the_counters_order_id(club: Club) -> None:
    till = await operator(club, "till")
    mei = await sent(club, number="a 77", day="yesterday")
    await till.hears()
    await till.taps("check.confirm")
    me = await mei.member_id()
    [bought] = await club.read(lambda w: w.purchases.of_member(me, 5))
    assert (bought.source, bought.order_id, bought.minor) == ("till:sh-01", "A77", 12850)
    assert (bought.channel, bought.day.isoformat()) == ("receipt", "2026-05-19")
    number = (await club.read(lambda w: w.members.get(me))).number
    await till.says(f"/award {number} 128.50 A77")
    assert till.seen[-1].key == "award.receipt_taken"


async def test_the_queue_shows_the_oldest_first_and_leads_on(club: Club) -> None:
    await operator(club, "till")
    late = await operator(club, "operator", "Ben")
    await sent(club, "Mei", "p1", number="A-1")
    await sent(club, "Li", "p2", number="A-2")
    listed = await late.says("/receipts")
    assert listed.text.index("A-1") < listed.text.index("A-2")
    first = await club.read(lambda w: w.receipts.waiting(1)[0].id)
    shown = await late.taps("check.show", str(first))
    assert (shown.photo, shown.edit) == (f"receipt:{first}", False)
    done = await late.taps("check.confirm", str(first))
    assert done.edit
    assert "check.show" in intents(late, done)
    assert (await late.taps("check.show")).photo == f"receipt:{await the_receipt(club)}"


async def test_another_amount_is_confirmed_and_told(club: Club) -> None:
    till = await operator(club, "till")
    mei = await sent(club)
    receipt = await the_receipt(club)
    await till.hears()
    await till.taps("check.amount")
    assert (await till.says("0")).key == "amount.bad"
    asked = await till.says("118.50")
    assert asked.key == "receipt.amount_sure"
    assert "¥128.50" in asked.text
    assert (await till.taps("check.corrected")).key == "receipt.booked"
    assert {"receipt.told_corrected", "purchase.booked"} <= set(keys(await mei.hears()))
    assert await has(club, mei) == 118
    rows = await club.read(lambda w: w.audit.about(("receipt", receipt)))
    assert [row["action"] for row in rows] == ["receipt.confirm"]


@pytest.mark.parametrize("reason", [Reason.UNREADABLE, Reason.USED])
async def test_a_refusal_says_what_to_do(club: Club, reason: Reason) -> None:
    till = await operator(club, "till")
    mei = await sent(club)
    await till.hears()
    assert (await till.taps("check.refuse")).key == "receipt.to_refuse"
    assert (await till.taps("check.because", str(await the_receipt(club)), reason)).key == (
        "receipt.refused"
    )
    [told] = await mei.hears()
    assert told.key == "receipt.told_refused"
    again = reason in (Reason.UNREADABLE, Reason.AMOUNT)
    assert ("receipt" in intents(mei, told)) is again
    assert await has(club, mei) == 0
    assert (await sends_receipt(mei, "p")).key == "receipt.sure"  # it can be sent again


async def test_warnings_name_what_is_alike(club: Club) -> None:
    till = await operator(club, "till")
    await sent(club, "Mei", "p1", number="A-1")
    await till.hears()
    await till.taps("check.confirm")
    li = await club.person("Li").joins()
    club.album.pictures["p2"] = receipt_picture(hash("p1") % 1000, quality=40)
    await sends_receipt(li, "p2", number="A-2")
    await li.taps("receipt.send")
    card = (await till.hears())[-1]
    assert "nearly identical photo" in card.text
    assert "another receipt of this shop" in card.text


async def test_a_purchase_of_the_day_and_amount_is_warned_of(club: Club) -> None:
    till = await operator(club, "till")
    mei = await sent(club, "Mei", "p1", number="A-1")
    await till.hears()
    await till.taps("check.confirm")
    await sends_receipt(mei, "p2", number="B-9")
    await mei.taps("receipt.send")
    assert "a purchase of this amount" in (await till.hears())[-1].text


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "not on this membership"), ("zh", "不在该会员名下")]
)
async def test_a_purchase_of_the_store_that_is_another_s_is_warned_of(
    club: Club, locale: str, words: str
) -> None:
    till = await operator(club, "till", locale=locale)
    await sent(club, "Mei", "p1", locale, number="A-1")
    await till.hears()
    await till.taps("check.confirm")
    li = await club.person("Li", locale).joins()
    for number, amount in (("B-9", "128.50"), ("B-10", "128.51")):
        await sends_receipt(li, number, number=number, amount=amount)
        await li.taps("receipt.send")
    alike, other = (await till.hears())[-2:]
    assert (words in alike.text, words in other.text) == (True, False)


async def test_nobody_checks_their_own(club: Club) -> None:
    till = await operator(club, "till")
    await till.joins()
    await sends_receipt(till)
    await till.taps("receipt.send")
    assert "receipt.to_check" not in keys(await till.hears())
    await till.says("/receipts")
    assert (await till.taps("check.show")).key == "staff.own_membership"
    own, who = await till.member_id(), await actor(club)
    receipt = await the_receipt(club)
    for use in (
        lambda w: receipt_checks.confirm(w, receipt, None, own, who, club.clock()),
        lambda w: receipt_checks.refuse(w, receipt, Reason.USED, own, who, club.clock()),
    ):
        with pytest.raises(OwnMembership):
            await club.write(use)


async def test_the_second_is_told_who_was_first(club: Club) -> None:
    anna, ben = await operator(club, "till"), await operator(club, "operator", "Ben")
    await sent(club)
    await anna.hears()
    await ben.hears()
    await anna.taps("check.confirm")
    late = await ben.taps("check.confirm")
    assert late.key == "receipt.decided"
    assert "Anna" in late.text
    assert (await ben.taps("check.refuse")).key == "receipt.decided"


async def test_who_may_not_book_sees_no_receipts(club: Club) -> None:
    service = await operator(club, "service")
    mei = await sent(club)
    assert (await service.says("/receipts")).key == "general.unknown"
    assert (await mei.says("/receipts")).key == "general.unknown"
    assert await service.hears() == []


async def test_many_who_decide_at_once_decide_once(club: Club) -> None:
    await operator(club, "till")
    await operator(club, "operator", "Ben")
    mei = await sent(club)
    receipt, now = await the_receipt(club), club.clock()
    anna, ben = await actor(club), await actor(club, "Ben")
    done = await asyncio.gather(
        *(
            club.write(lambda w, who=who: receipt_checks.confirm(w, receipt, None, None, who, now))
            for who in (anna, ben) * 4
        ),
        *(
            club.write(
                lambda w, who=who: receipt_checks.refuse(w, receipt, Reason.USED, None, who, now)
            )
            for who in (anna, ben)
        ),
        return_exceptions=True,
    )
    late = [one for one in done if isinstance(one, ReceiptDecided)]
    assert len(late) == len(done) - 1
    assert await has(club, mei) in (0, 128)
    assert await broken(club) == []


async def test_the_same_receipt_from_many_at_once_waits_once(club: Club) -> None:
    people = [await club.person(f"P{number}").joins() for number in range(4)]
    for place, one in enumerate(people):
        await sends_receipt(one, f"p{place}", seed=place // 2, number=f"A-{place % 2}")
    answers = await asyncio.gather(*(one.taps("receipt.send") for one in people))
    waiting = await club.read(lambda w: w.receipts.waiting(9))
    assert len({one.order_key for one in waiting}) == len(waiting)
    assert len({one.picture_hash for one in waiting}) == len(waiting)
    assert [one.key for one in answers].count("receipt.sent") == len(waiting)
    assert 1 <= len(waiting) <= 2


async def test_a_cashier_and_the_queue_at_once_book_it_once(club: Club) -> None:
    till = await operator(club, "till")
    mei = await sent(club)
    await till.hears()
    me = await mei.member_id()
    number = (await club.read(lambda w: w.members.get(me))).number
    await till.says(f"/award {number} 128.50 a-77")
    assert (await till.taps("award.do")).key == "award.done"
    assert (await till.taps("check.confirm")).key == "receipt.number_used"
    assert await has(club, mei) == 128
    assert await the_receipt(club)  # it still waits, to be refused


async def test_undoing_is_voiding_the_purchase(club: Club) -> None:
    till = await operator(club, "till")
    mei = await sent(club)
    await till.hears()
    await till.taps("check.confirm")
    me = await mei.member_id()
    [bought] = await club.read(lambda w: w.purchases.of_member(me, 5))
    await club.write(
        lambda w: purchases.void(w, bought.id, reason="a slip", actor=OWNER, now=club.clock())
    )
    assert await has(club, mei) == 0
    store = (await actor(club)).store_id
    with pytest.raises(NumberUsed):  # the receipt was seen; a cashier may enter it again
        await club.read(lambda w: receipts.read_number(w, me, store, "A-77"))
    number = (await club.read(lambda w: w.members.get(me))).number
    await till.says(f"/award {number} 128.50 A-77")
    assert (await till.taps("award.do")).key == "award.done"
    assert await has(club, mei) == 128


async def test_receipts_follow_a_merge(club: Club) -> None:
    till = await operator(club, "till")
    mei = await sent(club)
    li = await club.person("Li").joins()
    old, new = await li.member_id(), await mei.member_id()
    done = await club.write(lambda w: merging.merge(w, old, new, OWNER, club.clock()))
    await till.hears()
    assert (await till.taps("check.confirm")).key == "receipt.booked"
    assert (await points(club, done.kept.id)).available == 128 + 2 * WELCOME


async def test_with_the_guard_off_two_would_decide(club: Club) -> None:
    """Who reads first and writes later, as two chats would, decides twice."""
    await sent(club)
    receipt, both = await the_receipt(club), asyncio.Barrier(2)
    unguarded = update(_receipts).where(_receipts.c.id == receipt).values(state="booked")

    async def careless() -> bool:
        found = await club.read(lambda w: w.receipts.get(receipt))
        await both.wait()
        await club.write(lambda w: w.db.execute(unguarded))
        return bool(found.state is ReceiptState.WAITING)

    assert sum(await asyncio.gather(careless(), careless())) == 2


async def test_the_pictures_reference_is_looked_up_when_it_is_sent(club: Club) -> None:
    mei = await sent(club)
    name = f"receipt:{await the_receipt(club)}"
    pictures = ClubPictures(club.units, "telegram", club.clock)
    assert await pictures.find(name, "42", "en") == "p"
    assert await pictures.find(name, "43", "en") is None
    assert await pictures.find("receipt:1", "42", "en") is None
    me = await mei.member_id()
    await club.write(lambda w: erasing.erase(w, me, club.clock()))
    assert await pictures.find(name, "42", "en") is None

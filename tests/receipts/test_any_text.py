"""Every question about receipts and orders takes any text and stays whole."""

from bot.messages import Kind
from services import receipts, stores
from tests.flows.staffed import CLI, operator
from tests.flows.test_orders import ordered
from tests.receipts.support import add_stores, receipt_picture
from tests.support.club import NOW, Club, Person
from tests.whole import absurd

BROKEN = "error.broken"
# Half a letter does not get past the platform's decoder.
TEXTS = [text.encode(errors="replace").decode() for text in absurd.TEXTS]


async def _stands(person: Person) -> str:
    found = await person.club.read(
        lambda w: w.conversations.load(person.address, person.locale).conversation
    )
    return f"{found.flow}.{found.step}" if found.flow else ""


async def _anything(person: Person, step: str, *way: str) -> None:
    """Says what is absurd at a step, which is reached again where it was left."""
    for text in TEXTS[::3]:
        if await _stands(person) != step:
            await person.says("/cancel")
            await person.says("/receipt")
            await person.sends_photo("p")
            for said in way:
                await person.says(said)
        assert await _stands(person) == step
        answer = await person.sends(Kind.TEXT, text=text)
        assert answer is None or answer.key != BROKEN, (step, text)


async def test_every_question_about_a_receipt_takes_any_text(club: Club) -> None:
    await add_stores(club, "sh-01", "sh-02")
    mei = await club.person("Mei").joins()
    club.album.pictures["p"] = receipt_picture(1)
    told = ("sh-02", "A-77", "12.50", "today")
    for place, step in enumerate(("store", "number", "amount", "day", "sure")):
        await _anything(mei, f"receipt.{step}", *told[:place])
    me = await mei.member_id()
    assert await club.read(lambda w: receipts.newest(w, me)) == []


async def test_every_question_to_staff_takes_any_text(club: Club) -> None:
    anna = await operator(club, "operator")
    await club.write(lambda w: stores.add(w, "sh-02", "West Lake", CLI, NOW))
    staff = (await club.read(lambda w: w.staff.by_name("Anna"))).id
    await club.write(lambda w: w.staff.set_role(staff, "operator", None))
    mei, _ = await ordered(club)
    club.album.pictures["p"] = receipt_picture(1)
    await mei.says("/receipt")
    await mei.sends_photo("p")
    for said in ("sh-02", "A-77", "12.50", "today"):
        await mei.says(said)
    await mei.taps("receipt.send")
    await anna.says("/orders")
    await anna.taps("order.show")
    await anna.says("/receipts")
    await anna.taps("check.show")
    for asks in ("order.ready", "order.note", "check.amount"):
        for text in TEXTS[::6]:
            await anna.taps(asks)
            answer = await anna.sends(Kind.TEXT, text=text)
            assert answer is None or answer.key != BROKEN, (asks, text)

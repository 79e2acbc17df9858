"""`/award` for a cashier with a queue: one line, limits of a shift, undoing, limited look-ups."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.messages import Kind
from domain.club_errors import OwnMembership
from domain.errors import MemberClosed
from domain.programme import Counter
from services import awarding, benefits, erasing, finding, merging, stores
from services.awarding import Receipt
from services.ports.club import Actor
from storage.work import Work
from tests.flows.staffed import CLI, operator
from tests.membership.support import PHONE, broken, member, points
from tests.support.club import NOW, Club, Person, programme
from tests.support.databases import MIGRATED
from tests.support.threads import give, offer

LIMITS = Counter(per_receipt=100_000, receipts_per_shift=3, money_per_shift=150_000)
HOUR = timedelta(hours=1)


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, replace(programme(), counter=LIMITS)).open()
    yield opened
    await opened.close()


async def customer(club: Club, **values: Any) -> tuple[Person, str]:
    mei = await club.person("Mei").joins()
    me = await mei.member_id()
    await club.write(lambda w: w.members.change(me, name="王小明", phone=PHONE, **values))
    number = (await club.read(lambda w: w.members.get(me))).number
    return mei, number


async def booked(club: Club, mei: Person) -> list[tuple[str, str]]:
    me = await mei.member_id()
    found = await club.read(lambda w: w.purchases.of_member(me, 10))
    return [(one.order_id, one.state) for one in found]


async def actor(club: Club, name: str) -> Actor:
    found = await club.read(lambda w: w.staff.by_name(name))
    return Actor(found.name, found.id, found.store_id)


# -- one line ---------------------------------------------------------------------------

LINES = [
    "{number} 128.50 A-77",
    "{spaced} 128.50 A-77",
    "+86 138 0013 8000 128.50 A-77",
    "138 0013 8000 128.50 A-77",
    "phone:13800138000 128.50 A-77",
]


@pytest.mark.parametrize("line", LINES)
async def test_one_line_is_enough(club: Club, line: str) -> None:
    till = await operator(club, "till")
    mei, number = await customer(club)
    spaced = f"{number[:4]} {number[4:8]} {number[8:]}"
    sure = await till.says("/award " + line.format(number=number, spaced=spaced))
    assert sure.key == "award.sure"
    assert "王**" in sure.text
    assert "¥128.50" in sure.text
    assert "A-77" in sure.text
    assert (await till.taps("award.do")).key == "award.done"
    assert await booked(club, mei) == [("A-77", "booked")]


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (["/award", "{number}", "128.50 A-77"], ["award.who", "award.amount", "award.sure"]),
        (["/award", "{number} 128.50", "A-77"], ["award.who", "award.receipt", "award.sure"]),
        (["/award {number}", "128.50", "A-77"], ["award.amount", "award.receipt", "award.sure"]),
        (["/award 138 0013 8000", "12.5 A 7"], ["award.amount", "award.sure"]),
        (["/award {number} 1.234 A-1", "1.23 A-1"], ["amount.bad", "award.sure"]),
        (["/award {number} 0 A-1", "12 A-1"], ["amount.bad", "award.sure"]),
        (["/award {number} 99999 A-1", "12 A-1"], ["award.receipt_over_limit", "award.sure"]),
        (["/award 100000018 12 A-1", "{number} 12 A-1"], ["member.bad_number", "award.sure"]),
    ],
)
async def test_what_is_missing_or_wrong_is_asked_alone(
    club: Club, said: list[str], answered: list[str]
) -> None:
    till = await operator(club, "till")
    _, number = await customer(club)
    keys = [(await till.says(one.format(number=number))).key for one in said]
    assert keys == answered


async def test_a_number_with_an_amount_behind_it_is_no_phone(club: Club) -> None:
    till = await operator(club, "till")
    mei, _ = await customer(club)
    me = await mei.member_id()
    await club.write(lambda w: w.members.change(me, number="139001384"))  # 13900138420: a phone
    assert (await till.says("/award 139001384 20")).key == "award.receipt"
    assert (await till.says("/award 1390013 8420")).key == "member.not_found"


async def test_a_voucher_code_or_its_link_finds_its_owner(club: Club) -> None:
    till = await operator(club, "till")
    mei, _ = await customer(club)
    me, coffee = await mei.member_id(), await offer(club)
    await give(club, mei, 400)
    done = await club.write(lambda w: benefits.redeem(w, me, coffee, key="r:1", now=NOW))
    code = await club.read(lambda w: w.vouchers.code(done.voucher.id))
    link = f"https://t.me/club_bot?start=v_{code}"
    for text in (code, link):
        answer = await till.says(f"/award {text}")
        assert answer.key == "award.amount"
        assert "王**" in answer.text


async def test_nobody_books_for_themselves(club: Club) -> None:
    till = await operator(club, "till")
    await till.joins()
    me = await till.member_id()
    number = (await club.read(lambda w: w.members.get(me))).number
    answer = await till.says(f"/award {number} 10 A-1")
    assert answer.key == "staff.own_membership"
    with pytest.raises(Exception, match=r"own_membership"):
        await book(club, await actor(club, "Anna"), me, 10, "A-1", own=me)


async def test_nobody_books_for_a_membership_that_has_become_their_own(club: Club) -> None:
    till = await operator(club, "till")
    await till.joins()
    me = await till.member_id()
    mei, _ = await customer(club)
    by, other = await actor(club, "Anna"), await mei.member_id()
    await club.write(lambda w: merging.merge(w, me, other, by, NOW))
    kept = await club.read(lambda w: finding.standing(w, me).id)
    gone = other if kept == me else me
    with pytest.raises(OwnMembership):
        await book(club, by, gone, 10, "A-1", own=kept)


async def test_who_left_meanwhile_leaves_no_receipt_behind(club: Club) -> None:
    await operator(club, "till")
    mei, _ = await customer(club)
    by, gone = await actor(club, "Anna"), await mei.member_id()
    await club.write(lambda w: erasing.erase(w, gone, NOW))
    with pytest.raises(MemberClosed):
        await book(club, by, gone, 10, "A-1")


# -- the shift --------------------------------------------------------------------------


async def book(
    club: Club, by: Actor, member_id: int, yuan: int, number: str, own: int | None = None
) -> Any:
    def use(work: Work) -> Any:
        amount = awarding.read_amount(work, str(yuan))
        return awarding.award(work, Receipt(member_id, amount, number, own), by, club.clock())

    return await club.write(use)


async def test_a_shift_has_so_many_receipts(club: Club) -> None:
    till = await operator(club, "till")
    _, number = await customer(club)
    for place in range(3):
        await till.says(f"/award {number} 10 A-{place}")
        done = await till.taps("award.do")
        assert done.key == "award.done"
    assert "0 receipts" in done.text
    await till.says(f"/award {number} 10 A-9")
    assert (await till.taps("award.do")).key == "award.shift_receipts"
    club.clock.now = NOW + timedelta(hours=14)  # midnight in Shanghai
    assert (await till.taps("award.do")).key == "award.done"


async def test_a_shift_is_worth_so_much(club: Club) -> None:
    till = await operator(club, "till", locale="zh")
    _, number = await customer(club)
    await till.says(f"/award {number} 1000 A-1")
    await till.taps("award.do")
    await till.says(f"/award {number} 501 A-2")
    refused = await till.taps("award.do")
    assert refused.key == "award.shift_money"
    assert "¥1,500.00" in refused.text
    assert "¥500.00" in refused.text
    await till.says(f"/award {number} 500 A-2")
    assert (await till.taps("award.do")).key == "award.done"


async def test_a_shift_ends_at_the_stores_midnight(club: Club) -> None:
    def open_store(work: Work) -> None:
        stores.add(work, "hi-01", "Honolulu", CLI, NOW, zone="Pacific/Honolulu")

    await club.write(open_store)
    mei = await member(club, charter_version=1)
    store = await club.read(lambda w: w.stores.by_code("hi-01"))
    by = Actor("Kai", 5, store.id)
    for place in range(3):
        await book(club, by, mei.id, 10, f"A-{place}")
    club.clock.now = NOW + timedelta(hours=7, minutes=59)  # 23:59 on the island
    with pytest.raises(Exception, match=r"shift_receipts"):
        await book(club, by, mei.id, 10, "A-9")
    club.clock.now = NOW + timedelta(hours=8)
    await book(club, by, mei.id, 10, "A-9")


async def test_receipts_at_once_stay_within_the_shift(club: Club) -> None:
    mei = await member(club, charter_version=1)
    by = Actor("Anna", 5)
    done = await asyncio.gather(
        *(book(club, by, mei.id, 10, f"A-{place}") for place in range(12)), return_exceptions=True
    )
    assert sum(not isinstance(one, Exception) for one in done) == 3
    used = await club.read(lambda w: w.shifts.used(5, NOW.date()))
    assert (used.receipts, used.minor) == (3, 3000)
    assert await broken(club) == []


async def test_without_the_guard_a_shift_would_be_passed(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.shifts.Shifts.use", lambda *_: True)
    mei = await member(club, charter_version=1)
    for place in range(5):
        await book(club, Actor("Anna", 5), mei.id, 10, f"A-{place}")
    assert (await points(club, mei.id)).lifetime == 50


@pytest.mark.parametrize("yuan", [10, 20])
async def test_two_cashiers_with_one_receipt_book_it_once(club: Club, yuan: int) -> None:
    mei, bo = [await member(club, charter_version=1) for _ in range(2)]
    who = [
        (Actor("Anna", 5), mei.id, 10),
        (Actor("Ben", 6), bo.id if yuan == 20 else mei.id, yuan),
    ]
    done = await asyncio.gather(
        *(book(club, by, of, paid, "A-1") for by, of, paid in who * 6), return_exceptions=True
    )
    winners = {one.outcome.purchase.staff_id for one in done if not isinstance(one, Exception)}
    refused = {one.code for one in done if isinstance(one, Exception)}  # type: ignore[attr-defined]
    assert len(winners) == 1
    assert refused == {"award.receipt_taken"}
    used = [await club.read(lambda w, of=of: w.shifts.used(of, NOW.date())) for of in (5, 6)]
    assert sum(one.receipts for one in used) == 1


# -- undoing ----------------------------------------------------------------------------


async def entered(club: Club, receipt: str = "A-1") -> tuple[Person, Person]:
    till = await operator(club, "till")
    mei, number = await customer(club)
    await till.says(f"/award {number} 100 {receipt}")
    assert (await till.taps("award.do")).key == "award.done"
    return till, mei


async def test_a_slip_is_undone_and_the_receipt_booked_again(club: Club) -> None:
    till, mei = await entered(club)
    before = (await points(club, await mei.member_id())).available
    undone = await till.taps("award.undo")
    assert undone.key == "award.undone"
    assert (await points(club, await mei.member_id())).available == before - 100
    assert [one.key for one in await mei.hears()] == ["purchase.booked", "award.told_undone"]
    assert await booked(club, mei) == []
    me = await mei.member_id()
    number = (await club.read(lambda w: w.members.get(me))).number
    for _ in range(2):
        await till.says(f"/award {number} 10 A-1")
        assert (await till.taps("award.do")).key == "award.done"
        await till.taps("award.undo")
    assert await broken(club) == []


async def test_undoing_is_audited_with_its_reason(club: Club) -> None:
    till, mei = await entered(club)
    me = await mei.member_id()
    [bought] = await club.read(lambda w: w.purchases.of_member(me, 5))
    await till.taps("award.undo")
    [row] = await club.read(lambda w: w.audit.about(("purchase", bought.id)))
    assert (row["action"], row["reason"]) == ("purchase.void", "undone at the counter")
    assert row["staff_name"] == "Anna"


async def test_undoing_gives_the_shift_its_receipt_back(club: Club) -> None:
    await entered(club)
    by = await actor(club, "Anna")
    day = NOW.date()
    assert (await club.read(lambda w: w.shifts.used(by.staff_id, day))).receipts == 1
    [bought] = await club.read(lambda w: w.db.exec_driver_sql("SELECT id FROM purchases").all())
    await asyncio.gather(
        *(club.write(lambda w: awarding.undo(w, bought[0], None, by, NOW)) for _ in range(6))
    )
    used = await club.read(lambda w: w.shifts.used(by.staff_id, day))
    assert (used.receipts, used.minor) == (0, 0)
    assert await broken(club) == []


async def test_a_second_tap_changes_nothing(club: Club) -> None:
    till, mei = await entered(club)
    await till.taps("award.undo")
    assert (await till.taps("award.undo")).key == "award.undone_before"
    assert len(await mei.hears()) == 2


@pytest.mark.parametrize(
    ("later", "answer"), [(899.999, "award.undone"), (900, "award.undo_late")]
)
async def test_the_way_back_is_open_for_a_quarter_of_an_hour(
    club: Club, later: float, answer: str
) -> None:
    till, _ = await entered(club)
    club.clock.move(seconds=later)
    assert (await till.taps("award.undo")).key == answer


async def test_only_who_entered_it_undoes_it(club: Club) -> None:
    await entered(club)
    other = await operator(club, "owner", "Ben")
    by = await actor(club, "Ben")
    [bought] = await club.read(lambda w: w.db.exec_driver_sql("SELECT id FROM purchases").all())
    with pytest.raises(Exception, match=r"undo_not_yours"):
        await club.write(lambda w: awarding.undo(w, bought[0], None, by, NOW))
    assert (await other.says("/award.undo")).key == "general.unknown"


async def test_without_minutes_there_is_no_way_back(
    fresh_database: Callable[..., str],
) -> None:
    rules = replace(programme(), counter=Counter(undo_minutes=0))
    club = await Club(fresh_database("sqlite", MIGRATED), rules).open()
    till = await operator(club, "till")
    _, number = await customer(club)
    await till.says(f"/award {number} 100 A-1")
    done = await till.taps("award.do")
    with pytest.raises(AssertionError, match="no button"):
        till.button("award.undo")
    assert "Left for today" not in done.text
    await club.close()


# -- looking members up -----------------------------------------------------------------


async def looks(club: Club) -> list[tuple[str, str]]:
    rows = await club.read(
        lambda w: w.db.exec_driver_sql(
            "SELECT subject_id, detail FROM audit WHERE action = 'member.look' ORDER BY id"
        ).all()
    )
    return [(subject, detail) for subject, detail in rows]


@pytest.mark.parametrize("command", ["/member", "/award"])
async def test_every_look_is_audited_without_what_was_typed(club: Club, command: str) -> None:
    till = await operator(club, "till")
    mei, number = await customer(club)
    await till.says(f"{command} {number}")
    await till.says(f"{command} 13900139000")
    found, missed = await looks(club)
    assert found == (str(await mei.member_id()), '{"by":"number","outcome":"found"}')
    assert missed == ("", '{"by":"phone","outcome":"member.not_found"}')


async def test_a_phone_before_a_colon_is_not_kept_either(club: Club) -> None:
    till = await operator(club, "till")
    await till.says("/member 13900139000: who is it?")
    await till.says("/member phone:13900139000")
    assert [detail.split(",")[0] for _, detail in await looks(club)] == [
        '{"by":"other"',
        '{"by":"phone"',
    ]


async def test_who_tries_wrong_numbers_has_to_wait(club: Club) -> None:
    till = await operator(club, "till")
    _, number = await customer(club)
    for place in range(finding.MOST_WRONG):
        assert (await till.says(f"/member 1390013{place:04d}")).key == "member.not_found"
    assert (await till.says(f"/member {number}")).key == "member.too_many_looks"
    assert (await till.says(f"/award {number} 10 A-1")).key == "member.too_many_looks"
    other = await operator(club, "till", "Ben")
    assert (await other.says(f"/member {number}")).key == "portrait.shown"
    club.clock.now += finding.WRONG_WITHIN
    assert (await till.says(f"/member {number}")).key == "portrait.shown"


async def test_who_looks_at_very_many_has_to_wait(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_LOOKS", 3)
    till = await operator(club, "till")
    _, number = await customer(club)
    for _ in range(3):
        assert (await till.says(f"/member {number}")).key == "portrait.shown"
    assert (await till.says(f"/member {number}")).key == "member.too_many_looks"
    club.clock.now += HOUR
    assert (await till.says(f"/member {number}")).key == "portrait.shown"


async def test_a_frozen_members_look_counts_too(club: Club) -> None:
    till = await operator(club, "till")
    _, number = await customer(club, state="frozen")
    assert (await till.says(f"/award {number} 10 A-1")).key == "member.frozen"
    assert len(await looks(club)) == 1


async def test_a_double_tap_on_do_books_once(club: Club) -> None:
    till = await operator(club, "till")
    mei, number = await customer(club)
    await till.says(f"/award {number} 100 A-1")
    payload = till.button("award.do").payload
    taps = [till.sends(Kind.TAP, payload=payload, message="1", callback="c") for _ in range(4)]
    await asyncio.gather(*taps)
    assert await booked(club, mei) == [("A-1", "booked")]

"""`/orders`: what staff make ready and hand over; members are told; late ones come first."""

import asyncio
from datetime import date, timedelta

import pytest

from bot.messages import Rendered
from domain.dates import local_day
from domain.fulfilment_errors import OrderMoved
from domain.fulfilments import OrderState
from domain.till_errors import OwnVoucher
from domain.vouchers import Voucher, VoucherState
from scheduler.due import run_due
from scheduler.jobs import JOBS
from services import (
    erasing,
    fulfilling,
    merging,
    order_reminders,
    orders,
    scanning,
    stores,
    vouchers,
)
from services.ports.club import Actor
from storage.work import Work
from tests.flows.staffed import CLI, operator
from tests.flows.talk import intents
from tests.membership.support import OWNER, broken
from tests.support.club import NOW, Club, Person
from tests.support.threads import offer

DAY = timedelta(days=1)
CAKE = {"zh": "蛋糕", "en": "Cake"}


async def ordered(
    club: Club, days: int = 2, name: str = "Mei", locale: str = "en", valid: int = 30
) -> tuple[Person, int]:
    """A member with a voucher that has to be made ready; the voucher's id."""
    person = await club.person(name, locale).joins()
    me, now = await person.member_id(), club.clock()
    key = f"cake-{days}-{valid}"
    benefit = await offer(club, key=key, names=CAKE, price=0, ready_days=days, valid_days=valid)

    def issue(work: Work) -> int:
        made = work.benefits.get(benefit)
        assert made is not None
        voucher = Voucher(
            work.new_id(),
            benefit,
            me,
            VoucherState.ISSUED,
            made.promise(),
            0,
            now,
            now + timedelta(days=valid),
        )
        code = f"{voucher.id:016d}"
        assert work.vouchers.issue(
            voucher, code, key=f"k{voucher.id}", posting_id=None, source="gift"
        )
        fulfilling.order(work, voucher, now)
        return voucher.id

    return person, int(await club.write(issue))


async def state(club: Club, voucher_id: int) -> OrderState:
    found = await club.read(lambda w: fulfilling.state(w, voucher_id))
    assert found is not None
    return OrderState(found.state)


async def used(club: Club, voucher_id: int) -> str:
    return str((await club.read(lambda w: w.vouchers.get(voucher_id))).state)


async def actor(club: Club, name: str = "Anna") -> Actor:
    found = await club.read(lambda w: w.staff.by_name(name))
    return Actor(found.name, found.id, found.store_id)


def keys(messages: list[Rendered]) -> list[str]:
    return [one.key for one in messages]


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_ordered_ready_handed_over(club: Club, locale: str) -> None:
    anna = await operator(club, "service", locale=locale)
    mei, voucher = await ordered(club, locale=locale)
    listed = await anna.says("/orders")
    assert CAKE[locale] in listed.text
    shown = await anna.taps("order.show")
    assert "•••• " in shown.text
    ready = await anna.taps("order.ready")
    assert ready.key == "order.shown"
    assert await state(club, voucher) is OrderState.READY
    [told] = [one for one in await mei.hears() if one.key == "order.told_ready"]
    assert "People's Road" in told.text.replace("&#39;", "'")
    assert "voucher.show" in intents(mei, told)
    done = await anna.taps("order.deliver")
    assert await state(club, voucher) is OrderState.DELIVERED
    assert await used(club, voucher) == "used"
    assert "order.ready" not in intents(anna, done)
    assert [row["action"] for row in await _audit(club, voucher)] == [
        "order.deliver",
        "order.ready",
    ]
    assert await broken(club) == []


async def _audit(club: Club, voucher: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = await club.read(lambda w: w.audit.about(("order", voucher)))
    return found


async def test_late_ones_come_first_and_are_a_list_of_their_own(club: Club) -> None:
    anna = await operator(club, "till")
    await ordered(club, 5, "Later")
    await ordered(club, 1, "Sooner")
    club.clock.move(days=3)
    listed = await anna.says("/orders")
    assert listed.text.index("2 days late") < listed.text.index("to be made ready")
    only = await anna.says("late orders")
    assert "2 days late" in only.text
    assert "to be made ready" not in only.text
    assert (await anna.says("/orders overdue")).text == only.text
    assert "Nothing waits to be fetched" in (await anna.says("/orders ready")).text
    late = await club.read(lambda w: orders.listed(w, orders.LATE, club.clock(), 9))
    assert [one.late for one in late] == [2]


async def test_many_orders_have_pages(club: Club) -> None:
    anna = await operator(club, "operator")
    for number in range(orders.PAGE + 1):
        await ordered(club, 2, f"P{number}")
    first = await anna.says("/orders")
    assert "Page 1 of 2" in first.text
    second = await anna.taps("orders", "all", "1")
    assert "Page 2 of 2" in second.text
    assert len([one for one in intents(anna, second) if one == "order.show"]) == 1
    assert "Page 2 of 2" in (await anna.says("/orders all 99")).text


async def test_staff_without_a_store_say_where(club: Club) -> None:
    anna = await operator(club, "service")
    await club.write(lambda w: stores.add(w, "sh-02", "West Lake", CLI, NOW, hours="9-21"))
    staff = (await actor(club)).staff_id
    await club.write(lambda w: w.staff.set_role(staff, "service", None))
    mei, voucher = await ordered(club)
    await anna.says("/orders")
    await anna.taps("order.show")
    assert (await anna.taps("order.ready")).key == "order.where"
    assert (await anna.says("nowhere")).key == "order.no_store"
    assert (await anna.says("west")).key == "order.shown"
    [told] = [one for one in await mei.hears() if one.key == "order.told_ready"]
    assert "West Lake" in told.text
    assert "9-21" in told.text
    assert await state(club, voucher) is OrderState.READY


async def test_a_note_is_for_staff_and_goes_with_the_person(club: Club) -> None:
    anna = await operator(club, "service")
    mei, voucher = await ordered(club)
    await anna.says("/orders")
    await anna.taps("order.show")
    assert (await anna.taps("order.note")).key == "order.note_ask"
    assert (await anna.says("   ")).key == "text.bad"
    assert (await anna.says("x" * 301)).key == "text.bad"
    assert "less sugar" in (await anna.says("less sugar")).text
    assert "📝" in (await anna.says("/orders")).text
    assert "order.told_ready" not in keys(await mei.hears())
    me = await mei.member_id()
    await club.write(lambda w: erasing.erase(w, me, club.clock()))
    left = await club.read(lambda w: fulfilling.state(w, voucher))
    assert (left.state, left.note) == (OrderState.CANCELLED, "")


async def test_using_the_voucher_at_the_till_hands_it_over(club: Club) -> None:
    await operator(club, "till")
    _, voucher = await ordered(club)
    who = await actor(club)
    await club.write(lambda w: vouchers.use(w, voucher, who, key="till", now=club.clock()))
    assert await state(club, voucher) is OrderState.DELIVERED


async def test_a_cancelled_voucher_cancels_its_order(club: Club) -> None:
    _, voucher = await ordered(club)
    assert await club.write(lambda w: fulfilling.withdraw(w, voucher, NOW))
    assert not await club.write(lambda w: fulfilling.withdraw(w, voucher, NOW))
    assert await state(club, voucher) is OrderState.CANCELLED
    assert not await club.write(lambda w: fulfilling.handed_over(w, voucher, OWNER, NOW))


async def test_who_has_made_it_ready_is_told_when_it_is_given_back(club: Club) -> None:
    anna = await operator(club, "service")
    _, voucher = await ordered(club)
    who = await actor(club)
    await club.write(lambda w: orders.make_ready(w, voucher, who.store_id, who, club.clock()))
    await club.write(lambda w: fulfilling.withdraw(w, voucher, club.clock()))
    assert keys(await anna.hears())[-1] == "order.told_withdrawn"


async def test_what_nobody_fetched_in_time_can_be_closed_or_given_all_the_same(
    club: Club,
) -> None:
    anna = await operator(club, "service")
    _, first = await ordered(club, valid=3)
    _, second = await ordered(club, 1, "Li", valid=3)
    who = await actor(club)
    for one in (first, second):
        await club.write(lambda w, one=one: orders.make_ready(w, one, None, who, club.clock()))
    with pytest.raises(OrderMoved):
        await club.write(lambda w: orders.close(w, first, who, club.clock()))
    club.clock.move(days=8)
    await anna.says("/orders")
    assert "expired" in (await anna.taps("order.show", str(first))).text
    assert "cancelled" in (await anna.taps("order.close", str(first))).text
    await anna.taps("orders")
    await anna.taps("order.show", str(second))
    await anna.taps("order.deliver", str(second))
    assert await state(club, second) is OrderState.DELIVERED
    assert await used(club, second) == "issued"  # its state by the clock stays expired


async def test_a_voucher_is_valid_for_a_week_after_what_it_promised_is_ready(club: Club) -> None:
    await operator(club, "service")
    mei, late = await ordered(club, 1, valid=3)
    _, soon = await ordered(club, 1, "Li", valid=4)
    _, long = await ordered(club, 1, "Wu", valid=30)
    me, who = await mei.member_id(), await actor(club)
    club.clock.move(days=3, hours=2)
    [mine] = await club.read(lambda w: vouchers.of_member(w, me, club.clock()))
    assert (mine.state, mine.last_day) == (VoucherState.ISSUED, date(2026, 5, 30))
    with pytest.raises(OrderMoved):  # it has not lapsed, for it was never ready
        await club.write(lambda w: orders.close(w, late, who, club.clock()))
    seen = [
        await club.write(lambda w, one=one: orders.make_ready(w, one, None, who, club.clock()))
        for one in (late, soon, long)
    ]
    lasting = date(2026, 6, 19)
    assert [one.last_day for one in seen] == [date(2026, 5, 30), date(2026, 5, 30), lasting]
    [told] = [one for one in await mei.hears() if one.key == "order.told_ready"]
    assert "May 30" in told.text or "30 May" in told.text
    rows = [await club.read(lambda w, o=o: w.audit.about(("voucher", o))) for o in (late, long)]
    assert [[row["action"] for row in some] for some in rows] == [["voucher.extend"], []]
    club.clock.move(days=8)
    [mine] = await club.read(lambda w: vouchers.of_member(w, me, club.clock()))
    assert mine.state is VoucherState.EXPIRED
    assert await broken(club) == []


@pytest.mark.parametrize("way", ["till", "scan", "order"])
async def test_what_was_late_can_be_had_though_its_voucher_had_ended(club: Club, way: str) -> None:
    await operator(club, "service")
    _, voucher = await ordered(club, 1, valid=3)
    who = await actor(club)
    club.clock.move(days=9)

    def use(work: Work) -> None:
        now = club.clock()
        if way == "order":
            orders.deliver(work, voucher, None, who, key="k", now=now)
            return
        if way == "scan":
            assert scanning.look(work, voucher, who, now).state is VoucherState.HELD
        vouchers.use(work, voucher, who, key="k", now=now)

    await club.write(use)
    assert await used(club, voucher) == "used"
    assert await state(club, voucher) is OrderState.DELIVERED


async def test_nobody_hands_over_their_own_order_not_even_when_its_voucher_has_lapsed(
    club: Club,
) -> None:
    await operator(club, "service")
    mei, voucher = await ordered(club, 1, valid=3)
    me, who = await mei.member_id(), await actor(club)
    await club.write(lambda w: orders.make_ready(w, voucher, None, who, club.clock()))
    for days in (0, 30):
        club.clock.move(days=days)
        with pytest.raises(OwnVoucher):
            await club.write(
                lambda w: orders.deliver(w, voucher, me, who, key="own", now=club.clock())
            )
    assert await state(club, voucher) is OrderState.READY


async def test_the_second_who_taps_is_told_who_was_first(club: Club) -> None:
    anna, ben = await operator(club, "till"), await operator(club, "service", "Ben")
    _, voucher = await ordered(club)
    for one in (anna, ben):
        await one.says("/orders")
        await one.taps("order.show", str(voucher))
    await anna.taps("order.ready")
    assert (await anna.taps("order.ready")).key == "order.shown"
    late = await ben.taps("order.ready")
    assert late.key == "order.moved"
    assert "Anna" in late.text


async def test_many_who_move_an_order_at_once_move_it_once(club: Club) -> None:
    await operator(club, "till")
    mei, voucher = await ordered(club)
    now = club.clock()
    staff = [Actor(f"S{number}", 900 + number, None) for number in range(16)]
    done = await asyncio.gather(
        *(
            club.write(lambda w, who=who: orders.make_ready(w, voucher, None, who, now))
            for who in staff
        ),
        return_exceptions=True,
    )
    assert len([one for one in done if isinstance(one, OrderMoved)]) == 15
    assert keys(await mei.hears()).count("order.told_ready") == 1
    assert len(await _audit(club, voucher)) == 1


async def test_members_and_strangers_see_no_orders(club: Club) -> None:
    mei, voucher = await ordered(club)
    assert (await mei.says("/orders")).key == "general.unknown"
    anna = await operator(club, "approver")
    assert (await anna.says("/orders")).key == "general.unknown"
    assert await state(club, voucher) is OrderState.ORDERED


async def test_staff_are_reminded_once_a_day_of_what_is_due(club: Club) -> None:
    anna = await operator(club, "service")
    await ordered(club, 1, "Tomorrow")
    await ordered(club, 5, "Later")
    jobs = tuple(job for job in JOBS if job.name == "orders")

    async def runs() -> list[str]:
        await run_due(club.units, club.clock(), jobs=jobs)
        return [one.text for one in await anna.hears() if one.key == "order.reminder"]

    club.clock.move(hours=-1)  # nine in the morning, of the day on which they were ordered
    [told] = await runs()
    assert "Due tomorrow: 1" in told
    assert len(await runs()) == 1
    club.clock.move(days=1)
    assert "Due today: 1" in (await runs())[-1]
    club.clock.move(days=1)
    assert "Late: 1" in (await runs())[-1]
    assert len(await runs()) == 3


async def test_nobody_is_woken_when_nothing_is_due(club: Club) -> None:
    today = local_day(NOW, "Asia/Shanghai")
    assert await club.read(lambda w: order_reminders.nothing_due(w, today))
    await ordered(club, 2)
    assert await club.read(lambda w: order_reminders.nothing_due(w, today))
    assert not await club.read(lambda w: order_reminders.nothing_due(w, date(2026, 5, 21)))


async def test_orders_follow_a_merge(club: Club) -> None:
    mei, voucher = await ordered(club)
    old = await (await club.person("Li").joins()).member_id()
    new = await mei.member_id()
    done = await club.write(lambda w: merging.merge(w, old, new, OWNER, club.clock()))
    found = await club.read(lambda w: fulfilling.state(w, voucher))
    assert found.member_id == done.kept.id

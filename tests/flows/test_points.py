"""`/points` and the history of each unit: everything a member has, in words."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.points import Unit
from domain.programme import Growth, Programme
from services import holds, ledger
from services.ports.club import Actor
from services.purchases import void
from storage.work import Work
from tests.flows.talk import buys, intents, labels
from tests.support.club import Club, Person

CLERK = Actor("Li", 9)


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def publish(club: Club, **rules: Any) -> Programme:
    programme = replace(club.programme, version=2, **rules)
    await club.write(lambda w: w.programmes.publish(programme, club.clock(), None))
    return programme


async def test_what_there_is_and_what_was_ever_given(mei: Person) -> None:
    await buys(mei, 128)
    shown = await mei.says("/points")
    assert shown.text.startswith("💰 <b>178</b> points to use\n\n⌛ 178 valid until 31 May 2027")
    assert shown.text.endswith("Collected in all: 178")


async def test_what_is_pending_says_from_when(mei: Person) -> None:
    earning = replace(mei.club.programme.earning, pending_days=7)
    await publish(mei.club, earning=earning)
    await buys(mei, 128)
    shown = await mei.says("/points")
    assert "⏳ 128 on their way, from 27 May 2026" in shown.text
    mei.club.clock.move(days=1)
    await buys(mei, 72, "A-18")
    shown = await mei.says("/points")
    assert "⏳ 200 on their way:\n    128 from 27 May 2026\n    72 from 28 May 2026" in shown.text
    mei.club.clock.move(days=7)
    assert "⏳" not in (await mei.says("/points")).text


async def test_several_expiries_are_listed_soonest_first(mei: Person) -> None:
    member_id, now = await mei.member_id(), mei.club.clock()

    def add(work: Work) -> None:
        for number, days in enumerate((30, 3, 60, 90)):
            more = {"source": ("survey", number), "now": now}
            until = now + timedelta(days=days, hours=14)
            ledger.bonus(work, member_id, 10, key=f"b{number}", expires_at=until, **more)

    await mei.club.write(add)
    lines = [line for line in (await mei.says("/points")).text.splitlines() if line[:1] == "⌛"]
    assert lines == [
        "⌛ 10 valid until 23 May 2026",
        "⌛ 10 valid until 19 Jun 2026",
        "⌛ 10 valid until 19 Jul 2026",
        "⌛ 10 valid until 18 Aug 2026",
    ]


async def hold(mei: Person) -> int:
    member_id, now = await mei.member_id(), mei.club.clock()
    more = {"key": "h", "source": ("benefit", 1), "until": now + timedelta(hours=1), "now": now}
    return int((await mei.club.write(lambda w: holds.hold(w, member_id, 30, **more))).id)


async def test_what_is_on_hold_is_shown_and_explained(mei: Person) -> None:
    held = await hold(mei)
    assert "🔒 30 set aside" in (await mei.says("/points")).text
    assert "1. <b>30</b> Set aside" in (await mei.says("/history")).text
    assert "still yours" in (await mei.taps("history.why")).text
    await mei.club.write(lambda w: holds.release(w, held, now=mei.club.clock()))
    assert "1. <b>30</b> Free again" in (await mei.says("/history")).text
    assert "🔒" not in (await mei.says("/points")).text


async def test_a_settled_hold_is_what_it_was_for(mei: Person) -> None:
    held = await hold(mei)
    await mei.club.write(lambda w: holds.settle(w, held, now=mei.club.clock()))
    assert "1. <b>−30</b> Benefit redeemed" in (await mei.says("/history")).text


async def test_a_void_purchase_is_called_so_with_its_reason(mei: Person) -> None:
    await buys(mei, 128)
    member_id, now = await mei.member_id(), mei.club.clock()

    def undo(work: Work) -> None:
        bought = work.purchases.of_member(member_id, 1)[0]
        void(work, bought.id, reason="typed twice", actor=CLERK, now=now)

    await mei.club.write(undo)
    shown = await mei.says("/history")
    assert "1. <b>−128</b> Purchase made void" in shown.text
    assert "typed twice" in shown.text
    assert "“typed twice”" in (await mei.taps("history.why")).text


async def test_growth_and_credit_have_their_own_history(mei: Person) -> None:
    await publish(mei.club, growth=Growth(1, 100), growth_name={"en": "stars", "zh": "星值"})
    member_id, now = await mei.member_id(), mei.club.clock()

    def add(work: Work) -> None:
        for unit, amount, source in (
            (Unit.GROWTH, 70, "checkin"),
            (Unit.CREDIT, 20050, "topup"),
        ):
            more = {"source": (source, 1), "now": now, "unit": unit}
            ledger.bonus(work, member_id, amount, key=str(unit), **more)
        more = {"source": ("payment", 1), "now": now, "unit": Unit.CREDIT}
        ledger.spend(work, member_id, 50, key="s", **more)

    await mei.club.write(add)
    shown = await mei.says("/points")
    assert "🌱 Stars: 70" in shown.text
    assert "💳 Stored value: ¥200.00" in shown.text
    assert {"• points", "stars", "stored value"} <= set(labels(await mei.says("/history")))
    growth = await mei.taps("history", "new", "growth")
    assert "📒 <b>Stars</b>" in growth.text
    assert "1. <b>+70</b> Check-in" in growth.text
    assert "<b>+70</b> stars · Check-in" in (await mei.taps("history.why")).text
    assert "📒 <b>Stars</b>" in (await mei.taps("history")).text
    credit = await mei.taps("history", "new", "credit")
    assert "1. <b>−¥0.50</b> Paid towards a bill" in credit.text
    assert "2. <b>+¥200.50</b> Top-up" in credit.text
    back = await mei.taps("history", "new", "points")
    assert "Welcome gift" in back.text


async def test_one_unit_needs_no_choice(mei: Person) -> None:
    shown = await mei.says("/history")
    assert "history" not in intents(mei, shown)
    assert "• points" not in labels(shown)


async def test_units_page_on_their_own(mei: Person) -> None:
    member_id, now = await mei.member_id(), mei.club.clock()

    def add(work: Work) -> None:
        for number in range(9):
            more = {"source": ("checkin", number), "now": now, "unit": Unit.GROWTH}
            ledger.bonus(work, member_id, number + 1, key=f"g{number}", **more)

    await mei.club.write(add)
    await mei.says("/history")
    newest = await mei.taps("history", "new", "growth")
    assert "<b>+9</b>" in newest.text
    older = await mei.taps("history", str(await _ninth(mei)))
    assert "1. <b>+1</b> Check-in" in older.text
    assert (await mei.taps("history", "new", "growth")).text == newest.text


async def _ninth(mei: Person) -> int:
    member_id = await mei.member_id()
    rows = await mei.club.read(lambda w: w.ledger.history(member_id, Unit.GROWTH, None, 8))
    return int(rows[-1].posting_id)

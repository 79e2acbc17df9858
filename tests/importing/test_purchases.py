"""Importing purchases: all or nothing, row by row, twice the same, resumed after a break."""

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app.importing import import_purchases
from domain.points import Unit
from services import purchases as booking
from services.booking import Incoming
from services.importing.purchases import PurchaseImport, Result
from services.importing.report import SHOWN, FileRefused
from services.ports.club import Store
from storage.work import Work
from tests.purchases.support import member, of, order
from tests.support.club import NOW, Club

HEADER = (
    "source,order_id,line,member,phone,email,occurred_at,currency,amount,store,sku,name"
    ",category,quantity"
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes rows under the header: `write(row, row, encoding=…)`."""

    def make(*rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        path = tmp_path / "purchases.csv"
        path.write_bytes("\n".join((header, *rows, "")).encode(encoding))
        return path

    return make


def row(
    order_id: str = "A-1",
    line: object = 1,
    who: str = "",
    amount: str = "10.00",
    *,
    at: str = "2026-05-19T12:00:00+08:00",
    store: str = "",
    category: str = "",
    quantity: str = "1",
) -> str:
    return (
        f"pos-1,{order_id},{line},{who},,,{at},CNY,{amount},{store},0007,茶,{category},{quantity}"
    )


async def run(club: Club, path: Path, **more: bool) -> Result:
    return await import_purchases(club.units, path, NOW, **more)


async def problems(club: Club, path: Path) -> list[str]:
    """What is wrong with a file; nothing was written."""
    with pytest.raises(FileRefused) as refused:
        await run(club, path)
    assert await _count(club, "purchases") == 0
    return [str(problem) for problem in refused.value.findings.problems]


async def _count(club: Club, table: str) -> int:
    def count(work: Work) -> int:
        return int(work.db.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())

    found = await club.read(count)
    assert isinstance(found, int)
    return found


async def _available(club: Club, member_id: int) -> int:
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, NOW))
    return int(has.available)


async def test_lines_of_an_order_need_not_be_adjacent(club: Club, write: Write) -> None:
    mei, bo = await member(club), await member(club)
    path = write(
        row("A-1", 2, mei.number, "5.50"),
        row("A-2", 1, bo.number, "7.00"),
        row("A-1", 1, mei.number, "10.00"),
        row("A-2", 2, bo.number, "0", quantity="0"),
    )
    done = await run(club, path)
    assert (done.lines, done.orders, done.minor, done.booked) == (4, 2, 2250, 2)
    assert (done.zero_values, done.zero_quantities) == (1, 1)
    assert (await _available(club, mei.id), await _available(club, bo.id)) == (15, 7)
    stored = await club.read(lambda w: booking.find(w, "pos-1", "A-1"))
    lines = await club.read(lambda w: w.purchases.lines(stored.id))
    assert [(line.minor, line.sku, line.name) for line in lines] == [
        (1000, "0007", "茶"),
        (550, "0007", "茶"),
    ]


async def test_importing_twice_changes_nothing(club: Club, write: Write) -> None:
    mei = await member(club)
    path = write(*(row(f"A-{n}", 1, mei.number) for n in range(30)))
    first, second = await run(club, path), await run(club, path)
    assert (first.booked, second.booked, second.known) == (30, 0, 30)
    assert await _available(club, mei.id) == 300


async def test_a_dry_run_writes_nothing(club: Club, write: Write) -> None:
    done = await run(club, write(row()), dry_run=True)
    assert (done.orders, done.booked) == (1, 0)
    assert await _count(club, "purchases") == 0


async def test_a_second_run_completes_a_broken_one(
    club: Club, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, bo = await member(club), await member(club)
    rows = [row(f"A-{n}", 1, who.number) for n in range(25) for who in (mei, bo)]
    path = write(*(r.replace(",A-", f",{n % 2}-A-") for n, r in enumerate(rows)))
    whole, calls = PurchaseImport.write, 0

    def breaks(job: PurchaseImport, work: Work, batch: list[Incoming]) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise RuntimeError("the plug was pulled")
        return whole(job, work, batch)

    monkeypatch.setattr(PurchaseImport, "write", breaks)
    with pytest.raises(RuntimeError):
        await run(club, path)
    there = await _count(club, "purchases")
    assert 0 < there < 50
    monkeypatch.setattr(PurchaseImport, "write", whole)
    done = await run(club, path)
    assert (done.known, done.booked) == (there, 50 - there)
    assert (await _available(club, mei.id), await _available(club, bo.id)) == (250, 250)


async def test_nobody_is_sent_anything(club: Club, write: Write) -> None:
    mei = await club.person("Mei").joins()
    number = await club.read(
        lambda w: w.members.get(w.addresses.find("telegram", "42", mei.user).member_id).number
    )
    before = await _count(club, "deliveries")
    await run(club, write(row("A-1", 1, number, "5000.00")))
    assert await _count(club, "deliveries") == before


async def test_what_is_past_is_expired_silently(club: Club, write: Write) -> None:
    mei = await member(club)
    path = write(
        row("old", 1, mei.number, "100.00", at="2021-03-02"),
        row("new", 1, mei.number, "50.00", at="2026-05-02 09:00"),
    )
    done = await run(club, path)
    assert done.points == 150
    assert await _available(club, mei.id) == 50
    rows = await club.read(lambda w: w.ledger.history(mei.id, Unit.POINTS, None, 10))
    assert [(r.kind, r.amount) for r in rows] == [
        ("expired", -100),
        ("earned", 50),
        ("earned", 100),
    ]


async def test_orders_of_nobody_wait(club: Club, write: Write) -> None:
    path = write(
        "pos-1,A-1,,,13800138000,,2026-05-19T12:00:00+08:00,CNY,10.00,,,,,",
        "pos-1,A-2,,,,mei@example.com,2026-05-19T12:00:00+08:00,CNY,10.00,,,,,",
        "pos-1,A-3,,,,,2026-05-19T12:00:00+08:00,CNY,10.00,,,,,",
    )
    assert (await run(club, path)).waiting == 3
    mei = await member(club, phone="+8613800138000", email="Mei@example.com")
    found = await club.write(lambda w: booking.match_waiting(w, mei.id, NOW))
    assert len(found) == 2
    assert await _available(club, mei.id) == 20


async def test_levels_rise_as_the_purchases_come(club: Club, write: Write) -> None:
    mei = await member(club)
    path = write(
        row("B", 1, mei.number, "100.00", at="2026-03-02"),
        row("A", 1, mei.number, "200.00", at="2026-03-01"),
    )
    await run(club, path)
    assert await _available(club, mei.id) == 200 + 110
    changes = await club.read(lambda w: w.levels.changes(mei.id))
    assert [(c.to_level, c.reason) for c in changes] == [("silver", "import")]


async def test_an_order_of_the_till_is_not_booked_again(club: Club, write: Write) -> None:
    mei = await member(club)
    await club.write(lambda w: booking.book(w, of(mei, order("A-1")), NOW))
    with pytest.raises(FileRefused) as refused:
        await run(club, write(row("A-1", 1, mei.number, "1.00")))
    assert "other content" in str(refused.value.findings.problems[0])
    assert await _available(club, mei.id) == 100


# -- bad files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "column", "advice"),
    [
        (row(amount="-1.00"), "amount", "refunds"),
        (row(amount="ten"), "amount", "128.50"),
        (row(amount="0.005"), "amount", "digits after the point"),
        (row(amount="9" * 30), "amount", "too large"),
        (row(amount="9999999999.00"), "amount", "is more than"),
        (row(at="31.01.2026"), "occurred_at", "2026-01-31"),
        (row(at="2026-02-30"), "occurred_at", "is no time"),
        (row(at="2027-01-01"), "occurred_at", "future"),
        (row(at="0001-01-01"), "occurred_at", "before 1990"),
        (row(at=""), "occurred_at", "is no time"),
        (row(who="123456789"), "member", "no member number"),
        (row(who="phone:12"), "phone", "no phone number"),
        (row(store="S9"), "store", "store add"),
        (row(quantity="0.5"), "quantity", "whole number"),
        (row(quantity="-1"), "quantity", "whole number"),
        (row(quantity="9999999"), "quantity", "correct it"),
        (row(line="first"), "line", "whole number"),
        (row(line="0"), "line", "whole number"),
        (row(order_id=""), "order_id", "without spaces"),
        (row(order_id=" A"), "order_id", "without spaces"),
        (row(order_id="x" * 101), "order_id", "at most 100"),
        (row(category="c" * 501), "category", "at most 500"),
        (row().replace("CNY", "USD"), "currency", "must be CNY"),
        (row().replace("CNY", ""), "currency", "must be CNY"),
        ("pos-1,A-1", "", "has 2 cells where the header has 14"),
        (row() + ",more", "", "has 15 cells"),
        (row().replace("0007", "00\x0007"), "", "NUL"),
        (row(category='"' + "c" * 1_000_000 + '"'), "", "cell of more than"),
        (row(category='"open'), "", "quote"),
        (row(category='"a"b'), "", "quotes"),
    ],
)
async def test_every_fault_is_named_with_row_and_column(
    club: Club, write: Write, bad: str, column: str, advice: str
) -> None:
    found = await problems(club, write(row("good", 1), bad, row("good", 2)))
    assert found[0].startswith(f"row 3, {column}" if column else "row 3: "), found
    assert advice in found[0]


@pytest.mark.parametrize(
    ("rows", "advice"),
    [
        ([row("A", 1), row("A", 1)], "number 1 is there twice"),
        ([row("A", ""), row("A", "")], "number the rows"),
        ([row("A", 1), row("A", 2, at="2026-05-18")], "differ from row 2"),
        ([row("A", 1), row("A", 2, who="ext:7")], "differ from row 2"),
    ],
)
async def test_lines_of_an_order_must_agree(
    club: Club, write: Write, rows: list[str], advice: str
) -> None:
    found = await problems(club, write(*rows))
    assert len(found) == 1
    assert found[0].startswith("row 3, ")
    assert advice in found[0]


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        ("", "must name the columns"),
        ("source,order_id,line", "occurred_at: is missing"),
        (f"{HEADER},colour", "colour: is no column"),
        (f"{HEADER},sku", "sku: is there twice"),
        (HEADER.replace(",", ";"), "is no column"),
    ],
)
async def test_the_columns_must_be_the_known_ones(
    club: Club, write: Write, header: str, advice: str
) -> None:
    assert any(advice in found for found in await problems(club, write(row(), header=header)))


async def test_a_file_without_rows_is_refused(club: Club, write: Write) -> None:
    assert await problems(club, write()) == ["the file: has no rows"]


async def test_at_most_a_hundred_problems_are_listed_and_all_are_counted(
    club: Club, write: Write
) -> None:
    path = write(*(row(f"A-{n}", 1, amount="x") for n in range(250)))
    with pytest.raises(FileRefused) as refused:
        await run(club, path)
    findings = refused.value.findings
    assert (len(findings.problems), findings.count, findings.more) == (SHOWN, 250, 150)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_files_of_chinese_spreadsheets_are_read(
    club: Club, write: Write, encoding: str
) -> None:
    mei = await member(club)
    await run(club, write(row("A-1", 1, mei.number, category="食品"), encoding=encoding))
    stored = await club.read(lambda w: booking.find(w, "pos-1", "A-1"))
    lines = await club.read(lambda w: w.purchases.lines(stored.id))
    assert (lines[0].name, lines[0].category) == ("茶", "食品")


async def test_another_encoding_is_named(club: Club, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\n{row()}\n{row(category='caf')}".encode() + b"\xe9\xff,1\n")
    (found,) = await problems(club, path)
    assert found.startswith("row 3: is neither UTF-8 nor GB18030")


async def test_windows_line_ends_and_columns_in_any_order(club: Club, tmp_path: Path) -> None:
    mei = await member(club)
    path = tmp_path / "w.csv"
    path.write_bytes(
        "amount,Currency,member,occurred_at,order_id,source\r\n"
        f'"1,000.00",CNY,{mei.number},2026-05-19T12:00:00+08:00,007,pos-1\r\n'.encode()
    )
    assert (await run(club, path)).minor == 100000
    assert (await club.read(lambda w: booking.find(w, "pos-1", "007"))).points == 1000


async def test_random_damage_is_refused_or_read_and_never_crashes(
    club: Club, write: Write
) -> None:
    chance = random.Random(7)
    good = write(*(row(f"A-{n}", 1) for n in range(5))).read_bytes()
    for _ in range(150):
        damaged = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path = write()
        path.write_bytes(bytes(damaged))
        with suppress(FileRefused):
            await run(club, path, dry_run=True)
    assert await _count(club, "purchases") == 0


async def test_stores_are_kept_with_the_purchase(club: Club, write: Write) -> None:
    mei = await member(club)
    store = Store(77, "S1", "West")
    await club.write(lambda w: w.stores.add(store))
    await run(club, write(row("A-1", 1, mei.number, store="S1")))
    stored = await club.read(lambda w: booking.find(w, "pos-1", "A-1"))
    assert stored.store_id == 77

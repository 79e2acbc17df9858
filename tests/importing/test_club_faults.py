"""Faults in another system's export: each named with its file and row, and nothing is written."""

from pathlib import Path

import pytest

from app.importing import import_members
from services.importing.report import FileRefused
from tests.importing.support import move_in, rows
from tests.membership.support import member
from tests.support.club import NOW, Club

BALANCE = "external_id,unit,amount,earned_on,expires_on"
LEVEL = "external_id,level,since,until"
VOUCHER = "external_id,benefit,code,issued_on,valid_until"
ORDER = "source,order_id,member,phone,occurred_at,currency,amount"


@pytest.mark.parametrize(
    ("name", "header", "row", "column"),
    [
        ("balances.csv", BALANCE, "B-1,points,5,,", "external_id"),
        ("balances.csv", BALANCE, "A-1001,stars,5,,", "unit"),
        ("balances.csv", BALANCE, "A-1001,points,1.5,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,points,1e3,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,points,NaN,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,points,,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,points,1000000000000000000,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,points,٣,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,growth,-5,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,credit_principal,-5,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,credit_principal,5.123,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,credit_bonus,five,,", "amount"),
        ("balances.csv", BALANCE, "A-1001,credit_principal,5,,2027-01-01", "expires_on"),
        ("balances.csv", BALANCE, "A-1001,growth,5,,2027-01-01", "expires_on"),
        ("balances.csv", BALANCE, "A-1001,points,5,2026-05-21,", "earned_on"),
        ("balances.csv", BALANCE, "A-1001,points,5,31.12.2025,", "earned_on"),
        ("balances.csv", BALANCE, "A-1001,points,5,,2026-02-30", "expires_on"),
        ("balances.csv", BALANCE, "A-1001,points,5,,9999-12-31", "expires_on"),
        ("balances.csv", BALANCE, "A-1001,points,5,2026-01-02,2026-01-01", "expires_on"),
        ("levels.csv", LEVEL, "B-1,gold,,", "external_id"),
        ("levels.csv", LEVEL, "A-1001,platinum,,", "level"),
        ("levels.csv", LEVEL, "A-1001,gold,2026-05-21,", "since"),
        ("levels.csv", LEVEL, "A-1001,gold,soon,", "since"),
        ("levels.csv", LEVEL, "A-1001,gold,2026-01-02,2026-01-01", "until"),
        ("levels.csv", LEVEL, "A-1001,gold,,\nA-1001,silver,,", "external_id"),
        ("purchases.csv", ORDER, "s,1,ext:B-1,,2026-01-01,CNY,5", "member"),
        ("purchases.csv", ORDER, "s,1,,,2026-01-01,CNY,5", "member"),
        ("purchases.csv", ORDER, "s,1,,13912345678,2026-01-01,CNY,5", "member"),
        ("purchases.csv", ORDER, "s,1,ext:A-1001,,2026-05-22,CNY,5", "occurred_at"),
        ("purchases.csv", ORDER, "s,1,ext:A-1001,,2026-01-01,CNY,-5", "amount"),
        ("purchases.csv", ORDER, "s,1,ext:A-1001,,2026-01-01,USD,5", "currency"),
        ("vouchers.csv", VOUCHER, "B-1,coffee,,,2027-01-01", "external_id"),
        ("vouchers.csv", VOUCHER, "A-1001,cake,,,2027-01-01", "benefit"),
        ("vouchers.csv", VOUCHER, "A-1001,coffee,,,", "valid_until"),
        ("vouchers.csv", VOUCHER, "A-1001,coffee,,,soon", "valid_until"),
        ("vouchers.csv", VOUCHER, "A-1001,coffee,a!,,2027-01-01", "code"),
        ("vouchers.csv", VOUCHER, "A-1001,coffee,咖啡一杯,,2027-01-01", "code"),
        ("vouchers.csv", VOUCHER, "A-1001,coffee,,2026-05-21,2027-01-01", "issued_on"),
        ("vouchers.csv", VOUCHER, "A-1001,coffee,,2026-05-02,2026-05-01", "valid_until"),
        (
            "vouchers.csv",
            VOUCHER,
            "A-1001,coffee,X-123,,2027-01-01\nA-1002,coffee,x123,,2027-01-01",
            "code",
        ),
    ],
)
async def test_every_fault_is_named_with_its_file_and_nothing_is_written(
    ready: Club, folder: Path, name: str, header: str, row: str, column: str
) -> None:
    (folder / name).write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        await move_in(ready, folder)
    [problem] = refused.value.findings.problems
    assert (problem.file, problem.row, problem.column) == (name, 2 + row.count("\n"), column)
    assert str(problem).startswith(f"{name}, row {problem.row}, {column}: ")
    assert (await rows(ready))["members"] == 0


async def test_faults_of_all_files_are_told_at_once(ready: Club, folder: Path) -> None:
    (folder / "members.csv").write_text("external_id,phone\nA-1001,123\n", encoding="utf-8")
    (folder / "balances.csv").write_text("id,unit\n", encoding="utf-8")
    (folder / "levels.csv").write_text(f"{LEVEL}\nA-1001,gold,soon,\n", encoding="utf-8")
    (folder / "voucher.csv").write_text("x", encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        await move_in(ready, folder)
    problems = refused.value.findings.problems
    assert {p.file for p in problems} == {
        "members.csv",
        "balances.csv",
        "levels.csv",
        "voucher.csv",
        "vouchers.csv",
    }
    assert {p.column for p in problems if p.file == "balances.csv"} == {
        "id",
        "external_id",
        "amount",
    }


async def test_a_folder_without_members_is_refused(ready: Club, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        await move_in(ready, tmp_path)
    [problem] = refused.value.findings.problems
    assert "members.csv: is missing" in str(problem)


async def test_points_belong_into_the_dated_file(ready: Club, tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text(
        "external_id,points,growth,points_expire_at\n1,5,0,\n2,,6,\n3,,,2027-01-01\n"
    )
    with pytest.raises(FileRefused) as refused:
        await move_in(ready, tmp_path)
    found = [(p.row, p.column) for p in refused.value.findings.problems]
    assert found == [(2, "points"), (3, "growth"), (4, "points_expire_at")]


async def test_other_content_of_a_known_member_is_refused(ready: Club, folder: Path) -> None:
    await move_in(ready, folder)
    path = folder / "balances.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",1200,", ",1201,"), "utf-8")
    before = await rows(ready)
    with pytest.raises(FileRefused) as refused:
        await move_in(ready, folder)
    [problem] = refused.value.findings.problems
    assert (problem.file, problem.row) == ("members.csv", 2)
    assert await rows(ready) == before


async def test_a_code_in_use_is_refused(ready: Club, folder: Path, tmp_path: Path) -> None:
    await move_in(ready, folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "members.csv").write_text("external_id\nZ-1\n")
    (other / "vouchers.csv").write_text(f"{VOUCHER}\nZ-1,coffee,kf20260417,,2027-01-01\n")
    with pytest.raises(FileRefused) as refused:
        await move_in(ready, other)
    [problem] = refused.value.findings.problems
    assert (problem.file, problem.row, problem.column) == ("vouchers.csv", 2, "code")


async def test_the_order_of_rows_does_not_matter(ready: Club, folder: Path) -> None:
    await move_in(ready, folder)
    for path in folder.glob("*.csv"):
        head, *rest = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(rest)]), encoding="utf-8")
    assert (await move_in(ready, folder)).result.known == 8


async def test_the_id_of_a_member_who_is_there_already_is_refused(
    ready: Club, tmp_path: Path
) -> None:
    await member(ready, external_id="Z-1")
    path = tmp_path / "members.csv"
    path.write_text("external_id\nZ-0\nZ-1\n")
    for use in (move_in(ready, tmp_path), import_members(ready.units, path, NOW)):
        with pytest.raises(FileRefused) as refused:
            await use
        [problem] = refused.value.findings.problems
        assert (problem.row, problem.column) == (3, "external_id")
        assert problem.advice.startswith("belongs to a member of the club already")
    assert (await rows(ready))["members"] == 1

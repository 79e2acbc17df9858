"""`memberbot closing`: a day as an Excel file, beside the till's own file, or a clear refusal."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.app.test_commands import Run, run

__all__ = ["run"]


def test_an_empty_day_beside_a_till_s_file(run: Run, tmp_path: Path) -> None:
    till, made = tmp_path / "till.csv", tmp_path / "day.xlsx"
    till.write_text("reference,amount\nA-1,12.50\n", "utf-8")
    ended = run("closing", "--day", "2026-05-20", "--till", str(till), str(made))
    assert (ended.code, "1 lines of the till's file compared: 1 differences" in ended.out) == (
        0,
        True,
    )
    book = load_workbook(made)
    assert [page.title for page in book.worksheets] == ["汇总", "明细", "差异"]
    assert "A-1" in [cell.value for cell in book["差异"]["B"]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--store", "nowhere"), "no store nowhere"),
        (("--day", "tomorrow"), "does not match the format"),
        (("--till", "till.csv"), "row 2, amount: 'lots' is no amount"),
    ],
)
def test_what_makes_no_sense_writes_nothing(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "till.csv").write_text("reference,amount\nA-1,lots\n", "utf-8")
    ended = run("closing", *arguments, "day.xlsx")
    assert ended.code != 0
    assert says in ended.err
    assert not list(tmp_path.glob("day.xlsx*"))

"""The day's closing: figures by operator, vouchers, undone ones; as Excel; beside another file."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.till_file import read
from domain.tallies import Difference, Gap, Theirs, differences
from domain.till import TillKind
from services import closing, purchases, refunds, stored_value
from services.closing import Closing, FileLine
from services.ports.club import Actor
from services.refunds import Asked
from services.stored_value import TopUp
from storage.work import Work
from templates.sheets import closing as sheet
from tests.membership.support import broken
from tests.support.club import Club, Person
from tests.support.threads import files
from tests.till.support import cashier, own_code, voucher


async def a_day(club: Club, locale: str = "en") -> tuple[Person, str]:
    """Two vouchers used and one of them undone, one purchase entered, by Anna; one by Ben."""
    mei = await club.person("Mei", locale).joins()
    anna, ben = await cashier(club, locale=locale), await cashier(club, "Ben", locale=locale)
    codes = [(await voucher(club, mei, key=str(key)))[1] for key in range(3)]
    for till, code in zip((anna, anna, ben), codes, strict=True):
        await till.says(f"/till {code}")
        assert (await till.taps("till.use")).key == "till.used"
    await anna.taps("till.undo")
    await anna.taps("till.undo_do", "mistake")
    await anna.says(f"/till {await own_code(club, mei)}")
    await anna.taps("till.award")
    await anna.says("88 A-1")
    assert (await anna.taps("award.do")).key == "award.done"
    return anna, codes[0]


async def made(club: Club, **more: Any) -> Closing:
    def use(work: Work) -> Closing:
        return closing.closing(work, closing.today(work, None, club.clock()), **more)

    found: Closing = await club.read(use)
    return found


async def test_figures_are_those_of_the_day(club: Club) -> None:
    await a_day(club)
    day = await made(club)
    anna, ben = day.shifts
    assert (anna.staff, anna.tally.vouchers, anna.tally.undone, anna.tally.awards) == (
        "Anna",
        1,
        1,
        1,
    )
    assert (anna.tally.cash, anna.tally.points_given) == (8800, 88)
    assert (ben.staff, ben.tally.vouchers, ben.tally.cash) == ("Ben", 1, 0)
    assert (day.total.vouchers, day.total.undone, day.total.cash) == (2, 1, 8800)
    assert [(used.names["en"], used.count) for used in day.used] == [("Coffee", 2)]


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_staff_see_their_own_and_managers_the_store(club: Club, locale: str) -> None:
    anna, _ = await a_day(club, locale)
    mine = await anna.says("/closing")
    assert mine.key == "closing.card"
    assert "Anna" in mine.text
    assert "Ben" not in mine.text
    manager = await cashier(club, "Carl", "operator", locale=locale)
    whole = await manager.says("/closing")
    assert "Anna" in whole.text
    assert "Ben" in whole.text
    other = await cashier(club, "Dora", "operator", "sh-02", locale=locale)
    assert "Anna" not in (await other.says("/closing")).text
    assert "Ben" not in (await manager.taps("closing", "2026-05-19")).text


async def test_a_purchase_that_was_undone_is_taken_off(club: Club) -> None:
    anna, _ = await a_day(club)
    assert (await anna.taps("award.undo")).key == "award.undone"
    day = await made(club)
    assert (day.total.awards, day.total.cash, day.total.points_given) == (0, 0, 0)
    assert day.total.undone == 2


async def give_back(club: Club, number: str, minor: int, refund_id: str = "R-1") -> None:
    """The till system says that a part of what was entered came back."""

    def use(work: Work) -> None:
        asked = Asked("till:sh-01", number, refund_id, club.clock(), minor)
        refunds.refund(work, asked, club.clock())

    await club.write(use)


@pytest.mark.parametrize(("locale", "words"), [("en", "Refunds: 1"), ("zh", "退货 1 笔")])
async def test_a_refund_through_the_api_stands_in_the_closing(
    club: Club, locale: str, words: str
) -> None:
    anna, _ = await a_day(club, locale)
    await give_back(club, "A-1", 3000)
    day = await made(club)
    (line,) = [one for one in day.entries if one.event.kind is TillKind.REFUND]
    assert (line.staff, line.store, line.reference) == ("Anna", "Store sh-01", "A-1")
    figures = (line.event.amount_minor, line.event.points, line.points_given)
    assert figures == (-3000, -30, -30)
    total = day.total
    assert (total.refunds, total.cash, total.points_given, total.points_spent) == (1, 5800, 58, 0)
    shown = (await anna.says("/closing")).text.replace("<b>", "").replace("</b>", "")
    assert words in shown
    assert "58" in shown
    assert await broken(club) == []


async def test_a_void_after_a_refund_takes_back_the_rest_of_what_was_entered(club: Club) -> None:
    await a_day(club)
    await give_back(club, "A-1", 3000)
    line = next(one for one in (await made(club)).entries if one.event.kind is TillKind.AWARD)
    why = {"reason": "wrong", "actor": Actor("boss"), "now": club.clock()}
    await club.write(lambda w: purchases.void(w, line.event.purchase_id, **why))
    day = await made(club)
    undo = day.entries[-1]
    figures = (undo.undoes, undo.event.amount_minor, undo.event.points)
    assert figures == (TillKind.AWARD, -5800, -58)
    assert (day.total.awards, day.total.cash, day.total.points_given) == (0, 0, 0)
    assert await broken(club) == []


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_the_excel_file_holds_the_same(club: Club, locale: str) -> None:
    anna, code = await a_day(club, locale)
    await anna.says("/closing")
    assert (await anna.taps("closing.sheet")).key == "closing.coming"
    ((name, content),) = await files(club)
    assert name == "closing-sh-01-2026-05-20.xlsx"
    book = load_workbook(io.BytesIO(sheet.xlsx(club.renderer.words, content, locale)))
    summary, lines = book.worksheets
    rows = [[cell.value for cell in row] for row in summary.iter_rows()]
    assert ["Anna", "Store sh-01", 1, 0, 1, 0, 0, 1, 88, 88, 0, 0, 0] in rows
    assert lines.max_row == 5
    assert code.replace(" ", "")[-4:] in repr([cell.value for cell in lines["F"]])
    assert code.replace(" ", "") not in content.decode()


def test_what_looks_like_a_formula_is_text() -> None:
    tally = dict.fromkeys(
        "vouchers bills awards refunds top_ups undone cash points_given points_spent credit_in"
        " credit_out".split(),
        0,
    )
    evil = '=HYPERLINK("http://x")'
    data = {
        "day": "2026-05-20",
        "store": evil,
        "currency": "CNY",
        "zone": "Asia/Shanghai",
        "total": tally,
        "shifts": [{"staff": evil, "store": evil, **tally}],
        "used": [{"names": {"en": evil}, "count": 1}],
        "entries": [],
        "differences": [
            {"gap": "theirs", "reference": evil, "ours": None, "theirs": 100, "line": 2}
        ],
    }
    content = sheet.xlsx(lambda key, values, _: key, json.dumps(data).encode(), "en")
    book = load_workbook(io.BytesIO(content))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert [cell.value for cell in cells].count(evil) == 4
    assert not [cell for cell in cells if cell.data_type == "f"]


# -- the till's own file ----------------------------------------------------------------


def test_differences_are_ours_theirs_and_other_amounts() -> None:
    ours = {"A-1": [100], "A-2": [200], "CODE": [None], "A-3": [5]}
    theirs = [Theirs(2, "A-1", 100), Theirs(3, "A-2", 250), Theirs(4, "A-9", 7)]
    theirs += [Theirs(5, "A-1", 100), Theirs(6, "CODE", None)]
    assert differences(ours, theirs) == [
        Difference(Gap.ONLY_OURS, "A-3", 5, None),
        Difference(Gap.ONLY_THEIRS, "A-9", None, 7, 4),
        Difference(Gap.ONLY_THEIRS, "A-1", None, 100, 5),
        Difference(Gap.AMOUNT, "A-2", 200, 250, 3),
    ]


def test_each_of_those_with_one_number_is_compared_once() -> None:
    ours = {"A-1": [100, 50000, -30], "A-2": [7]}
    theirs = [Theirs(2, "A-1", 50000), Theirs(3, "A-1", 90), Theirs(4, "A-2", None)]
    assert differences(ours, [*theirs, Theirs(5, "A-1", -30)]) == [
        Difference(Gap.AMOUNT, "A-1", 100, 90, 3)
    ]
    assert differences(ours, theirs) == [
        Difference(Gap.ONLY_OURS, "A-1", -30, None),
        Difference(Gap.AMOUNT, "A-1", 100, 90, 3),
    ]


async def test_a_purchase_and_top_ups_of_one_number_are_all_compared(club: Club) -> None:
    mei = await club.person("Mei").joins()
    me, anna = await mei.member_id(), await cashier(club)
    await anna.says(f"/till {await own_code(club, mei)}")
    await anna.taps("till.award")
    await anna.says("88 20:15:07")
    await anna.taps("award.do")
    store = await club.read(lambda w: w.stores.by_code("sh-01").id)
    for place, at, actor in (
        ("till:sh-01", store, Actor("Anna", 1, store)),
        ("till:-", None, Actor("Boss", 2)),
        ("pos", None, Actor("api:pos")),
    ):
        asked = TopUp(me, 50000, place, "20:15:07", None, at)
        await club.write(lambda w, a=asked, b=actor: stored_value.top_up(w, a, b, club.clock()))
    day = await made(club)
    assert [one.reference for one in day.entries] == ["20:15:07"] * 4
    rows = [FileLine(n, "20:15:07", minor) for n, minor in enumerate((50000, 50000, 8800, 50000))]
    assert await club.read(lambda w: closing.compare(w, day, rows)) == []
    (gap,) = await club.read(lambda w: closing.compare(w, day, rows[1:]))
    assert (gap.gap, gap.ours) == (Gap.ONLY_OURS, 50000)


async def test_a_closing_is_compared_with_the_till_s_file(club: Club) -> None:
    await a_day(club)
    codes = [
        await club.read(lambda w, i=entry.event.voucher_id: w.vouchers.code(i))
        for entry in (await made(club)).entries
        if entry.event.kind == "use" and not entry.undone
    ]
    spoken = f"{codes[0][:4]} {codes[0][4:].lower()}"
    rows = [FileLine(2, "A-1", 8700), FileLine(3, spoken, None), FileLine(4, "B-1", 100)]

    def compare(work: Work) -> list[Difference]:
        day = closing.closing(work, closing.today(work, None, club.clock()))
        return closing.compare(work, day, rows)

    found = await club.read(compare)
    assert [(one.gap, one.ours, one.theirs) for one in found] == [
        (Gap.ONLY_OURS, None, None),
        (Gap.ONLY_THEIRS, None, 100),
        (Gap.AMOUNT, 8800, 8700),
    ]
    assert found[0].reference == f"…{codes[1][-4:]}"


def test_a_till_s_file_is_read_in_both_encodings(tmp_path: Path) -> None:
    text = "reference,amount\n小票 7,¥12.50\n7K4M 9QXT,\n"
    for encoding in ("utf-8-sig", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_text(text, encoding=encoding)
        assert read(path, "CNY") == [FileLine(2, "小票 7", 1250), FileLine(3, "7K4M 9QXT", None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must name the columns"),
        ("amount\n1\n", "reference: is missing"),
        ("reference,amount\n,5\n", "row 2, reference: is empty"),
        ("reference,amount\nA,five\n", "row 2, amount: 'five' is no amount in CNY"),
        ("reference,amount\nA,1\nB,2,3\n", "row 3: has 3 cells"),
    ],
)
def test_a_broken_till_s_file_is_told_row_by_row(tmp_path: Path, text: str, words: str) -> None:
    import click

    path = tmp_path / "till.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(click.ClickException) as told:
        read(path, "CNY")
    assert words in told.value.message

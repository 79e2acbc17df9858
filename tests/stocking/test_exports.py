"""Tables taken out of the club: whole or masked by role, safe in a spreadsheet, on record."""

import csv
from pathlib import Path

import pytest

from domain.staff import OPERATOR, OWNER
from services import benefits, exporting
from services.ports.club import Actor
from storage.work import Work
from tests.flows.staffed import operator
from tests.support.club import NOW, Club
from tests.support.threads import ask, give, offer

CLI = Actor("cli")


async def table(club: Club, kind: str, by: str = "") -> list[dict[str, object]]:
    """What is written, row by row."""

    def begin(work: Work) -> exporting.Export:
        return exporting.begin(work, kind, work.staff.by_name(by) if by else None, CLI, NOW)

    export = await club.write(begin)
    found: list[dict[str, object]] = []
    after = None
    while True:
        rows, after = await club.read(lambda w, a=after: exporting.page(w, export, a))
        found += [dict(zip(export.heads, row, strict=True)) for row in rows]
        if after is None:
            return found


async def ready(club: Club) -> None:
    """Mei with a phone, points and a voucher."""
    mei = await club.person("Mei").joins()
    member = await mei.member_id()
    await give(club, mei, 500)
    coffee = await offer(club)
    await club.write(
        lambda work: work.members.change(
            member, name="=王小明", phone="+8613812345678", external_id="A1"
        )
    )
    await club.write(lambda work: benefits.redeem(work, member, coffee, key="k", now=NOW))


async def test_each_table_can_be_read_to_its_end(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(club)
    whole = {kind: await table(club, kind) for kind in exporting.KINDS}
    monkeypatch.setattr(exporting, "PAGE", 1)
    assert {kind: await table(club, kind) for kind in exporting.KINDS} == whole
    assert {kind for kind, rows in whole.items() if rows} == {"members", "ledger", "vouchers"}
    audits = await club.read(lambda work: work.audit.about(("export", "ledger")))
    assert [(row["action"], row["detail"]) for row in audits] == [("export", {"whole": False})] * 2


async def test_only_who_may_sees_persons_whole(club: Club) -> None:
    await ready(club)
    await operator(club, OWNER, "Olivia")
    await operator(club, OPERATOR, "Otto")
    (seen,) = [row for row in await table(club, "members", "Olivia") if row["phone"]]
    assert (seen["name"], seen["phone"], seen["external_id"]) == (
        "=王小明",
        "+8613812345678",
        "A1",
    )
    for by in ("", "Otto"):
        (hidden,) = [row for row in await table(club, "members", by) if row["phone"]]
        assert hidden["phone"] == "138****5678"
        assert "王小明" not in str(hidden)
        assert str(seen["number"]) not in str(await table(club, "vouchers", by))


async def test_a_voucher_is_listed_without_its_code(club: Club) -> None:
    await ready(club)
    (row,) = await table(club, "vouchers")
    assert (row["benefit"], row["state"], row["price"]) == ("coffee", "issued", 150)
    assert row["issued_at"] == "2026-05-20 10:00:00+08:00"
    assert "code" not in row


async def test_anonymous_answers_are_never_taken_out_one_by_one(lite: Club) -> None:
    await ask(lite)
    mei = await lite.person().joins()
    await mei.says("/survey")
    await mei.taps("survey.answer")
    (known,) = await table(lite, "surveys")
    assert (known["survey"], bool(known["member"])) == ("freshness", True)
    sealed = "UPDATE survey_waves SET anonymous = true"
    await lite.write(lambda work: work.db.exec_driver_sql(sealed))
    assert await table(lite, "surveys") == []


def test_a_table_is_safe_to_open(tmp_path: Path) -> None:
    from app.csv_file import written

    with written(tmp_path / "t.csv", ("name",)) as out:
        out.write(["=王小明"])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["name"], ["'=王小明"]]

"""Moving in from another system: checked whole, reconciled, written once, proved."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.commands import club_import
from app.importing import import_club
from domain.points import Unit
from domain.vouchers import VoucherState
from services import levels, purchases, refunds, scanning, vouchers
from services.booking import Incoming
from services.importing import club_tally
from services.importing.club_tally import Line
from services.ports.sales import Claim
from tests.importing.support import ROOT, STAFF, move_in, rows
from tests.membership.support import broken
from tests.purchases.support import order
from tests.support.club import NOW, Club


async def member_id(club: Club, external: str) -> int:
    found = await club.read(lambda w: w.members.by_external_id(external))
    assert isinstance(found, int)
    return found


async def balance(club: Club, external: str, unit: Unit = Unit.POINTS) -> Any:
    of = await member_id(club, external)
    return await club.read(lambda w: w.ledger.summary(of, unit, NOW))


def figures(lines: list[Line]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(line.section, line.label): (line.files, line.club) for line in lines}


# -- what comes -------------------------------------------------------------------------


async def test_members_come_with_dated_lots_levels_and_vouchers(ready: Club, folder: Path) -> None:
    await move_in(ready, folder)
    mei = await balance(ready, "A-1001")
    assert mei.available == 1545
    assert [(p.amount, p.at) for p in mei.expiring] == [
        (1200, datetime(2026, 11, 30, 16, tzinfo=UTC)),
        (345, datetime(2027, 2, 28, 16, tzinfo=UTC)),
    ]
    assert (await balance(ready, "A-1001", Unit.GROWTH)).available == 6800
    assert (await balance(ready, "A-1001", Unit.CREDIT)).available == 55000
    of = await member_id(ready, "A-1001")
    member = await ready.read(lambda w: w.members.get(of))
    [kept] = (await ready.read(lambda w: w.standings.of([of]))).values()
    assert (member.level, kept.held.level) == ("gold", "gold")
    assert (kept.held.since, kept.held.until) == (date(2024, 11, 11), date(2026, 11, 30))
    mine = await ready.read(lambda w: vouchers.of_member(w, of, NOW))
    assert {(one.voucher.names["en"], str(one.last_day)) for one in mine} == {
        ("A cup of fresh coffee", "2027-04-17"),
        ("5 off your next shopping", "2027-05-31"),
    }


async def test_lots_keep_their_days_and_are_spent_soonest_first(ready: Club, folder: Path) -> None:
    await move_in(ready, folder)
    of = await member_id(ready, "A-1001")
    lots = await ready.read(lambda w: w.ledger.lots(of, Unit.POINTS))
    assert {lot.made_at for lot in lots} == {
        datetime(2025, 11, 10, 16, tzinfo=UTC),
        datetime(2026, 2, 13, 16, tzinfo=UTC),
    }
    credit = await ready.read(lambda w: w.ledger.lots(of, Unit.CREDIT))
    assert {(lot.source_type, lot.amount) for lot in credit} == {
        ("topup", 50000),
        ("topup_bonus", 5000),
    }


async def test_what_had_lapsed_comes_as_expired_and_what_was_owed_as_debt(
    ready: Club, folder: Path
) -> None:
    await move_in(ready, folder)
    wei, qiang = await balance(ready, "A-1002"), await balance(ready, "A-1005")
    assert (wei.available, wei.lifetime) == (860, 935)
    assert (qiang.available, qiang.debt, qiang.spendable) == (0, 120, -120)
    assert await broken(ready) == []


async def test_nobody_is_sent_anything_and_it_is_on_record(ready: Club, folder: Path) -> None:
    before = await rows(ready)
    await move_in(ready, folder)
    after = await rows(ready)
    assert after["deliveries"] == before["deliveries"] == 0
    assert after["audit"] > before["audit"]


async def test_a_code_of_the_other_system_works_at_the_till(ready: Club, folder: Path) -> None:
    await move_in(ready, folder)
    of = await member_id(ready, "A-1001")
    for typed in ("KF-2026-0417", "kf 2026 0417", "ＫＦ２０２６０４１７"):
        scan = await ready.write(lambda w, t=typed: scanning.scan(w, t, STAFF, NOW))
        assert scan.voucher is not None
        assert scan.voucher.member_id == of
    shown = await ready.read(lambda w: vouchers.show(w, of, scan.voucher.id, NOW))
    assert shown.code == "KF20 2604 17"


async def test_waiting_purchases_find_their_member(ready: Club, folder: Path) -> None:
    waiting = Incoming(order(), (Claim("external", "A-1006"),))
    await ready.write(lambda w: purchases.book(w, waiting, NOW))
    job = await move_in(ready, folder)
    assert job.result.matched == 1
    assert (await balance(ready, "A-1006")).available > 99
    assert not club_tally.unexplained(job.proof())


# -- purchases of the past --------------------------------------------------------------


async def test_purchases_of_the_past_earn_nothing_and_count_for_the_level(
    ready: Club, folder: Path
) -> None:
    await move_in(ready, folder)
    mei = await balance(ready, "A-1001")
    assert (mei.available, mei.pending, mei.lifetime) == (1545, 0, 1545)
    assert (await balance(ready, "A-1001", Unit.GROWTH)).available == 6800
    of = await member_id(ready, "A-1001")
    standing = await ready.read(lambda w: levels.standing(w, of, NOW))
    assert standing.level.key == "gold"
    spent = next(p for p in standing.next.conditions if p.measure == "lifetime_spend")
    assert spent.have == 234500
    assert await broken(ready) == []


async def test_a_purchase_of_the_past_can_be_refunded_and_takes_no_points(
    ready: Club, folder: Path
) -> None:
    await move_in(ready, folder)
    asked = refunds.Asked("old-till", "2026-02-0093", "R-1", NOW, None)
    done = await ready.write(lambda w: refunds.refund(w, asked, NOW))
    assert (done.refund.minor, done.refund.taken_points) == (34500, 0)
    assert (await balance(ready, "A-1001")).available == 1545
    of = await member_id(ready, "A-1001")
    standing = await ready.read(lambda w: levels.standing(w, of, NOW))
    spent = next(p for p in standing.next.conditions if p.measure == "lifetime_spend")
    assert spent.have == 200000
    assert await broken(ready) == []


async def test_a_purchase_of_the_past_that_moves_to_another_member_earns_nothing(
    ready: Club, folder: Path
) -> None:
    await move_in(ready, folder)
    to = await member_id(ready, "A-1007")
    bought = await ready.read(lambda w: purchases.find(w, "old-till", "2026-02-0093"))
    await ready.write(
        lambda w: purchases.move(w, bought.id, to, reason="card", actor=STAFF, now=NOW)
    )
    assert (await balance(ready, "A-1007")).available == 15
    assert (await balance(ready, "A-1001")).available == 1545
    assert await broken(ready) == []


# -- the reconciliation -----------------------------------------------------------------


async def test_the_plan_is_the_files_and_the_proof_is_the_plan(ready: Club, folder: Path) -> None:
    planned = await move_in(ready, folder, yes=False)
    assert await ready.read(lambda w: w.members.by_external_id("A-1001")) is None
    plan = figures(planned.plan())
    assert plan == {
        ("members", "member"): (4, 4),
        ("members", "silver"): (2, 2),
        ("members", "gold"): (1, 1),
        ("members", "diamond"): (1, 1),
        ("points_by_level", "member"): (114, 114),
        ("points_by_level", "silver"): (1345, 1270),
        ("points_by_level", "gold"): (1545, 1545),
        ("points_by_level", "diamond"): (2500, 2500),
        ("points_by_month", "2026-03"): (75, 0),
        ("points_by_month", "2026-10"): (860, 860),
        ("points_by_month", "2026-11"): (1200, 1200),
        ("points_by_month", "2026-12"): (2500, 2500),
        ("points_by_month", "2027-01"): (410, 410),
        ("points_by_month", "2027-02"): (345, 345),
        ("points_by_month", "2027-04"): (15, 15),
        ("points_by_month", "never"): (99, 99),
        ("owed", "all"): (120, 120),
        ("growth", "all"): (18000, 18000),
        ("credit", "credit_bonus"): (5000, 5000),
        ("credit", "credit_principal"): (62850, 62850),
        ("vouchers", "coffee"): (3, 3),
        ("vouchers", "five-off"): (1, 1),
        ("orders", "all"): (5, 5),
        ("money", "all"): (881550, 881550),
    }
    why = {(line.section, line.label): line.why for line in planned.plan() if line.why}
    assert set(why.values()) == {(("lapsed", 75),)}
    assert not club_tally.unexplained(planned.plan())
    written = await move_in(ready, folder)
    assert written.proof() == written.plan() == planned.plan()
    assert (written.result.added, written.result.orders) == (8, 5)


async def test_importing_twice_changes_nothing_and_agrees_again(ready: Club, folder: Path) -> None:
    first = await move_in(ready, folder)
    before = await rows(ready)
    second = await move_in(ready, folder, now=NOW + timedelta(days=200))
    assert await rows(ready) == before
    assert (second.result.added, second.result.known) == (0, 8)
    assert second.proof() == first.proof()


async def test_a_broken_import_is_completed(ready: Club, folder: Path) -> None:
    whole = (folder / "members.csv").read_text(encoding="utf-8").splitlines()
    texts = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.csv")}
    first = ("A-1001", "A-1004", "A-1005")
    for name, text in texts.items():
        lines = text.splitlines()
        some = [lines[0], *(x for x in lines[1:] if any(one in x for one in first))]
        (folder / name).write_text("\n".join(some), encoding="utf-8")
    assert (await move_in(ready, folder)).result.added == 3
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    job = await move_in(ready, folder, now=NOW + timedelta(days=1))
    assert (job.result.added, job.result.known) == (len(whole) - 4, 3)
    assert not club_tally.unexplained(job.proof())
    assert job.proof() == job.plan()


async def test_what_members_did_since_is_no_difference(ready: Club, folder: Path) -> None:
    first = await move_in(ready, folder)
    scan = await ready.write(lambda w: scanning.scan(w, "MJ8812", STAFF, NOW))
    used = await ready.write(lambda w: vouchers.use(w, scan.voucher.id, STAFF, key="t", now=NOW))
    assert used.state is VoucherState.USED
    assert (await move_in(ready, folder)).proof() == first.proof()


async def test_a_figure_that_was_changed_is_a_difference(ready: Club, folder: Path) -> None:
    job = await move_in(ready, folder)
    of = await member_id(ready, "A-1003")
    await ready.write(
        lambda w: w.db.exec_driver_sql(f"DELETE FROM vouchers WHERE member_id = {of}")
    )
    again = await move_in(ready, folder)
    [odd] = club_tally.unexplained(again.proof())
    assert (odd.section, odd.label, odd.files, odd.club) == ("vouchers", "coffee", 3, 2)
    assert not club_tally.unexplained(job.proof())


async def test_who_was_erased_is_not_brought_back(ready: Club, folder: Path) -> None:
    from services import erasing

    await move_in(ready, folder)
    of = await member_id(ready, "A-1003")
    await ready.write(lambda w: erasing.erase(w, of, NOW))
    job = await move_in(ready, folder)
    assert await ready.read(lambda w: w.members.by_external_id("A-1003")) is None
    assert not club_tally.unexplained(job.proof())
    reasons = Counter(reason for line in job.proof() for reason, _ in line.why)
    assert reasons["erased"] == 7  # level, points twice, growth, voucher, order, its money


# -- what is shown ----------------------------------------------------------------------


async def test_the_guide_shows_what_the_command_prints(
    ready: Club, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = await move_in(ready, folder, yes=False)
    club_import.show(job.plan(), job.programme, "in the club after")
    printed = capsys.readouterr().out.splitlines()
    assert max(map(len, printed)) <= 80
    guide = (ROOT / "docs" / "how-to" / "move-in.md").read_text(encoding="utf-8")
    [block] = [part for part in guide.split("```") if "in the club after" in part]
    shown = [line for line in block.strip("\n").splitlines() if line.strip() != "…"]
    assert len(shown) > 15
    assert [line for line in shown if line not in printed] == []


# -- breaking off -----------------------------------------------------------------------


class Breaking:
    """Units whose machine stops at the n-th write."""

    def __init__(self, club: Club, at: int) -> None:
        self._units, self._left = club.units, at

    async def read_long(self, use: Any) -> Any:
        return await self._units.read_long(use)

    async def write(self, use: Any) -> Any:
        self._left -= 1
        if not self._left:
            raise ConnectionError
        return await self._units.write(use)


async def test_it_goes_on_wherever_it_broke(
    ready: Club, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.importing.club._SMALLEST", 2)
    monkeypatch.setattr("services.importing.club._LARGEST", 2)
    monkeypatch.setattr("services.importing.purchases._SMALLEST", 2)
    monkeypatch.setattr("services.importing.purchases._LARGEST", 2)
    for at in range(1, 8):
        with pytest.raises(ConnectionError):
            await import_club(Breaking(ready, 2 if at > 1 else 1), folder, NOW, lambda _: True)
    job = await move_in(ready, folder)
    assert not club_tally.unexplained(job.proof())
    assert job.proof() == job.plan()
    assert (await rows(ready))["members"] == 8
    assert await broken(ready) == []

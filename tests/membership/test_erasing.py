"""Erasing removes the person from every table and page of the database; the ledger stays whole."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.importing import import_members
from domain.club_errors import CreditLeft
from domain.errors import MemberClosed
from domain.ledger import Kind
from domain.points import Unit
from services import adjustments, erasing, ledger, profiles, purchases
from services.ports.post import Notice
from storage.tables import metadata
from storage.work import Work
from tests.membership.support import OWNER, address, broken, buys, member, points
from tests.support.club import NOW, Club, Person

PHONE = "+8613987650321"
WORD = "Kanarienvogel"
CANARIES = (WORD, PHONE, "13987650321", "金丝雀")


def words(number: int) -> str:
    """A text that must be nowhere afterwards."""
    return f"{WORD} {number} 金丝雀"


async def busy_member(club: Club) -> tuple[Person, int]:
    """Somebody who has left traces everywhere."""
    mei = await club.person(f"{WORD} Mei", user="918273645").joins()
    me = await mei.member_id()
    await club.write(lambda w: profiles.tell_name(w, me, words(1), NOW))
    await club.write(lambda w: profiles.tell_phone(w, me, PHONE, NOW, own=True))
    await club.write(lambda w: profiles.tell_city(w, me, f"{WORD} City", NOW))
    await club.write(
        lambda w: w.members.change(
            me, email=f"{WORD}@example.com", form_of_address=WORD, external_id=f"{WORD}-7"
        )
    )
    await mei.says(words(2))
    found = await club.read(lambda w: w.members.get(me))
    bought = await buys(club, found, "A-1", 20000)
    await buys(club, found, "A-2", 5000)
    await club.write(
        lambda w: adjustments.adjust(w, me, 50, reason=words(3), key="adj:1", actor=OWNER, now=NOW)
    )
    await club.write(
        lambda w: purchases.void(w, bought.purchase.id, reason=words(4), actor=OWNER, now=NOW)
    )
    await club.write(lambda w: leave_traces(w, me, mei))
    return mei, me


def leave_traces(work: Work, me: int, mei: Person) -> None:
    """What other parts of the club keep about a member."""
    here = work.addresses.find("telegram", "42", mei.user)
    assert here is not None
    ids = {"member_id": me, "at": NOW}
    work.deliveries.to_member(me, Notice("x.y", {"text": words(5)}), NOW)
    work.inbox.bury("telegram", "42", "77", f'{{"from":{{"id":{mei.user}}},"t":"{WORD}"}}', WORD)
    work.members.set_consent(me, "care", True, WORD, NOW)
    rows: list[tuple[str, dict[str, Any]]] = [
        ("audit_reasons", {"audit_id": 5, "member_id": me, "reason": words(6)}),
        ("posting_reasons", {"posting_id": 5, "member_id": me, "reason": words(7)}),
        (
            "answers",
            {**ids, "scope": "k", "key": "k", "content_hash": "h", "status": 201,
             "body": {"name": words(8)}},
        ),
        ("imported_members", {"external_id": f"{WORD}-7", "member_id": me, "content_hash": "h"}),
        ("files", {"id": 6, "name": f"{WORD}.json", "content": WORD.encode(), "member_id": me,
                   "made_at": NOW}),
        ("tickets", {"id": 7, "number": 7, "key": "t7", "kind": "complaint", "category": "other",
                     "member_id": me, "address_id": here.id, "state": "open", "priority": 0,
                     "opened_at": NOW, "first_due_at": NOW, "due_at": NOW, "reopened": 0,
                     "cause": words(9), "improvement": words(10)}),
        ("ticket_messages", {"id": 8, "key": "m8", "ticket_id": 7, "author": "member",
                             "staff_name": "", "text": words(11), "media": [WORD], "at": NOW}),
        ("surveys", {"id": 9, "key": "s", "wave": 1, "changed_at": NOW}),
        ("survey_waves", {"id": 10, "survey_id": 9, "wave": 1, "content_hash": "h",
                          "definition": {"anonymous": False,
                                         "questions": [{"key": "q", "kind": "text"}]},
                          "anonymous": False, "reward": 0, "start": "", "invited_to": 0,
                          "taken": 1, "released": 0, "state": "running"}),
        ("survey_responses", {"id": 11, "survey_id": 9, "wave": 1, "wave_id": 10,
                              "member_id": me, "occasion": "", "state": "finished",
                              "locale": "", "level": "", "path": ["q"], "seed": 0,
                              "started_at": NOW, "touched_at": NOW, "tallied": False}),
        ("survey_answers", {"id": 12, "response_id": 11, "question": "q", "value": words(12)}),
        ("survey_completions", {"token_hash": "t", "wave_id": 10, "member_id": me}),
        ("floods", {"channel": "telegram", "account": "42", "chat": mei.user, "until": NOW}),
        ("link_codes", {"code_index": "c", "purpose": "merge", "member_id": me, "made_at": NOW,
                        "expires_at": NOW}),
    ]  # fmt: skip
    for table, row in rows:
        columns = {name: row[name] for name in row if name in metadata.tables[table].c}
        work.db.execute(insert(metadata.tables[table]).values(**columns))


def everything(work: Work) -> Iterable[tuple[str, str]]:
    """Every row of every table as text, answers opened."""
    for table in metadata.sorted_tables:
        for row in map(dict, work.db.execute(select(table)).mappings()):
            if table.name == "inbox" and row["answer"]:
                row["answer"] = work.vault.open(row["answer"])
            yield table.name, repr(row)


async def erased(club: Club, mei: Person) -> None:
    await mei.says("/mydata")
    await mei.taps("erase.ask")
    await mei.taps("erase.go_on")
    answer = await mei.taps("erase.do")
    assert answer.key == "mydata.erased"


async def test_nothing_of_the_person_is_left_in_any_row(club: Club) -> None:
    mei, me = await busy_member(club)
    before = await club.read(lambda w: list(everything(w)))
    tables = {name for name, row in before if any(one in row for one in (*CANARIES, mei.user))}
    assert len(tables) > 15, tables
    number = (await club.read(lambda w: w.members.get(me))).number
    await erased(club, mei)
    after = await club.read(lambda w: list(everything(w)))
    left = [
        (name, one, row)
        for name, row in after
        for one in (*CANARIES, mei.user, number)
        if one in row
    ]
    assert left == []


async def test_nothing_is_left_in_the_database_file(club: Club) -> None:
    if not club.url.startswith("sqlite"):
        return await nothing_is_left_on_postgres(club)
    mei, me = await busy_member(club)
    sealed = await club.read(
        lambda w: w.db.exec_driver_sql(
            "SELECT name, phone, phone_index, email FROM members WHERE id = ?", (me,)
        ).one()
    )
    path = club.url.removeprefix("sqlite:///")
    needles = [word.encode() for word in (WORD, mei.user, *sealed)]
    assert [needle for needle in needles if needle not in file_of(path)] == []
    await erased(club, mei)
    assert [needle for needle in needles if needle in file_of(path)] == []
    return None


CHECKPOINT = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
db.close()
sys.stdout.buffer.write(open(sys.argv[1], "rb").read())
"""


def file_of(path: str) -> bytes:
    """The whole database file, once the log is written back into it. By another process: closing
    the file in this one would drop the locks that the club holds on it."""
    return subprocess.run(
        [sys.executable, "-c", CHECKPOINT, path], check=True, capture_output=True
    ).stdout


async def nothing_is_left_on_postgres(club: Club) -> None:
    """PostgreSQL keeps old row versions until they are vacuumed; live rows hold nothing."""
    mei, me = await busy_member(club)
    sealed = await club.read(
        lambda w: w.db.exec_driver_sql(
            f"SELECT name, phone, phone_index, email FROM members WHERE id = {me}"
        ).one()
    )
    await erased(club, mei)
    rows = await club.read(lambda w: list(everything(w)))
    assert [one for one in sealed if any(one in row for _, row in rows)] == []


async def test_the_ledger_stays_whole_under_the_random_id(club: Club) -> None:
    mei, me = await busy_member(club)
    history = await club.read(lambda w: w.ledger.history(me, Unit.POINTS, None, 100))
    await erased(club, mei)
    after = await club.read(lambda w: w.ledger.history(me, Unit.POINTS, None, 100))
    assert [row.posting_id for row in after[1:]] == [row.posting_id for row in history]
    assert (after[0].kind, after[0].source_type) == (Kind.EXPIRED, "erasing")
    assert (await points(club, me)).available == 0
    assert await broken(club) == []


async def test_pending_and_held_points_lapse_and_debt_is_written_off(club: Club) -> None:
    one = await member(club)
    bought = await buys(club, one, "A-1", 10000)
    await club.write(
        lambda w: ledger.spend(w, one.id, 100, key="s:1", source=("benefit", 1), now=NOW)
    )
    await club.write(
        lambda w: purchases.void(w, bought.purchase.id, reason="wrong", actor=OWNER, now=NOW)
    )
    lost = await club.write(lambda w: erasing.erase(w, one.id, NOW))
    assert (lost.points, lost.debt) == (0, 100)
    assert (await points(club, one.id)).debt == 0
    rows = await club.read(lambda w: w.ledger.history(one.id, Unit.POINTS, None, 3))
    assert (rows[0].kind, rows[0].amount) == (Kind.ADJUSTED, 100)
    assert await broken(club) == []


async def test_stored_value_is_paid_out_first(club: Club) -> None:
    one = await member(club)

    def top_up(work: Work) -> None:
        from domain import bookings
        from domain.ledger import Entry

        account = work.ledger.account(one.id, Unit.CREDIT)
        entry = Entry(work.new_id(), "top-up:1", NOW, "top_up", "1")
        booked = bookings.give(account, entry, 50000, work.new_id(), NOW, None)
        work.ledger.append(booked, "")

    await club.write(top_up)
    with pytest.raises(CreditLeft) as refused:
        await club.write(lambda w: erasing.erase(w, one.id, NOW))
    assert refused.value.data() == {"left": {"minor": 50000, "currency": "CNY"}}


async def test_a_keyed_hash_of_chat_and_phone_is_remembered_for_its_term(club: Club) -> None:
    mei, _ = await busy_member(club)
    await erased(club, mei)
    today = NOW.date()

    def known(work: Work) -> list[bool]:
        return [
            erasing.was_here(work, today, channel="telegram", user=mei.user),
            erasing.was_here(work, today, phone=PHONE),
            erasing.was_here(work, today + timedelta(days=800), phone=PHONE),
            erasing.was_here(work, today, phone="+8613800138000"),
        ]

    assert await club.read(known) == [True, True, False, False]


async def test_who_returns_is_a_new_member(club: Club) -> None:
    mei, me = await busy_member(club)
    await erased(club, mei)
    assert (await mei.says("/points")).key == "join.invitation"
    await mei.taps("join")
    assert await mei.member_id() != me


async def test_erasing_twice_is_refused(club: Club) -> None:
    one = await member(club)
    await club.write(lambda w: erasing.erase(w, one.id, NOW))
    with pytest.raises(MemberClosed):
        await club.write(lambda w: erasing.erase(w, one.id, NOW))


async def test_others_lose_nothing(club: Club) -> None:
    other = await member(club, name="Anna Berg", phone="+8613800138000")
    chat = await address(club, other.id)
    await club.write(
        lambda w: w.inbox.bury("telegram", "42", "78", '{"from":{"id":1918273645}}', "broken")
    )
    mei, _ = await busy_member(club)
    await erased(club, mei)
    kept = await club.read(lambda w: w.members.get(other.id))
    assert (kept.name, kept.phone) == ("Anna Berg", "+8613800138000")
    assert (await club.read(lambda w: w.addresses.get(chat))).member_id == other.id
    letters = await club.read(lambda w: w.inbox.dead_letters(10))
    assert [one["update_id"] for one in letters[1]] == ["78"]
    came = await club.read(lambda w: w.inbox.letter(letters[1][0]["id"]))
    assert came == '{"from":{"id":1918273645}}'
    sealed = await club.read(
        lambda w: w.db.exec_driver_sql("SELECT raw FROM dead_letters").scalar_one()
    )
    assert "1918273645" not in sealed


async def test_an_operator_stays_an_operator(club: Club) -> None:
    from services import staffing

    mei, _ = await busy_member(club)
    invited = await club.write(lambda w: staffing.add(w, "Mei", "till", None, OWNER, NOW))
    await mei.says(invited.start)
    await erased(club, mei)
    state = await club.read(lambda w: w.conversations.load(mei.address, "en"))
    assert state.person.member_id is None
    assert state.person.staff is not None


async def test_a_file_does_not_bring_an_erased_person_back(club: Club, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("external_id,name,phone\nK-1,Li Wei,13800138000\nK-2,Anna,13800138001\n")
    first = await import_members(club.units, file, NOW)
    [li] = await club.read(lambda w: w.members.by_phone("+8613800138000"))
    await club.write(lambda w: erasing.erase(w, li, NOW))
    again = await import_members(club.units, file, NOW)
    assert (first.added, again.added, again.known) == (2, 0, 2)
    assert await club.read(lambda w: w.members.by_phone("+8613800138000")) == []


async def test_purchases_while_the_member_leaves_are_booked_before_or_refused(
    club: Club, elsewhere: Club
) -> None:
    one = await member(club)
    results = await asyncio.gather(
        *(buys(club if n % 2 else elsewhere, one, f"A-{n}") for n in range(5)),
        elsewhere.write(lambda w: erasing.erase(w, one.id, NOW)),
        club.write(lambda w: erasing.erase(w, one.id, NOW)),
        *(buys(club if n % 2 else elsewhere, one, f"A-{n}") for n in range(5, 10)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, erasing.Losses) for one in results) == 1
    has = await points(club, one.id)
    assert (has.available, has.pending, has.held, has.debt) == (0, 0, 0, 0)
    assert await broken(club) == []

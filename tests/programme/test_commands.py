"""`memberbot programme …`: check, diff, simulate, publish, requests, as a person sees them."""

import asyncio
import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import cli, settings
from app.csv_file import safe, written
from app.settings import PROGRAMMES
from app.wiring import Club, opened
from bot.messages import Address
from services import approvals, staffing
from services.ports.club import Actor
from storage.work import Work

RETAIL = (PROGRAMMES / "retail.yaml").read_text("utf-8")
ORDERS = """source,order_id,line,member,occurred_at,currency,amount,category
pos-1,A-1,1,ext:m1,2026-02-03T12:00:00+08:00,CNY,150.00,fruit
pos-1,A-2,1,ext:m2,2026-02-04T12:00:00+08:00,CNY,250.00,
pos-1,A-3,1,ext:m1,2026-03-05T12:00:00+08:00,CNY,10.00,
"""
MEMBERS = "external_id,name,joined_at\nm1,=Eve,2026-01-01\nm2,Bob Young,2026-01-01\n"


@dataclass
class Ran:
    """How a command ended inside this process."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `memberbot …` in an empty folder without any setting."""
    for name in settings.given():
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def use(*arguments: str) -> Ran:
        capfd.readouterr()
        code = cli.run(list(arguments))
        shown = capfd.readouterr()
        return Ran(code, shown.out, shown.err)

    return use


def file(name: str, *changes: tuple[str, str]) -> str:
    """The retail programme as version 2, with changes."""
    text = RETAIL.replace("version: 1\n\nclub", "version: 2\n\nclub")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    Path(name).write_text(text, "utf-8")
    return name


def on_the_club(use: Callable[[Club], Any]) -> Any:
    async def main() -> Any:
        async with opened(settings.load()) as club:
            return await use(club)

    return asyncio.run(main())


def link(name: str, role: str) -> None:
    """An operator who has sent their code."""

    def chat(work: Work) -> None:
        now = work.shared.clock()
        code = staffing.add(work, name, role, None, Actor("cli"), now).code
        who = Address("terminal", "1", name, name)
        address = work.conversations.lock(who, "en").person.address_id
        staffing.link(work, address, code, now)

    on_the_club(lambda club: club.units.write(chat))


@pytest.fixture
def bought(run: Run) -> Run:
    """A club with two members who have bought something."""
    Path("members.csv").write_text(MEMBERS, "utf-8")
    Path("orders.csv").write_text(ORDERS, "utf-8")
    assert run("import", "members", "members.csv").code == 0
    assert run("import", "purchases", "orders.csv").code == 0
    return run


# -- check and diff ---------------------------------------------------------------------


def test_problems_are_told_with_file_line_and_column(run: Run) -> None:
    name = file("mine.yaml", ("currency: CNY", "curency: CNY"), ("[30, 7, 1]", "[7, 7]"))
    ended = run("programme", "check", name)
    lines = ended.err.splitlines()
    assert ended.code == 1
    assert lines[0].startswith("memberbot: mine.yaml:17:3 club.curency: is not known here")
    assert "did you mean currency?" in lines[0]
    assert ":1 expiry_reminder_days: names a day twice" in lines[1]
    assert len(lines) == 2


def test_a_broken_yaml_is_told_with_its_line(run: Run) -> None:
    Path("mine.yaml").write_text("version: 1\nclub: {name\n", "utf-8")
    ended = run("programme", "check", "mine.yaml")
    assert ended.code == 1
    assert ended.err.startswith("memberbot: mine.yaml:")
    assert "cannot be read as YAML" in ended.err


def test_two_files_are_compared(run: Run) -> None:
    one, two = file("one.yaml"), file("two.yaml", ("welcome_points: 50", "welcome_points: 60"))
    ended = run("programme", "diff", one, two)
    assert ended.code == 0
    assert "points for joining: 50 -> 60" in ended.out


def test_without_a_second_file_it_is_compared_with_what_holds(run: Run) -> None:
    ended = run(
        "programme", "diff", file("one.yaml", ("welcome_points: 50", "welcome_points: 60"))
    )
    assert "from version 1 to version 2:" in ended.out
    assert "points for joining: 50 -> 60" in ended.out
    assert "no difference" in run("programme", "diff", file("same.yaml")).out


# -- simulate ---------------------------------------------------------------------------


def test_a_dry_run_says_who_rises_and_writes_them_down(bought: Run) -> None:
    name = file("new.yaml", ('single_purchase: "200"', 'single_purchase: "150"'))
    ended = bought("programme", "simulate", name, "--csv", "who.csv")
    assert ended.code == 0, ended.err
    assert "2 members: 1 rise, 0 fall, 1 stay where they are" in ended.out
    assert all(len(line) <= 80 for line in ended.out.splitlines())
    with Path("who.csv").open(encoding="utf-8-sig", newline="") as rows:
        found = list(csv.DictReader(rows))
    assert len(found) == 1
    assert found[0]["level before"] == "Member"
    assert found[0]["level after"] == "Silver"
    assert (found[0]["points before"], found[0]["points after"]) == ("160", "161")
    assert found[0]["change"] == "rises"
    assert found[0]["name"] == "'=***"


def test_days_limit_what_is_counted(bought: Run) -> None:
    name = file("new.yaml", ("  points: 1\n  per", "  points: 2\n  per"))
    ended = bought("programme", "simulate", name, "--from", "2026-03-01", "--to", "2026-03-31")
    assert "from 2026-03-01 to 2026-03-31" in ended.out
    assert "2026-02" not in ended.out
    assert "2026-03" in ended.out


def test_wrong_days_are_refused(bought: Run) -> None:
    name = file("new.yaml")
    turned = bought("programme", "simulate", name, "--from", "2026-03-31", "--to", "2026-03-01")
    assert turned.code == 1
    assert "--to is before --from; swap them" in turned.err
    assert bought("programme", "simulate", name, "--from", "2026-02-30").code == 2


def test_another_currency_cannot_be_compared(bought: Run) -> None:
    name = file("new.yaml", ("currency: CNY", "currency: USD"))
    ended = bought("programme", "simulate", name)
    assert ended.code == 1
    assert "the file counts in USD, the club's purchases are in CNY" in ended.err


def test_a_file_that_cannot_be_written_is_a_sentence(bought: Run) -> None:
    ended = bought("programme", "simulate", file("new.yaml"), "--csv", "missing/who.csv")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert "missing" in ended.err


def test_a_dry_run_of_an_empty_club_is_a_page_too(run: Run) -> None:
    ended = run("programme", "simulate", file("new.yaml"))
    assert ended.code == 0
    assert "0 members: 0 rise, 0 fall, 0 stay" in ended.out


# -- publish and requests ---------------------------------------------------------------


def test_without_an_approver_it_is_published_and_said_how_to_have_one(run: Run) -> None:
    ended = run("programme", "publish", file("new.yaml"))
    assert "version 2 is published and holds from now on" in ended.out
    assert "nobody is linked to a chat who could approve it first" in ended.out
    assert "memberbot operator add NAME --role approver" in ended.out
    assert "nothing changed" in run("programme", "publish", "new.yaml").out
    assert run("programme", "requests").out == "no version is waiting\n"


def test_with_an_approver_it_waits_for_the_yes(bought: Run) -> None:
    link("Anna", "approver")
    name = file("new.yaml", ('single_purchase: "200"', 'single_purchase: "150"'))
    ended = bought("programme", "publish", name)
    assert "version 2 waits for the yes of Anna" in ended.out
    assert "version 1" in bought("programme", "show").out
    listed = bought("programme", "requests").out
    assert "2" in listed.splitlines()[1]
    assert "cli" in listed

    def yes(work: Work) -> int:
        now = work.shared.clock()
        (request,) = approvals.waiting(work, now)
        assert request.values["dry"]["risen"] == 1
        anna = staffing.find(work, "Anna")
        approvals.decide(work, request.id, True, Actor(anna.name, anna.id), now)
        return work.programmes.newest()

    assert on_the_club(lambda club: club.units.write(yes)) == 2
    assert "nothing changed" in bought("programme", "publish", name).out


def test_who_asks_is_not_asked(run: Run) -> None:
    link("Anna", "approver")
    ended = run("programme", "publish", file("new.yaml"), "--by", "Anna")
    assert "nobody but Anna is linked to a chat" in ended.out
    link("Ben", "owner")
    changed = file("newer.yaml", ("version: 2", "version: 3"))
    assert "waits for the yes of Ben" in run("programme", "publish", changed, "--by", "Anna").out


def test_an_unknown_name_asks_for_nothing(run: Run) -> None:
    ended = run("programme", "publish", file("new.yaml"), "--by", "Zoe")
    assert ended.code == 1
    assert "no operator Zoe" in ended.err


def test_a_new_currency_is_published_without_a_dry_run(run: Run) -> None:
    link("Anna", "approver")
    ended = run("programme", "publish", file("new.yaml", ("currency: CNY", "currency: USD")))
    assert "waits for the yes of Anna" in ended.out


# -- CSV --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "－2", "\u3000@"]
)
def test_what_could_be_a_formula_is_made_a_text(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["Bob", "王*", "1=1", "", 5, -5])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert safe(cell) == cell


def test_a_file_that_broke_off_is_not_there(tmp_path: Path) -> None:
    def breaks() -> None:
        with written(tmp_path / "x.csv", ("a",)) as rows:
            rows.write(("1",))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()
    assert list(tmp_path.iterdir()) == []

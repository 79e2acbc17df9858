"""Wrong codes: an operator's are limited, a chat account's too, and very many alarm the club."""

from typing import Any

from sqlalchemy import update

from domain.codes import make_code
from domain.wrong_codes import ALARM, MOST_OF_ADDRESS, MOST_OF_STAFF, SLIP_COST, UNKNOWN_COST
from services import scanning
from services.ports.club import Actor
from storage.tables import till
from storage.work import Work
from tests.support.club import Club
from tests.till.support import cashier, voucher

_hours = till.WrongCode.__table__  # type: ignore[attr-defined]


def slip(code: str) -> str:
    """The code with one wrong letter."""
    return ("1" if code[0] != "1" else "2") + code[1:]


async def test_twenty_slips_are_as_many_as_ten_unknown_codes(club: Club) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna = await cashier(club)
    await anna.says("/till")
    for _ in range(MOST_OF_STAFF // SLIP_COST - 1):
        assert "slip" in (await anna.says(slip(code))).text
    assert (await anna.says(code)).key == "till.card"
    await anna.says(slip(code))
    assert "ten minutes" in (await anna.says(code)).text


async def test_a_lock_ends_ten_minutes_after_the_first_however_often_one_tries(
    club: Club,
) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna = await cashier(club)
    for guess in range(MOST_OF_STAFF // UNKNOWN_COST):
        await anna.says(f"/till {make_code(guess)}")
    for _ in range(9):
        club.clock.move(minutes=1)
        assert "ten minutes" in (await anna.says(f"/till {code}")).text
    club.clock.move(minutes=1)
    assert (await anna.says(f"/till {code}")).key == "till.card"


async def test_an_account_that_several_operators_use_is_limited_too(club: Club) -> None:
    guess = iter(range(1000))

    def tries(work: Work, staff: int) -> str:
        wrong = ""
        for _ in range(MOST_OF_STAFF // UNKNOWN_COST):
            actor = Actor(f"S{staff}", staff, None)
            code = make_code(next(guess))
            wrong = scanning.scan(work, code, actor, club.clock(), at="telegram:42:7").wrong
        return wrong

    rounds = MOST_OF_ADDRESS // MOST_OF_STAFF
    said = [await club.write(lambda w, s=staff: tries(w, s)) for staff in range(1, rounds + 2)]
    assert said == ["unknown"] * rounds + ["too_often"]


async def test_a_thousand_in_an_hour_alarm_the_club_once(club: Club) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna, ben = await cashier(club), await cashier(club, "Ben")
    owner = await cashier(club, "Olga", "owner", None)
    await anna.says(f"/till {make_code(1)}")
    nearly: Any = update(_hours).values(tries=ALARM - 2)
    await club.write(lambda w: w.db.execute(nearly))
    await anna.says(f"/till {make_code(2)}")
    assert [one.key for one in await owner.hears()] == []
    await anna.says(f"/till {make_code(3)}")
    assert [one.key for one in await owner.hears()] == ["till.alarm"]
    assert "ten minutes" in (await anna.says(f"/till {code}")).text
    assert (await ben.says(f"/till {code}")).key == "till.card"
    assert "no voucher" in (await ben.says(f"/till {make_code(4)}")).text
    assert "ten minutes" in (await ben.says(f"/till {code}")).text
    assert [one.key for one in await owner.hears()] == ["till.alarm"]
    assert await anna.hears() == []


async def test_every_scan_is_audited_and_holds_no_code(club: Club) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna = await cashier(club)
    for said in ("nonsense", make_code(5), code):
        await anna.says(f"/till {said}")
    rows = await club.read(
        lambda w: [
            tuple(row)
            for row in w.db.exec_driver_sql(
                "SELECT action, staff_name, detail FROM audit WHERE action = 'voucher.scan'"
                " ORDER BY id"
            )
        ]
    )
    assert [row[:2] for row in rows] == [("voucher.scan", "Anna")] * 3
    assert ['"wrong":"unknown"' in row[2] for row in rows] == [False, True, False]
    assert make_code(5) not in repr(rows)
    assert code.replace(" ", "") not in repr(rows)

"""Files of partner codes: all or nothing, twice nothing, exact to the last code; settlements."""

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app import settlement_file
from app.failures import refusal
from app.importing import import_codes
from domain.benefits import Benefit
from domain.partner_errors import NobodyToPay, PartnerNotFound, TakesNoCodes, UnknownBenefit
from domain.partners import Partner
from services import benefits, partnering, vouchers, waiting
from services.importing.codes import Delivery, Result
from services.importing.report import FileRefused
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.threads import give, offer

STAFF = Actor("Anna")
FILM = Delivery("film", "october", 1250)
CODES = [f"FILM{n:04}" for n in range(50)]


async def film(club: Club) -> int:
    names = {"zh": "电影票", "en": "Film"}
    await club.write(lambda work: work.partners.save(Partner("cinema", names)))
    more = {"kind": "partner", "partner": "cinema", "names": names, "price": 10}
    return await offer(club, key="film", imported_codes=True, **more)


async def takes(
    club: Club, folder: Path, text: str, delivery: Delivery = FILM, encoding: str = "utf-8"
) -> Result:
    path = folder / "codes.txt"
    path.write_bytes(text.encode(encoding))
    return await import_codes(club.units, path, delivery, STAFF, NOW)


async def refused(
    club: Club, folder: Path, text: str, delivery: Delivery = FILM, encoding: str = "utf-8"
) -> list[str]:
    before = await kept(club)
    with pytest.raises(FileRefused) as caught:
        await takes(club, folder, text, delivery, encoding)
    assert await kept(club) == before
    return [str(problem) for problem in caught.value.findings.problems]


async def kept(club: Club) -> list[Any]:
    def use(work: Work) -> list[Any]:
        tables = ("partner_codes", "partner_batches", "audit", "benefits")
        return [
            sorted(map(repr, work.db.exec_driver_sql(f"SELECT * FROM {name}").all()))
            for name in tables
        ]

    found: list[Any] = await club.read(use)
    return found


async def left(club: Club, benefit_id: int) -> int | None:
    benefit: Benefit = await club.read(lambda work: work.benefits.get(benefit_id))
    return benefit.stock


async def member(club: Club) -> int:
    person = await club.person().joins()
    await give(club, person, 500)
    return await person.member_id()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_codes_come_in_the_encodings_that_people_save(
    lite: Club, tmp_path: Path, encoding: str
) -> None:
    one = await film(lite)
    text = "code\r\n" + "\r\n".join(["full-１２３", *CODES])
    if encoding == "utf-16":
        assert (
            "neither UTF-8 nor GB18030" in (await refused(lite, tmp_path, text, FILM, "utf-16"))[0]
        )
        return
    done = await takes(lite, tmp_path, text, encoding=encoding)
    assert (done.codes, await left(lite, one)) == (51, 51)
    assert await lite.write(lambda work: work.partners.take_code(one, 1)) == "full-123"


async def test_the_same_file_again_changes_nothing(club: Club, tmp_path: Path) -> None:
    one = await film(club)
    assert not (await takes(club, tmp_path, "\n".join(CODES))).known
    mei = await member(club)
    await club.write(lambda work: benefits.redeem(work, mei, one, key="k", now=NOW))
    before = await kept(club)
    again = await takes(club, tmp_path, "\n".join(CODES) + "\n\n\n")
    assert again.known
    assert await kept(club) == before
    assert await left(club, one) == len(CODES) - 1


async def test_the_same_batch_with_something_else_is_refused(lite: Club, tmp_path: Path) -> None:
    await film(lite)
    await takes(lite, tmp_path, "\n".join(CODES))
    (told,) = await refused(lite, tmp_path, "\n".join([*CODES, "ONEMORE1"]))
    assert "batch october: has other codes, another price" in told
    (told,) = await refused(lite, tmp_path, "\n".join(CODES), FILM._replace(wholesale_minor=1))
    assert "give a new --batch" in told


BAD = [
    ("", ["the file: has no codes"]),
    ("\n\n", ["the file: has no codes"]),
    ("AAAA1\nBBBB1\nAAAA1\naaaa-1", ["row 3: is in the file before", "row 4: is in the file"]),
    ("AAAA1\n\nBBBB1", ["row 2: is empty"]),
    ("AAAA1\nABC\n" + "x" * 65, ["row 2: must be 4 to 64", "row 3: must be 4 to 64"]),
    ("AAAA1\n影院一二三四", ["row 2: must be 4 to 64 letters, digits or signs"]),
    ("code,price\nAAAA1,2", ["row 1, price: is no column"]),
]


@pytest.mark.parametrize(("text", "said"), BAD)
async def test_a_faulty_list_names_its_lines_and_nothing_is_taken(
    lite: Club, tmp_path: Path, text: str, said: list[str]
) -> None:
    await film(lite)
    told = await refused(lite, tmp_path, text)
    assert len(told) == len(said)
    assert all(sentence.startswith(words) for words, sentence in zip(said, told, strict=True))


async def test_codes_in_use_are_named_wherever_they_are(club: Club, tmp_path: Path) -> None:
    one, tea = await film(club), await offer(club, price=1)
    await takes(club, tmp_path, "\n".join(CODES[:3]))
    mei = await member(club)
    ours = await club.write(lambda work: benefits.redeem(work, mei, tea, key="k", now=NOW))
    code = await club.read(lambda work: work.vouchers.code(ours.voucher.id))
    text = "\n".join(["NEWCODE1", CODES[1].lower(), f"{code[:4]}-{code[4:]}"])
    told = await refused(club, tmp_path, text, FILM._replace(batch="november"))
    assert told == [
        "row 2: is in use already, here or as a voucher's code",
        "row 3: is in use already, here or as a voucher's code",
    ]
    assert await left(club, one) == 3


async def test_a_benefit_must_be_there_and_take_codes(lite: Club, tmp_path: Path) -> None:
    await offer(lite)
    with pytest.raises(UnknownBenefit):
        await takes(lite, tmp_path, "AAAA1", FILM._replace(benefit="nothing"))
    with pytest.raises(TakesNoCodes):
        await takes(lite, tmp_path, "AAAA1", FILM._replace(benefit="coffee"))


async def test_codes_cost_something_only_if_a_partner_can_be_paid(
    lite: Club, tmp_path: Path
) -> None:
    one = await offer(lite, key="film", imported_codes=True)
    with pytest.raises(NobodyToPay) as caught:
        await takes(lite, tmp_path, "AAAA1")
    assert "film names no partner" in refusal(caught.value)
    assert (await takes(lite, tmp_path, "AAAA1", FILM._replace(wholesale_minor=0))).codes == 1
    assert await left(lite, one) == 1


class Broken(Exception):
    """The power has gone."""


async def test_an_import_that_broke_is_completed_by_the_same_file(
    club: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await film(club)
    monkeypatch.setattr("services.importing.codes._WRITTEN", 20)

    def progress(stage: str, done: int, _all: int) -> None:
        if stage == "write" and done >= 40:
            raise Broken

    path = tmp_path / "codes.txt"
    path.write_text("\n".join(CODES))
    with pytest.raises(Broken):
        await import_codes(club.units, path, FILM, STAFF, NOW, progress=progress)
    assert await left(club, one) == 0
    assert await club.read(lambda work: work.partners.free(one)) == 0
    other = FILM._replace(batch="other")
    assert len(await refused(club, tmp_path, "\n".join(CODES), other)) == 40
    assert (await takes(club, tmp_path, "\n".join(CODES))).codes == 50
    assert await left(club, one) == 50
    assert await club.read(lambda work: work.partners.free(one)) == 50


async def test_members_get_the_codes_and_who_waited_is_told(club: Club, tmp_path: Path) -> None:
    one = await film(club)
    mei, li = await member(club), await member(club)
    await club.write(lambda work: waiting.join(work, mei, one, NOW))
    await takes(club, tmp_path, CODES[0])
    waits = await club.read(lambda work: work.waits.of_member(mei))
    assert waits[one].is_offered(NOW)
    await takes(club, tmp_path, CODES[1], FILM._replace(batch="second"))
    got = [
        await club.write(lambda work, m=m: benefits.redeem(work, m, one, key=f"k{m}", now=NOW))
        for m in (li, mei)
    ]
    codes = [await club.read(lambda w, g=g: w.vouchers.code(g.voucher.id)) for g in got]
    assert sorted(codes) == CODES[:2]
    assert await left(club, one) == 0


async def test_a_partners_code_is_shown_as_written_and_found_as_typed(
    club: Club, tmp_path: Path
) -> None:
    one = await film(club)
    await club.write(lambda work: work.settings.put(vouchers.BOT_NAME, "club_bot"))
    await takes(club, tmp_path, "abc-DEF 77")
    mei = await member(club)
    done = await club.write(lambda work: benefits.redeem(work, mei, one, key="k", now=NOW))
    shown = await club.read(lambda work: vouchers.show(work, mei, done.voucher.id, NOW))
    assert (shown.code, shown.link) == ("abc-DEF 77", "")
    for typed in ("abc-DEF 77", "ABCDEF77", " ａｂｃdef-77 "):
        found, _ = await club.read(lambda work, t=typed: vouchers.by_code(work, t))
        assert found is not None
        assert found.id == done.voucher.id


# -- settling ---------------------------------------------------------------------------


async def october(club: Club, folder: Path) -> partnering.Settlement:
    """Three codes handed out in May, one of them used; what the cinema gets for it."""
    one = await film(club)
    await takes(club, folder, "\n".join(["=cmd|'x'!A1", *CODES]), FILM._replace(batch="=may"))
    for n in range(3):
        mei = await member(club)
        done = await club.write(lambda w, m=mei: benefits.redeem(w, m, one, key=f"{m}", now=NOW))
        if not n:
            await club.write(
                lambda w, d=done: w.vouchers.use(d.voucher.id, "use", NOW, None, None)
            )
    found: partnering.Settlement = await club.write(
        lambda work: partnering.settlement(work, "cinema", date(2026, 5, 31), STAFF, NOW)
    )
    return found


async def test_a_settlement_counts_what_was_handed_out_used_and_returned(
    club: Club, tmp_path: Path
) -> None:
    found = await october(club, tmp_path)
    (batch,) = found.batches
    assert (batch.handed_out, batch.used, batch.returned, found.owed) == (3, 1, 0, 3750)
    assert (batch.benefit_key, batch.batch.codes) == ("film", 51)
    (row,) = await club.read(lambda work: work.audit.about(("partner", "cinema")))
    assert row["action"] == "partner.settlement"
    later = await club.write(
        lambda work: partnering.settlement(work, "cinema", date(2026, 12, 1), STAFF, NOW)
    )
    assert (later.owed, later.batches[0].handed_out) == (0, 0)
    with pytest.raises(PartnerNotFound):
        await club.write(
            lambda work: partnering.settlement(work, "nobody", date(2026, 5, 1), STAFF, NOW)
        )


async def test_a_settlement_opens_in_a_spreadsheet_and_runs_nothing(
    lite: Club, tmp_path: Path
) -> None:
    found = await october(lite, tmp_path)
    settlement_file.write_csv(tmp_path / "s.csv", found)
    heads, row, total = (tmp_path / "s.csv").read_text(encoding="utf-8-sig").splitlines()
    assert heads.startswith("benefit,name,name_en,batch")
    assert row == "film,电影票,Film,'=may,2026-05-20,51,3,0,1,12.50,37.50,CNY"
    assert total == "2026-05,,,,,,3,0,1,,37.50,CNY"
    settlement_file.write_xlsx(tmp_path / "s.xlsx", found)
    with zipfile.ZipFile(tmp_path / "s.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "'=may" in texts
    assert "<v>37.5</v>" in sheet

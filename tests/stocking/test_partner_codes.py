"""Codes of partners: kept sealed, each handed to exactly one voucher."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.partner_errors import BatchComplete, BatchNotFound
from domain.partners import Batch, Partner
from services import stocking
from services.ports.club import Actor
from services.ports.pictures import Image
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.threads import offer

CODES = [f"PART-{n:04}" for n in range(40)]


async def batch(club: Club, benefit_id: int, key: str = "b1", codes: list[str] = CODES) -> int:
    def use(work: Work) -> int:
        made = Batch(work.new_id(), key, benefit_id, "cinema", 0, 1250, "hash", None, NOW)
        work.partners.add_batch(made)
        work.partners.add_codes(made.id, benefit_id, codes)
        work.partners.complete(made.id, len(codes))
        return made.id

    return int(await club.write(use))


async def test_a_voucher_gets_one_code_and_the_same_one_again(club: Club) -> None:
    film = await offer(club, key="film", imported_codes=True)
    await batch(club, film)
    taken = [
        await club.write(lambda work, n=n: work.partners.take_code(film, n)) for n in (7, 8, 7)
    ]
    assert taken == [CODES[0], CODES[1], CODES[0]]
    assert await club.read(lambda work: work.partners.free(film)) == len(CODES) - 2


async def test_nobody_gets_a_code_of_another_benefit_or_one_more_than_there_are(
    club: Club,
) -> None:
    film, tea = await offer(club, key="film"), await offer(club, key="tea")
    await batch(club, film, codes=CODES[:1])
    assert await club.write(lambda work: work.partners.take_code(tea, 1)) is None
    assert await club.write(lambda work: work.partners.take_code(film, 1)) == CODES[0]
    assert await club.write(lambda work: work.partners.take_code(film, 2)) is None


async def test_claimants_at_once_get_each_another_code(club: Club) -> None:
    film = await offer(club, key="film")
    await batch(club, film)
    taken = await asyncio.gather(
        *(club.write(lambda work, n=n: work.partners.take_code(film, n)) for n in range(1, 65))
    )
    got = [code for code in taken if code]
    assert len(got) == len(set(got))
    late = [
        await club.write(lambda work, n=n: work.partners.take_code(film, n))
        for n in range(100, 100 + len(CODES) - len(got))
    ]
    assert sorted([*got, *late]) == sorted(CODES)


async def test_codes_are_kept_sealed_and_found_whatever_their_case_and_dashes(club: Club) -> None:
    film = await offer(club, key="film")
    made = await batch(club, film, codes=["Abc-1234"])
    rows = await club.read(
        lambda work: work.db.execute(text("SELECT code, code_index FROM partner_codes")).all()
    )
    assert "1234" not in repr(rows)
    asked = ["ABC1234", "abc 1234", "ABC1235"]
    assert await club.read(lambda work: work.partners.in_use(asked)) == ["abc 1234"]
    assert await club.read(lambda work: work.partners.in_use(asked, made)) == []


async def test_a_batch_is_completed_once_and_a_half_one_can_be_dropped(club: Club) -> None:
    film = await offer(club, key="film")
    made = await batch(club, film)
    assert not await club.write(lambda work: work.partners.complete(made, 1))
    half = Batch(5, "half", film, "", 0, 0, "h", None, NOW)

    def begin(work: Work) -> None:
        work.partners.add_batch(half)
        work.partners.add_codes(5, film, ["NEWCODE1", CODES[0]])

    await club.write(begin)
    assert await club.read(lambda work: work.partners.kept(5)) == 1
    await club.write(lambda work: work.partners.drop(5))
    assert await club.read(lambda work: work.partners.batch("half")) is None
    assert await club.read(lambda work: work.partners.free(film)) == len(CODES)


async def test_nobody_gets_a_code_of_a_batch_that_is_not_complete(club: Club) -> None:
    film = await offer(club, key="film", imported_codes=True)

    def begin(work: Work) -> None:
        work.partners.add_batch(Batch(5, "half", film, "", 0, 0, "h", None, NOW))
        work.partners.add_codes(5, film, ["HALF-0001"])

    await club.write(begin)
    assert await club.write(lambda work: work.partners.take_code(film, 1)) is None
    await batch(club, film, codes=CODES[:2])
    await batch(club, film, "b2", CODES[2:3])
    taken = [
        await club.write(lambda work, n=n: work.partners.take_code(film, n)) for n in range(1, 5)
    ]
    assert taken == [*CODES[:3], None]
    assert await club.read(lambda work: work.partners.free(film)) == 0


async def test_only_a_broken_import_can_be_dropped(club: Club) -> None:
    film = await offer(club, key="film", imported_codes=True)
    made = await batch(club, film)

    def begin(work: Work) -> None:
        work.partners.add_batch(Batch(5, "half", film, "", 0, 0, "h", None, NOW))
        work.partners.add_codes(5, film, ["HALF-0001", "HALF-0002"])

    await club.write(begin)
    assert await club.write(lambda w: stocking.drop_codes(w, "half", Actor("Anna"), NOW)) == 2
    for key, refusal in (("half", BatchNotFound), ("b1", BatchComplete)):
        with pytest.raises(refusal):
            await club.write(lambda w, key=key: stocking.drop_codes(w, key, Actor("Anna"), NOW))
    assert not await club.write(lambda work: work.partners.drop(made))
    assert await club.read(lambda work: work.partners.free(film)) == len(CODES)
    [row] = await club.read(lambda work: work.audit.about(("benefit", film)))
    assert row["action"] == "benefit.drop_codes"


async def test_partners_are_kept_by_their_keys(club: Club) -> None:
    cinema = Partner("cinema", {"zh": "影院", "en": "Cinema"})
    assert [await club.write(lambda work: work.partners.save(cinema)) for _ in range(2)] == [
        "added",
        "same",
    ]
    assert await club.read(lambda work: work.partners.all()) == [cinema]
    start, end = NOW - timedelta(days=1), NOW
    assert await club.read(lambda work: work.partners.settled("cinema", start, end)) == []


async def test_a_picture_is_kept_once_and_knows_where_platforms_have_it(club: Club) -> None:
    image = Image("image/png", 300, 300, b"\x89PNG\x00")
    kept = [await club.write(lambda work: work.pictures.keep("k", image, NOW)) for _ in range(2)]
    assert kept == [True, False]
    assert await club.read(lambda work: work.pictures.content("k")) == (
        "image/png",
        b"\x89PNG\x00",
    )
    assert await club.read(lambda work: work.pictures.content("other")) is None
    for name in ("first", "second"):
        await club.write(
            lambda work, name=name: work.pictures.keep_file_id("k", "telegram", "1", name)
        )
    assert await club.read(lambda work: work.pictures.file_id("k", "telegram", "1")) == "second"
    assert await club.read(lambda work: work.pictures.file_id("k", "telegram", "2")) == ""

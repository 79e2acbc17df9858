"""Races over one order, one person, the last points: each goes wrong without its guard."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from domain.errors import AlreadyRefunded, NotEnoughPoints, RefundTooLarge
from domain.payments import PaidBy, Payment
from domain.points import Unit
from domain.purchases import Line
from services import ledger, purchases, refunds
from services.booking import Incoming
from services.enrolling import Details, MemberExists, enrol
from services.ports.club import Actor
from services.ports.sales import Buyer, Claim
from storage.members import Members
from storage.purchases import Purchases, _buyers
from storage.unit_of_work import PostgresUnits
from tests.membership.support import broken
from tests.purchases.support import gets, has, member, of, order
from tests.support.club import NOW, Club

PHONE = "+8613800138000"
TILL = Actor("api:till")


def alone(club: Club) -> bool:
    """SQLite's writer is alone: without the guard, too, nothing can come between."""
    return not isinstance(club.units, PostgresUnits)


# -- one key ----------------------------------------------------------------------------


async def _fifty(club: Club) -> list[object]:
    mei = await member(club)
    one = of(mei, order())
    copies = (club.write(lambda w: purchases.book(w, one, NOW)) for _ in range(50))
    done = list(await asyncio.gather(*copies, return_exceptions=True))
    assert (await has(club, mei)).available == 100
    assert await broken(club) == []
    return done


async def test_fifty_copies_of_one_order_have_one_effect_and_one_answer(club: Club) -> None:
    done = await _fifty(club)
    assert {(one.purchase, one.explanation) for one in done} == {  # type: ignore[attr-defined]
        (done[0].purchase, done[0].explanation)  # type: ignore[attr-defined]
    }
    assert sum(one.new for one in done) == 1  # type: ignore[attr-defined]


async def test_without_the_claim_on_the_order_copies_collide(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order ids are UNIQUE: even then there is one effect, but not an answer for everybody."""
    monkeypatch.setattr(Purchases, "claim", lambda self, keys: None)
    failed = [one for one in await _fifty(club) if isinstance(one, BaseException)]
    assert bool(failed) is not alone(club)
    assert all(isinstance(one, IntegrityError) for one in failed)


# -- two refunds of one order -----------------------------------------------------------


async def _refund_twice(club: Club, **values: object) -> tuple[int, list[object]]:
    """How much came back of 100 yuan in six refunds at one moment, and what they said."""
    mei = await member(club)
    await club.write(lambda w: purchases.book(w, of(mei, order()), NOW))

    def asked(number: int) -> refunds.Asked:
        return refunds.Asked("pos-1", "A-1", f"R-{number}", NOW, **values)  # type: ignore[arg-type]

    done = await asyncio.gather(
        *(club.write(lambda w, n=n: refunds.refund(w, asked(n), NOW)) for n in range(6)),
        return_exceptions=True,
    )
    stored = await club.read(lambda w: purchases.find(w, "pos-1", "A-1"))
    return stored.refunded_minor, list(done)


@pytest.mark.parametrize("minor", [None, 6000])
async def test_two_refunds_of_one_order_never_exceed_it(club: Club, minor: int | None) -> None:
    back, done = await _refund_twice(club, minor=minor)
    assert back == (minor or 10000)
    refused = [one for one in done if isinstance(one, AlreadyRefunded | RefundTooLarge)]
    assert len(refused) == 5
    assert await broken(club) == []


async def test_without_the_locks_two_refunds_exceed_the_order(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Purchases, "claim", lambda self, keys: None)
    monkeypatch.setattr(Members, "lock", lambda self, member_id: None)
    monkeypatch.setattr(Purchases, "lock", _reads_only)
    back, done = await _refund_twice(club, minor=6000)
    failed = sum(isinstance(one, IntegrityError) for one in done)
    # What is left then to hold them is that the account's postings are numbered.
    assert (back > 10000 or failed > 0) is not alone(club)


def _reads_only(self: Purchases, member_ids: list[int]) -> object:
    rows = self._db.execute(_buyers, {"ids": sorted(member_ids)})
    return {row[0]: Buyer(*row) for row in rows}


# -- the last points --------------------------------------------------------------------


async def _spenders(club: Club) -> tuple[int, list[object]]:
    """64 who want 10 of the last 100 points, half of them at a till: what is left, and all
    outcomes."""
    mei = await member(club)
    await gets(club, mei, 100)
    ten = Payment(PaidBy.POINTS, 10000, 10)

    def pay(number: int) -> object:
        if number % 2:
            source = ("benefit", number)
            return club.write(
                lambda w: ledger.spend(w, mei.id, 10, key=f"k{number}", source=source, now=NOW)
            )
        bill = replace(of(mei, order(f"A-{number}")), payments=(ten,))
        return club.write(lambda w: purchases.book(w, bill, NOW))

    done = await asyncio.gather(*map(pay, range(64)), return_exceptions=True)  # type: ignore[arg-type]
    return (await has(club, mei)).available, list(done)


async def test_sixty_four_spenders_of_the_last_hundred_points(club: Club) -> None:
    left, done = await _spenders(club)
    assert left == 0
    assert sum(not isinstance(one, BaseException) for one in done) == 10
    assert sum(isinstance(one, NotEnoughPoints) for one in done) == 54
    assert await broken(club) == []


async def test_without_the_members_lock_spenders_collide(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Members, "lock", lambda self, member_id: None)
    monkeypatch.setattr(Purchases, "lock", _reads_only)
    left, done = await _spenders(club)
    failed = [one for one in done if isinstance(one, BaseException)]
    wrong = [one for one in failed if not isinstance(one, NotEnoughPoints)]
    assert bool(wrong) is not alone(club)
    assert left == 100 - 10 * (64 - len(failed))


# -- one person -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "details",
    [Details(phone=PHONE), Details(email="mei@example.com"), Details(external_id="c-1")],
    ids=["phone", "email", "external"],
)
async def test_who_is_enrolled_twice_at_one_moment_is_one_member(
    club: Club, details: Details
) -> None:
    made, done = await _enrol(club, details)
    assert made == 1
    assert sum(isinstance(one, MemberExists) for one in done) == 7


async def _enrol(club: Club, details: Details) -> tuple[int, list[object]]:
    done = await asyncio.gather(
        *(club.write(lambda w: enrol(w, details, actor=TILL, now=NOW)) for _ in range(8)),
        return_exceptions=True,
    )
    return sum(not isinstance(one, BaseException) for one in done), list(done)


async def test_without_the_claim_on_the_person_there_are_several(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Purchases, "claim_people", lambda self, claims: None)
    made, _ = await _enrol(club, Details(phone=PHONE))
    assert (made > 1) is not alone(club)


async def test_an_enrolment_beside_a_purchase_leaves_nothing_waiting(club: Club) -> None:
    """Either side may miss the other at the moment; the periodic look finds what was missed."""
    bills = [Incoming(order(f"A-{n}", Line(1000)), (Claim("phone", PHONE),)) for n in range(8)]
    person = Details(phone=PHONE)
    enrolled, *_ = await asyncio.gather(
        club.write(lambda w: enrol(w, person, actor=TILL, now=NOW)),
        *(club.write(lambda w, b=bill: purchases.book(w, b, NOW)) for bill in bills),
    )
    await club.write(lambda w: purchases.match_left(w, NOW, 100))
    found = await club.read(lambda w: w.ledger.summary(enrolled.id, Unit.POINTS, NOW))
    assert found.available == club.programme.welcome_points + 80

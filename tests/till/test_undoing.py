"""Taking back a use: the cashier soon after, the store's manager on the same day, once."""

import pytest

from bot.messages import Kind
from tests.support.club import Club, Person
from tests.till.support import cashier, voucher
from tests.whole import absurd

# Half letters and NUL do not get past the platform's decoder.
TEXTS = [t.encode(errors="replace").decode().replace("\0", "") for t in absurd.TEXTS[::8]]


async def used(club: Club, locale: str = "en") -> tuple[Person, Person, str]:
    """A member, the cashier who used their voucher, and its code."""
    mei = await club.person("Mei", locale).joins()
    _, code = await voucher(club, mei)
    anna = await cashier(club, locale=locale)
    await anna.says(f"/till {code}")
    assert (await anna.taps("till.use")).key == "till.used"
    return mei, anna, code


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_the_cashier_takes_it_back_with_a_reason(club: Club, locale: str) -> None:
    mei, anna, code = await used(club, locale)
    assert (await anna.taps("till.undo")).key == "till.undo_ask"
    assert (await anna.taps("till.undo_do", "mistake")).key == "till.undone"
    told = await mei.hears()
    assert [message.key for message in told] == ["voucher.receipt", "till.told_undone"]
    assert {message.locale for message in told} == {locale}
    again = await anna.says(f"/till {code}")
    assert again.key == "till.card"
    assert (await anna.taps("till.use")).key == "till.used"


async def test_a_typed_reason_stands_in_the_audit(club: Club) -> None:
    _, anna, _ = await used(club)
    await anna.taps("till.undo")
    assert (await anna.says("Wrong   cup")).key == "till.undone"
    rows = await club.read(
        lambda w: w.db.exec_driver_sql("SELECT reason FROM audit_reasons").scalars().all()
    )
    assert "Wrong cup" in rows


async def test_it_is_taken_back_once_and_old_buttons_use_nothing(club: Club) -> None:
    _, anna, code = await used(club)
    use = anna.button("till.use").payload
    undo = anna.button("till.undo").payload
    await anna.taps("till.undo")
    await anna.taps("till.undo_do", "twice")
    for payload in (undo, use):
        answer = await anna.sends(Kind.TAP, payload=payload)
        assert answer is not None
        assert answer.key in ("till.undone_before", "till.hold_over")
    assert "Can be used" in (await anna.says(f"/till {code}")).text


async def test_after_half_an_hour_it_is_the_manager_s(club: Club) -> None:
    mei, anna, code = await used(club)
    club.clock.move(minutes=30)
    assert (await anna.taps("till.undo")).key == "till.undo_not_allowed"
    other = await cashier(club, "Ben", "operator", "sh-02")
    assert "till.undo" not in _buttons(await other.says(f"/till {code}"))
    for name, store in (("Carl", "sh-01"), ("Dora", None)):
        manager = await cashier(club, name, "operator", store)
        assert "till.undo" in _buttons(await manager.says(f"/till {code}")), name
    assert (await manager.taps("till.undo")).key == "till.undo_ask"
    assert (await manager.says("She never got it")).key == "till.undone"
    assert (await mei.hears())[-1].key == "till.told_undone"
    heard = await anna.hears()
    assert [message.key for message in heard] == ["till.told_cashier"]
    assert "Dora" in heard[0].text


async def test_tomorrow_nobody_takes_it_back(club: Club) -> None:
    _, _, code = await used(club)
    manager = await cashier(club, "Carl", "owner")
    club.clock.move(hours=14)  # 10:00 + 14 h: the store's next day
    assert "till.undo" not in _buttons(await manager.says(f"/till {code}"))


async def test_nobody_takes_back_their_own(club: Club) -> None:
    carl = await cashier(club, "Carl", "owner")
    await carl.joins()
    _, code = await voucher(club, carl)
    anna = await cashier(club)
    await anna.says(f"/till {code}")
    await anna.taps("till.use")
    assert (await carl.says(f"/till {code}")).key == "till.own"
    closing = await carl.says("/closing")
    assert "till.undo" not in _buttons(closing)


def _buttons(message: object) -> str:
    return repr(getattr(message, "rows", ()))


async def test_any_text_is_a_reason_or_is_asked_for_again(club: Club) -> None:
    mei, anna, _ = await used(club)
    for text in TEXTS:
        _, code = await voucher(club, mei)
        await anna.says("/cancel")
        await anna.says(f"/till {code}")
        await anna.taps("till.use")
        await anna.taps("till.undo")
        answer = await anna.sends(Kind.TEXT, text=text)
        assert answer is None or answer.key != "error.broken", text

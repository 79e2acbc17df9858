"""A voucher that a till looks at is nobody else's meanwhile; and only for two minutes."""

from domain.vouchers import VoucherState
from storage.work import Work
from tests.support.club import Club
from tests.till.support import cashier, voucher


async def test_another_till_sees_who_looks_at_it_and_since_when(club: Club) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna, ben = await cashier(club), await cashier(club, "Ben")
    assert (await anna.says(f"/till {code}")).key == "till.card"
    seen = await ben.says(f"/till {code}")
    assert "Anna (Store sh-01) has been looking at it since 10:00" in seen.text
    assert not [key for row in seen.rows for key in row if "till.use" in key.payload]
    club.clock.move(seconds=119)
    assert "since 10:00" in (await ben.says(f"/till {code}")).text
    club.clock.move(seconds=1)
    assert "Can be used" in (await ben.says(f"/till {code}")).text
    assert "Ben" in (await anna.says(f"/till {code}")).text


async def test_the_same_till_holds_it_anew(club: Club) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna, ben = await cashier(club), await cashier(club, "Ben")
    await anna.says(f"/till {code}")
    club.clock.move(seconds=100)
    await anna.says(f"/till {code}")
    club.clock.move(seconds=100)
    assert "Anna" in (await ben.says(f"/till {code}")).text
    assert (await anna.taps("till.use")).key == "till.used"


async def test_refusing_gives_it_back_at_once_and_its_buttons_are_old(club: Club) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna, ben = await cashier(club), await cashier(club, "Ben")
    await anna.says(f"/till {code}")
    assert (await anna.taps("till.refuse")).key == "till.refused"
    assert (await anna.taps("till.use")).key == "till.hold_over"
    assert "Can be used" in (await ben.says(f"/till {code}")).text
    assert await mei.hears() == []


async def test_who_takes_long_may_still_confirm_but_not_for_ever(club: Club) -> None:
    mei = await club.person("Mei").joins()
    _, code = await voucher(club, mei)
    anna = await cashier(club)
    await anna.says(f"/till {code}")
    club.clock.move(minutes=12)
    assert (await anna.taps("till.use")).key == "till.hold_over"
    await anna.says(f"/till {code}")
    club.clock.move(minutes=11)
    assert (await anna.taps("till.use")).key == "till.used"


async def test_a_held_voucher_is_still_its_members_and_expires_as_any(club: Club) -> None:
    mei = await club.person("Mei").joins()
    found, code = await voucher(club, mei, valid_days=1)
    anna = await cashier(club)
    await anna.says(f"/till {code}")

    def state(work: Work) -> VoucherState:
        kept = work.vouchers.get(found)
        assert kept is not None
        return kept.state_at(club.clock())

    assert await club.read(state) is VoucherState.HELD
    club.clock.move(minutes=2)
    assert await club.read(state) is VoucherState.ISSUED
    club.clock.move(days=2)
    assert await club.read(state) is VoucherState.EXPIRED
    refused = await anna.taps("till.use")
    assert refused.key == "voucher.not_usable"

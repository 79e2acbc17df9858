"""Points by hand that need a second person, carried out by the real service."""

import pytest

from domain.approvals import Approval, ApprovalState
from domain.errors import KeyConflict
from services import approval_kinds, approvals, large_adjustments, merging
from services.ports.club import Actor
from tests.flows.staffed import operator
from tests.membership.support import broken, member, points
from tests.support.club import NOW, Club

CLI = Actor("cli")


@pytest.fixture(autouse=True)
def _real(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = "services.large_adjustments:approved"
    monkeypatch.setitem(approval_kinds.KINDS, large_adjustments.KIND, kind)


async def _asked(club: Club, member_id: int) -> int:
    found = await club.write(
        lambda w: large_adjustments.adjust(
            w, member_id, 1500, reason="goodwill", key="k:1", actor=CLI, now=NOW
        )
    )
    assert isinstance(found, Approval)
    return found.id


async def test_a_yes_books_what_was_asked_for(club: Club) -> None:
    ben = await operator(club, "approver", "Ben")
    mei = await member(club)
    await _asked(club, mei.id)
    assert (await points(club, mei.id)).available == 0
    [card] = await ben.hears()
    assert "1,500" in card.text
    assert (await ben.taps("approval.yes")).edit
    assert (await points(club, mei.id)).available == 1500
    assert await broken(club) == []


async def test_after_a_merge_it_goes_to_the_membership_that_was_kept(club: Club) -> None:
    ben = await operator(club, "approver", "Ben")
    old, new = await member(club, days_ago=300), await member(club)
    approval_id = await _asked(club, new.id)
    await club.write(lambda w: merging.merge(w, new.id, old.id, CLI, NOW))
    await ben.hears()
    await ben.taps("approval.yes")
    found = await club.read(lambda w: approvals.find(w, approval_id))
    assert found.state is ApprovalState.APPROVED
    assert (await points(club, old.id)).available == 1500
    assert await broken(club) == []


@pytest.mark.parametrize("points_", [1501, 10])
async def test_a_key_that_waits_for_a_yes_stands_for_its_points_alone(
    club: Club, points_: int
) -> None:
    mei = await member(club)
    asked = await _asked(club, mei.id)
    with pytest.raises(KeyConflict):
        await club.write(
            lambda w: large_adjustments.adjust(
                w, mei.id, points_, reason="goodwill", key="k:1", actor=CLI, now=NOW
            )
        )
    assert await _asked(club, mei.id) == asked
    assert (await points(club, mei.id)).available == 0

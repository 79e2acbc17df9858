"""A change that needs a second person: asked for, shown, decided once, carried out or not."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.messages import Kind, Rendered
from domain.approvals import ApprovalNotFound, ApprovalState, NotOwnApproval
from domain.errors import NotAllowed
from services import approval_kinds, approvals, erasing, mydata, staffing
from services.ports.club import Actor
from storage.work import Work
from tests.flows.staffed import operator
from tests.membership.support import member
from tests.support.club import NOW, Club, Person

CLI = Actor("cli")
STRANGER = Actor("Eve", 1)


async def actor(club: Club, name: str) -> Actor:
    found = await club.read(lambda w: w.staff.by_name(name))
    return Actor(found.name, found.id, found.store_id)


async def ask(
    club: Club,
    by: Actor,
    how: str = "well",
    subject: tuple[str, int | str] = ("thing", 1),
    key: str = "",
) -> int:
    def use(work: Work) -> int:
        return approvals.ask(
            work,
            "points.adjust",
            subject,
            {"how": how, "about": str(subject[1])},
            permission="points:approve",
            actor=by,
            summary=("approval.head", {}),
            now=club.clock(),
            key=key,
        ).id

    found = await club.write(use)
    assert isinstance(found, int)
    return found


async def decide(club: Club, approval_id: int, by: Actor, *, yes: bool = True) -> ApprovalState:
    found = await club.write(
        lambda w: approvals.decide(w, approval_id, yes, by, club.clock()).state
    )
    assert isinstance(found, ApprovalState)
    return found


async def done(club: Club) -> int:
    return await club.read(lambda w: w.settings.get("done")) or 0


async def keys(person: Person) -> list[str]:
    return [one.key for one in await person.hears()]


@pytest.fixture
async def anna(club: Club) -> Person:
    """Asks."""
    return await operator(club, "owner", "Anna")


@pytest.fixture
async def ben(club: Club) -> Person:
    """Decides."""
    return await operator(club, "approver", "Ben")


@pytest.fixture
async def cai(club: Club) -> Person:
    """May decide too."""
    return await operator(club, "owner", "Cai", locale="zh")


# -- asking -----------------------------------------------------------------------------


async def test_everybody_who_may_decide_is_shown_it_but_not_the_asker(
    club: Club, anna: Person, ben: Person, cai: Person
) -> None:
    till = await operator(club, "till", "Dan")
    await ask(club, await actor(club, "Anna"))
    assert await keys(ben) == ["approval.head"]
    assert await keys(cai) == ["approval.head"]
    assert await keys(anna) == await keys(till) == []
    assert "Asked by Anna" in ben.seen[-1].text
    assert "Anna 提交于" in cai.seen[-1].text


async def test_the_same_key_asks_once(club: Club, ben: Person) -> None:
    asked = [await ask(club, CLI, key="one") for _ in range(2)]
    assert asked[0] == asked[1]
    assert await keys(ben) == ["approval.head"]


async def test_at_the_same_moment_the_same_key_asks_once(club: Club, ben: Person) -> None:
    asked = await asyncio.gather(*(ask(club, CLI, key="one") for _ in range(8)))
    assert len(set(asked)) == 1
    assert await keys(ben) == ["approval.head"]


# -- deciding ---------------------------------------------------------------------------


async def test_a_yes_carries_it_out_and_the_asker_is_told(
    club: Club, anna: Person, ben: Person
) -> None:
    approval_id = await ask(club, await actor(club, "Anna"))
    await ben.hears()
    answer = await ben.taps("approval.yes")
    assert answer.key == "approval.head"
    assert answer.edit
    assert await done(club) == 1
    assert await keys(anna) == ["approval.head"]
    rows = await club.read(lambda w: w.audit.about(("approval", approval_id)))
    assert [row["action"] for row in rows] == ["approval.approved", "approval.ask"]
    assert [row["staff_name"] for row in rows] == ["Ben", "Anna"]


async def test_a_no_changes_nothing_and_the_asker_is_told(
    club: Club, anna: Person, ben: Person
) -> None:
    approval_id = await ask(club, await actor(club, "Anna"))
    await ben.hears()
    await ben.taps("approval.no")
    assert await done(club) == 0
    assert await keys(anna) == ["approval.head"]
    found = await club.read(lambda w: approvals.find(w, approval_id))
    assert (found.state, found.decider) == (ApprovalState.DECLINED, "Ben")


async def test_the_card_of_another_says_who_decided(
    club: Club, anna: Person, ben: Person, cai: Person
) -> None:
    await ask(club, await actor(club, "Anna"))
    await ben.hears()
    await cai.hears()
    await ben.taps("approval.yes")
    answer = await cai.taps("approval.no")
    assert await done(club) == 1
    assert "approval.yes" not in wants(cai, answer)
    [text] = await club.read(lambda w: [_foot(club, w)])
    assert "Ben" in text


def wants(person: Person, message: Rendered) -> list[str]:
    keys = [key for row in message.rows for key in row]
    return [person.club.signer.unpack(key.payload, person.user).intent for key in keys]


def _foot(club: Club, work: Work) -> str:
    [row] = work.db.exec_driver_sql("SELECT id FROM approvals").all()
    values = approvals.card(work, approvals.find(work, row[0]), club.clock())
    from templates import catalogue

    return catalogue.compiled("zh")["approval.foot"].render(_plain(values))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    from bot.messages import plain_values

    return plain_values(values)


async def test_a_double_tap_decides_once(club: Club, anna: Person, ben: Person) -> None:
    await ask(club, await actor(club, "Anna"))
    await ben.hears()
    payload = ben.button("approval.yes").payload
    taps = [ben.sends(Kind.TAP, payload=payload, message="1", callback="c") for _ in range(5)]
    await asyncio.gather(*taps)
    assert await done(club) == 1
    assert await keys(anna) == ["approval.head"]


async def test_two_who_decide_at_once_decide_once(club: Club, ben: Person, cai: Person) -> None:
    approval_id = await ask(club, CLI)
    who = [await actor(club, "Ben"), await actor(club, "Cai")] * 8
    states = await asyncio.gather(
        *(decide(club, approval_id, one, yes=place % 3 > 0) for place, one in enumerate(who))
    )
    assert len(set(states)) == 1
    assert await done(club) == (states[0] is ApprovalState.APPROVED)


async def test_without_the_guard_two_would_carry_it_out(
    club: Club, ben: Person, cai: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    approval_id = await ask(club, CLI)
    monkeypatch.setattr("storage.approvals.Approvals.settle", lambda *_: True)
    for name in ("Ben", "Cai"):
        by = await actor(club, name)
        await club.write(lambda w, by=by: approvals.decide(w, approval_id, True, by, NOW))
    assert await done(club) == 2


# -- who may not, and what is over ------------------------------------------------------


async def test_who_asks_does_not_decide(club: Club, anna: Person, ben: Person) -> None:
    approval_id = await ask(club, await actor(club, "Anna"))
    with pytest.raises(NotOwnApproval):
        await decide(club, approval_id, await actor(club, "Anna"))
    answer = await anna.says("/approvals")
    assert "approval.show" in wants(anna, answer)
    shown = await anna.taps("approval.show")
    assert "approval.yes" not in wants(anna, shown)


async def test_what_the_command_line_asks_any_approver_decides(club: Club, ben: Person) -> None:
    approval_id = await ask(club, CLI)
    assert await decide(club, approval_id, await actor(club, "Ben")) is ApprovalState.APPROVED


async def test_the_role_is_asked_when_it_is_decided(club: Club, anna: Person, ben: Person) -> None:
    approval_id = await ask(club, CLI)
    await ben.hears()
    await club.write(lambda w: staffing.set_role(w, "Ben", "till", None, CLI, NOW))
    assert (await ben.taps("approval.yes")).key == "staff.not_allowed"
    for nobody in (CLI, STRANGER, await actor(club, "Ben")):
        with pytest.raises(NotAllowed):
            await decide(club, approval_id, nobody)
    assert await done(club) == 0


async def test_a_disabled_operator_decides_nothing(club: Club, anna: Person, ben: Person) -> None:
    approval_id = await ask(club, CLI)
    by = await actor(club, "Ben")
    await club.write(lambda w: staffing.disable(w, "Ben", "", CLI, NOW))
    with pytest.raises(NotAllowed):
        await decide(club, approval_id, by)


async def test_after_seven_days_it_is_not_carried_out(
    club: Club, anna: Person, ben: Person
) -> None:
    approval_id = await ask(club, await actor(club, "Anna"))
    await ben.hears()
    club.clock.now = NOW + timedelta(days=7)
    assert (await ben.says("/approvals")).key == "approval.list"
    assert await club.read(lambda w: approvals.waiting(w, club.clock())) == []
    await ben.taps("approval.yes")
    assert await done(club) == 0
    found = await club.read(lambda w: approvals.find(w, approval_id))
    assert found.state is ApprovalState.EXPIRED
    assert await keys(anna) == ["approval.head"]


async def test_the_night_marks_what_nobody_has_decided_once(
    club: Club, anna: Person, ben: Person
) -> None:
    approval_id = await ask(club, await actor(club, "Anna"))
    assert await club.read(lambda w: approvals.nothing_lapsed(w, NOW + timedelta(days=6)))
    club.clock.now = NOW + timedelta(days=7)
    assert [await club.write(lambda w: approvals.lapse(w, club.clock(), 9)) for _ in "12"] == [
        1,
        0,
    ]
    found = await club.read(lambda w: approvals.find(w, approval_id))
    assert found.state is ApprovalState.EXPIRED
    assert await keys(anna) == ["approval.head"]


async def test_a_moment_before_seven_days_are_over_it_is(club: Club, ben: Person) -> None:
    approval_id = await ask(club, CLI)
    club.clock.now = NOW + timedelta(days=7) - timedelta(milliseconds=1)
    assert await decide(club, approval_id, await actor(club, "Ben")) is ApprovalState.APPROVED


async def test_what_does_not_fit_any_more_is_stale_for_good(club: Club, ben: Person) -> None:
    approval_id = await ask(club, CLI, "outdated")
    by = await actor(club, "Ben")
    assert await decide(club, approval_id, by) is ApprovalState.STALE
    assert await decide(club, approval_id, by) is ApprovalState.STALE
    assert await done(club) == 0


async def test_a_refusal_is_shown_and_leaves_it_open(
    club: Club, anna: Person, ben: Person
) -> None:
    approval_id = await ask(club, await actor(club, "Anna"), "refused")
    await ben.hears()
    assert (await ben.taps("approval.yes")).key == "points.too_few"
    found = await club.read(lambda w: approvals.find(w, approval_id))
    assert found.state is ApprovalState.OPEN
    assert await done(club) == 0
    assert await keys(anna) == []
    await club.write(lambda w: w.settings.put("enough", True))
    assert (await ben.taps("approval.yes")).key == "approval.head"
    assert await done(club) == 1


async def test_a_payload_that_was_changed_is_not_carried_out(club: Club, ben: Person) -> None:
    approval_id = await ask(club, CLI)
    change = 'UPDATE approvals SET payload = \'{"how":"other"}\''
    await club.write(lambda w: w.db.exec_driver_sql(change))
    assert await decide(club, approval_id, await actor(club, "Ben")) is ApprovalState.STALE
    assert await done(club) == 0


async def test_unknown_requests_are_refused(club: Club, ben: Person) -> None:
    with pytest.raises(ApprovalNotFound):
        await decide(club, 1, await actor(club, "Ben"))


# -- personal data ----------------------------------------------------------------------


async def test_a_request_about_an_erased_member_says_nothing_and_does_nothing(
    club: Club, ben: Person
) -> None:
    mei = await member(club, name="Mei")
    approval_id = await ask(club, CLI, subject=("member", mei.id))
    await ben.hears()
    await club.write(lambda w: erasing.erase(w, mei.id, club.clock()))
    row = await club.read(
        lambda w: w.db.exec_driver_sql("SELECT payload, shown FROM approvals").one()
    )
    assert tuple(row) == ("{}", "{}")
    assert (await ben.taps("approval.yes")).key == "approval.gone"
    found = await club.read(lambda w: approvals.find(w, approval_id))
    assert found.state is ApprovalState.STALE
    assert await done(club) == 0


async def test_a_members_data_say_what_was_asked_about_them_but_not_by_whom(
    club: Club, anna: Person
) -> None:
    mei = await member(club)
    await ask(club, await actor(club, "Anna"), subject=("member", mei.id))
    [kept] = (await club.read(lambda w: mydata.export(w, mei.id, NOW)))["requests_about_them"]
    assert (kept["kind"], kept["state"]) == ("points.adjust", "open")
    assert "Anna" not in str(kept)


# -- the list ---------------------------------------------------------------------------


async def test_the_list_shows_what_waits_for_this_operator(
    club: Club, ben: Person, cai: Person
) -> None:
    assert (await ben.says("/approvals")).key == "approval.list"
    await ask(club, CLI)
    answer = await cai.says("待审批")
    assert "调整积分" in answer.text
    assert "命令行" in answer.text
    shown = await cai.taps("approval.show")
    assert wants(cai, shown)[:2] == ["approval.yes", "approval.no"]


@pytest.mark.parametrize("role", ["till", "service", "operator"])
async def test_who_decides_nothing_has_no_list(club: Club, role: str) -> None:
    somebody = await operator(club, role, "Dan")
    assert (await somebody.says("/approvals")).key == "general.unknown"


def test_every_kind_has_a_function() -> None:
    for kind in approval_kinds.KINDS:
        assert callable(approval_kinds.run_of(kind))

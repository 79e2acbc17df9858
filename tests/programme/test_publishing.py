"""Publishing: by the yes of somebody else, exactly what was shown, and once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

import storage.programmes
from app import wiring
from app.settings import FixedSettings
from app.wiring import opened
from domain import programme_json
from domain.approvals import ApprovalState, NotOwnApproval
from domain.errors import NotAllowed, ProgrammeChanged
from domain.programme import Programme
from services import approvals, publishing, staffing
from services.ports.club import Actor, Operator
from storage.tables.club import Programme as Table
from storage.work import Work
from tests.support.club import NOW, Club, Person, programme

CLI = Actor("cli")
SHOWN = {
    "names": {"zh": "悦享会", "en": "Joy Club"},
    "version": 2,
    "newest": 1,
    "sections": ["earning"],
    "currencies": ["CNY", "CNY"],
    "dry": {
        "last": "2026-05-20",
        "members": 15,
        "risen": 2,
        "fallen": 1,
        "stayed": 12,
        "levels": [{"names": {"zh": "普通会员", "en": "Member"}, "emoji": "🙂", "before": 1,
                    "after": 2}],
        "points": [100, 200],
        "share": 100,
        "worth": [],
    },
}  # fmt: skip


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    made = await Club(database_url, programme()).open()
    yield made
    await made.close()


async def operator(
    club: Club, name: str, role: str, locale: str = "en"
) -> tuple[Operator, Person]:
    """An operator whose chat is linked."""
    invited = await club.write(lambda w: staffing.add(w, name, role, None, CLI, NOW))
    person = club.person(name, locale)
    await person.says(invited.start)
    found = await club.read(lambda w: staffing.find(w, name))
    return found, person


def second(**changes: Any) -> Programme:
    return replace(programme(), version=2, **changes)


async def asks(club: Club, wanted: Programme, actor: Actor = CLI) -> Any:
    return await club.write(lambda w: publishing.request(w, wanted, SHOWN, actor, NOW))


async def newest(club: Club) -> int:
    return int(await club.read(lambda w: w.programmes.newest()))


async def decides(club: Club, request: Any, who: Operator, *, yes: bool = True) -> Any:
    actor = Actor(who.name, who.id)
    return await club.write(lambda w: approvals.decide(w, request.id, yes, actor, NOW))


async def test_a_yes_in_the_chat_publishes_what_was_shown(club: Club) -> None:
    _, anna = await operator(club, "Anna", "approver")
    await asks(club, second(welcome_points=77))
    card = (await anna.hears())[-1]
    assert "2 rise · ⬇️ 1 fall · 12 stay" in card.text
    assert await newest(club) == 1
    answer = await anna.taps("approval.yes")
    assert "Approved by Anna" in answer.text
    assert (await club.read(lambda w: w.programmes.current())).welcome_points == 77


async def test_the_card_is_in_the_language_of_the_approver(club: Club) -> None:
    _, mei = await operator(club, "Mei", "owner", "zh")
    await asks(club, second())
    assert "上升 2 人 · ⬇️ 下降 1 人\n其余 12 人等级不变" in (await mei.hears())[-1].text


async def test_a_no_publishes_nothing(club: Club) -> None:
    _, anna = await operator(club, "Anna", "approver")
    await asks(club, second())
    await anna.hears()
    assert "Sent back by Anna" in (await anna.taps("approval.no")).text
    assert await newest(club) == 1


async def test_publishing_is_audited_with_who_approved(club: Club) -> None:
    anna, _ = await operator(club, "Anna", "approver")
    await decides(club, await asks(club, second()), anna)
    rows = await club.read(
        lambda w: w.db.exec_driver_sql(
            "SELECT staff_id, action FROM audit WHERE action LIKE 'programme%'"
            " OR action LIKE 'approval%' ORDER BY id"
        ).all()
    )
    assert [tuple(row) for row in rows] == [
        (None, "approval.ask"),
        (anna.id, "programme.publish"),
        (anna.id, "approval.approved"),
    ]


async def test_who_asks_does_not_approve(club: Club) -> None:
    anna, _ = await operator(club, "Anna", "approver")
    ben, _ = await operator(club, "Ben", "owner")
    asker = Actor(anna.name, anna.id)
    asked = await club.read(lambda w: publishing.approvers(w, asker))
    assert [one.name for one in asked] == ["Ben"]
    request = await asks(club, second(), asker)
    with pytest.raises(NotOwnApproval):
        await decides(club, request, anna)
    assert (await decides(club, request, ben)).state is ApprovalState.APPROVED


@pytest.mark.parametrize("role", ["operator", "service", "till"])
async def test_other_roles_are_not_asked_and_may_not_approve(club: Club, role: str) -> None:
    carl, _ = await operator(club, "Carl", role)
    assert await club.read(lambda w: publishing.approvers(w, CLI)) == []
    request = await asks(club, second())
    with pytest.raises(NotAllowed):
        await decides(club, request, carl)
    assert await newest(club) == 1


async def test_an_operator_without_a_chat_cannot_be_asked(club: Club) -> None:
    await club.write(lambda w: staffing.add(w, "Dora", "approver", None, CLI, NOW))
    assert await club.read(lambda w: publishing.approvers(w, CLI)) == []


async def test_another_version_meanwhile_makes_a_request_stale(club: Club) -> None:
    anna, _ = await operator(club, "Anna", "approver")
    request = await asks(club, second(welcome_points=77))
    other = second(welcome_points=88)
    await club.write(lambda w: publishing.publish(w, other, CLI, NOW))
    assert (await decides(club, request, anna)).state is ApprovalState.STALE
    current = await club.read(lambda w: w.programmes.current())
    assert (current.version, current.welcome_points) == (2, 88)


async def test_of_two_requests_the_first_yes_wins(club: Club) -> None:
    anna, _ = await operator(club, "Anna", "approver")
    one, two = await asks(club, second()), await asks(club, second(welcome_points=77))
    assert (await decides(club, two, anna)).state is ApprovalState.APPROVED
    assert (await decides(club, one, anna)).state is ApprovalState.STALE


async def test_asking_again_while_it_waits_is_the_same_request(club: Club) -> None:
    anna, person = await operator(club, "Anna", "approver")
    first, again = await asks(club, second()), await asks(club, second())
    assert first.id == again.id
    assert len([card for card in await person.hears() if "Dry run" in card.text]) == 1
    await decides(club, first, anna, yes=False)
    assert (await asks(club, second())).id != first.id


async def test_requests_are_listed_until_they_are_decided(club: Club) -> None:
    anna, _ = await operator(club, "Anna", "approver")
    request = await asks(club, second())
    assert [one.id for one in await club.read(lambda w: publishing.requests(w, NOW))] == [
        request.id
    ]
    await decides(club, request, anna)
    assert await club.read(lambda w: publishing.requests(w, NOW)) == []


async def test_a_published_version_never_changes(club: Club) -> None:
    assert await club.write(lambda w: publishing.publish(w, second(), CLI, NOW))
    assert not await club.write(lambda w: publishing.publish(w, second(), CLI, NOW))
    with pytest.raises(ProgrammeChanged):
        await club.write(lambda w: publishing.publish(w, second(welcome_points=1), CLI, NOW))


async def test_a_version_kept_by_an_earlier_program_is_still_the_same(club: Club) -> None:
    """A field that was added since has its default in what was kept."""
    await club.write(lambda w: publishing.publish(w, second(), CLI, NOW))

    def forget(work: Work) -> None:
        content = programme_json.to_json(second())
        del content["transfers"]
        rows = Table.__table__  # type: ignore[attr-defined]
        kept = {"content": content, "content_hash": "of other fields"}
        work.db.execute(update(rows).where(rows.c.version == 2).values(kept))

    await club.write(forget)
    club.shared.programmes.versions.clear()
    assert not await club.write(lambda w: publishing.publish(w, second(), CLI, NOW))


# -- two processes at the first start -----------------------------------------------------


async def start_both(one: wiring.Club, two: wiring.Club) -> None:
    """Both look whether there is a programme before either publishes one."""
    both = asyncio.Barrier(2)

    async def start(club: wiring.Club) -> None:
        read = club.units.read

        async def together(use: Any) -> Any:
            found = await read(use)
            club.units.read = read  # type: ignore[method-assign]
            await both.wait()
            return found

        club.units.read = together  # type: ignore[method-assign,assignment]
        await wiring.publish_first(club)

    await asyncio.gather(start(one), start(two))


@pytest.fixture
async def two_processes(database_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    given = FixedSettings(database_url=database_url, data=tmp_path, secret_key="s" * 32)
    async with opened(given, publish=False) as one, opened(given, publish=False) as two:
        yield one, two


async def test_the_first_programme_is_published_once_by_two_processes(two_processes: Any) -> None:
    one, two = two_processes
    await start_both(one, two)
    for club in (one, two):
        assert await club.units.read(lambda w: w.programmes.current().version) == 1
    audited = await one.units.read(lambda w: w.db.exec_driver_sql(
        "SELECT count(*) FROM audit WHERE action = 'programme.publish'"
    ).scalar())  # fmt: skip
    assert audited == 1


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
async def test_without_its_guard_the_second_process_would_fail(
    two_processes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unguarded:
        def run(self, db: Any, row: Any) -> int:
            both_begun.append(1)
            return int(db.execute(insert(Table), row).rowcount)

    both_begun: list[int] = []
    monkeypatch.setattr(storage.programmes, "_add", Unguarded())
    with pytest.raises(IntegrityError):
        await start_both(*two_processes)
    assert len(both_begun) == 2

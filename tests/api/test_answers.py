"""Stored answers: claimed once, free again after a refusal, emptied with the member."""

import asyncio
from typing import Any

import pytest

from domain.errors import KeyConflict, MemberClosed
from services.answers import Answer, once, once_by_own_id
from storage.work import Work
from tests.support.club import NOW, Club


def _once(work: Work, content: str, effect: Any, key: str = "k") -> Answer:
    return once(work, "1:test", key, content, NOW, effect)


async def test_the_effect_runs_once_and_its_answer_stays(club: Club) -> None:
    done: list[int] = []

    def effect() -> Answer:
        done.append(1)
        return Answer(201, {"id": "1", "list": [1, None, "中"]})

    first = await club.write(lambda work: _once(work, "a", effect))
    again = await club.write(lambda work: _once(work, "a", effect))
    assert first == Answer(201, {"id": "1", "list": [1, None, "中"]})
    assert again == Answer(201, {"id": "1", "list": [1, None, "中"]}, again=True)
    assert done == [1]
    with pytest.raises(KeyConflict):
        await club.write(lambda work: _once(work, "b", effect))


async def test_copies_at_once_wait_for_the_first(club: Club) -> None:
    def effect(work: Work) -> Answer:
        return Answer(201, {"id": str(work.new_id())})

    answers = await asyncio.gather(
        *(club.write(lambda work: _once(work, "a", lambda: effect(work))) for _ in range(50))
    )
    assert len({answer.body["id"] for answer in answers}) == 1
    assert sum(not answer.again for answer in answers) == 1


async def test_an_effect_that_is_refused_leaves_the_key_free(club: Club) -> None:
    def refused() -> Answer:
        raise MemberClosed

    with pytest.raises(MemberClosed):
        await club.write(lambda work: _once(work, "a", refused))
    answer = await club.write(lambda work: _once(work, "b", lambda: Answer(201, {})))
    assert answer == Answer(201, {})


async def test_scopes_do_not_meet(club: Club) -> None:
    for scope in ("1:test", "2:test", "1:other"):
        answer = await club.write(
            lambda work, scope=scope: once(work, scope, "k", scope, NOW, lambda: Answer(201, {}))
        )
        assert not answer.again


async def test_keys_and_contents_are_kept_as_hashes(club: Club) -> None:
    await club.write(lambda work: _once(work, "canary-c", lambda: Answer(201, {}), "canary-k"))
    rows = await club.read(
        lambda work: work.db.exec_driver_sql("SELECT * FROM answers").mappings().all()
    )
    assert len(rows) == 1
    assert "canary" not in str(dict(rows[0]))


async def test_what_was_known_before_is_not_new(club: Club) -> None:
    effect = lambda: Answer(201, {"id": "1"}, again=True)  # noqa: E731
    found = await club.write(lambda work: once_by_own_id(work, "order", "k", NOW, effect))
    assert (found.status, found.again) == (200, True)


async def test_the_answer_about_an_erased_member_is_gone(api: Any, club: Club) -> None:
    person = {"rules_accepted": True, "name": "Canary Bird", "phone": "+8613900139000"}
    number = (await api.post("/members", person, once="m-1")).body["number"]
    await api.buys(member=number)

    def erase(work: Work) -> None:
        member_id = work.members.by_number(number)
        assert member_id is not None
        work.mydata.erase([member_id], NOW)

    await club.write(erase)
    kept = await club.read(
        lambda work: work.db.exec_driver_sql("SELECT body FROM answers").scalars().all()
    )
    assert "Canary" not in str(kept)
    again = await api.post("/members", person, once="m-1")
    assert (again.status, again.code) == (409, "member.closed")
    assert (await api.buys(member=number)).status in (409, 422)

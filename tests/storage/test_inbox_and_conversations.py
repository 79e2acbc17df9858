"""The inbox answers once; conversations move forward one version at a time."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.messages import Address
from bot.state import Conversation
from storage.conversations import StaleConversation
from storage.tables import chat
from storage.unit_of_work import Units
from storage.work import Work
from tests.support.club import NOW

HERE = Address("telegram", "42", "7", "7")


async def test_an_update_is_received_once(units: Units) -> None:
    first = await units.write(lambda work: work.inbox.receive(HERE, "1", NOW, None))
    await units.write(lambda work: work.inbox.answer(first.id, {"key": "x"}))
    again = await units.write(lambda work: work.inbox.receive(HERE, "1", NOW, None))
    assert first.new
    assert (again.new, again.id, again.answer) == (False, first.id, {"key": "x"})


async def test_an_answer_is_kept_sealed(units: Units) -> None:
    said = {"text": "Phone: +8613800138000"}

    def kept(work: Work) -> str:
        row = work.inbox.receive(HERE, "1", NOW, None)
        work.inbox.answer(row.id, said)
        return str(work.db.execute(select(chat.Inbox.answer)).scalar_one())

    assert "13800138000" not in await units.write(kept)
    again = await units.write(lambda work: work.inbox.find(HERE, "1"))
    assert again is not None
    assert again.answer == said


async def test_the_same_update_id_of_another_bot_is_another_update(units: Units) -> None:
    for account in ("42", "43"):
        address = replace(HERE, account=account)
        row = await units.write(lambda work, at=address: work.inbox.receive(at, "1", NOW, None))
        assert row.new


async def test_of_many_copies_at_once_one_is_new(units: Units, other_units: Units) -> None:
    rows = await asyncio.gather(
        *(
            where.write(lambda work: work.inbox.receive(HERE, "9", NOW, None))
            for where in (units, other_units) * 10
        )
    )
    assert sum(row.new for row in rows) == 1
    assert len({row.id for row in rows}) == 1


async def test_two_first_contacts_make_one_address(units: Units, other_units: Units) -> None:
    states = await asyncio.gather(
        *(
            where.write(lambda work: work.conversations.lock(HERE, "zh-hans"))
            for where in (units, other_units) * 5
        )
    )
    assert len({state.person.address_id for state in states}) == 1
    assert states[0].person.locale == "zh"


async def test_a_conversation_moves_by_one_version(units: Units) -> None:
    def begin(work: Work) -> int:
        found = work.conversations.lock(HERE, "").person.address_id
        assert found is not None
        work.conversations.save(found, "7", Conversation("profile", "name", {"a": 1}, 1, NOW))
        return found

    address = await units.write(begin)
    moved = Conversation("profile", "city", {"a": 2}, 2, None)
    await units.write(lambda work: work.conversations.save(address, "7", moved))
    state = await units.read(lambda work: work.conversations.load(HERE, ""))
    assert state.conversation == moved
    for version in (2, 4):
        late = replace(moved, version=version)
        with pytest.raises(StaleConversation):
            await units.write(lambda work, talk=late: work.conversations.save(address, "7", talk))


@pytest.mark.parametrize(
    ("hint", "locale"),
    [("zh-hans", "zh"), ("zh", "zh"), ("en-GB", "en"), ("de", "en"), ("", "zh")],
)
async def test_a_strangers_language_follows_the_hint(units: Units, hint: str, locale: str) -> None:
    state = await units.read(lambda work: work.conversations.load(HERE, hint))
    assert state.person.locale == locale
    assert state.person.address_id is None


async def test_old_inbox_rows_are_forgotten(units: Units) -> None:
    await units.write(lambda work: work.inbox.receive(HERE, "1", NOW, None))
    await units.write(lambda work: work.inbox.receive(HERE, "2", NOW, None))
    assert await units.write(lambda work: work.inbox.forget(NOW, 5)) == 0
    later = NOW.replace(year=2027)
    assert await units.read(lambda work: work.inbox.any(later))
    assert [await units.write(lambda work: work.inbox.forget(later, 1)) for _ in range(3)] == [
        1,
        1,
        0,
    ]
    assert not await units.read(lambda work: work.inbox.any(later))

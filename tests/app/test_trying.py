"""Words are tried in a process of their own, which does not outlive its second."""

import pytest

from app import trying
from app.trying import Trying
from bot.messages import Address
from bot.turn import Seen
from domain.wordings import content

KEY = "care.birthday"
HERE = Address("telegram", "42", "7", "7")


async def test_good_words_have_no_faults() -> None:
    assert await Trying().faults(KEY, content({"zh": "生日快乐，{{ name or '朋友' }}"})) == []


async def test_faults_come_with_their_place() -> None:
    found = await Trying().faults(KEY, content({"en": "Hi\n{{ nmae }}"}))
    assert [(one.place, one.line, one.reason, one.nearest) for one in found] == [
        ("en", 2, "unknown", "name")
    ]


async def test_words_that_take_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "TRY_SECONDS", 0.0)
    found = await Trying().faults(KEY, content({"zh": "生日快乐"}))
    assert [one.reason for one in found] == ["time"]


async def test_a_process_that_does_not_start_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying.sys, "executable", "/bin/false")
    with pytest.raises((RuntimeError, OSError)):
        await Trying().faults(KEY, content({"zh": "生日快乐"}))


async def test_the_process_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}
    begin = trying.asyncio.create_subprocess_exec

    async def noted(*command: str, **how: object) -> object:
        given.update(how["env"])  # type: ignore[call-overload]
        return await begin(*command, **how)  # type: ignore[arg-type]

    monkeypatch.setenv("MEMBERBOT_SECRET_KEY", "s3cret")
    monkeypatch.setattr(trying.asyncio, "create_subprocess_exec", noted)
    await Trying().faults(KEY, content({"zh": "生日快乐"}))
    assert given
    assert "s3cret" not in given.values()


async def test_everything_else_is_looked_at_by_the_next() -> None:
    async def pictures(_address: Address, reference: str) -> Seen:
        return Seen(reference, digest="d")

    assert (await Trying(pictures).look(HERE, "photo-1")).digest == "d"
    assert (await Trying().look(HERE, "photo-1")).problem == "unreachable"

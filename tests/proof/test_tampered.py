"""A short version of `make fault`'s hostile taps: none of them has an effect."""

import pytest

from bot.actions import Signer
from tests.proof import tampered
from tests.whole.cast import Cast
from tests.whole.conftest import sqlite_cast

__all__ = ["sqlite_cast"]
pytestmark = [pytest.mark.fault, pytest.mark.slow]
COUNT = 1_000


async def test_tampered_replayed_expired_and_foreign_taps_have_no_effect(
    sqlite_cast: Cast,
) -> None:
    world = await tampered.begin(sqlite_cast, seed=1)
    assert len(world.real) > 60
    result = await tampered.run(world, COUNT)
    assert result.good, (result.failed[:3], result.effects[:5])
    assert sum(result.sent.values()) > COUNT * 0.95
    assert len(result.sent) == len(tampered.TAMPERED) + 1
    assert sqlite_cast.stack.refused == []


async def test_without_the_signature_they_would_be_noticed(
    sqlite_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await tampered.begin(sqlite_cast, seed=1)
    sign = Signer._sign
    monkeypatch.setattr(Signer, "_sign", lambda self, body, user: sign(self, "", ""))
    signature = sign(sqlite_cast.stack.club.signer, "", "")
    world.real = [
        one._replace(data=f"{one.data.rpartition('~')[0]}~{signature}") for one in world.real
    ]
    result = await tampered.run(world, 200)
    assert result.effects

"""Answers that may not leave yet, and the waits that the platform answers them with."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.answers import Answers
from app.serving import make_worker
from app.settings import FixedSettings
from app.wiring import opened
from bot.channel import RetryLater
from bot.messages import Address, Inbound, Kind, Rendered
from bot.telegram.startup import offline
from services.outcomes import EVERYWHERE

NINE = timedelta(seconds=9)
HERE = Inbound(Address("telegram", "4242", "7", "7"), "1", Kind.TEXT, text="x")
THERE = Inbound(Address("telegram", "4242", "8", "8"), "2", Kind.TEXT, text="x")
NOTE = Rendered("note.shown", "en", "Saved.")


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_wait_that_an_answer_met_is_kept_to_by_every_process(
    tmp_path: Path, everywhere: bool
) -> None:
    key = "secret key of the club"
    async with opened(FixedSettings(secret_key=key, data=tmp_path)) as club:  # type: ignore[arg-type]
        senders = [make_worker(club, [offline("4242:the_token")]).senders[0] for _ in range(2)]
        one, other = (Answers(club, sender.route, sender.silence) for sender in senders)
        await one.may_leave(HERE)
        error = RetryLater(NINE, flood=True, everywhere=everywhere)
        await one.later(HERE, NOTE, error, repeated=False)
        for answers in (one, other):
            with pytest.raises(RetryLater) as raised:
                await answers.may_leave(HERE)
            assert timedelta(0) < (raised.value.after or NINE) < NINE
            assert not raised.value.flood
        if everywhere:
            with pytest.raises(RetryLater):
                await one.may_leave(THERE)
        else:
            await one.may_leave(THERE)
        now, route = club.clock.now(), senders[0].route
        floods = await club.units.read(lambda work: work.outbox.floods(route, now))
        assert list(floods) == [EVERYWHERE if everywhere else "7"]
        claim = {"by": "one", "before": now + NINE, "until": now + NINE}
        for due, rows in ((now, 0), (now + NINE, 1)):
            taken = await club.units.write(
                lambda work, due=due: work.outbox.claim(route, 0, 9, now=due, **claim)
            )
            assert len(taken) == rows

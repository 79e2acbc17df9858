"""A campaign that the platform refuses again and again for the same reason pauses."""

import pytest

from services import outcomes
from services.ports.post import Route
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import Soul, filled, settle, staffed
from tests.support.post import ROWS, rows, waiting


@pytest.mark.parametrize(
    ("why", "state"),
    [("can't find the end of the entity at byte offset", "paused"), ("", "running")],
)
async def test_the_same_refusal_counts_wherever_in_the_text_it_was(
    club: Club, why: str, state: str
) -> None:
    await staffed(club)
    await settle(club, [Soul()] * 5)
    made = await filled(club)
    found = [row for row in await rows(club) if row["campaign_id"] == made.id]

    def refuse(work: Work) -> None:
        work.db.execute(ROWS.update().values(state="sending", claimed_by="one"))
        for number, row in enumerate(found):
            sent = waiting(row["id"], row["lane"], row["chat"], campaign_id=made.id)
            reason = f"{why} {17 + number}" if why else "abcde"[number]
            outcomes.rejected(work, Route("telegram", "42"), sent, "one", NOW, reason)

    await club.write(refuse)
    assert (await club.read(lambda work: work.campaigns.get(made.id))).state == state

"""`/post`: hold and go on, what waits, what is unclear, what failed; a member's messages."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.messages import Reply, dump_reply
from services import post, posted
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from storage.work import Work
from tests.desk.conftest import Desk
from tests.flows.talk import intents, labels
from tests.support.club import NOW
from tests.support.post import ROWS, address, rows


async def written(desk: Desk, **values: Any) -> int:
    """A delivery row to the member, unclear unless said otherwise."""
    club, mei = desk.club, desk.mei
    row = {
        "id": club.shared.ids.next(),
        "channel": "telegram",
        "account": "42",
        "chat": mei.user,
        "user": mei.user,
        "address_id": await address(club, mei.user),
        "member_id": await mei.member_id(),
        "purpose": "care",
        "rule": "birthday",
        "lane": 2,
        "surely": False,
        "locale": "en",
        "message": dump_reply(Reply("care.birthday_gift", {"points": 1})),
        "made_at": NOW,
        "due_at": NOW,
        "state": "unknown",
        "reason": "sender_gone",
        **values,
    }
    await club.write(lambda work: work.db.execute(insert(ROWS).values(row)))
    return int(row["id"])


async def sending(desk: Desk, state: str = "finished") -> None:
    """A campaign with the id 7."""
    made = Campaign(7, "broadcast", state, "promotions", {}, 0, 0, NOW)
    await desk.club.write(lambda work: work.campaigns.add(made))


async def state(desk: Desk, row_id: int) -> tuple[str, str]:
    (found,) = await rows(desk.club, id=row_id)
    return found["state"], found["reason"]


async def test_the_button_holds_sending_and_lets_it_go_on(desk: Desk) -> None:
    card = await desk.anna.says("/post")
    assert "Sending as usual" in card.text
    held = await desk.anna.taps("post.switch", "on")
    assert "On hold" in held.text
    assert await desk.club.read(post.hold_state) == "on"
    again = await desk.anna.taps("post.switch", "off")
    assert "Sending as usual" in again.text
    trail = await desk.club.read(lambda work: work.audit.about(("post", "hold")))
    assert [row["action"] for row in trail] == ["post.release", "post.hold"]


async def test_after_a_restored_backup_the_card_says_what_to_do(desk: Desk) -> None:
    await desk.club.write(lambda work: post.hold_restored(work, NOW))
    card = await desk.anna.says("/post")
    assert "backup was restored" in card.text
    assert "post.switch" in intents(desk.anna, card)


async def test_the_card_counts_what_waits_and_says_why_others_failed(desk: Desk) -> None:
    await written(desk, state="pending", reason="", due_at=NOW - timedelta(minutes=7))
    await written(desk, state="pending", reason="", due_at=NOW + timedelta(hours=1))
    await written(desk, state="dead", reason="unreachable")
    await written(desk, state="sent", reason="", sent_at=NOW - timedelta(seconds=5))
    await written(desk)
    text = (await desk.anna.says("/post")).text
    assert "Care and broadcasts: 1 waiting" in text
    assert "The oldest has waited 7 min" in text
    assert "For a later hour: 1" in text
    assert "last minute: 1" in text
    assert "1 unclear" in text
    assert "cannot be reached (blocked or gone): 1" in text


@pytest.mark.parametrize("text", ["/post", "/care", "发送台", "sending"])
async def test_the_desk_is_not_there_for_members(desk: Desk, text: str) -> None:
    assert (await desk.mei.says(text)).key == "general.unknown"


# -- what is unclear --------------------------------------------------------------------


async def test_an_unclear_message_is_sent_again_once(desk: Desk) -> None:
    row = await written(desk)
    await desk.anna.says("/post")
    listed = await desk.anna.taps("post.unknown")
    assert "Birthday" in listed.text
    assert "1 Send again" in labels(listed)
    empty = await desk.anna.taps("post.again", str(row))
    assert "Nothing is unclear" in empty.text
    (found,) = await rows(desk.club, id=row)
    assert (found["state"], found["repeated"]) == ("pending", True)
    trail = await desk.club.read(lambda work: work.audit.about(("delivery", row)))
    assert [one["action"] for one in trail] == ["post.resend"]


async def test_an_unclear_message_can_be_let_be(desk: Desk) -> None:
    row, other = await written(desk), await written(desk)
    await desk.anna.says("/post")
    await desk.anna.taps("post.unknown")
    left = await desk.anna.taps("post.leave", str(row))
    assert "1 unclear" in left.text
    assert await state(desk, row) == ("unknown", "left")
    assert await state(desk, other) == ("unknown", "sender_gone")
    await desk.anna.taps("post.again", str(row))
    assert await state(desk, row) == ("unknown", "left")


@pytest.mark.parametrize("decision", ["post.all_again", "post.leave_all"])
async def test_the_unclear_ones_of_a_campaign_are_decided_together(
    desk: Desk, decision: str
) -> None:
    await sending(desk)
    member = await desk.mei.member_id()
    ours = [await written(desk, campaign_id=7, rule="", member_id=who) for who in (member, None)]
    other = await written(desk)
    await desk.anna.says("/post")
    await desk.anna.taps("post.unknown")
    listed = await desk.anna.taps("post.unknown", "7")
    assert "2 unclear" in listed.text
    done = await desk.anna.taps(decision, "7")
    assert "Nothing is unclear" in done.text
    expected = "pending" if decision == "post.all_again" else "unknown"
    assert {(await state(desk, row))[0] for row in ours} == {expected}
    assert await state(desk, other) == ("unknown", "sender_gone")


async def test_the_unclear_ones_of_a_stopped_campaign_are_not_sent_again(desk: Desk) -> None:
    await sending(desk, "cancelled")
    await written(desk, campaign_id=7, rule="")
    await desk.anna.says("/post")
    offered = intents(desk.anna, await desk.anna.taps("post.unknown"))
    assert "post.leave" in offered
    assert not {"post.again", "post.all_again"} & set(offered)


async def test_those_who_answer_for_the_post_are_told_once(desk: Desk) -> None:
    async def told() -> list[str]:
        await desk.club.write(lambda work: posted.tell(work, desk.club.clock()))
        return [m.text for m in await desk.anna.hears() if m.key == "post.unknown_told"]

    async def quiet() -> bool:
        now = desk.club.clock()
        return bool(await desk.club.read(lambda work: posted.nothing_to_tell(work, now)))

    assert await quiet()
    await written(desk)
    await written(desk)
    assert not await quiet()
    assert len(await told()) == 1
    assert await quiet()
    assert "2 messages may have arrived" in (await told())[0]
    await desk.anna.taps("post.unknown")
    desk.club.clock.move(days=1)
    assert len(await told()) == 2


# -- a member's messages ----------------------------------------------------------------


async def test_staff_see_what_a_member_got_and_why_not(desk: Desk) -> None:
    await written(desk, state="sent", reason="", sent_at=NOW, repeated=True)
    await written(desk, state="skipped", reason="contact_budget")
    member = await desk.mei.member_id()
    shown = await desk.club.read(lambda work: work.members.get(member).number)
    await desk.anna.says(f"/member {shown}")
    seen = await desk.anna.taps("post.member", str(member))
    assert "sent (perhaps twice)" in seen.text
    assert "not sent: this week's messages are used up" in seen.text


async def test_two_operators_decide_about_one_message_once(desk: Desk) -> None:
    row = await written(desk)

    def again(work: Work) -> bool:
        return posted.send_again(work, row, Actor("cli"), NOW)

    assert await desk.club.write(again) is True
    assert await desk.club.write(again) is False

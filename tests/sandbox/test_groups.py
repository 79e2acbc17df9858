"""Groups and topics: what the bot may do there, what it hears, and how it is refused."""

from typing import Any

import pytest

from sandbox.facts import METHODS
from tests.sandbox.specification import misfits
from tests.sandbox.support import ANN, BOB, TOKEN, Phone, Session, buttons, in_group

Json = dict[str, Any]
RIGHTS = ["can_manage_topics", "can_delete_messages"]


async def made(session: Session, **given: Any) -> int:
    """A group of Ann and Bob, its update taken."""
    facts = {"title": "Desk", "members": [ANN, BOB], "forum": True, "rights": RIGHTS} | given
    group = await session.post("/sandbox/groups", facts)
    await session.drain()
    return int(group["id"])


async def change(session: Session, group: int, **given: Any) -> Json:
    async with session.http.patch(f"/sandbox/groups/{group}", json=given) as response:
        assert response.status == 200, await response.text()
        return dict(await response.json())


async def begun(session: Session, group: int, name: str = "№ 7") -> int:
    topic = (await session.call("createForumTopic", chat_id=group, name=name)).result
    return int(topic["message_thread_id"])


async def test_the_bot_is_told_when_it_comes_into_a_group(session: Session) -> None:
    facts = {"title": "Desk", "members": [ANN], "standing": "member"}
    group = await session.post("/sandbox/groups", facts)
    (update,) = await session.drain()
    assert misfits(update, "Update") == []
    change = update["my_chat_member"]
    assert change["chat"] == {"id": group["id"], "type": "supergroup", "title": "Desk"}
    statuses = change["old_chat_member"]["status"], change["new_chat_member"]["status"]
    assert statuses == ("left", "member")


@pytest.mark.parametrize("standing", ["administrator", "restricted", "left", "kicked"])
async def test_every_standing_has_the_described_shape(session: Session, standing: str) -> None:
    group = await made(session, standing="member")
    await change(session, group, standing=standing, rights=RIGHTS, by=BOB)
    (update,) = await session.drain()
    assert misfits(update, "Update") == []
    assert update["my_chat_member"]["from"]["id"] == BOB
    assert update["my_chat_member"]["new_chat_member"]["status"] == standing


async def test_the_same_standing_again_is_no_news(session: Session) -> None:
    group = await made(session)
    await change(session, group, standing="administrator", rights=RIGHTS)
    assert await session.drain() == []


async def test_a_topic_is_begun_renamed_closed_reopened_and_deleted(session: Session) -> None:
    group = await made(session)
    topic = (await session.call("createForumTopic", chat_id=group, name="№ 7")).result
    assert misfits(topic, "ForumTopic") == []
    here = {"chat_id": group, "message_thread_id": topic["message_thread_id"]}
    for method, more in (
        ("editForumTopic", {"name": "№ 7 · done"}),
        ("closeForumTopic", {}),
        ("reopenForumTopic", {}),
    ):
        assert (await session.call(method, **here, **more)).result is True
    (shown,) = (await session.get(f"/sandbox/groups/{group}"))["topics"]
    assert (shown["name"], shown["closed"], shown["count"]) == ("№ 7 · done", False, 4)
    updates = await session.drain()
    assert [wrong for update in updates for wrong in misfits(update, "Update")] == []
    said = [next(k for k in u["message"] if k.startswith("forum_topic")) for u in updates]
    ends = ["created", "edited", "closed", "reopened"]
    assert said == [f"forum_topic_{end}" for end in ends]
    assert (await session.call("deleteForumTopic", **here)).result is True
    refused = await session.call("sendMessage", **here, text="x")
    assert refused.refusal == "Bad Request: message thread not found"


REFUSALS = [
    ({"forum": False}, "createForumTopic", {"name": "x"}, "the chat is not a forum"),
    ({"rights": []}, "createForumTopic", {"name": "x"}, "not enough rights to create a topic"),
    ({}, "closeForumTopic", {"message_thread_id": 99}, "message thread not found"),
    ({}, "sendMessage", {"text": "x", "message_thread_id": 99}, "message thread not found"),
    ({}, "createForumTopic", {"name": " "}, "TOPIC_TITLE_EMPTY"),
    ({}, "createForumTopic", {"name": "x", "icon_color": 1}, "invalid topic icon color"),
    ({}, "getChatMember", {"user_id": 999}, "user not found"),
    (
        {"standing": "restricted"},
        "sendMessage",
        {"text": "x"},
        "not enough rights to send text messages to the chat",
    ),
]


@pytest.mark.parametrize(("facts", "method", "params", "why"), REFUSALS)
async def test_refusals_have_telegrams_words(
    session: Session, facts: Json, method: str, params: Json, why: str
) -> None:
    refused = await session.call(method, chat_id=await made(session, **facts), **params)
    assert (refused.status, why in refused.refusal) == (400, True), refused.refusal


async def test_a_bot_that_was_sent_away_can_do_nothing(session: Session) -> None:
    group = await made(session)
    for standing, why in (("kicked", "bot was kicked from"), ("left", "bot is not a member of")):
        await change(session, group, standing=standing)
        for method in ("sendMessage", "getChat", "createForumTopic"):
            given = {"text": "x"} if method == "sendMessage" else {}
            given |= {"name": "x"} if method == "createForumTopic" else {}
            refused = await session.call(method, chat_id=group, **given)
            assert refused.status == 403
            assert refused.refusal == f"Forbidden: {why} the supergroup chat"
    await Phone(session, ANN).post(in_group(group), {"text": "/help"})
    updates = await session.drain()
    assert all("my_chat_member" in update for update in updates)


async def test_without_the_right_a_closed_topic_is_closed(session: Session) -> None:
    group = await made(session)
    topic = await begun(session, group)
    here = {"chat_id": group, "message_thread_id": topic}
    await session.call("closeForumTopic", **here)
    again = await session.call("closeForumTopic", **here)
    assert again.refusal == "Bad Request: TOPIC_NOT_MODIFIED"
    assert (await session.call("sendMessage", **here, text="still")).status == 200
    await change(session, group, rights=[])
    refused = await session.call("sendMessage", **here, text="x")
    assert refused.refusal == "Bad Request: TOPIC_CLOSED"
    bob = Phone(session, BOB)
    assert (await bob.post(in_group(group, topic), {"text": "x"}, 409))["key"] == "closed"


async def test_what_is_said_in_a_topic_names_it(session: Session) -> None:
    group = await made(session)
    topic = await begun(session, group)
    await session.drain()
    sent = await session.call("sendMessage", chat_id=group, message_thread_id=topic, text="card")
    assert misfits(sent.result, "Message") == []
    bob = Phone(session, BOB)
    await bob.post(in_group(group, topic), {"text": "hello"})
    answer = {"text": "yes", "reply_to": sent.result["message_id"]}
    await bob.post(in_group(group, topic), answer)
    plain, reply = await session.drain()
    assert misfits(plain, "Update") == misfits(reply, "Update") == []
    for update in (plain, reply):
        message = update["message"]
        assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
        assert message["from"]["id"] == BOB
    assert "forum_topic_created" in plain["message"]["reply_to_message"]
    assert reply["message"]["reply_to_message"]["text"] == "card"


async def test_an_answer_stays_in_the_topic_of_its_question(session: Session) -> None:
    group = await made(session)
    one, two = await begun(session, group), await begun(session, group, "№ 8")
    first = await session.call("sendMessage", chat_id=group, message_thread_id=one, text="a")
    quoted = {"message_id": first.result["message_id"]}
    same = await session.call("sendMessage", chat_id=group, text="b", reply_parameters=quoted)
    assert same.result["message_thread_id"] == one
    there = {"chat_id": group, "message_thread_id": two, "text": "c"}
    refused = await session.call("sendMessage", **there, reply_parameters=quoted)
    assert refused.refusal == "Bad Request: message to be replied not found"
    lenient = quoted | {"allow_sending_without_reply": True}
    sent = await session.call("sendMessage", **there, reply_parameters=lenient)
    assert "text" not in sent.result["reply_to_message"]


async def test_privacy_mode_keeps_talk_from_a_mere_member(session: Session) -> None:
    group = await made(session, forum=False, standing="member")
    ann = Phone(session, ANN)
    card = (await session.call("sendMessage", chat_id=group, text="card")).result
    texts = ["lunch?", "/queue", "hi @grocer_bot"]
    for text in texts:
        await ann.post(in_group(group), {"text": text})
    await ann.post(in_group(group), {"text": "done", "reply_to": card["message_id"]})
    heard = await session.drain()
    assert [u["message"]["text"] for u in heard] == ["/queue", "hi @grocer_bot", "done"]
    thread = heard[-1]["message"]
    assert thread["message_thread_id"] == card["message_id"]
    assert "is_topic_message" not in thread
    await change(session, group, standing="administrator")
    await session.drain()
    await ann.post(in_group(group), {"text": "lunch?"})
    assert len(await session.drain()) == 1


async def test_taps_and_edits_in_a_group_name_who_did_it(session: Session) -> None:
    group = await made(session)
    keyboard = buttons(["Take"])
    card = await session.call("sendMessage", chat_id=group, text="card", reply_markup=keyboard)
    bob = Phone(session, BOB)
    tap = {"message_id": card.result["message_id"], "data": "take"}
    await bob.post(in_group(group, what="taps"), tap)
    said = await bob.post(in_group(group), {"text": "on it"})
    mine = in_group(group, what=f"messages/{said['message_id']}")
    await bob.post(mine, {"text": "on it now"}, 200)
    await Phone(session, ANN).post(mine, {"text": "not mine"}, 404)
    tapped, _, edited = await session.drain()
    assert misfits(tapped, "Update") == misfits(edited, "Update") == []
    query = tapped["callback_query"]
    assert (query["from"]["id"], query["message"]["chat"]["id"]) == (BOB, group)
    assert edited["edited_message"]["text"] == "on it now"


async def test_a_deleted_message_cannot_be_answered(session: Session) -> None:
    group = await made(session)
    bob = Phone(session, BOB)
    said = await bob.post(in_group(group), {"text": "oops"})
    path = f"/sandbox/persons/{BOB}/" + in_group(group, what=f"messages/{said['message_id']}")
    async with session.http.delete(path) as response:
        assert response.status == 200
    quoted = {"message_id": said["message_id"]}
    refused = await session.call("sendMessage", chat_id=group, text="x", reply_parameters=quoted)
    assert refused.refusal == "Bad Request: message to be replied not found"


async def test_a_group_that_became_a_supergroup_names_its_new_number(session: Session) -> None:
    group = await made(session, kind="group", forum=False)
    fresh = (await change(session, group, forum=True))["id"]
    assert fresh != group
    refused = await session.call("sendMessage", chat_id=group, text="x")
    assert refused.body["parameters"] == {"migrate_to_chat_id": fresh}
    assert (await session.call("sendMessage", chat_id=fresh, text="x")).status == 200
    updates = await session.drain()
    assert [wrong for update in updates for wrong in misfits(update, "Update")] == []
    old, new = (update["message"] for update in updates)
    assert (old["migrate_to_chat_id"], new["migrate_from_chat_id"]) == (fresh, group)


async def test_members_come_and_go(session: Session) -> None:
    group = await made(session, members=[ANN])
    bob = Phone(session, BOB)
    await bob.post(in_group(group), {"text": "hi"}, 409)
    for method in ("put", "delete"):
        path = f"/sandbox/groups/{group}/members/{BOB}"
        async with session.http.request(method, path) as response:
            assert response.status == 200
    updates = await session.drain()
    assert [wrong for update in updates for wrong in misfits(update, "Update")] == []
    member = await session.call("getChatMember", chat_id=group, user_id=BOB)
    assert member.result["status"] == "left"
    own = await session.call("getChatMember", chat_id=group, user_id=int(TOKEN.split(":")[0]))
    for result in (member.result, own.result):
        assert misfits(result, METHODS["getChatMember"].returns) == []
    assert (await session.call("getChat", chat_id=group)).result["is_forum"] is True
    assert (await session.call("leaveChat", chat_id=group)).result is True


async def test_persons_begin_and_close_topics(session: Session) -> None:
    group = await made(session)
    shown = await session.post(f"/sandbox/groups/{group}/topics", {"name": "Lunch", "by": BOB})
    path = f"/sandbox/groups/{group}/topics/{shown['topics'][0]['id']}"
    for given, status in (({"closed": True}, 200), ({"closed": True}, 409)):
        async with session.http.patch(path, json=given | {"by": BOB}) as response:
            assert response.status == status
    created, closed = await session.drain()
    assert created["message"]["forum_topic_created"]["name"] == "Lunch"
    assert (closed["message"]["forum_topic_closed"], closed["message"]["from"]["id"]) == ({}, BOB)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "x"},
        {"title": "x", "members": [1]},
        {"title": "x", "members": [ANN], "kind": "channel"},
        {"title": "x", "members": [ANN], "rights": ["can_fly"]},
        {"title": "x", "members": ["a"]},
    ],
)
async def test_wrong_groups_are_refused(session: Session, body: Json) -> None:
    async with session.http.post("/sandbox/groups", json=body) as response:
        assert response.status in (400, 404)
    assert (await session.get("/sandbox/groups"))["groups"] == []


async def test_twenty_messages_a_minute_go_into_a_group(session: Session) -> None:
    group = await made(session)
    await session.fault(kind="group")
    calls = [await session.call("sendMessage", chat_id=group, text=str(n)) for n in range(21)]
    assert [call.status for call in calls] == [200] * 20 + [429]
    assert 55 <= calls[-1].body["parameters"]["retry_after"] <= 60
    await Phone(session, ANN).write("/start")
    assert (await session.call("sendMessage", chat_id=ANN, text="private")).status == 200


async def test_the_phone_shows_groups_topics_and_who_speaks(session: Session) -> None:
    group = await made(session)
    topic = await begun(session, group)
    bob, ann = Phone(session, BOB), Phone(session, ANN)
    await bob.post(in_group(group, topic), {"text": "mine"})
    assert [each["id"] for each in (await ann.chat())["groups"]] == [group]
    shown = await session.get(f"/sandbox/persons/{ANN}/" + in_group(group, topic, what="chat"))
    created, said = shown["messages"]
    assert created["service"]["forum_topic_created"]["name"] == "№ 7"
    assert (said["from"], said["author"]["id"], said["text"]) == ("other", BOB, "mine")
    general = await session.get(f"/sandbox/persons/{ANN}/" + in_group(group, what="chat"))
    assert general["messages"] == []

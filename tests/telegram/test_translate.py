"""Updates become events; PTB's own types see the same values in them."""

import json
from typing import Any

import pytest
from hypothesis import given
from telegram import Message, Update

from bot.messages import Address, Contact, Inbound, Kind, Media
from bot.telegram.decoding import decode
from bot.telegram.fields import BadUpdate
from bot.telegram.translate import account_of, translate
from tests.telegram.updates import (
    ACCOUNT,
    TOKEN,
    hostile,
    message,
    messages,
    private,
    standing,
    tap,
    taps,
    user,
)

GROUP = {"id": -100123, "type": "supergroup", "title": "Shop"}
HERE = Address("telegram", ACCOUNT, "77", "77")


def _sizes(*widths: int) -> list[dict[str, Any]]:
    return [
        {"file_id": f"f{width}", "file_unique_id": "u", "width": width, "height": width}
        for width in widths
    ]


IN_TOPIC = {"message_thread_id": 40, "is_topic_message": True}
OURS = {"message_id": 3, "date": 5, "chat": GROUP, "from": user(int(ACCOUNT), is_bot=True)}
FIRST = {
    "message_id": 40,
    "date": 5,
    "chat": GROUP,
    "from": user(int(ACCOUNT), is_bot=True),
    "forum_topic_created": {"name": "x", "icon_color": 1},
}


def _file(name: str = "") -> dict[str, Any]:
    more = {"file_name": name} if name else {}
    return {"file_id": "F", "file_unique_id": "u", **more}


def test_a_text_is_read_in_full() -> None:
    sender = user(last_name="李", language_code="zh-hans")
    update = message(text="积分", **{"from": sender}, reply_to_message={"message_id": 3})
    assert translate(update, ACCOUNT) == Inbound(
        HERE,
        "5",
        Kind.TEXT,
        text="积分",
        locale="zh-hans",
        name="小明 李",
        message="9",
        reply_to="3",
    )


def test_a_tap_is_read_in_full() -> None:
    assert translate(tap(), ACCOUNT) == Inbound(
        HERE, "6", Kind.TAP, payload="1x~~~y", name="小明", message="31", callback="881"
    )


@pytest.mark.parametrize(
    ("content", "kind", "media"),
    [
        ({"photo": _sizes(90, 800, 320)}, Kind.PHOTO, (Media("f800", "photo"),)),
        ({"document": _file("a.pdf")}, Kind.FILE, (Media("F", "document", "a.pdf"),)),
        ({"voice": _file()}, Kind.FILE, (Media("F", "voice"),)),
        ({"video": _file("v.mp4")}, Kind.FILE, (Media("F", "video", "v.mp4"),)),
        ({"sticker": _file()}, Kind.FILE, (Media("F", "sticker"),)),
        ({"video_note": _file()}, Kind.FILE, (Media("F", "video_note"),)),
        ({"audio": _file()}, Kind.FILE, (Media("F", "audio"),)),
        ({"animation": _file(), "document": _file()}, Kind.FILE, (Media("F", "animation"),)),
    ],
)
def test_files_are_kept_by_reference(
    content: dict[str, Any], kind: Kind, media: tuple[Media, ...]
) -> None:
    inbound = translate(message(caption="看", **content), ACCOUNT)
    assert (inbound.kind, inbound.media, inbound.text) == (kind, media, "看")


@pytest.mark.parametrize(
    ("contact", "meant"),
    [
        ({"phone_number": "8613800138000", "user_id": 77}, Contact("+8613800138000", True)),
        ({"phone_number": "+8613800138000", "user_id": 77}, Contact("+8613800138000", True)),
        ({"phone_number": "8613800138000", "user_id": 78}, Contact("8613800138000", False)),
        ({"phone_number": "13800138000"}, Contact("13800138000", False)),
    ],
)
def test_a_contact_is_own_only_if_telegram_says_so(
    contact: dict[str, Any], meant: Contact
) -> None:
    inbound = translate(message(contact={"first_name": "x", **contact}), ACCOUNT)
    assert (inbound.kind, inbound.contact) == (Kind.CONTACT, meant)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("kicked", Kind.BLOCKED), ("member", Kind.UNBLOCKED), ("restricted", Kind.OTHER)],
)
def test_blocking_and_unblocking_are_events(status: str, kind: Kind) -> None:
    inbound = translate(standing(status), ACCOUNT)
    assert inbound.kind is kind
    assert (inbound.address == HERE) is (kind is not Kind.OTHER)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "edited_message": message(location={"latitude": 1.0})["message"]},
        {"update_id": 1, "poll": {"id": "1"}},
        message(new_chat_members=[user()]),
        message(text="x", **{"from": None}),
        message(text="x", **{"from": user(is_bot=True)}),
        message(text="points", chat=GROUP),
        tap(data=None),
        tap(message=None),
        standing("kicked", {"id": -5, "type": "channel", "title": "News"}),
        message(text="no", chat=GROUP, reply_to_message={"message_id": 3, "from": user(9)}),
        message(text="so", chat=GROUP, message_thread_id=3),
        message(forum_topic_created={"name": "x"}, chat=GROUP, **IN_TOPIC),
        message(forum_topic_closed={}, chat=GROUP, **IN_TOPIC),
        {"update_id": 1, "edited_message": message(text="/x", chat=GROUP)["message"]},
        {"update_id": 1, "edited_message": message(contact={"phone_number": "5"})["message"]},
    ],
)
def test_what_is_not_for_us_is_other(update: dict[str, Any]) -> None:
    inbound = translate(update, ACCOUNT)
    assert (inbound.kind, inbound.address.chat) == (Kind.OTHER, "")


@pytest.mark.parametrize("kind", ["location", "venue", "poll", "dice"])
def test_what_cannot_be_passed_on_is_said_to_be_so(kind: str) -> None:
    inbound = translate(message(**{kind: {"id": "1"}}), ACCOUNT)
    assert (inbound.kind, inbound.address) == (Kind.UNSUPPORTED, HERE)
    assert translate(message(chat=GROUP, **{kind: {"id": "1"}}), ACCOUNT).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("here", "said"),
    [(-5, {"migrate_to_chat_id": -1005}), (-1005, {"migrate_from_chat_id": -5})],
)
def test_a_group_that_has_a_new_id_says_so_twice(here: int, said: dict[str, Any]) -> None:
    group = {"id": here, "type": "group", "title": "Desk"}
    bot = user(1087968824, is_bot=True)
    inbound = translate(message(chat=group, **{**said, "from": bot}), ACCOUNT)
    assert (inbound.kind, inbound.address.chat, inbound.became) == (Kind.GROUP, "-5", "-1005")


def test_administrators_who_stay_anonymous_are_heard_as_such() -> None:
    bot = {"from": user(1087968824, is_bot=True)}
    hidden = message(text="/desk", chat=GROUP, sender_chat=GROUP, **bot)
    assert translate(hidden, ACCOUNT).hidden
    channel = {"id": -100999, "type": "channel", "title": "News"}
    other = message(text="/desk", chat=GROUP, sender_chat=channel, **bot)
    assert translate(other, ACCOUNT).kind is Kind.OTHER


def test_a_command_in_a_group_is_for_us() -> None:
    inbound = translate(message(text="/points", chat=GROUP), ACCOUNT)
    assert inbound.kind is Kind.TEXT
    assert inbound.address == Address("telegram", ACCOUNT, "-100123", "77")
    assert not inbound.address.private


def test_what_is_known_of_a_file_is_kept() -> None:
    voice = {**_file(), "duration": 12, "mime_type": "audio/ogg", "file_size": 5_000}
    (heard,) = translate(message(voice=voice), ACCOUNT).media
    assert heard == Media("F", "voice", size=5_000, mime="audio/ogg", seconds=12)
    sizes = [{**size, "file_size": size["width"]} for size in _sizes(90, 800)]
    assert translate(message(photo=sizes), ACCOUNT).media[0].size == 800


def test_pictures_sent_together_say_so() -> None:
    inbound = translate(message(photo=_sizes(9), media_group_id="14077"), ACCOUNT)
    assert inbound.album == "14077"


def test_a_change_of_what_was_said_is_an_event() -> None:
    said = message(caption="better", photo=_sizes(9), edit_date=5)["message"]
    inbound = translate({"update_id": 7, "edited_message": said}, ACCOUNT)
    assert (inbound.kind, inbound.text, inbound.message) == (Kind.EDITED, "better", "9")


@pytest.mark.parametrize(
    ("more", "topic", "reply_to"),
    [
        (IN_TOPIC, "40", ""),
        ({**IN_TOPIC, "reply_to_message": OURS}, "40", "3"),
        ({**IN_TOPIC, "reply_to_message": FIRST}, "40", ""),
        ({"reply_to_message": OURS, "message_thread_id": 3}, "", "3"),
    ],
)
def test_what_is_said_in_a_topic_or_to_us_is_for_us(
    more: dict[str, Any], topic: str, reply_to: str
) -> None:
    body = message(text="hello", chat={**GROUP, "is_forum": True}, **more)
    for update in (body, {"update_id": 5, "edited_message": body["message"]}):
        inbound = translate(update, ACCOUNT)
        seen = Update.de_json(update, None).effective_message
        assert (inbound.topic, inbound.reply_to) == (topic, reply_to)
        assert (inbound.title, inbound.forum) == ("Shop", True)
        assert seen is not None
        assert inbound.topic == (str(seen.message_thread_id) if seen.is_topic_message else "")


def test_how_the_message_of_ours_begins_is_known_and_nobody_else_s() -> None:
    for answered, begins in (
        ({**OURS, "text": "⚠️ Complaint 482913"}, "⚠️ Complaint 482913"),
        ({**OURS, "caption": "x" * 900}, "x" * 500),
        (OURS, ""),
        ({**OURS, "from": user(9), "text": "mine"}, ""),
    ):
        body = message(text="a", chat=GROUP, reply_to_message=answered, **IN_TOPIC)
        inbound = translate(body, ACCOUNT)
        assert inbound.quoted == begins


@pytest.mark.parametrize("status", ["member", "administrator", "restricted", "left", "kicked"])
def test_the_bots_standing_in_a_group_is_an_event(status: str) -> None:
    inbound = translate(standing(status, GROUP), ACCOUNT)
    assert (inbound.kind, inbound.text, inbound.title) == (Kind.GROUP, status, "Shop")
    assert inbound.address == Address("telegram", ACCOUNT, "-100123", "77")


def test_a_tap_in_a_topic_knows_it() -> None:
    shown = {"message_id": 31, "date": 5, "chat": GROUP, "text": "card", **IN_TOPIC}
    assert translate(tap(message=shown), ACCOUNT).topic == "40"


@pytest.mark.parametrize(
    "shown",
    [
        {"message_id": 31, "date": 0, "chat": private()},
        {"message_id": 31, "date": 5, "chat": private(), "photo": _sizes(9)},
    ],
)
def test_a_card_that_cannot_be_edited_has_no_id(shown: dict[str, Any]) -> None:
    assert translate(tap(message=shown), ACCOUNT).message == ""


@pytest.mark.parametrize(
    ("update", "field", "update_id"),
    [
        (None, "update", ""),
        ([], "update", ""),
        ("x", "update", ""),
        ({}, "update_id", ""),
        ({"update_id": None}, "update_id", ""),
        ({"update_id": True}, "update_id", ""),
        ({"update_id": "5"}, "update_id", ""),
        ({"update_id": 2**63}, "update_id", ""),
        ({"update_id": 5, "message": []}, "message", "5"),
        (message(text=5), "text", "5"),
        (message(text={"a": 1}), "text", "5"),
        (message(text="x", message_id=2**63), "message_id", "5"),
        (message(text="x", message_id=1.0), "message_id", "5"),
        (message(text="x", chat=None), "chat", "5"),
        (message(text="x", chat={"type": "private"}), "id", "5"),
        (message(text="x", **{"from": {"id": 77}}), "first_name", "5"),
        (message(text="x", **{"from": user(-(2**64))}), "id", "5"),
        (message(text="x", **{"from": user(is_bot="no")}), "is_bot", "5"),
        (message(text="x", reply_to_message=3), "reply_to_message", "5"),
        (message(photo=[1]), "photo", "5"),
        (message(photo={"file_id": "x"}), "photo", "5"),
        (message(contact={"phone_number": 5}), "phone_number", "5"),
        (message(contact={"phone_number": "5", "user_id": "77"}), "user_id", "5"),
        (message(document={}), "file_id", "5"),
        (tap(data=5), "data", "6"),
        (tap(id=5), "id", "6"),
        (tap(**{"from": None}), "from", "6"),
        ({"update_id": 8, "my_chat_member": {"chat": private()}}, "new_chat_member", "8"),
    ],
)
def test_wrong_types_are_a_bad_update(update: Any, field: str, update_id: str) -> None:
    with pytest.raises(BadUpdate) as raised:
        translate(update, ACCOUNT)
    assert (raised.value.field, raised.value.update_id) == (field, update_id)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (r"a\ud800b", "a\ufffdb"),
        (r"\ude00", "\ufffd"),
        (r"\ud83d\ude00", "😀"),
        (r"a\u0000b", "ab"),
        (r"\ud83d\ude00\ud83d", "😀\ufffd"),
    ],
)
def test_text_that_no_database_takes_is_cleaned(typed: str, kept: str) -> None:
    body = json.dumps(message(text="TYPED")).replace("TYPED", typed)
    text = translate(decode(body.encode()), ACCOUNT).text
    assert text == kept
    assert text.encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5_000, b"1" * 5_000, b"NULL"],
    ids=["empty", "cut", "utf16", "deep", "deep objects", "digits", "word"],
)
def test_what_is_no_update_is_a_bad_update(body: bytes) -> None:
    with pytest.raises(BadUpdate):
        translate(decode(body), ACCOUNT)


@given(hostile)
def test_no_update_raises_anything_but_bad_update(update: Any) -> None:
    try:
        inbound = translate(update, ACCOUNT)
    except BadUpdate:
        return
    assert isinstance(inbound, Inbound)
    assert inbound.text.encode() is not None
    assert "\0" not in inbound.text + inbound.name + inbound.payload


@given(messages())
def test_ptb_sees_the_same_in_a_message(update: dict[str, Any]) -> None:
    ours = translate(update, ACCOUNT)
    theirs = Update.de_json(update, None)
    seen = theirs.message
    assert seen is not None
    assert seen.from_user is not None
    assert ours.update_id == str(theirs.update_id)
    assert ours.address == Address("telegram", ACCOUNT, str(seen.chat.id), str(seen.from_user.id))
    assert ours.name == seen.from_user.full_name
    assert ours.locale == (seen.from_user.language_code or "")
    assert ours.message == str(seen.message_id)
    assert ours.text == (seen.text or seen.caption or "")
    answered = seen.reply_to_message
    assert ours.reply_to == (str(answered.message_id) if answered else "")
    _same_content(ours, seen)


def _same_content(ours: Inbound, seen: Message) -> None:
    if seen.contact:
        own = seen.contact.user_id == seen.from_user.id
        number = seen.contact.phone_number
        assert ours.contact is not None
        assert ours.contact.own is own
        assert ours.contact.phone.lstrip("+") == number.lstrip("+")
    elif seen.photo:
        largest = max(seen.photo, key=lambda size: size.width)
        assert ours.media == (Media(largest.file_id, "photo"),)
    elif not seen.text:
        attached = seen.effective_attachment
        assert ours.kind is Kind.FILE
        assert ours.media[0].reference == attached.file_id
        assert ours.media[0].name == (getattr(attached, "file_name", None) or "")


@given(taps())
def test_ptb_sees_the_same_in_a_tap(update: dict[str, Any]) -> None:
    ours = translate(update, ACCOUNT)
    query = Update.de_json(update, None).callback_query
    assert query is not None
    assert query.message is not None
    assert (ours.payload, ours.callback) == (query.data, query.id)
    assert ours.message == str(query.message.message_id)
    assert (ours.address.chat, ours.address.user) == (
        str(query.message.chat.id),
        str(query.from_user.id),
    )


@pytest.mark.parametrize("status", ["kicked", "member"])
def test_ptb_sees_the_same_standing(status: str) -> None:
    update = standing(status)
    change = Update.de_json(update, None).my_chat_member
    ours = translate(update, ACCOUNT)
    assert change is not None
    assert change.new_chat_member.status == status
    assert ours.address.user == str(change.from_user.id)


def test_the_account_is_the_bots_id() -> None:
    assert account_of(TOKEN) == ACCOUNT

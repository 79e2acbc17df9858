"""Messages become calls of the Bot API that it would accept."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import problems
from bot.messages import Address, Inbound, Key, Kind, Rendered
from bot.telegram.menu import Entry, Operator, member_menus, operator_menu
from bot.telegram.render import Call, answer, calls, pieces, toast
from tests.telegram.botapi import faults

ROWS = ((Key("积分", payload="1points~~~s"), Key("Site", url="https://example.org/")),)
CARD = Rendered("card.shown", "zh", "<b>卡</b>", rows=ROWS)
PLAIN = Rendered("note.shown", "en", "Saved.")
TAPPED = Inbound(Address("telegram", "1", "7", "7"), "1", Kind.TAP, payload="x", message="31")
TYPED = Inbound(Address("telegram", "1", "7", "7"), "2", Kind.TEXT, text="x", message="32")
SHARED = replace(TYPED, kind=Kind.CONTACT)
KEYBOARD = {
    "keyboard": [[{"text": "Share", "request_contact": True}]],
    "resize_keyboard": True,
    "one_time_keyboard": True,
}


def one(message: Rendered, inbound: Inbound) -> Call:
    (call,) = answer(message, inbound)
    return call


def test_a_card_is_a_message_with_buttons_under_it() -> None:
    assert one(CARD, TYPED) == Call(
        "sendMessage",
        {
            "chat_id": 7,
            "text": "<b>卡</b>",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {
                "inline_keyboard": [
                    [
                        {"text": "积分", "callback_data": "1points~~~s"},
                        {"text": "Site", "url": "https://example.org/"},
                    ]
                ]
            },
        },
    )


def test_a_tap_edits_the_card_it_was_on() -> None:
    call = one(replace(CARD, edit=True, protect=True), TAPPED)
    assert call.method == "editMessageText"
    assert call.params["message_id"] == 31
    assert "protect_content" not in call.params


@pytest.mark.parametrize(
    ("message", "inbound"),
    [
        (replace(CARD, edit=True), TYPED),
        (CARD, TAPPED),
        (replace(CARD, edit=True), replace(TAPPED, message="")),
    ],
)
def test_what_cannot_be_edited_is_sent_anew(message: Rendered, inbound: Inbound) -> None:
    assert one(message, inbound).method == "sendMessage"


def test_the_contact_is_asked_for_by_a_keyboard_and_put_away_after() -> None:
    asked = one(replace(PLAIN, ask_contact="Share"), TYPED)
    assert asked.params["reply_markup"] == KEYBOARD
    assert one(PLAIN, SHARED).params["reply_markup"] == {"remove_keyboard": True}
    assert one(PLAIN, TYPED).params["reply_markup"] == {"remove_keyboard": True}
    assert "reply_markup" not in one(PLAIN, TAPPED).params
    assert "reply_markup" not in calls(PLAIN, "7")[0].params


@pytest.mark.parametrize("inbound", [TYPED, TAPPED])
def test_buttons_and_the_contact_keyboard_are_two_messages(inbound: Inbound) -> None:
    made = answer(replace(CARD, ask_contact="Share", edit=True), inbound)
    assert "inline_keyboard" in made[0].params["reply_markup"]
    assert made[1].params["reply_markup"] == KEYBOARD
    assert made[1].params["text"] == "Share"
    assert len(made) == 2


def test_an_edited_card_asks_for_the_contact_in_a_message_of_its_own() -> None:
    made = answer(replace(PLAIN, ask_contact="Share", edit=True), TAPPED)
    assert [call.method for call in made] == ["editMessageText", "sendMessage"]
    assert "reply_markup" not in made[0].params
    assert made[1].params["reply_markup"] == KEYBOARD


def test_a_photo_carries_a_short_text() -> None:
    call = one(replace(CARD, photo="FILE", edit=True), TAPPED)
    assert (call.method, call.params["caption"]) == ("sendPhoto", "<b>卡</b>")
    assert "inline_keyboard" in call.params["reply_markup"]


def test_a_long_text_follows_its_photo() -> None:
    first, last = answer(replace(CARD, photo="FILE", text="x" * 1025), TYPED)
    assert (first.method, "caption" in first.params) == ("sendPhoto", False)
    assert "reply_markup" not in first.params
    assert last.method == "sendMessage"
    assert "reply_markup" in last.params


def test_protected_content_is_protected_in_every_piece() -> None:
    made = calls(replace(CARD, protect=True, text="line\n" * 2000), "7")
    assert len(made) > 1
    assert all(call.params["protect_content"] is True for call in made)


def test_a_long_text_is_cut_at_lines_and_the_last_piece_has_the_buttons() -> None:
    lines = [f"{number} <b>points</b>" for number in range(600)]
    made = calls(replace(CARD, text="\n".join(lines)), "7")
    assert "\n".join(call.params["text"] for call in made).split("\n") == lines
    assert ["reply_markup" in call.params for call in made] == [False] * (len(made) - 1) + [True]


def test_a_long_answer_to_a_tap_edits_first_and_goes_on_below() -> None:
    made = answer(replace(CARD, edit=True, text="line\n" * 2000), TAPPED)
    assert [call.method for call in made] == ["editMessageText", *["sendMessage"] * 2]


def test_markup_that_a_cut_would_tear_is_dropped() -> None:
    text = "<b>" + "a &amp; b\n" * 700 + "</b>"
    made = pieces(text)
    assert len(made) > 1
    assert [problem for piece in made for problem in problems(piece)] == []
    assert "<b>" not in "".join(made)


@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=3000).map(
                lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            ),
            st.sampled_from(["<b>x</b>", "<b>", "</b>", "😀" * 2500, "<code>" + "y" * 5000]),
        ),
        max_size=6,
    ).map("\n".join)
)
def test_every_piece_is_short_and_whole(text: str) -> None:
    for piece in pieces(text):
        units = len(piece.encode("utf-16-le")) // 2
        assert units <= 4096
    if len(pieces(text)) > 1:
        assert [problem for piece in pieces(text) for problem in problems(piece)] == []


def test_a_toast_is_plain_and_short() -> None:
    assert toast(None) == ""
    assert toast(PLAIN) == ""
    assert toast(replace(PLAIN, toast="<b>Tom &amp; Co</b>")) == "Tom & Co"
    assert len(toast(replace(PLAIN, toast="长" * 500))) == 200


MENU = [
    Entry("points", {"zh": "我的积分", "en": "My points"}),
    Entry("till", {"zh": "收银", "en": "Till"}, frozenset({"till", "owner"})),
]


def test_everybody_gets_the_menu_of_their_language() -> None:
    made = member_menus(MENU, ["zh", "en"])
    shown = [
        (call.params.get("language_code"), call.params["commands"][0]["description"])
        for call in made
    ]
    assert shown == [(None, "我的积分"), ("zh", "我的积分"), ("en", "My points")]
    assert all(len(call.params["commands"]) == 1 for call in made)


@pytest.mark.parametrize(
    ("role", "commands"),
    [("till", ["points", "till"]), ("service", ["points"]), ("", ["points"])],
)
def test_operators_see_what_their_role_may(role: str, commands: list[str]) -> None:
    call = operator_menu(MENU, Operator("9", role, "en"))
    assert [entry["command"] for entry in call.params["commands"]] == commands
    assert call.params["scope"] == {"type": "chat", "chat_id": 9}


def _all_calls() -> list[Call]:
    long = replace(CARD, text="line\n" * 2000)
    variants: list[Any] = [
        CARD,
        PLAIN,
        long,
        replace(CARD, protect=True, edit=True),
        replace(CARD, photo="FILE"),
        replace(long, photo="FILE"),
        replace(CARD, ask_contact="Share"),
        replace(PLAIN, ask_contact="Share"),
    ]
    made = [call for v in variants for i in (TAPPED, TYPED, SHARED) for call in answer(v, i)]
    return [*made, *member_menus(MENU, ["zh", "en"]), operator_menu(MENU, Operator("9", "", "en"))]


def test_the_bot_api_knows_every_parameter() -> None:
    made = _all_calls()
    assert {call.method for call in made} == {
        "sendMessage",
        "editMessageText",
        "sendPhoto",
        "setMyCommands",
    }
    assert [fault for call in made for fault in faults(call)] == []


@pytest.mark.parametrize(
    "call",
    [
        Call("sendMesage", {}),
        Call("sendMessage", {"chat_id": 7}),
        Call("sendMessage", {"chat_id": 7, "text": "x", "colour": "red"}),
        Call("sendMessage", {"chat_id": 7.5, "text": "x"}),
        Call("sendMessage", {"chat_id": 7, "text": "x", "reply_markup": {"buttons": []}}),
        Call("setMyCommands", {"commands": [{"command": "x"}]}),
    ],
)
def test_the_check_itself_finds_faults(call: Call) -> None:
    assert faults(call) != []

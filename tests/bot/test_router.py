"""From what came in to the route: commands, words, buttons, steps, permissions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.actions import Action, Signer
from bot.flow import TEXT_OR_CONTACT, Flow, Step
from bot.messages import Address, Inbound, Kind, Reply
from bot.router import NOTHING, Route, Router, normalise
from bot.state import Conversation, Person, Staff, State

NOW = datetime(2026, 5, 20, tzinfo=UTC)
SIGNER = Signer(b"key")


def _answer(_turn: Any) -> Reply:
    return Reply("some.key")


ROUTES = [
    Route("points", _answer),
    Route("start", _answer, anyone=True),
    Route("award", _answer, writes=True, needs="purchase:book"),
    Route("profile.name", _answer, writes=True),
    Route("contact", _answer),
    Route("reply", _answer),
    Route("stop", _answer, writes=True),
    Route("language.set", _answer, writes=True),
    *(
        Route(intent, _answer, anyone=True)
        for intent in ("unknown", "stranger", "expired", "group", "cancel")
    ),
]
PHRASES = {
    "我的积分": "points",
    "My Points": "points",
    "取消": "cancel",
    "unsubscribe": "stop",
    "English": "language.set|en",
}
FLOWS = [Flow("profile", (Step("name"), Step("phone", TEXT_OR_CONTACT)))]
ROUTER = Router(ROUTES, FLOWS, PHRASES, SIGNER)

MEMBER = Person(1, "en", member_id=5)
TALKING = Conversation("profile", "name", {}, 3, NOW + timedelta(hours=1))


def _inbound(text: str = "", kind: Kind = Kind.TEXT, **parts: Any) -> Inbound:
    return Inbound(Address("telegram", "1", "7", "7"), "1", kind, text, **parts)


def _intent(inbound: Inbound, person: Person = MEMBER, talk: Conversation | None = None) -> str:
    state = State(person, talk or Conversation())
    return ROUTER.match(inbound, state, NOW).route.intent


def test_where_others_read_along_every_way_leads_to_one_answer() -> None:
    def heard(kind: Kind, **parts: Any) -> str:
        address = Address("telegram", "1", "-100", "7")
        inbound = Inbound(address, "1", kind, **parts)
        return ROUTER.match(inbound, State(MEMBER, TALKING), NOW).route.intent

    payload = SIGNER.pack(Action("points"), "7")
    assert heard(Kind.TEXT, text="/points") == "group"
    assert heard(Kind.TEXT, text="/award") == "group"
    assert heard(Kind.TAP, payload=payload) == "group"


DESK = Person(3, "en", staff=Staff(8, "Ann", "service", None, frozenset({"ticket:answer"})))


def _in_group(person: Person, kind: Kind = Kind.TEXT, talk: Any = None, **parts: Any) -> str:
    address = Address("telegram", "1", "-100", "7")
    inbound = Inbound(address, "1", kind, **parts)
    state = State(person, talk or Conversation())
    routes = [
        *ROUTES,
        Route("desk", _answer, needs="ticket:answer", groups=True),
        Route("award", _answer, needs="ticket:answer"),
        Route("group.said", _answer),
        Route("group.changed", _answer),
        Route("edited", _answer),
        Route("cause.words", _answer, needs="ticket:answer", groups=True),
        Route("secret.words", _answer, needs="ticket:answer"),
    ]
    flows = [Flow("cause", (Step("words"),)), Flow("secret", (Step("words"),))]
    return Router(routes, flows, PHRASES, SIGNER).match(inbound, state, NOW).route.intent


def test_in_a_group_staff_use_what_is_meant_for_groups() -> None:
    assert _in_group(DESK, text="/desk") == "desk"
    assert _in_group(DESK, text="/award") == "group"
    assert _in_group(DESK, text="/points") == "group"
    assert _in_group(MEMBER, text="/desk") == "group"
    mine = SIGNER.pack(Action("desk"), "7")
    assert _in_group(DESK, Kind.TAP, payload=mine) == "expired"
    everybodys = SIGNER.pack(Action("desk"), "-100")
    assert _in_group(DESK, Kind.TAP, payload=everybodys) == "desk"
    assert _in_group(MEMBER, Kind.TAP, payload=everybodys) == "group"
    assert _in_group(DESK, Kind.TAP, payload=SIGNER.pack(Action("group.said"), "-100")) == (
        "expired"
    )


def test_in_a_group_what_is_said_in_a_topic_has_its_route() -> None:
    assert _in_group(MEMBER, text="my points", topic="5") == "group.said"
    assert _in_group(MEMBER, Kind.PHOTO, topic="5") == "group.said"
    assert _in_group(MEMBER, Kind.GROUP, text="administrator") == "group.changed"
    assert _in_group(MEMBER, Kind.EDITED, text="/desk") == "edited"


def test_in_a_group_a_question_to_staff_is_answered_there() -> None:
    asked = Conversation("cause", "words", {}, 2, NOW + timedelta(hours=1))
    assert _in_group(DESK, talk=asked, text="it was cold", topic="5") == "cause.words"
    assert _in_group(DESK, talk=asked, text="取消", topic="5") == "cancel"
    assert _in_group(MEMBER, talk=asked, text="it was cold", topic="5") == "group.said"
    private = Conversation("secret", "words", {}, 2, NOW + timedelta(hours=1))
    assert _in_group(DESK, talk=private, text="it was cold", topic="5") == "group.said"


def test_without_a_route_a_change_or_a_group_is_answer() -> None:
    state = State(MEMBER, Conversation())
    for kind, chat in ((Kind.EDITED, "7"), (Kind.GROUP, "-100"), (Kind.TEXT, "-100")):
        inbound = Inbound(Address("telegram", "1", chat, "7"), "1", kind, text="x")
        assert ROUTER.match(inbound, state, NOW).route is NOTHING


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("/points", "points"),
        ("/points@my_bot now", "points"),
        ("/POINTS", "points"),
        ("/profile.name", "unknown"),
        ("/", "unknown"),
        ("/nothing", "unknown"),
        ("我的积分", "points"),
        ("我的积分？", "points"),
        ("ｍｙ　ｐｏｉｎｔｓ！", "points"),
        ("my  points", "points"),
        ("where are my points?", "points"),
        ("请问我的积分呢", "points"),
        ("amy pointsman", "unknown"),
        ("my points " + "and so on " * 4, "unknown"),
        ("do not unsubscribe me", "unknown"),
        ("something else", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_is_said_finds_its_route(said: str, intent: str) -> None:
    assert _intent(_inbound(said)) == intent


def test_a_command_carries_its_words() -> None:
    match = ROUTER.match(_inbound("/start src_poster more"), State(MEMBER, Conversation()), NOW)
    assert match.args == ("src_poster", "more")


def test_plain_words_may_carry_an_argument() -> None:
    match = ROUTER.match(_inbound("english!"), State(MEMBER, Conversation()), NOW)
    assert (match.route.intent, match.args) == ("language.set", ("en",))


def test_a_stranger_is_led_to_the_door() -> None:
    assert _intent(_inbound("/points"), Person(None, "en")) == "stranger"
    assert _intent(_inbound("/start"), Person(None, "en")) == "start"


def test_a_staff_route_does_not_exist_for_others() -> None:
    cashier = Person(
        1, "en", None, "", Staff(1, "Wang", "till", None, frozenset({"purchase:book"}))
    )
    assert _intent(_inbound("/award"), cashier) == "award"
    assert _intent(_inbound("/award")) == "unknown"
    service = Person(1, "en", 5, "", Staff(1, "Li", "service", None, frozenset({"ticket:answer"})))
    assert _intent(_inbound("/award"), service) == "unknown"


def test_free_text_goes_to_the_running_step_but_commands_and_cancel_win() -> None:
    assert _intent(_inbound("my points"), talk=TALKING) == "profile.name"
    assert _intent(_inbound("/points"), talk=TALKING) == "points"
    assert _intent(_inbound("取消"), talk=TALKING) == "cancel"
    assert _intent(_inbound("Unsubscribe"), talk=TALKING) == "stop"


def test_a_step_that_is_no_more_takes_no_answer() -> None:
    old = Conversation("profile", "shoe_size", {}, 3, NOW + timedelta(hours=1))
    assert _intent(_inbound("42"), talk=old) == "unknown"
    assert _intent(_inbound("my points"), talk=old) == "points"


def test_a_lapsed_conversation_takes_no_answer() -> None:
    lapsed = Conversation("profile", "name", {}, 3, NOW)
    assert _intent(_inbound("Mei"), talk=lapsed) == "unknown"


def test_a_step_takes_only_the_kinds_it_accepts() -> None:
    assert _intent(_inbound(kind=Kind.CONTACT), talk=TALKING) == "contact"


def test_a_tapped_button_carries_its_arguments_and_nonce() -> None:
    payload = SIGNER.pack(Action("points", ("a",), "n1"), "7")
    match = ROUTER.match(_inbound(kind=Kind.TAP, payload=payload), State(MEMBER, TALKING), NOW)
    assert (match.route.intent, match.args, match.nonce) == ("points", ("a",), "n1")


def test_a_button_of_an_earlier_point_of_the_conversation_is_old() -> None:
    for turn, intent in ((3, "points"), (2, "expired"), (0, "points")):
        payload = SIGNER.pack(Action("points", turn=turn), "7")
        assert _intent(_inbound(kind=Kind.TAP, payload=payload), talk=TALKING) == intent


def test_a_foreign_button_is_old() -> None:
    payload = SIGNER.pack(Action("points"), "8")
    assert _intent(_inbound(kind=Kind.TAP, payload=payload)) == "expired"


def test_an_answer_to_a_message_is_a_reply() -> None:
    assert _intent(_inbound("thank you", reply_to="12")) == "reply"


def test_words_are_compared_without_their_marks() -> None:
    assert normalise("  Ｈello,   WORLD!! ") == "hello world"

"""Joining and looking at the points, as a dialogue."""

from bot.messages import Kind
from tests.support.club import Club

SAID = [
    ("/start", "join.invitation"),
    ("hello", "join.invitation"),
    ("help", "help.shown"),
    ("积分", "join.invitation"),
    ("asdf", "general.unknown"),
    ("/nonsense", "general.unknown"),
    ("/cancel", "general.nothing_to_cancel"),
    ("", "general.unknown"),
]


async def test_a_stranger_is_always_answered(club: Club) -> None:
    stranger = club.person()
    for said, answered in SAID:
        assert (await stranger.says(said)).key == answered, said


async def test_one_tap_joins_with_welcome_points(club: Club) -> None:
    mei = club.person("Mei", "zh-hans")
    await mei.says("/start")
    welcome = await mei.taps("join")
    assert welcome.key == "join.welcome"
    assert welcome.locale == "zh"
    balance = await mei.says("我的积分")
    assert str(club.programme.welcome_points) in balance.text


async def test_tapping_join_twice_gives_one_membership_and_one_welcome(club: Club) -> None:
    mei = club.person()
    await mei.says("/start")
    button = mei.button("join")
    for _ in range(2):
        await mei.sends(Kind.TAP, payload=button.payload)
    assert [message.key for message in mei.seen] == [
        "join.invitation",
        "join.welcome",
        "card.shown",
    ]
    card = await mei.says("/card")
    assert str(club.programme.welcome_points) in card.text


async def test_a_redelivered_update_gets_the_stored_answer(club: Club) -> None:
    mei = club.person()
    await mei.says("/start")
    payload = mei.button("join").payload
    first = await mei.sends(Kind.TAP, update_id="700", payload=payload)
    again = await mei.sends(Kind.TAP, update_id="700", payload=payload)
    assert first == again


async def test_somebody_elses_button_does_nothing(club: Club) -> None:
    mei, other = club.person(), club.person()
    await mei.says("/start")
    answer = await other.sends(Kind.TAP, payload=mei.button("join").payload)
    assert answer is not None
    assert answer.key == "general.expired"

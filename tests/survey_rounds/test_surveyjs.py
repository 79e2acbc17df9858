"""Surveys of SurveyJS: what becomes a question of ours, and what is left out and why."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.refusals import ContentInvalid
from domain.surveys import END, Condition, Definition, QuestionKind, Test
from services import surveyjs
from services.surveyjs_logic import NotUnderstood, read

TITLE = {"default": "Say", "zh-cn": "请说"}


def two(zh: str, en: str) -> dict[str, str]:
    return {"zh-cn": zh, "default": en}


def element(kind: str, name: str = "q", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "title": TITLE, **more}


def survey(*elements: Any, **more: Any) -> str:
    return json.dumps({"title": TITLE, "pages": [{"elements": list(elements)}], **more})


def taken(*elements: Any, **more: Any) -> Definition:
    found = surveyjs.convert(survey(*elements, **more), "mine")
    assert found.left_out == ()
    return found.definition


def left_out(*elements: Any, **more: Any) -> list[str]:
    """What is left out beside a question that is taken."""
    found = surveyjs.convert(survey(element("comment", "ok"), *elements, **more), "mine")
    assert found.definition.questions[0].key == "ok"
    return [str(one) for one in found.left_out]


CHOICES = ["red", {"value": 7, "text": two("七", "Seven")}, {"value": "blue", "text": TITLE}]
NAMED = [{"value": one, "text": two(one, one)} for one in ("red", "blue", "green")]


@pytest.mark.parametrize(
    ("given_", "kind"),
    [
        (element("radiogroup", choices=NAMED), QuestionKind.SINGLE),
        (element("dropdown", choices=NAMED), QuestionKind.SINGLE),
        (element("checkbox", choices=NAMED), QuestionKind.MULTIPLE),
        (element("tagbox", choices=NAMED), QuestionKind.MULTIPLE),
        (element("boolean"), QuestionKind.SINGLE),
        (element("rating"), QuestionKind.RATING),
        (element("rating", rateMin=1, rateMax=5), QuestionKind.RATING),
        (element("rating", rateValues=[1, 2, 3, 4, 5]), QuestionKind.RATING),
        (element("rating", rateMin=0, rateMax=10), QuestionKind.NPS),
        (element("rating", rateMin=0, rateCount=11), QuestionKind.NPS),
        (element("text"), QuestionKind.TEXT),
        (element("comment"), QuestionKind.TEXT),
        (element("text", inputType="number", min=1, max="9"), QuestionKind.NUMBER),
        (element("file", acceptedTypes="image/*"), QuestionKind.PHOTO),
    ],
)
def test_every_kind_that_we_have_is_taken(given_: dict[str, Any], kind: QuestionKind) -> None:
    [question] = taken(given_).questions
    assert question.kind is kind
    assert question.texts == {"zh": "请说", "en": "Say"}


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        (element("matrix"), "no kind of question here for matrix"),
        (element("imagepicker"), "no kind of question here for imagepicker"),
        (element("html", html="<b>x</b>"), "html asks nothing"),
        (element("rating", rateMax=7), "its scale is from 1 to 7"),
        (element("rating", rateValues=["a", "b"]), "not of numbers"),
        (element("text", inputType="date"), "of the type date"),
        (element("file", acceptedTypes=".pdf"), "asks for files"),
        (element("dropdown", choicesByUrl={"url": "x"}), "come from elsewhere"),
        (element("dropdown"), "has no choices"),
        (element("comment", visible=False), "never shown"),
        (element("comment", title="Hello {name}"), "repeats an earlier answer"),
        (element("comment", name=""), "has no name"),
        (element("comment", name="ok"), "the same name"),
        (element("text", inputType="number", min=5, max=1), "smallest number 5"),
        (element("comment", visibleIf="{ok} = 'a'"), "was written"),
        (element("comment", visibleIf="{nobody} = 1"), "depends on {nobody}"),
        (element("comment", visibleIf="today() > 1"), "not understood"),
        ("text", "it is no element"),
    ],
)
def test_what_has_no_counterpart_is_left_out_whole_and_named(given_: Any, why: str) -> None:
    [told] = left_out(given_)
    assert told.startswith("pages[1].elements[2]")
    assert why in told


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        (element("comment", requiredIf="{ok} notempty"), "requiredIf"),
        (element("comment", defaultValue="x"), "defaultValue"),
        (element("comment", validators=[{"type": "regex", "regex": "a"}]), "regex"),
        (element("file"), "other files than photos"),
        (element("dropdown", choices=NAMED, choicesOrder="asc"), "choicesOrder"),
        (element("checkbox", choices=NAMED, showNoneItem=True), "excludes the others"),
    ],
)
def test_what_a_question_loses_is_named(given_: dict[str, Any], why: str) -> None:
    assert any(why in told for told in left_out(given_))


def test_a_survey_keeps_its_texts_order_and_thanks() -> None:
    found = taken(
        element("checkbox", choices=NAMED, minSelectedChoices=1, maxSelectedChoices=2),
        element("dropdown", "d", choices=NAMED, choicesOrder="random", isRequired=True),
        description=two("说明", "About"),
        completedHtml=two("<p>谢谢<br>您</p>", "<h3>Thanks</h3><script>no()</script>a &amp; b"),
        questionOrder="random",
    )
    first, second = found.questions
    assert (first.least, first.most, first.required) == (1, 2, False)
    assert (second.shuffle, second.required, found.shuffle) == (True, True, True)
    assert found.intro == {"zh": "说明", "en": "About"}
    assert found.thanks == {"zh": "谢谢\n您", "en": "Thanks\na & b"}


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("{c} = 'red'", [("c", Test.IS, ("red",))]),
        ("{c} <> 'red'", [("c", Test.NOT_IN, ("red",))]),
        ("{c} anyof ['red', \"blue\"]", [("c", Test.IN, ("red", "blue"))]),
        ("{m} contains 'red'", [("m", Test.IN, ("red",))]),
        ("{m} allof ['red','blue']", [("m", Test.IN, ("red",)), ("m", Test.IN, ("blue",))]),
        ("{b} = false", [("b", Test.IS, ("no",))]),
        ("{r} >= 4", [("r", Test.AT_LEAST, ("4",))]),
        ("{r} > 3", [("r", Test.AT_LEAST, ("4",))]),
        ("{r} < 2.5", [("r", Test.AT_MOST, ("2",))]),
        ("{c} empty", [("c", Test.SKIPPED, ())]),
        ("{c} notempty and {r} <= 2", [("c", Test.ANSWERED, ()), ("r", Test.AT_MOST, ("2",))]),
        ("({c} = 'red') and ({r} = 3)", [("c", Test.IS, ("red",)), ("r", Test.IS, ("3",))]),
    ],
)
def test_conditions_mean_what_they_meant(
    condition: str, wanted: list[tuple[str, Test, tuple[str, ...]]]
) -> None:
    found = taken(
        element("radiogroup", "c", choices=NAMED, isRequired=True),
        element("checkbox", "m", choices=NAMED),
        element("boolean", "b"),
        element("rating", "r"),
        element("comment", "why", visibleIf=condition),
    )
    assert found.questions[-1].when == tuple(Condition(*one) for one in wanted)
    assert not found.questions[-1].when_any


def test_an_exclusion_holds_for_no_answer_too() -> None:
    asked = (element("dropdown", "c", choices=NAMED), element("rating", "r"))
    alone = taken(*asked, element("comment", "why", visibleIf="{c} <> 'red'")).questions[-1]
    assert alone.when_any
    assert [one.test for one in alone.when] == [Test.NOT_IN, Test.SKIPPED]
    mixed = surveyjs.convert(
        survey(*asked, element("comment", "why", visibleIf="{c} <> 'red' and {r} = 1")), "mine"
    )
    assert "may have none" in mixed.left_out[0].why


def test_any_of_several_is_enough_where_it_was() -> None:
    found = taken(
        element("rating", "r"),
        element("comment", "why", visibleIf="{r} = 1 or {r} = 2"),
    ).questions[-1]
    assert found.when_any
    assert len(found.when) == 2


def test_a_panel_hands_its_condition_down_and_what_mixes_is_left_out() -> None:
    panel = {
        "type": "panel",
        "name": "p",
        "visibleIf": "{r} <= 2",
        "elements": [
            element("comment", "why"),
            element("comment", "mixed", visibleIf="{r} = 1 or {r} = 2"),
        ],
    }
    found = surveyjs.convert(survey(element("rating", "r"), panel), "mine")
    assert [one.key for one in found.definition.questions] == ["r", "why"]
    assert found.definition.questions[1].when == (Condition("r", Test.AT_MOST, ("2",)),)
    assert "mixes" in found.left_out[0].why


def test_jumps_lead_forward_or_to_the_end() -> None:
    found = taken(
        element("radiogroup", "c", choices=NAMED),
        element("comment", "a"),
        element("comment", "z"),
        triggers=[
            {"type": "skip", "expression": "{c} = 'red'", "gotoName": "z"},
            {"type": "complete", "name": "c", "operator": "equal", "value": "blue"},
        ],
    )
    assert [one.goto for one in found.questions[0].options] == ["z", END, ""]


@pytest.mark.parametrize(
    "trigger",
    [
        {"type": "setvalue"},
        {"type": "skip", "expression": "{c} = 'red'", "gotoName": "c"},
        {"type": "skip", "expression": "{c} = 'red'", "gotoName": "nowhere"},
        {"type": "complete", "expression": "{c} <> 'red'"},
        {"type": "complete", "expression": "{c} = 'violet'"},
        7,
    ],
)
def test_other_triggers_are_left_out(trigger: Any) -> None:
    asked = element("radiogroup", "c", choices=NAMED)
    [told] = left_out(asked, triggers=[trigger])
    assert told.startswith("triggers[1]: ")


def test_other_brings_the_question_which() -> None:
    asked, which = taken(element("dropdown", "c", choices=NAMED, showOtherItem=True)).questions
    assert asked.options[-1].key == "other"
    assert which.when == (Condition("c", Test.IS, ("other",)),)
    assert not which.required


def test_missing_translations_are_named_and_nothing_is_taken() -> None:
    text = survey({"type": "dropdown", "name": "colour", "choices": ["red"]})
    with pytest.raises(ContentInvalid) as caught:
        surveyjs.convert(text, "mine")
    told = [str(one) for one in caught.value.problems]
    assert told == [
        'colour: "colour" is not translated; add "zh-cn", or use --one-language',
        'colour.red: "red" is not translated; add "zh-cn", or use --one-language',
    ]
    [question] = surveyjs.convert(text, "mine", one_language=True).definition.questions
    assert question.texts == {"zh": "colour", "en": "colour"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[]", "no survey of SurveyJS"),
        ('{"pages": []}', "nothing of it can be asked here"),
        ("[" * 100_000, "is no JSON"),
        ('{"elements": [' + "9" * 5000 + "]}", "is no JSON"),
        ('{"elements": "' + "x" * 2**20 + '"}', "larger than 1 MB"),
    ],
)
def test_a_file_that_is_none_says_so(text: str, why: str) -> None:
    with pytest.raises(ContentInvalid) as caught:
        surveyjs.convert(text, "mine")
    assert why in str(caught.value.problems[0])


def test_expressions_are_never_evaluated() -> None:
    for evil in ("__import__('os')", "{a} = __import__('os')", "{a} = (1).__class__", "1 = 1"):
        with pytest.raises(NotUnderstood):
            read(evil)
    with pytest.raises(NotUnderstood):
        read("(" * 500 + "{a} = 1" + ")" * 500)


words = st.sampled_from(
    (
        *("pages", "elements", "type", "name", "title", "choices", "value", "text", "visibleIf"),
        *("radiogroup", "checkbox", "rating", "text", "file", "panel", "boolean", "comment"),
        *("triggers", "skip", "complete", "expression", "gotoName", "rateValues", "rateMax"),
        *("{q} = 1", "{q} <> 'a' or", "validators", "numeric", "minValue", "showOtherItem"),
        *("completedHtml", "<![x", "&#9999999;", "locale", "zh-cn", "default", "q", "isRequired"),
    )
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=8)
jsons = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(content=st.dictionaries(words, jsons, max_size=6), elements=st.lists(jsons, max_size=4))
def test_any_json_is_taken_or_refused_with_reasons(content: Any, elements: Any) -> None:
    for data in (content, {"title": "t", **content, "elements": elements}):
        try:
            found = surveyjs.convert(json.dumps(data), "mine", one_language=True)
        except ContentInvalid:
            continue
        keys = [one.key for one in found.definition.questions]
        assert len(keys) == len(set(keys)) > 0

"""Operators' texts: what may be in them, and that nothing they say breaks anything."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.markup import problems
from bot.messages import Button, Reply
from domain.wordings import INTENTS, REPLACEABLE
from services.care_kinds import KINDS
from templates import catalogue, checking, contract, operators
from templates.operators import LONGEST_OUTPUT, Broken
from templates.render import Renderer
from templates.values import LONGEST, LONGEST_NAME, MOST_ROWS, neutral

VALUES = {"name": None, "points": None, "rows": ("points", "day"), "other": ("points",)}
ROWS = [{"points": 200, "day": "2026-05-31"}, {"points": 5, "day": "2026-06-30"}]
GIVEN = {"name": "小美", "points": 1280, "rows": ROWS, "other": ROWS}
CLUB = {"club": "悦享会", "point_word": "point", "points_word": "points"}
KEY = "care.birthday"


def shown(source: str, language: str = "en", **values: Any) -> str:
    return operators.program(language, source, VALUES).render({**GIVEN, **values})


def reason(source: str, **values: Any) -> tuple[str, int]:
    with pytest.raises(Broken) as caught:
        shown(source, **values)
    return caught.value.faults[0]["reason"], caught.value.faults[0]["line"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ name }}", "小美"),
        ('{{ name or "朋友" }}', "小美"),
        ("{{ points|number }} {{ points|plural('point', 'points') }}", "1,280 points"),
        ("{% if points > 1000 %}many{% else %}few{% endif %}", "many"),
        (
            "{% for one in rows %}{{ one.points }} until {{ one.day|day }}"
            "{% if not loop.last %}, {% endif %}{% endfor %}",
            "200 until 31 May 2026, 5 until 30 Jun 2026",
        ),
        ("{% for a in rows %}{% for b in other %}.{% endfor %}{% endfor %}", "...."),
        ("<b>{{ name }}</b>", "<b>小美</b>"),
        ("{{ missing|default('there') }}".replace("missing", "name"), "小美"),
        ("a\n\n\n\n\nb", "a\n\nb"),
    ],
)
def test_what_is_allowed_is_shown(source: str, text: str) -> None:
    assert shown(source) == text


def test_a_missing_name_has_a_fallback() -> None:
    assert shown('{{ name or "朋友" }}', name="") == "朋友"
    assert shown("{{ name|default('朋友', true) }}", name="") == "朋友"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("", "empty"),
        ("{{ nmae }}", "unknown"),
        ("{{ 'a' * 300000000 }}", "forbidden"),
        ("{{ 9 ** 999999999 }}", "forbidden"),
        ("{{ '%0999999999d' % 1 }}", "forbidden"),
        ("{{ name|center(300000000) }}", "filter"),
        ("{{ '{:>300000000}'|format(1) }}", "filter"),
        ("{{ name.ljust(300000000) }}", "forbidden"),
        ("{{ name.__class__.__mro__ }}", "attribute"),
        ("{{ ''.__class__ }}", "attribute"),
        ("{{ name|attr('__class__') }}", "filter"),
        ("{{ name['__class__'] }}", "forbidden"),
        ("{{ one.points }}", "attribute"),
        ("{% for one in rows %}{{ one.pionts }}{% endfor %}", "field"),
        ("{% for one in rows %}{{ one.items() }}{% endfor %}", "forbidden"),
        ("{% for one in rows %}{{ loop.cycle('a') }}{% endfor %}", "forbidden"),
        ("{% for i in range(1000000000) %}x{% endfor %}", "loop"),
        ("{% for letter in name %}x{% endfor %}", "loop"),
        ("{% for one in rows|list %}x{% endfor %}", "loop"),
        (
            "{% for a in rows %}{% for b in rows %}{% for c in rows %}x{% endfor %}"
            "{% endfor %}{% endfor %}",
            "nested",
        ),
        ("{% for a in rows recursive %}{{ loop(rows) }}{% endfor %}", "forbidden"),
        ("{% set a = 'xx' %}{{ a ~ a }}", "forbidden"),
        ("{% with a = name %}{{ a ~ a }}{% endwith %}", "forbidden"),
        ("{% macro f() %}{{ f() }}{% endmacro %}", "forbidden"),
        ("{% include 'care.birthday' %}", "forbidden"),
        ("{% import 'os' as os %}", "forbidden"),
        ("{% extends 'x' %}", "forbidden"),
        ("{% filter upper %}x{% endfilter %}", "forbidden"),
        ("{% call f() %}{% endcall %}", "forbidden"),
        ("{{ rows }}", "whole"),
        ("{{ rows|upper }}", "whole"),
        ("{{ rows ~ '' }}", "whole"),
        ("{{ (rows or 'x') ~ '' }}", "whole"),
        ("{{ rows|default('x')|upper }}", "whole"),
        ("{{ name|default(rows) }}", "whole"),
        ("{{ points|plural('x', rows) }}", "whole"),
        ("{{ name if name else rows }}", "whole"),
        ("{% if rows > other %}x{% endif %}", "whole"),
        ("{% if name == rows %}x{% endif %}", "whole"),
        ("{% for one in rows %}{{ one|trim }}{% endfor %}", "whole"),
        ("{% for one in rows %}{{ loop|upper }}{% endfor %}", "whole"),
        ("{% if name %}x", "unclosed"),
        ("{{ name", "unclosed"),
        ("{% endif %}", "stray"),
        ("{% iff name %}", "tag"),
        ("{{ name name }}", "syntax"),
        ("{{ 1 is divisibleby 0 }}", "forbidden"),
        ("{{" + "(" * 1500 + "1" + ")" * 1500 + "}}", "too_complex"),
        ("{{ 1" + " + 1" * 900 + " }}", "too_complex"),
        ("很" * 4001, "source_long"),
        ("<b>{{ name }}", "markup"),
        ("<script>x</script>", "markup"),
        ("5 < 6", "markup"),
        ('<a href="javascript:x">x</a>', "link"),
    ],
)
def test_what_is_not_allowed_is_refused_at_once(source: str, why: str) -> None:
    assert reason(source)[0] == why


@pytest.mark.parametrize(
    "source",
    [
        "{{ name|upper }}",
        "{{ name|plural('x', 'x') }}",
        "{{ name }}",
        "{% for one in other %}{{ one|upper }}{% endfor %}",
    ],
)
def test_a_list_that_comes_where_a_text_was_promised_is_not_written(source: str) -> None:
    values = {"name": None, "other": ()}
    with pytest.raises(Broken):
        operators.program("en", source, values).render({"name": ROWS, "other": ROWS})


def test_lists_may_be_asked_whether_there_are_any() -> None:
    source = "{% if rows and not (other is none) %}{{ 'x' if rows else 'y' }}{% endif %}"
    assert shown(source) == "x"
    rows = operators.program("en", "{% for one in of %}{{ one|upper }}{% endfor %}", {"of": ()})
    assert rows.render({"of": ["a", "b"]}) == "AB"


def test_a_fault_names_its_line_and_what_was_meant() -> None:
    faults = operators.check("Hi\n\n{{ nmae }}\n{{ name|nubmer }}", VALUES)
    assert [(one["line"], one["about"], one["nearest"]) for one in faults] == [
        (3, "nmae", "name"),
        (4, "nubmer", "number"),
    ]
    assert set(faults[0]["known"]) == set(VALUES)


def test_output_is_counted_while_it_is_written() -> None:
    source = "{% for a in rows %}{% for b in rows %}" + "很" * 900 + "{% endfor %}{% endfor %}"
    rows = [{"points": 1, "day": ""}] * 100
    started = time.process_time()
    assert reason(source, rows=rows) == ("output", 0)
    assert time.process_time() - started < 1  # stopped after some 10,000 of 9,000,000
    assert LONGEST_OUTPUT == 10_000


def test_what_a_member_does_not_have_is_written_as_nothing() -> None:
    source = "{{ points|number }}.{% for one in other %}{{ one.points }}{% endfor %}"
    assert operators.program("en", source, VALUES).render({}) == "."


def test_lists_are_cut_and_rows_are_plain() -> None:
    hostile = [{"points": object(), "day": {"deep": {"er": 1}}}] * 1000
    assert shown("{% for one in rows %}x{% endfor %}", rows=hostile) == "x" * 100


class Dangerous:
    """A domain object that must never be reached from a text."""

    def delete(self) -> str:
        raise AssertionError("a text called a method")


def test_objects_do_not_come_in() -> None:
    assert shown("x{{ name }}", name=Dangerous()) == "x"
    assert reason("{{ name.delete() }}", name=Dangerous())[0] == "forbidden"


NAMES = ["<b>&\"'</b>{{ 7*7 }}{% raw %}", "a\u202eb\u2066c", "🎂" * 40, "很" * 10_000, "\0\x1b[2J"]


@pytest.mark.parametrize("name", NAMES)
def test_names_change_nothing_around_them(name: str) -> None:
    text = shown("<b>{{ name }}</b>!", name=name)
    assert problems(text) == []
    assert text.endswith("</b>!")
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\0\x1b")
    assert len(text) <= 6 * LONGEST_NAME + 10


def test_right_to_left_names_are_isolated() -> None:
    assert neutral("שלום") == "\u2068שלום\u2069"
    assert neutral("Mei") == "Mei"


# -- whatever people write --------------------------------------------------------------

PIECES = st.sampled_from(
    "{{ }} {% %} name points rows one.points for in if endif endfor else or and not loop.last | "
    "number day default ( ) ' \" ** * ~ + - [ ] . , : = < > <b> </b> & 朋友 🎂 \u202e {# #} set "
    "range include macro \n 1 99 _ __class__ \\ % raw endraw".split(" ")
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60))
def test_a_text_is_refused_with_a_reason_or_stays_within_its_limits(source: str) -> None:
    text, faults = outcome(source)
    assert [one["reason"] for one in faults] or 0 < len(text) <= LONGEST_OUTPUT
    assert problems(text) == []


def outcome(source: str) -> tuple[str, tuple[dict[str, Any], ...]]:
    try:
        return operators.Program("zh", source, VALUES).render(GIVEN), ()
    except Broken as broken:
        return "", broken.faults


# -- whole messages ---------------------------------------------------------------------


def words(zh: str = "", buttons: Any = (), picture: str = "", **texts: str) -> dict[str, Any]:
    texts = {"zh": zh, **texts} if zh else texts
    return {"texts": texts, "buttons": buttons, "picture": picture}


def button(label: Any = None, intent: str = "", url: str = "") -> dict[str, Any]:
    return {"label": label or {}, "intent": intent, "args": [], "url": url}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (words(), "empty"),
        (words(fr="bonjour"), "language"),
        (words("{% if name %}<b>{% endif %}{{ name }}"), "markup"),
        (words("很" * 1025, picture="https://a.b/c.png"), "caption_long"),
        (words("🎂" * 2049), "text_long"),
        (words("x", [[button(intent="nowhere")]]), "intent"),
        (words("x", [[button({"zh": "x"})]]), "target"),
        (words("x", [[button({"zh": "x"}, url="javascript:x")]]), "link"),
        (words("x", [[button(url="https://a.b")]]), "label"),
        (words("x", [[button({"zh": "很" * 41}, "card")]]), "label"),
        (words("x", [[button(intent="card")] * 4]), "many_buttons"),
        (words("x", picture="/etc/passwd"), "picture"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(content: dict[str, Any], why: str) -> None:
    assert checking.faults(KEY, content)[0]["reason"] == why


def test_words_are_tried_with_as_many_and_as_long_rows_as_there_may_ever_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    def shown(*given: Any) -> str:
        tried.append(given[-1])
        return "x"

    monkeypatch.setattr(checking, "shown", shown)
    assert checking.faults("care.voucher_expiring", words("x")) == []
    long = [one["vouchers"] for one in tried if len(one["vouchers"]) == MOST_ROWS]
    assert {len(row["names"]["en"]) for rows in long for row in rows} > {LONGEST}
    assert {len(row["last_day"]) for rows in long for row in rows} == {len("2026-05-31")}


def test_buttons_alone_keep_our_text() -> None:
    assert checking.faults(KEY, words(buttons=[[button(intent="card")]])) == []
    assert checking.faults("campaign:1", words(buttons=[[button(intent="card")]])) != []


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(lambda one, _user, _turn: one.intent, lambda _language: CLUB)


OUT = ((Button("broadcast.button_stop", "stop"),),)


def test_a_campaign_keeps_the_way_out(renderer: Renderer) -> None:
    content = words("周末{{ name or '朋友' }}", [[button(intent="benefits")]])
    made = renderer.render(Reply("broadcast.message", {"name": ""}, OUT), "zh", "1", 0, content)
    assert made.text.startswith("周末朋友")
    assert "/stop" in made.text
    assert [key.payload for row in made.rows for key in row] == ["benefits", "stop"]


def test_a_campaign_in_one_language_is_sent_in_it_to_everybody(renderer: Renderer) -> None:
    made = renderer.render(Reply("broadcast.message", {}, OUT), "en", "1", 0, words("周末"))
    assert made.text.startswith("周末")


def test_a_broken_campaign_is_not_sent(renderer: Renderer) -> None:
    with pytest.raises(Broken):
        renderer.render(Reply("broadcast.message", {}, OUT), "zh", "1", 0, words("{{ x.y }}"))


@pytest.mark.parametrize("source", ["{{ gone }}", "{{ 'a' * 10**9 }}", "{% for %}", "<b>", "\0"])
def test_old_words_that_do_not_render_give_way_to_ours(renderer: Renderer, source: str) -> None:
    values = contract.samples(KEY)[0]
    ours = renderer.render(Reply(KEY, values), "zh", "1", 0)
    assert renderer.render(Reply(KEY, values), "zh", "1", 0, words(source)) == ours


def test_buttons_that_answer_the_message_stay(renderer: Renderer) -> None:
    rows = ((Button("button.card", "card"), Button("button.card", "event.answer", ("7", "yes"))),)
    content = words("来吗？", [[button({"en": "Map"}, url="https://a.b/")]])
    made = renderer.render(Reply(KEY, {}, rows), "zh", "1", 0, content)
    found = [(key.label, key.payload or key.url) for row in made.rows for key in row]
    assert [target for _, target in found] == ["event.answer", "https://a.b/"]
    assert found[1][0] == "Map"


# -- the declarations -------------------------------------------------------------------

REPLACED = [key for keys in REPLACEABLE.values() for key in keys]


def test_what_may_be_replaced_is_declared_once_for_all() -> None:
    assert list(contract.titles()) == REPLACED
    assert set(contract.button_labels()) == set(INTENTS)
    for titles in contract.titles().values():
        assert set(titles) == set(catalogue.LANGUAGES)


@pytest.mark.parametrize("key", [*REPLACED, "campaign:1"])
def test_every_replaceable_message_can_be_replaced(key: str) -> None:
    for language in catalogue.LANGUAGES:
        lines = []
        for name, fields in contract.values_of(key).items():
            if fields is None:
                lines.append(f"{{{{ {name} }}}}")
            else:
                cells = " ".join(f"{{{{ one.{field} }}}}" for field in fields)
                lines.append(f"{{% for one in {name} %}}{cells}{{% endfor %}}")
        assert checking.faults(key, words(**{language: "x\n" + "\n".join(lines)})) == []


def test_all_that_care_says_may_be_replaced() -> None:
    said = {key for kind in KINDS.values() for key in (*kind.keys, kind.receipt)}
    assert said - set(REPLACED) == set()

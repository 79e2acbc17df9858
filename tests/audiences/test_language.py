"""The language of audiences: what is read, what is written, what is refused and where."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.audience_errors import (
    AudienceBroken,
    AudienceEmpty,
    AudienceTooLarge,
    AudienceUnreadable,
    SurveyIsAnonymous,
)
from domain.audience_expressions import (
    Both,
    Condition,
    Either,
    Expression,
    Not,
    Op,
    dump,
    load,
    plain,
)
from domain.audience_language import read
from domain.audience_terms import FACT_WORDS
from domain.audience_writing import written
from tests.audiences.lexicon import Names, expressions

ROOT = Path(__file__).parents[2]
GOLD = Condition("level", Op.IS, ("gold",))
STAFF = Condition("tag", Op.IS, ("staff",))
THREE = Condition("purchases", Op.AT_LEAST, (3,), 90)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("level = gold", GOLD),
        ("Level Is Gold", GOLD),
        ("等级是金卡", GOLD),
        ("等级=“金卡”", GOLD),
        ("金卡等级".replace("金卡等级", "等级 金卡"), GOLD),
        ("level >= silver", Condition("level", Op.IS, ("silver", "gold"))),
        ("等级 低于 金卡", Condition("level", Op.IS, ("basic", "silver"))),
        ("level != gold", Not(GOLD)),
        ("level in (gold, silver)", Condition("level", Op.IS, ("gold", "silver"))),
        ("等级 是 金卡、银卡", Condition("level", Op.IS, ("gold", "silver"))),
        ("等级 是 金卡 或 银卡", Condition("level", Op.IS, ("gold", "silver"))),
        (
            "等级 是 金卡 且 近90天消费 ≥ 3次 且 非(标签 = staff)",
            Both((GOLD, THREE, Not(STAFF))),
        ),
        (
            "level = gold and purchases(90d) >= 3 and not tag = staff",
            Both((GOLD, THREE, Not(STAFF))),
        ),
        (
            "Ｌｅｖｅｌ　＝　ｇｏｌｄ　ａｎｄ　ｐｕｒｃｈａｓｅｓ（９０ｄ）＞＝３",
            Both((GOLD, THREE)),
        ),
        ("purchases in the last 90 days more than 2", THREE),
        ("近 3 个月 消费次数 至少 3 次", Condition("purchases", Op.AT_LEAST, (3,), 90)),
        ("近30天消费 ≥ 500元", Condition("spent", Op.AT_LEAST, (50000,), 30)),
        ("spent(30d) > 99.99", Condition("spent", Op.AT_LEAST, (10000,), 30)),
        ("累计消费 >= 1万", Condition("spent", Op.AT_LEAST, (1_000_000,))),
        ("points >= 1,000", Condition("points", Op.AT_LEAST, (1000,))),
        ("last purchase within 30 days", Condition("last_purchase", Op.WITHIN, (30,))),
        ("最近消费 超过90天", Condition("last_purchase", Op.BEYOND, (90,))),
        ("上次消费 90天前", Condition("last_purchase", Op.BEYOND, (90,))),
        ("last seen over 2 weeks ago", Condition("last_seen", Op.BEYOND, (14,))),
        ("从未消费", Not(Condition("last_purchase", Op.ANY))),
        ("joined since 2024-05-01", Condition("joined", Op.AT_LEAST, (739_007,))),
        ("入会 早于 2024年5月1日", Condition("joined", Op.AT_MOST, (739_006,))),
        ("生日 本月", Condition("birthday_month", Op.IS, (0,))),
        ("birthday month = may, 6", Condition("birthday_month", Op.IS, (5, 6))),
        ("has voucher", Condition("voucher", Op.ANY)),
        ("没有卡券", Not(Condition("voucher", Op.ANY))),
        ("voucher = A cup of coffee", Condition("voucher", Op.IS, ("coffee-cup",))),
        ("有未结投诉", Condition("complaint", Op.ANY)),
        ("tag = very vip", Condition("tag", Op.IS, ("very vip",))),
        ('tag = "and" or tag vip', Either((Condition("tag", Op.IS, ("and",)),
                                           Condition("tag", Op.IS, ("vip",))))),
        ("品类(60天) 是 “茶, 点心”", Condition("category", Op.IS, ("茶, 点心",), 60)),
        ("收到 春季上新 且 点击 = #17", Both((Condition("got", Op.IS, ("17",)),
                                    Condition("clicked", Op.IS, ("17",))))),
        ("answer(nps.score) >= 9", Condition("answer", Op.AT_LEAST, ("nps", "score", 9))),
        ("answer(taste.how) = 很好", Condition("answer", Op.IS, ("taste", "how", "good"))),
        ("R >= 4, F >= 4", Both((Condition("recency", Op.AT_LEAST, (4,)),
                                 Condition("frequency", Op.AT_LEAST, (4,))))),
        ("level = gold or level = silver and tag = vip", Either((GOLD, Both((
            Condition("level", Op.IS, ("silver",)), Condition("tag", Op.IS, ("vip",))))))),
    ],
)  # fmt: skip
def test_a_text_means(text: str, meant: Expression) -> None:
    assert read(text, Names()) == meant


@pytest.mark.parametrize(
    ("text", "before", "expected", "known"),
    [
        ("level = gould", "level =", "value", "gold"),
        ("等级 是 紫卡", "等级 是", "value", "金卡"),
        ("levle = gold", "", "fact", "level"),
        ("标迁 = vip", "", "fact", "标签"),
        ("level = gold tag = vip", "level = gold", "join", None),
        ("level = gold and", "level = gold and", "fact", None),
        ("(level = gold", "(level = gold", "close", None),
        ("level = gold)", "level = gold", "too_many_brackets", None),
        ("points >= many", "points >=", "number", None),
        ("points gold", "points", "operator", None),
        ("tag >= vip", "tag", "equals", None),
        ("spent >= 1.005", "spent >=", "amount", None),
        ("R >= 6", "R >=", "amount", None),
        ("points < 0", "points <", "amount", None),
        ("joined >= 2024-02-30", "joined >=", "date", None),
        ("purchases(90) >= 3", "purchases(", "days", None),
        ("purchases(9999d) >= 3", "purchases(9999d", "days", None),
        ("level > gold", "level >", "no_level", None),
        ("birthday = 13", "birthday =", "month", None),
        ("answer(nps.scoer) >= 9", "answer(nps.", "question", "score"),
        ("answer(taste.how) = fine", "answer(taste.how) =", "answer", "good"),
        ("近30天等级 = 金卡", "近30天等级", "no_days", None),
    ],
)
def test_a_wrong_text_is_refused_at_its_place(
    text: str, before: str, expected: str, known: str | None
) -> None:
    with pytest.raises(AudienceUnreadable) as refused:
        read(text, Names())
    assert (refused.value.before, refused.value.expected) == (before, expected)
    if known is not None:
        assert known in refused.value.known[:3]


@pytest.mark.parametrize("text", ["", "  ", "\u3000\n"])
def test_nothing_means_nobody_and_is_refused(text: str) -> None:
    with pytest.raises(AudienceEmpty):
        read(text, Names())


def test_answers_to_anonymous_surveys_find_nobody() -> None:
    with pytest.raises(SurveyIsAnonymous):
        read("answer(secret.q) = a", Names())


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4001,
        "(" * 30 + "level = gold" + ")" * 30,
        "not " * 60 + "level = gold",
        " and ".join(f"points >= {n}" for n in range(51)),
    ],
)
def test_what_is_too_large_is_refused(text: str) -> None:
    with pytest.raises(AudienceTooLarge):
        read(text, Names())


@settings(max_examples=300, deadline=None)
@given(expressions(), st.sampled_from(["zh", "en"]))
def test_what_is_written_reads_back(expression: Expression, language: str) -> None:
    same = plain(expression)
    assert read(written(expression, language), Names()) == same
    assert load(dump(same)) == same


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5)
        | st.sampled_from(["fact", "op", "values", "all", "level", "is", "points"]),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["fact", "op", "values", "days", "all", "any", "not", "x"]),
            inner,
            max_size=4,
        ),
    )
)  # fmt: skip
def test_what_is_kept_is_checked_again(data: object) -> None:
    try:
        kept = load(data)
    except (AudienceBroken, AudienceTooLarge):
        return
    assert load(dump(kept)) == kept


def test_the_page_on_the_language_knows_every_fact() -> None:
    page = (ROOT / "docs" / "reference" / "audiences.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for chinese, english in FACT_WORDS.values():
        assert [row for row in rows if chinese[0] in row and english[0] in row], english[0]

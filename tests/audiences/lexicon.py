"""A small club's names, as readers of audiences see them, and random expressions over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from domain.audience_expressions import (
    FACTS,
    Both,
    Condition,
    Either,
    Expression,
    Kind,
    Not,
    Op,
)
from domain.audience_lexicon import Asked, Survey

NAMES: Mapping[str, Mapping[str, str]] = {
    "level": {
        "普通": "basic",
        "银卡": "silver",
        "Silver": "silver",
        "金卡": "gold",
        "Gold": "gold",
    },
    "tag": {"员工": "员工", "staff": "staff", "very vip": "very vip", "vip": "vip", "and": "and"},
    "store": {"人民路店": "sh1", "People's Road": "sh1", "老街": "bj-2", "Old Street": "bj-2"},
    "home_store": {"人民路店": "sh1", "Old Street": "bj-2"},
    "city": {"上海": "上海", "Shanghai": "Shanghai", 'a "b" \\ c': 'a "b" \\ c'},
    "source": {"qr:店门": "qr:店门", "friend": "friend", "100%": "100%"},
    "language": {"中文": "zh", "Chinese": "zh", "英文": "en", "English": "en"},
    "consent": {"优惠活动": "promotions", "会员关怀": "care"},
    "category": {"coffee": "coffee", "茶, 点心": "茶, 点心", "tea or cake": "tea or cake"},
    "segment": {"重要价值": "key_value", "general_keep": "general_keep"},
    "stage": {"成长": "growing", "流失": "lost"},
    "pyramid": {"A": "A", "B": "B", "C": "C", "D": "D"},
    "voucher": {"咖啡券": "coffee-cup", "A cup of coffee": "coffee-cup", "tote": "tote"},
    "got": {"#17": "17", "春季上新": "17", "#18": "18"},
    "clicked": {"#17": "17", "春季上新": "17", "#18": "18"},
    "audience": {"老客": "老客", "regulars": "regulars"},
}
_OPTIONS = {"good": "good", "很好": "good", "bad, really": "bad"}
_SURVEYS = {
    "taste": Survey("taste", {"how": Asked("how", {**_OPTIONS, "bad": "bad"})}),
    "nps": Survey(
        "nps",
        {
            "score": Asked("score", {str(n): str(n) for n in range(11)}, numeric=True),
            "age": Asked("age", {}, numeric=True),
        },
    ),
    "secret": Survey("secret", {"q": Asked("q", {"a": "a"})}, anonymous=True),
}


@dataclass
class Names:
    """domain.audience_lexicon.Lexicon of the small club."""

    digits: int = 2
    levels: tuple[str, ...] = ("basic", "silver", "gold")
    more: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def names(self, fact: str) -> Mapping[str, tuple[str, ...]]:
        known = {**NAMES.get(fact, {}), **self.more.get(fact, {})}
        by_key = {key: (key,) for key in known.values()}
        return {**by_key, **{name: (key,) for name, key in known.items()}}

    def surveys(self) -> Mapping[str, Survey]:
        return _SURVEYS


def _values(fact: str) -> st.SearchStrategy[tuple[str | int, ...]]:
    keys = sorted(set(NAMES[fact].values()))
    return st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def asked(draw: st.DrawFn, facts: tuple[str, ...] = tuple(FACTS)) -> Condition:
    """Any condition that can be asked."""
    fact = draw(st.sampled_from(facts))
    what = FACTS[fact]
    op = draw(st.sampled_from(what.ops))
    days = draw(st.none() | st.integers(1, 400)) if what.windowed else None
    if op is Op.ANY:
        return Condition(fact, op)
    if op in (Op.WITHIN, Op.BEYOND):
        return Condition(fact, op, (draw(st.integers(1, 400)),))
    if what.kind is Kind.KEY:
        return Condition(fact, op, draw(_values(fact)), days)
    if what.kind is Kind.ANSWER:
        if op is Op.IS:
            about = draw(st.sampled_from([("taste", "how", "good"), ("nps", "score", "9", "10")]))
            return Condition(fact, op, about)
        return Condition(fact, op, ("nps", "score", draw(st.integers(0, 10))))
    most = {"recency": 5, "frequency": 5, "monetary": 5, "age": 100}.get(fact, 12)
    least = 0 if fact in ("age", "points", "purchases", "spent") else 1
    if what.kind is Kind.DAY:
        number = st.integers(739_330, 739_760)
    elif what.kind is Kind.MONTH:
        number = st.integers(0, 13)
    else:
        number = st.integers(least, most) if least or fact == "age" else st.integers(0, 2000)
    size = 3 if op is Op.IS else 1
    several = draw(st.lists(number, min_size=1, max_size=size, unique=True))
    return Condition(fact, op, tuple(several), days)


def expressions(facts: tuple[str, ...] = tuple(FACTS)) -> st.SearchStrategy[Expression]:
    """Expressions of some depth."""
    return st.recursive(
        asked(facts),
        lambda inner: (
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Both(tuple(parts)))
            | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts)))
            | inner.map(Not)
        ),
        max_leaves=6,
    )

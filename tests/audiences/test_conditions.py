"""An expression in the database is the same expression in plain Python, for random members; what
was typed never becomes a part of a statement."""

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Dialect, column, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.audience_expressions import FACTS, Condition, Expression, Kind, Op
from domain.audience_language import read
from domain.errors import Refused
from services.audience_scope import asked_at
from services.ports.audiences import When
from storage.audience_conditions import where
from storage.audience_sets import SETS
from storage.tables.people import Member
from storage.work import Work
from tests.audiences.crowd import fill
from tests.audiences.lexicon import Names, expressions
from tests.audiences.souls import TODAY, Soul, meant, souls
from tests.support.club import NOW, Club

ASKED = tuple(fact for fact in FACTS if fact != "audience")
WHEN = When(NOW, "Asia/Shanghai", TODAY, TODAY - 365, 4)
EVIL = "zq'); DROP TABLE members; --\\ %s :zq {zq} $1"
DIALECTS: tuple[Dialect, ...] = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]


@st.composite
def _cases(draw: st.DrawFn) -> tuple[list[Soul], list[Expression]]:
    crowd = draw(st.lists(souls, min_size=6, max_size=10))
    return crowd, draw(st.lists(expressions(ASKED), min_size=25, max_size=25))


def _drawn(examples: int) -> list[tuple[list[Soul], list[Expression]]]:
    found: list[tuple[list[Soul], list[Expression]]] = []
    quiet = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    @quiet
    @given(_cases())
    def drawn(case: tuple[list[Soul], list[Expression]]) -> None:
        found.append(case)

    drawn()
    return found


async def test_the_database_means_what_python_means(club: Club) -> None:
    when = await club.read(lambda work: asked_at(work, NOW))
    matched = 0
    for crowd, asked in _drawn(12):
        await club.write(partial(fill, crowd=crowd))
        for one in asked:
            ids = await club.read(partial(_among, one, when))
            numbered = enumerate(crowd, start=1)
            active = {number: soul for number, soul in numbered if soul.state == "active"}
            assert ids == {n for n, soul in active.items() if meant(soul, one, when)}, one
            matched += len(ids)
    assert matched


async def test_everybody_is_counted_as_python_counts(club: Club) -> None:
    when = await club.read(lambda work: asked_at(work, NOW))
    matched = 0
    for crowd, asked in _drawn(12):
        await club.write(partial(fill, crowd=crowd))
        active = [soul for soul in crowd if soul.state == "active"]
        for one in asked:
            fits = [soul for soul in active if meant(soul, one, when)]
            reached = [soul for soul in fits if _reached(soul)]
            number = await club.read(lambda work, one=one: work.audiences.number(one, when))
            assert number == (len(fits), len(reached)), one
            matched += len(reached)
    assert matched


def _reached(soul: Soul) -> bool:
    said = [given for purpose, given in soul.consents if purpose == "promotions"]
    return said[-1:] == [True] and any(not blocked for _, blocked, _ in soul.chats)


def _among(asked: Expression, when: When, work: Work) -> set[int]:
    return work.audiences.among(asked, when, range(1, 11))


def _statement(asked: Expression, dialect: Dialect) -> str:
    """For a few members and for everybody."""
    few, all_ = where(asked, WHEN, "zh"), where(asked, WHEN, "zh", SETS[dialect.name])
    spelled = (select(column("id")).select_from(Member).where(one) for one in (few, all_))
    return "\n".join(str(one.compile(dialect=dialect)) for one in spelled)


@pytest.mark.parametrize("fact", [fact for fact in ASKED if FACTS[fact].kind is Kind.KEY])
def test_a_value_is_bound_and_no_part_of_the_statement(fact: str) -> None:
    value = "4711" if fact in ("got", "clicked") else EVIL
    for dialect in DIALECTS:
        statement = _statement(Condition(fact, Op.IS, (value,)), dialect)
        assert "zq" not in statement
        assert "4711" not in statement


def test_names_of_questions_and_answers_are_bound() -> None:
    for dialect in DIALECTS:
        statement = _statement(Condition("answer", Op.IS, (EVIL, EVIL, EVIL)), dialect)
        assert "zq" not in statement


PIECES = (
    *("level", "tag", "city", "=", ">=", "in", "(", ")", "and", "or", "not", "'", '"', ";"),
    *("等级", "是", "金卡", "且", "近90天", "消费", "≥", "3次", "gold", "vip", "answer("),
    *("DROP TABLE members", "' OR 1=1", "\\", "%s", ":x", "\x00", "{}", "/*", "--", "1e9"),
    *("within", "30 days", "９９９９９９９９９９", "2024-02-30", "生日", "本月", "、", "#17"),
    *("nps.score", "purchases(90d)", ",", "has", "从未消费", "\u202e", "\ud7ff"),
)


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14),
    st.sampled_from(["", " "]),
)
def test_whatever_is_typed_is_read_or_refused(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    try:
        asked = read(text, Names())
    except Refused:
        return
    marked = [piece for piece in pieces if piece in ("DROP TABLE members", "' OR 1=1", "/*", "--")]
    assert not [one for one in marked if one in _statement(asked, DIALECTS[0])]

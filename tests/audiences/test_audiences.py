"""Audiences of a club: read by its names, said in words, counted, sampled, and sent to."""

import pytest

from domain.audience_errors import (
    AudienceGone,
    AudienceLoop,
    AudienceUnreadable,
)
from domain.audience_expressions import Condition, Expression, Not, Op, dump
from domain.campaigns import Audience, AudienceKind
from services import audiences
from services.audience_scope import asked_at
from services.ports.club import Store
from storage.tables.audiences import SavedAudience
from storage.work import Work
from templates import catalogue
from tests.audiences.crowd import fill
from tests.audiences.souls import Bought, Soul
from tests.support.club import NOW, Club

SAID = (("promotions", True),)
CHAT = (("zh", False, 0),)
GOLD = Soul(
    level="gold", city="上海", chats=CHAT, consents=SAID, bought=(Bought(3, 900, "sh1", "tea"),)
)
SHY = Soul(level="gold", city="shanghai", chats=CHAT)
PLAIN = Soul(level="member", tags=("staff",), chats=CHAT, consents=SAID)
GONE = Soul(level="gold", state="closed", city="上海")
CROWD = [GOLD, SHY, PLAIN, GONE]


@pytest.fixture
async def filled(club: Club) -> Club:
    await club.write(lambda work: fill(work, CROWD))
    return club


def _words(work: Work, asked: Expression, language: str) -> str:
    values = {"club": "", **audiences.explained(work, asked)}
    return catalogue.compiled(language)["audience.explained"].render(values).strip()


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            "等级 是 金卡 且 近90天消费 ≥ 3次 且 非(标签 = staff)",
            "金卡会员，近 90 天消费至少 3 次，不含标签『staff』",
            "Gold level, at least 3 purchases in the last 90 days, without the tag “staff”",
        ),
        (
            "(level = gold or city = 上海) and not purchases(30d) >= 1",
            "（金卡会员或在上海），近 30 天消费不超过 0 次",
            "(Gold level or in 上海), at most 0 purchases in the last 30 days",
        ),
        (
            "not (has voucher and 从未消费)",
            "排除（持有可用卡券且从未消费）",
            "none of (with a voucher and never bought)",
        ),
        (
            "spent(30d) >= 99.5 and birthday this month",
            "近 30 天消费金额至少 ¥99.50，本月生日",
            "spent at least ¥99.50 in the last 30 days, birthday in this month",
        ),
        (
            "last purchase over 60 days ago, last seen within 7 days",
            "上次消费已过 60 天，近 7 天活跃过",
            "last bought 60 days ago or longer, active in the last 7 days",
        ),
    ],
)
async def test_an_audience_is_said_in_words(filled: Club, text: str, zh: str, en: str) -> None:
    def look(work: Work) -> None:
        asked = audiences.read(work, text, NOW)
        assert (_words(work, asked, "zh"), _words(work, asked, "en")) == (zh, en)
        for language in ("zh", "en"):
            assert audiences.read(work, audiences.written(work, asked, language), NOW) == asked

    await filled.read(look)


async def test_it_is_counted_and_sampled(filled: Club) -> None:
    def look(work: Work) -> None:
        gold = audiences.read(work, "level = gold", NOW)
        assert audiences.count(work, gold, NOW) == audiences.Counted(2, 1, 3)
        shown = audiences.sample(work, gold, NOW)
        assert sorted(one.number for one in shown) == ["M1", "M2"]
        assert audiences.matches(work, gold, (1, 3, 4), NOW) == {1}
        assert not audiences.too_many(work, audiences.Counted(80, 80, 100))
        assert audiences.too_many(work, audiences.Counted(81, 80, 100))

    await filled.read(look)


async def test_spellings_of_a_city_are_the_same_city(filled: Club) -> None:
    def look(work: Work) -> None:
        asked = audiences.read(work, "city = Shanghai or 城市 = 上海", NOW)
        assert audiences.count(work, asked, NOW).members == 2
        with pytest.raises(AudienceUnreadable) as refused:
            audiences.read(work, "city = Shangai", NOW)
        assert refused.value.known[0] == "shanghai"

    await filled.read(look)


async def test_a_store_is_known_by_its_name_and_code(filled: Club) -> None:
    def look(work: Work) -> None:
        for text in ("store = sh1", "store(5d) = sh1", "常去门店 = sh1", "category = tea"):
            asked = audiences.read(work, text, NOW)
            assert audiences.count(work, asked, NOW).members == 1

    await filled.write(lambda work: work.stores.add(Store(9, "nj-9", "新街口")))
    await filled.read(look)
    new = await filled.read(lambda work: audiences.read(work, "门店 是 新街口", NOW))
    assert new == Condition("store", Op.IS, ("nj-9",))


async def test_saved_audiences_are_written_out_and_never_in_a_circle(filled: Club) -> None:
    rich = Condition("level", Op.IS, ("gold",))
    loop = Condition("audience", Op.IS, ("round",))

    def save(work: Work) -> None:
        for number, (name, asked) in enumerate((("rich", rich), ("round", Not(loop))), start=1):
            row = SavedAudience(
                id=number,
                name=name,
                expression=dump(asked),
                written="",
                made_at=NOW,
                changed_at=NOW,
            )
            values = {name: getattr(row, name) for name in SavedAudience.model_fields}
            work.db.execute(SavedAudience.__table__.insert().values(values))  # type: ignore[attr-defined]

    def look(work: Work) -> None:
        asked = audiences.read(work, "人群 = rich", NOW)
        assert audiences.count(work, asked, NOW).members == 2
        with pytest.raises(AudienceLoop):
            audiences.read(work, "audience = round", NOW)
        with pytest.raises(AudienceGone):
            audiences.count(work, Condition("audience", Op.IS, ("poor",)), NOW)

    await filled.write(save)
    await filled.read(look)


async def test_a_campaign_goes_to_an_expression(filled: Club) -> None:
    def look(work: Work) -> None:
        asked = audiences.read(work, "level = gold and purchases(90d) >= 1", NOW)
        audience = Audience(AudienceKind.EXPRESSION, expression=asked)
        when = asked_at(work, NOW)
        assert work.audiences.page(1, audience, when, 0, 10) == [1]
        assert work.audiences.count(1, audience, when) == {"zh": 1}
        assert work.audiences.more_than(1, audience, when, 0)
        gold = Audience(
            AudienceKind.EXPRESSION, expression=audiences.read(work, "level=gold", NOW)
        )
        assert work.audiences.left_out(1, gold, when) == (0, 1)

    await filled.read(look)

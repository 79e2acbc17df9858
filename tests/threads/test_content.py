"""Files of benefits, surveys and events: all or nothing, and twice changes nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import demo_seeds
from domain.dates import zone_of
from domain.refusals import ContentInvalid
from services import benefit_files, content, survey_files
from services.content_files import Done
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import Club, programme
from tests.support.threads import ask, plan

EXAMPLES = Path(__file__).parents[2] / "app" / "examples"
ACTOR = Actor("cli")
IMPORTS = {
    "benefits": benefit_files.import_benefits,
    "surveys": survey_files.import_surveys,
    "events": content.import_events,
}

TEA = """
benefits:
  - {key: tea, name: {zh: 茶, en: Tea}, price: 80, stock: 10}
"""
NAMES = "name: {zh: 名, en: Name}"
EVENT = f"key: a, {NAMES}, place: {{zh: 楼, en: Here}}"
ASKED = f"key: a, {NAMES}, question: {{zh: 问, en: Well}}"


async def run(club: Club, kind: str, text: str) -> list[Done]:
    found: list[Done] = await club.write(
        lambda work: IMPORTS[kind](work, text, ACTOR, club.clock())
    )
    return found


@pytest.mark.parametrize("kind", IMPORTS)
async def test_the_shipped_examples_can_be_imported_and_again_change_nothing(
    club: Club, kind: str
) -> None:
    text = (EXAMPLES / f"{kind}.yaml").read_text(encoding="utf-8")
    assert {one.outcome for one in await run(club, kind, text)} == {"added"}
    everything = await _everything(club)
    assert {one.outcome for one in await run(club, kind, text)} == {"same"}
    assert await _everything(club) == everything
    audits = await club.read(lambda work: work.audit.about((kind[:-1], "")))
    actions = [audit["action"] for audit in audits]
    assert len(actions) == len(set(actions))
    assert f"{kind[:-1]}.import" in actions


BAD: list[tuple[str, str, list[str]]] = [
    ("benefits", "", ["the file: must begin with benefits:"]),
    ("benefits", "benefits: [", ["the file: cannot be read as YAML"]),
    ("benefits", "benefits: []", ["benefits: needs at least 1 entries"]),
    ("benefits", "benefit: []", ["benefits: is missing", "benefit: is not known"]),
    (
        "benefits",
        f"benefits: [{{key: A, {NAMES}, price: -1, kind: cake, stok: 1}}]",
        ["[1].key: must be a short key", "[1].kind: must be one of", "[1].price", "[1].stok"],
    ),
    (
        "benefits",
        f"benefits: [{{key: a, {NAMES}, price: 1.5}}]",
        ["[1].price: must be a whole number"],
    ),
    (
        "benefits",
        f"benefits: [{{key: a, {NAMES}, price: 1}}, {{key: a, {NAMES}, price: 2, levels: [vip]}}]",
        ["[2].key: a is there twice", "[2].levels: vip is no level; there are"],
    ),
    (
        "benefits",
        f"benefits: [{{key: a, {NAMES}, price: 1, visible: "
        "{from: 2026-02-01, until: 2026-01-31}}]",
        ["[1].visible: ends before it begins"],
    ),
    ("benefits", "benefits: [{key: a, name: {zh: 名}, price: 1}]", ["[1].name.en: is missing"]),
    ("surveys", f"surveys: [{{{ASKED}}}]", ["[1].options: give either options or rating"]),
    (
        "surveys",
        f"surveys: [{{{ASKED}, options: [{{key: a, zh: 一, en: A}}, {{key: a, zh: 二, en: B}}]}}]",
        ["[1].options[2].key: a is there twice"],
    ),
    ("surveys", f"surveys: [{{{ASKED}, rating: maybe}}]", ["[1].rating: must be true or false"]),
    ("events", f"events: [{{{EVENT}, starts: tomorrow}}]", ['must be a local time such as "2026']),
    (
        "events",
        f'events: [{{{EVENT}, starts: "2026-03-08 02:30", zone: America/New_York}}]',
        ["[1].starts: does not exist there"],
    ),
    ("events", f'events: [{{{EVENT}, starts: "2026-02-30 10:00"}}]', ["[1].starts: must be"]),
    (
        "events",
        f'events: [{{{EVENT}, starts: "2026-03-08 12:30", ends: "2026-03-08 12:30"}}]',
        ["[1].ends: must be later"],
    ),
    (
        "events",
        f'events: [{{{EVENT}, starts: "2026-03-08 12:30", zone: Moon}}]',
        ["[1].zone: Moon is no time zone"],
    ),
    (
        "events",
        f'events: [{{{EVENT}, starts: "2026-03-08 12:30", capacity: 0}}]',
        ["[1].capacity: must be 1 or more"],
    ),
    (
        "events",
        f'events: [{{{EVENT}, starts: "2026-03-08 12:30", levels: [vip], reminders: [soon],'
        " map: ftp://x}]",
        ["[1].map: must be an address", '[1].reminders[1]: must be a time such as "30m"'],
    ),
    (
        "events",
        f'events: [{{{EVENT}, starts: "2026-03-08 12:30", levels: [vip], audience: "levl = x",'
        " waiting_list: {first: [best]}, repeats: {promotion: nothing, times: 2}}]",
        [
            "[1].levels: vip is no level",
            "[1].waiting_list: best is no level",
            "[1].audience: cannot be read",
            "[1].repeats: nothing is no promotion of the programme; there are",
        ],
    ),
]


@pytest.mark.parametrize(("kind", "text", "said"), BAD)
async def test_a_faulty_file_says_where_and_what_to_do_and_nothing_is_taken(
    club: Club, kind: str, text: str, said: list[str]
) -> None:
    before = await _everything(club)
    with pytest.raises(ContentInvalid) as caught:
        await run(club, kind, text)
    problems = [str(problem) for problem in caught.value.problems]
    for words in said:
        assert any(words in problem for problem in problems), problems
    assert await _everything(club) == before


async def test_more_stock_is_added_to_what_is_left(club: Club) -> None:
    await run(club, "benefits", TEA)
    benefit = await club.read(lambda work: work.benefits.all()[0].id)
    for _ in range(4):
        assert await club.write(lambda work: work.benefits.take_stock(benefit))
    for stock, left in ((15, 11), (4, 0), (10, 6)):
        text = TEA.replace("stock: 10", f"stock: {stock}")
        assert (await run(club, "benefits", text))[0].outcome == "changed"
        found = await club.read(lambda work: work.benefits.get(benefit))
        assert found is not None
        assert found.stock == left, stock
    with pytest.raises(ContentInvalid) as caught:
        await run(club, "benefits", TEA.replace("stock: 10", "stock: 3"))
    assert "[1].stock: more than that have gone" in str(caught.value.problems[0])


async def test_a_question_with_answers_cannot_change_and_the_whole_file_waits(club: Club) -> None:
    text = f"surveys: [{{{ASKED}, rating: true}}]"
    await run(club, "surveys", text)
    mei = await club.person().joins()
    await mei.says("/survey")
    await mei.taps("survey.answer")
    more = f"{{key: new, {NAMES}, question: {{zh: 问, en: Q}}, rating: true}}"
    other = "options: [{key: a, zh: 一, en: A}, {key: b, zh: 二, en: B}]"
    changed = f"surveys: [{more}, {{{ASKED}, {other}}}]"
    with pytest.raises(ContentInvalid) as caught:
        await run(club, "surveys", changed)
    assert "surveys[2].question: has answers already" in str(caught.value.problems[0])
    keys = await club.read(lambda work: [one.key for one in work.surveys.all()])
    assert keys == ["a"]
    reward = text.replace("rating: true", "rating: true, reward: 5")
    assert (await run(club, "surveys", reward))[0].outcome == "changed"
    worded = text.replace("Well", "How")
    assert (await run(club, "surveys", worded))[0].outcome == "changed"


async def test_changing_an_event_keeps_its_seats_taken(club: Club) -> None:
    event = await plan(club, capacity=5, open_to_all=True)
    assert await club.write(lambda work: work.events.take_seats(event, 1))
    await plan(club, capacity=1, open_to_all=True)
    assert not await club.write(lambda work: work.events.take_seats(event, 1))


async def test_the_demos_seeds_are_for_a_grocers_club_and_come_once(database_url: str) -> None:
    club = await Club(database_url, programme("grocer")).open()

    def seeded(work: Work) -> None:
        demo_seeds.seed(work, club.clock())

    await club.write(seeded)
    first = await _everything(club)
    club.clock.move(days=3)
    await club.write(seeded)
    assert await _everything(club) == first
    mei = await club.person(locale="zh").joins()
    assert "现磨咖啡" in (await mei.says("/benefits")).text
    assert (await mei.says("/survey")).key == "survey.list"
    assert "品鉴会" in (await mei.says("/events")).text
    await club.close()


async def test_a_survey_that_opens_later_is_not_yet_asked(club: Club) -> None:
    opens = club.clock()
    await ask(club, opens_at=opens)
    club.clock.move(hours=-1)
    mei = await club.person().joins()
    assert (await mei.says("/survey")).key == "survey.none"
    club.clock.move(hours=1)
    assert (await mei.says("/survey")).key == "survey.question"


async def _everything(club: Club) -> list[Any]:
    def use(work: Work) -> list[Any]:
        reads: tuple[Callable[[], list[Any]], ...] = (
            work.benefits.all,
            work.surveys.all,
            work.events.all,
        )
        return [read() for read in reads]

    found: list[Any] = await club.read(use)
    return found


DAYS = f"""
events:
  - {{{EVENT}, starts: "2026-05-01 10:00", ends: "2026-05-01 22:00", open_to_all: true,
     repeats: {{promotion: member_day, times: 3}}}}
"""


async def test_members_days_stand_on_the_days_of_the_promotion(club: Club) -> None:
    done = await run(club, "events", DAYS)
    assert [one.key for one in done] == ["a-20260518", "a-20260618", "a-20260718"]
    found = await club.read(lambda work: work.events.all())
    assert {(one.series, one.rules.promotion) for one in found} == {("a", "member_day")}
    assert {one.starts_at.astimezone(zone_of(one.zone)).hour for one in found} == {10}
    assert {one.outcome for one in await run(club, "events", DAYS)} == {"same"}


async def test_a_file_gives_an_event_its_rules(club: Club) -> None:
    await run(club, "events", (EXAMPLES / "events.yaml").read_text(encoding="utf-8"))
    wine = await club.read(lambda work: work.events.by_key("wine-evening"))
    assert wine is not None
    assert (wine.deposit, wine.levels, wine.rules.guests) == (100, ("gold", "diamond"), 1)
    assert (wine.rules.first, wine.rules.offer_minutes) == (("diamond",), 120)
    assert (wine.rules.reminders, wine.rules.closes_minutes) == ((1440, 120), 60)
    assert wine.audience["kind"] == "expression"


async def test_a_file_cannot_take_seats_that_people_have(club: Club) -> None:
    text = f'events: [{{{EVENT}, starts: "2030-03-08 12:30", capacity: SEATS}}]'
    await run(club, "events", text.replace("SEATS", "5"))
    event = await club.read(lambda work: work.events.by_key("a"))
    assert event is not None
    assert await club.write(lambda work: work.events.take_seats(event.id, 3))
    with pytest.raises(ContentInvalid) as refused:
        await run(club, "events", text.replace("SEATS", "2"))
    assert "3 seats of a are taken" in str(refused.value.problems[0])
    assert {one.outcome for one in await run(club, "events", text.replace("SEATS", "3"))} == {
        "changed"
    }

"""A survey of every kind of question, as dialogues: said → answered, in both languages, with
cancel, a restart and another device at every step."""

from dataclasses import replace
from typing import Any

import pytest

from bot.messages import Kind, Media, Rendered
from domain.campaigns import Audience, AudienceKind
from domain.surveys import AnswerQuota, Condition, Option, Question, QuestionKind, Test
from storage.tables import chat
from storage.work import Work
from tests.support.club import Club, Person
from tests.support.threads import ask, points

AT = ("zh", "en")


def asked(key: str, kind: QuestionKind, zh: str, en: str, **changes: Any) -> Question:
    return replace(Question(key, kind, {"zh": zh, "en": en}), **changes)


def option(key: str, zh: str, en: str, goto: str = "") -> Option:
    return Option(key, {"zh": zh, "en": en}, goto)


WHERE = asked(
    "where",
    QuestionKind.SINGLE,
    "在哪里购物？",
    "Where do you shop?",
    options=(
        option("store", "门店", "In a store"),
        option("online", "线上", "Online"),
        option("nowhere", "都不", "Nowhere", goto="end"),
    ),
)
CONTENT = asked("content", QuestionKind.RATING, "满意吗？", "Content?")
WHY = asked(
    "why",
    QuestionKind.MULTIPLE,
    "哪里不满意？",
    "What was wrong?",
    options=(option("price", "价格", "Prices"), option("queue", "排队", "Queues")),
    when=(Condition("content", Test.AT_MOST, ("3",)),),
)
VISITS = asked("visits", QuestionKind.NUMBER, "来几次？", "How often?", least=0, most=60)
WORDS = asked("words", QuestionKind.TEXT, "说说看", "Tell us", least=3, most=40, required=False)
PHOTO = asked("photo", QuestionKind.PHOTO, "拍一张", "A photo?", required=False)
NPS = asked("nps", QuestionKind.NPS, "会推荐吗？", "Recommend us?")
ALL = (WHERE, CONTENT, WHY, VISITS, WORDS, PHOTO, NPS)
PICTURE = {"reference": "photo-1", "kind": "photo", "channel": "telegram", "account": "42"}
WHOLE = {
    "where": "store",
    "content": 3,
    "why": ["price", "queue"],
    "visits": 8,
    "words": "排队太久了",
    "photo": PICTURE,
    "nps": 9,
}


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei", "en").joins()


async def kept(club: Club) -> dict[str, Any]:
    """The answers of the only response."""

    def use(work: Work) -> dict[str, Any]:
        found = work.db.exec_driver_sql("SELECT id FROM survey_responses").scalars().all()
        return work.survey_responses.answers(found[0]) if found else {}

    answers: dict[str, Any] = await club.read(use)
    return answers


def answer(place: int, value: int) -> tuple[str, str, str]:
    return ("survey.answer", str(place), str(value))


async def does(person: Person, survey: int, step: tuple[str, ...] | str) -> Rendered:
    """A text, `photo`, or a button of the survey: its intent, the question's place, the value."""
    if step == "photo":
        return await person.sends_photo()
    if isinstance(step, str):
        return await person.says(step)
    intent, *args = step
    return await person.taps(intent, str(survey), *args)


STEPS: tuple[tuple[tuple[str, ...] | str, str, str], ...] = (
    (("survey.begin",), "在哪里购物？", "Where do you shop?"),
    (answer(1, 1), "满意吗？", "Content?"),
    (answer(2, 3), "哪里不满意？", "What was wrong?"),
    (("survey.tick", "3", "1"), "哪里不满意？", "What was wrong?"),
    (("survey.tick", "3", "2"), "哪里不满意？", "What was wrong?"),
    (("survey.ticked", "3"), "来几次？", "How often?"),
    ("８", "说说看", "Tell us"),
    ("排队太久了", "拍一张", "A photo?"),
    ("photo", "会推荐吗？", "Recommend us?"),
    (answer(7, 9), "谢谢您", "Thanks a lot"),
)


@pytest.mark.parametrize("locale", AT)
async def test_every_kind_of_question_is_answered_and_the_reward_paid(
    club: Club, locale: str
) -> None:
    survey = await ask(club, *ALL)
    mei = await club.person("Mei", locale).joins()
    had = await points(club, mei)
    intro = await mei.says("/survey")
    assert intro.key == "survey.intro"
    assert ("7 题" if locale == "zh" else "7 questions") in intro.text
    for step, zh, en in STEPS:
        said = await does(mei, survey, step)
        assert (zh if locale == "zh" else en) in said.text
    assert said.key == "survey.thanks"
    assert await kept(club) == WHOLE
    assert await points(club, mei) == had + 20
    assert (await mei.says("/survey")).key == "survey.none"


async def _cancelled(club: Club, mei: Person, survey: int) -> Person:
    await mei.says("/cancel")
    await mei.says("/survey")
    return mei


async def _restarted(club: Club, mei: Person, survey: int) -> Person:
    mei.club = Club(club.url, club.programme, club.clock)
    mei.club._updates = club._updates
    return mei


async def _elsewhere(club: Club, mei: Person, survey: int) -> Person:
    phone = Person(club, f"{mei.user}9", "Mei", "en")
    await phone.says("/help")
    member = await mei.member_id()

    table = chat.Address.__table__  # type: ignore[attr-defined]

    def link(work: Work) -> None:
        known = work.conversations.lock(phone.address, "en").person.address_id
        work.db.execute(table.update().where(table.c.id == known).values(member_id=member))

    await club.write(link)
    await phone.says("/survey")
    return phone


async def _tomorrow(club: Club, mei: Person, survey: int) -> Person:
    club.clock.move(days=2)
    await mei.says("/survey")
    return mei


async def _paused(club: Club, mei: Person, survey: int) -> Person:
    paused = await mei.taps("survey.pause", str(survey))
    assert paused.key == "survey.paused"
    await mei.taps("survey.begin", str(survey))
    return mei


@pytest.mark.parametrize("between", [_cancelled, _restarted, _elsewhere, _tomorrow, _paused])
@pytest.mark.parametrize("at", range(1, len(STEPS)))
async def test_whatever_happens_between_two_answers_it_goes_on_where_it_was(
    lite: Club, at: int, between: Any
) -> None:
    survey = await ask(lite, *ALL)
    person = await lite.person("Mei", "en").joins()
    await person.says("/survey")
    for place, (step, _, en) in enumerate(STEPS):
        if place == at:
            person = await between(lite, person, survey)
        assert en in (await does(person, survey, step)).text
    if person.club is not lite:
        await person.club.close()
    assert await kept(lite) == WHOLE


WRONG: list[tuple[Question, tuple[str, ...] | str, str, str]] = [
    (WHERE, "maybe", "请点选下面的一个选项", "Please tap one of the answers"),
    (CONTENT, "6", "1 至 5 之间的整数", "a whole number from 1 to 5"),
    (CONTENT, "great", "1 至 5 之间的整数", "a whole number from 1 to 5"),
    (CONTENT, "photo", "1 至 5 之间的整数", "a whole number from 1 to 5"),
    (replace(WHY, when=()), ("survey.ticked", "1"), "请选 1 至 2 项", "Please choose 1 to 2"),
    (VISITS, "61", "0 至 60 之间的整数", "a whole number from 0 to 60"),
    (VISITS, "2.5", "0 至 60 之间的整数", "a whole number from 0 to 60"),
    (VISITS, "-1", "0 至 60 之间的整数", "a whole number from 0 to 60"),
    (replace(VISITS, most=None), "-1", "不小于 0 的整数", "a whole number, 0 or more"),
    (WORDS, "ok", "至少写 3 个字", "at least 3 characters"),
    (WORDS, "x" * 41, "有 41 个字，最多 40 个字", "41 characters, and there is room for 40"),
    (WORDS, "photo", "至少写 3 个字", "at least 3 characters"),
    (PHOTO, "here you are", "请发送一张照片", "Please send a photo"),
    (VISITS, "photo", "0 至 60 之间的整数", "a whole number from 0 to 60"),
    (NPS, "photo", "0 至 10 之间的整数", "a whole number from 0 to 10"),
    (NPS, "11", "0 至 10 之间的整数", "a whole number from 0 to 10"),
]


@pytest.mark.parametrize("locale", AT)
@pytest.mark.parametrize(("question", "step", "zh", "en"), WRONG)
async def test_an_answer_of_a_wrong_kind_gets_the_question_again_and_what_is_expected(
    lite: Club, question: Question, step: tuple[str, ...] | str, zh: str, en: str, locale: str
) -> None:
    survey = await ask(lite, question, NPS if question is not NPS else CONTENT)
    mei = await lite.person("Mei", locale).joins()
    await mei.says("/survey")
    await mei.taps("survey.begin")
    said = await does(mei, survey, step)
    assert said.key == "survey.question"
    assert (zh if locale == "zh" else en) in said.text
    assert question.texts[locale] in said.text
    assert await kept(lite) == {}


@pytest.mark.parametrize(
    ("question", "said", "value"),
    [
        (WHERE, "online", "online"),
        (WHERE, "线上", "online"),
        (CONTENT, "4", 4),
        (CONTENT, "４分", 4),
        (CONTENT, "⭐⭐⭐", 3),
        (replace(WHY, when=()), "prices, queues", ["price", "queue"]),
        (replace(WHY, when=()), "排队", ["queue"]),
        (NPS, "10", 10),
        (replace(VISITS, most=None), "1,200", 1200),
    ],
)
async def test_what_is_typed_counts_as_the_choice(
    lite: Club, question: Question, said: str, value: Any
) -> None:
    await ask(lite, question, PHOTO)
    mei = await lite.person().joins()
    await mei.says("/survey")
    await mei.taps("survey.begin")
    assert "A photo?" in (await mei.says(said)).text
    assert await kept(lite) == {question.key: value}


async def test_back_skip_and_next(club: Club, mei: Person) -> None:
    survey = await ask(club, *ALL)
    await mei.says("/survey")
    for step, _, _ in STEPS[:7]:
        last = await does(mei, survey, step)
    assert "5 of 7" in last.text
    assert "What you" not in last.text
    skipped = await mei.taps("survey.skip", str(survey), "5")
    assert "A photo?" in skipped.text
    words = await mei.taps("survey.back", str(survey), "6")
    assert "Tell us" in words.text
    number = await mei.taps("survey.back", str(survey), "5")
    assert "You have answered this one" in number.text
    assert "Tell us" in (await mei.taps("survey.keep", str(survey), "4")).text
    assert (await kept(club))["visits"] == 8


async def test_another_answer_to_an_earlier_question_takes_what_followed_with_it(
    club: Club, mei: Person
) -> None:
    survey = await ask(club, *ALL)
    await mei.says("/survey")
    for step, _, _ in STEPS[:6]:
        await does(mei, survey, step)
    happy = await does(mei, survey, answer(2, 5))
    assert "How often?" in happy.text
    assert await kept(club) == {"where": "store", "content": 5}
    gone = await mei.taps("survey.ticked", str(survey), "3")
    assert "no longer part of your survey" in gone.text
    assert "How often?" in gone.text
    assert await kept(club) == {"where": "store", "content": 5}
    ended = await does(mei, survey, answer(1, 3))
    assert ended.key == "survey.thanks"
    assert await kept(club) == {"where": "nowhere"}


async def test_a_tick_is_taken_away_and_too_many_are_refused(club: Club, mei: Person) -> None:
    question = replace(WHY, when=(), most=1)
    survey = await ask(club, question, NPS)
    await mei.says("/survey")
    await mei.taps("survey.begin")
    first = await mei.taps("survey.tick", str(survey), "1", "1")
    assert first.rows[0][0].label.startswith("☑")
    over = await mei.taps("survey.tick", str(survey), "1", "2")
    assert "Please choose 1." in over.text
    assert await kept(club) == {"why": ["price"]}
    await mei.taps("survey.tick", str(survey), "1", "1")
    assert await kept(club) == {}


async def test_a_survey_that_closes_in_the_middle_keeps_the_answers_and_pays_nothing(
    club: Club, mei: Person
) -> None:
    survey = await ask(club, WHERE, NPS)
    await mei.says("/survey")
    await mei.taps("survey.begin")
    await does(mei, survey, answer(1, 1))
    had = await points(club, mei)
    await ask(club, WHERE, NPS, closes_at=club.clock())
    closed = await does(mei, survey, answer(2, 9))
    assert closed.key == "survey.closed"
    assert await kept(club) == {"where": "store"}
    assert await points(club, mei) == had
    assert (await mei.says("I like you")).key != "survey.question"


async def test_who_finishes_after_the_last_place_is_thanked_without_a_reward(
    club: Club, mei: Person
) -> None:
    survey = await ask(club, CONTENT, NPS, quota=1)
    li = await club.person("Li").joins()
    for person in (mei, li):
        await person.says("/survey")
        await person.taps("survey.begin")
        await does(person, survey, answer(1, 4))
    had = await points(club, li)
    assert (await does(mei, survey, answer(2, 9))).key == "survey.thanks"
    assert (await does(li, survey, answer(2, 9))).key == "survey.full"
    assert await points(club, li) == had
    assert (await li.says("/survey")).key == "survey.none"


async def test_an_answer_that_was_given_often_enough_ends_it_at_once(
    club: Club, mei: Person
) -> None:
    quotas = (AnswerQuota("where", "online", 1),)
    survey = await ask(club, WHERE, NPS, quotas=quotas)
    li = await club.person("Li").joins()
    for person, last in ((mei, "survey.thanks"), (li, "survey.enough")):
        await person.says("/survey")
        await person.taps("survey.begin")
        said = await does(person, survey, answer(1, 2))
        if person is mei:
            said = await does(person, survey, answer(2, 9))
        assert said.key == last


async def test_only_the_audience_sees_a_survey(club: Club, mei: Person) -> None:
    gold = Audience(AudienceKind.LEVEL, ("gold",))
    survey = await ask(club, NPS, audience=gold)
    assert (await mei.says("/survey")).key == "survey.none"
    member = await mei.member_id()
    await club.write(lambda work: work.members.change(member, level="gold"))
    assert (await mei.says("/survey")).key == "survey.question"
    assert (await does(mei, survey, answer(1, 9))).key == "survey.thanks"


async def test_an_anonymous_survey_says_what_that_means_and_pays(club: Club, mei: Person) -> None:
    survey = await ask(club, NPS, WORDS, anonymous=True)
    had = await points(club, mei)
    assert "nobody can tell who wrote what" in (await mei.says("/survey")).text
    await mei.taps("survey.begin")
    await does(mei, survey, answer(1, 9))
    done = await mei.says("the queue is long")
    assert done.key == "survey.thanks"
    assert await points(club, mei) == had + 20


async def test_no_stored_answer_of_ours_holds_what_was_written(club: Club, mei: Person) -> None:
    survey = await ask(club, WORDS, NPS)
    await mei.says("/survey")
    await mei.taps("survey.begin")
    await mei.says("the queue is long")
    await mei.taps("survey.back", str(survey), "2")
    held = await club.read(
        lambda work: [
            str(row)
            for table in ("inbox", "conversations", "deliveries")
            for row in work.db.exec_driver_sql(f"SELECT * FROM {table}").all()
        ]
    )
    assert held
    assert not any("the queue is long" in row for row in held)


async def test_an_album_is_one_answer(lite: Club) -> None:
    await ask(lite, PHOTO, replace(VISITS, required=False), NPS)
    mei = await lite.person().joins()
    await mei.says("/survey")
    await mei.taps("survey.begin")
    for number in range(3):
        media = (Media(f"p{number}", "photo"),)
        said = await mei.sends(Kind.PHOTO, media=media, album="a1")
        assert (said is None) == bool(number)
    assert (await kept(lite)).keys() == {"photo"}
    wrong = await mei.sends(Kind.PHOTO, media=(Media("q", "photo"),), album="a2")
    assert wrong is not None
    assert "a whole number from 0 to 60" in wrong.text
    assert await mei.sends(Kind.PHOTO, media=(Media("r", "photo"),), album="a2") is None
    assert "Recommend us?" in (await mei.says("7")).text


async def test_an_album_at_the_end_is_one_answer(lite: Club) -> None:
    await ask(lite, PHOTO)
    mei = await lite.person().joins()
    await mei.says("/survey")
    await mei.taps("survey.begin")
    pieces = [(Media(f"p{number}", "photo"),) for number in range(3)]
    said = [await mei.sends(Kind.PHOTO, media=piece, album="a1") for piece in pieces]
    assert [one.key if one else "" for one in said] == ["survey.thanks", "", ""]
    assert (await mei.says("积分")).key == "points.balance"
    assert (await mei.sends(Kind.PHOTO, media=pieces[0], album="a2")) is not None


async def test_a_file_that_is_no_picture_is_no_photo(lite: Club) -> None:
    await ask(lite, PHOTO, NPS)
    mei = await lite.person().joins()
    await mei.says("/survey")
    await mei.taps("survey.begin")
    said = await mei.sends(Kind.FILE, media=(Media("f", "document", mime="application/pdf"),))
    assert said is not None
    assert "Please send a photo" in said.text
    drawn = await mei.sends(Kind.FILE, media=(Media("g", "document", mime="image/png"),))
    assert drawn is not None
    assert "Recommend us?" in drawn.text
    assert (await kept(lite))["photo"]["reference"] == "g"

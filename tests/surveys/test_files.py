"""Files of surveys: every fault is told with its place and what to do, and nothing is taken."""

import pytest

from domain.refusals import ContentInvalid
from domain.surveys import Definition, QuestionKind, Test
from services import survey_files
from services.ports.club import Actor
from tests.support.club import Club

ACTOR = Actor("cli")
HEAD = "key: a, name: {zh: 名, en: Name}"
ASK = "text: {zh: 问, en: Q}"
RATE = f"{{key: r, kind: rating, {ASK}}}"
TWO = "options: [{key: a, zh: 一, en: A}, {key: b, zh: 二, en: B}]"
CHOOSE = f"{{key: c, kind: single, {ASK}, {TWO}}}"
WORDS = f"{{key: w, kind: text, {ASK}}}"


def file(*questions: str, more: str = "") -> str:
    lines = "".join(f"      - {question}\n" for question in questions)
    names = "{zh: 名, en: Name}"
    return f"surveys:\n  - key: a\n    name: {names}\n{more}    questions:\n{lines}"


def when(condition: str, kind: str = "rating") -> str:
    return f"{{key: x, kind: {kind}, {ASK}, when: {{{condition}}}}}"


def choosing(goto: str, key: str = "c") -> str:
    options = f"options: [{{key: a, zh: 一, en: A, goto: {goto}}}, {{key: b, zh: 二, en: B}}]"
    return f"{{key: {key}, kind: single, {ASK}, {options}}}"


NOWHERE = f"{{key: r, kind: rating, {ASK}, goto: last}}"
LAST = f"{{key: last, kind: nps, {ASK}}}"
BAD = [
    # what a question is
    (file(RATE, RATE), "questions[2].key: r is there twice"),
    (file(f"{{key: end, kind: nps, {ASK}}}"), "questions[1].key: end is where a goto ends"),
    (file(f"{{key: c, kind: single, {ASK}}}"), "questions[1].options: is missing"),
    (file(f"{{key: n, kind: nps, {ASK}, {TWO}}}"), "options: nps has none"),
    (file(f"{{key: n, kind: rating, {ASK}, most: 9}}"), "most: rating has fixed bounds"),
    (file(f"{{key: n, kind: number, {ASK}, least: 9, most: 1}}"), "most: is less than least"),
    (file(f"{{key: m, kind: multiple, {ASK}, {TWO}, most: 3}}"), "most: there are at most 2"),
    (file(f"{{key: m, kind: multiple, {ASK}, {TWO}, least: 0}}"), "least: must be 1 or more"),
    (file(f"{{key: w, kind: text, {ASK}, most: 9000}}"), "most: there are at most 2000 char"),
    (file(f"{{key: w, kind: text, {ASK}, shuffle: true}}"), "shuffle: only options can be"),
    (file(f"{{key: w, kind: essay, {ASK}}}"), "questions[1].kind"),
    (file("{key: r, kind: rating, text: {zh: 问}}"), "questions[1].text.en: is missing"),
    (file(f"{{key: c, kind: single, {ASK}, options: [{{key: a, zh: 一, en: A}}]}}"), "options"),
    # where it leads
    (file(choosing("nowhere"), RATE), "options[1].goto: there is no question nowhere"),
    (file(choosing("lst"), LAST), "did you mean last?"),
    (file(choosing("c"), RATE), "options[1].goto: leads to itself"),
    (file(RATE, choosing("r")), "options[1].goto: leads back to r"),
    (file(RATE, f"{{key: w, kind: text, {ASK}, goto: r}}"), "[2].goto: leads back to r"),
    (file(choosing("end").replace("single", "multiple")), "goto: only one answer can lead on"),
    (file(NOWHERE, WORDS, LAST), "questions[2]: no way leads here"),
    (file(f"{{key: r, kind: rating, {ASK}, goto: end}}", WORDS), "questions[2]: no way leads"),
    (
        file(NOWHERE, WORDS, LAST).replace("goto: last", "goto: w").replace("nps", "number"),
        None,
    ),
    # when it is asked
    (file(RATE, when("question: z, is: 1")), "when[1].question: there is no question z"),
    (file(when("question: r, is: 1"), RATE), "when[1].question: r is asked later"),
    (file(RATE, when("question: r, is: 9")), "is: nobody can answer 9 to r; it takes 1 to 5"),
    (file(CHOOSE, when("question: c, in: [a, z]")), "in: nobody can answer z to c; there are"),
    (file(CHOOSE, when("question: c, at_least: 2")), "at_least: c is no number"),
    (file(WORDS, when("question: w, is: yes it is")), "is: w is answered freely"),
    (file(RATE, when("question: r")), "must say exactly one of"),
    (file(RATE, when("question: r, is: 1, answered: true")), "must say exactly one of"),
    (
        file(choosing("y"), WORDS, f"{{key: y, kind: nps, {ASK}, goto: end}}", RATE),
        "questions[4]: no way leads here",
    ),
    (
        file(
            f"{{key: c, kind: single, {ASK}, options: [{{key: a, zh: 一, en: A, goto: y}}, "
            "{key: b, zh: 二, en: B, goto: z}]}",
            f"{{key: y, kind: nps, {ASK}, goto: end}}",
            f"{{key: z, kind: nps, {ASK}, when: {{question: y, at_least: 1}}}}",
        ),
        "questions[3].when: is never asked: no way leads here from y",
    ),
    # the whole
    (file(RATE, more="    quotas: [{question: z, value: 1, most: 5}]\n"), "no question z"),
    (
        file(RATE, more="    quotas: [{question: r, value: 7, most: 5}]\n"),
        "value: nobody can answer 7; it takes 1 to 5",
    ),
    (
        file(RATE, more="    anonymous: true\n    quotas: [{question: r, value: 5, most: 5}]\n"),
        "who gave which answer",
    ),
    (file(WORDS, more="    quotas: [{question: w, value: x, most: 5}]\n"), "answered freely"),
    (file(RATE, more="    remind_days: [3]\n"), "remind_days: nobody is written to"),
    (
        file(RATE, more='    start: {by: ticket}\n    send: "2026-06-01 10:00"\n'),
        "send: a survey with start goes out by itself",
    ),
    (
        file(RATE, more='    open: {until: 2026-05-01}\n    send: "2026-06-01 10:00"\n'),
        "send: is outside of the days",
    ),
    (file(RATE, more="    audience: {levels: [nobility]}\n"), "the club has no nobility"),
    (file(RATE, more="    audience: {stores: [X9]}\n"), "the club has no X9"),
    (
        file(f"{{key: p, kind: photo, {ASK}}}", more="    anonymous: true\n"),
        "kind: a photo can show who sent it",
    ),
    (f"surveys: [{{{HEAD}}}]", "give either questions or one question"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
async def test_a_faulty_survey_says_where_and_what_to_do(
    lite: Club, text: str, said: str | None
) -> None:
    def take(work: object) -> object:
        return survey_files.import_surveys(work, text, ACTOR, lite.clock())  # type: ignore[arg-type]

    if said is None:
        await lite.write(take)
        return
    with pytest.raises(ContentInvalid) as caught:
        await lite.write(take)
    problems = caught.value.problems
    assert any(said in str(problem) for problem in problems), [str(one) for one in problems]
    assert all(problem.line and problem.column for problem in problems)
    assert await lite.read(lambda work: work.surveys.all()) == []


async def test_everything_a_file_can_say_arrives(lite: Club) -> None:
    more = (
        "    anonymous: false\n    reward: 5\n    shuffle: true\n    quota: 9\n"
        "    quotas: [{question: c, value: a, most: 4}]\n"
        '    send: "2026-06-01 10:00"\n    remind_days: [7, 3, 3]\n    recur_days: 30\n'
    )
    text = file(CHOOSE, when("question: c, not_in: [a]", "number"), LAST, more=more)
    await lite.write(lambda work: survey_files.import_surveys(work, text, ACTOR, lite.clock()))
    wave = await lite.read(lambda work: work.surveys.by_key("a"))
    found: Definition = wave.definition
    assert [question.kind for question in found.questions] == [
        QuestionKind.SINGLE,
        QuestionKind.NUMBER,
        QuestionKind.NPS,
    ]
    condition = found.questions[1].when[0]
    assert (condition.test, condition.values) == (Test.NOT_IN, ("a",))
    assert (found.anonymous, found.reward, found.quota, wave.quota) == (False, 5, 9, 9)
    assert (found.remind_days, found.recur_days) == ((3, 7), 30)
    assert wave.send_at.isoformat() == "2026-06-01T02:00:00+00:00"


async def test_words_can_be_corrected_after_the_first_answer_but_not_what_is_asked(
    lite: Club,
) -> None:
    def take(text: str) -> object:
        return lambda work: survey_files.import_surveys(work, text, ACTOR, lite.clock())

    text = file(RATE, CHOOSE)
    await lite.write(take(text))
    mei = await lite.person().joins()
    await mei.says("/survey")
    await mei.taps("survey.begin")
    await mei.taps("survey.answer")
    assert (await lite.write(take(text.replace("en: Q", "en: Better"))))[0].outcome == "changed"
    assert "Better" in (await mei.says("/survey")).text
    with pytest.raises(ContentInvalid) as caught:
        await lite.write(take(text.replace("kind: rating", "kind: nps")))
    assert "surveys[1].questions: has answers already" in str(caught.value.problems[0])

"""After the release nothing in the database leads from a member to an anonymous answer; it does
as soon as one of the guards is off."""

from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text

from domain import anonymity
from domain.surveys import Definition, Option, Question, QuestionKind, Wave
from services import merging, survey_release, survey_steps, survey_waves
from services.ports.club import Actor
from storage import survey_chats, survey_releases
from storage.tables import surveys
from storage.work import Work
from tests.proof.naming import Attack, everything
from tests.support.club import Club, Person, programme

PEOPLE = 12
ANN = Actor("Ann", 71)
LUCKY = 10
"""Of hundreds of pairs of orders the best gets half of them right by chance now and then, and so
many less than once in ten thousand times."""
TICKS = tuple(f"o{n}" for n in range(PEOPLE))
BOTH = {"zh": "文", "en": "Text"}
ASKED = Definition(
    "secret",
    BOTH,
    (
        Question("ticks", QuestionKind.MULTIPLE, BOTH, tuple(Option(one, BOTH) for one in TICKS)),
        Question("stars", QuestionKind.RATING, BOTH),
        Question("words", QuestionKind.TEXT, BOTH),
    ),
    anonymous=True,
    reward=20,
)


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


def said(n: int) -> str:
    """What the member answered in words, and nobody else."""
    return f"we think so {n} times over"


async def answered(club: Club, people: int = PEOPLE) -> dict[int, str]:
    """Everybody answers in the chat, each with another number of ticks; their words by member."""
    await club.write(lambda work: work.surveys.save(ASKED, club.clock()))
    order = list(range(people))
    Random(4).shuffle(order)
    words = {}
    for n in order:
        person = await club.person(f"P{n}").joins()
        await _answers(club, person, n)
        words[await person.member_id()] = said(n)
    club.clock.move(hours=2)
    return words


async def _answers(club: Club, person: Person, n: int) -> None:
    await _ticks(club, person, n)
    await person.taps("survey.ticked")
    club.clock.move(seconds=3)
    await person.taps("survey.answer", *_args(person, "survey.answer", n % 5))
    club.clock.move(seconds=3)
    await person.says(said(n))


async def _ticks(club: Club, person: Person, n: int) -> None:
    await person.says("/survey")
    await person.taps("survey.begin")
    for tick in range(n + 1):
        club.clock.move(seconds=3)
        await person.taps("survey.tick", *_args(person, "survey.tick", tick))


def _args(person: Person, intent: str, place: int) -> Sequence[str]:
    """The arguments of the button of that intent at a place of the newest card."""
    keys = [key for row in person.seen[-1].rows for key in row if key.payload]
    actions = [person.club.signer.unpack(key.payload, person.user) for key in keys]
    return [action.args for action in actions if action.intent == intent][place]


async def released(club: Club) -> None:
    wave = await the_wave(club)
    await club.write(lambda work: survey_steps.release_some(work, club.clock(), wave.id - 1))


async def the_wave(club: Club) -> Wave:
    wave: Wave = await club.read(lambda work: work.surveys.by_key("secret"))
    return wave


async def attacked(club: Club, words: dict[int, str]) -> Attack:
    rows = await club.read(lambda work: everything(work, club.shared.vault))
    by_words = {
        row.values["answers"]["words"]: row.id for row in rows if row.table == "survey_records"
    }
    truth = {member: by_words[words_] for member, words_ in words.items() if words_ in by_words}
    return Attack(rows, truth)


async def test_nothing_leads_from_a_member_to_an_answer(club: Club) -> None:
    words = await answered(club)
    await released(club)
    attack = await attacked(club, words)
    assert len(attack.records) == len(attack.truth) == PEOPLE
    assert attack.by_equality() == 0
    right, how = attack.by_order()
    assert right < LUCKY, how
    rest = str([row.values for row in attack.rows if row.table != "survey_records"])
    assert "times over" not in rest


class Unshuffled:
    def shuffle(self, found: list[Any]) -> None:
        """Leaves the order as it is."""


async def test_without_the_shuffle_the_order_of_rows_names_everybody(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey_release, "_chance", Unshuffled())
    words = await answered(club)
    await released(club)
    right, _ = (await attacked(club, words)).by_order()
    assert right == PEOPLE


@pytest.mark.parametrize("guard", ["_forget_inbox", "_forget_answers"])
async def test_what_is_left_behind_names_everybody(
    club: Club, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """Stored replies by how many taps there were, answers by what they say."""
    module = survey_chats if guard == "_forget_inbox" else survey_releases
    monkeypatch.setattr(module, guard, text("SELECT 1"))
    words = await answered(club)
    await released(club)
    attack = await attacked(club, words)
    assert max(attack.by_order()[0], attack.by_equality()) == PEOPLE


async def test_without_the_batch_rule_whoever_is_alone_is_named(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anonymity, "LEAST", 1)
    words = await answered(club, people=1)
    await released(club)
    attack = await attacked(club, words)
    assert attack.by_equality() == 1


async def test_who_did_not_finish_leaves_no_way_behind(club: Club) -> None:
    await answered(club, people=5)
    person = await club.person("Half").joins()
    member = await person.member_id()
    before = await left_of(club, member)
    await _ticks(club, person, 3)
    await person.says("no such answer")
    assert await left_of(club, member) > before
    await ended(club)
    assert await left_of(club, member) <= before
    (mine,) = await rows_of(club, "survey_responses", member)
    assert (mine["path"], mine["seed"], mine["locale"]) == ([], 0, "")
    assert mine["touched_at"] == mine["started_at"]


@pytest.mark.parametrize("second", ["finished", "begun"])
async def test_of_merged_memberships_neither_leaves_anything_behind(
    club: Club, second: str
) -> None:
    words = await answered(club, people=6)
    kept, gone = [await club.person(name).joins() for name in ("Kept", "Gone")]
    ids = [await kept.member_id(), await gone.member_id()]
    before = await left_of(club, *ids)
    await _answers(club, kept, 7)
    await (_answers if second == "finished" else _ticks)(club, gone, 8)
    await club.write(lambda work: merging.merge(work, ids[1], ids[0], ANN, club.clock()))
    await ended(club)
    assert await left_of(club, *ids) <= before
    attack = await attacked(club, {**words, ids[0]: said(7)})
    assert len(attack.truth) == 7
    assert attack.by_equality() == 0


async def ended(club: Club) -> None:
    wave = await the_wave(club)
    await club.write(lambda work: survey_waves.close(work, wave, ANN, club.clock()))
    club.clock.move(hours=3)
    while await club.read(lambda work: survey_steps.due(work, club.clock())):
        await club.write(lambda work: survey_steps.advance(work, club.clock()))


async def left_of(club: Club, *members: int) -> int:
    """How many stored replies and cards of surveys these members' chats hold."""
    rows = await club.read(lambda work: everything(work, club.shared.vault))
    owners = [row.values for row in rows if row.table == "merges"]
    ours = set(members) | {row["kept_id"] for row in owners if row["merged_id"] in members}
    chats = {
        row.id for row in rows if row.table == "addresses" and row.values["member_id"] in ours
    }
    held = [row for row in rows if row.table in ("inbox", "deliveries")]
    return sum(
        1 for row in held if row.values["address_id"] in chats and "survey." in str(row.values)
    )


async def rows_of(club: Club, table: str, member: int) -> list[dict[str, Any]]:
    rows = await club.read(lambda work: everything(work, club.shared.vault))
    return [row.values for row in rows if row.table == table and row.values["member_id"] == member]


async def test_an_export_tells_of_no_anonymous_answer(club: Club) -> None:
    await answered(club, people=4)
    assert await club.read(lambda work: work.exports.page("surveys", None, 99)) == []


async def test_fewer_than_five_stay_as_they_are(club: Club) -> None:
    words = await answered(club, people=4)
    await released(club)
    assert not (await attacked(club, words)).records
    assert len(await club.read(_kept)) == 12


def _kept(work: Work) -> Any:
    return work.db.execute(select(surveys.SurveyAnswer.__table__)).all()  # type: ignore[attr-defined]

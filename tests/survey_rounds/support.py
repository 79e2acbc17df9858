"""Members by the row who agreed to surveys, and surveys that they answer without a chat."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, select

from domain.surveys import Definition, Question, QuestionKind, Response, Wave
from services import survey_answers, survey_steps, surveys
from services.surveys import Me
from storage.tables import chat, people, post
from storage.tables import surveys as tables
from storage.work import Work
from tests.support.club import NOW, Club
from tests.support.crowds import Soul, settle

BOTH = {"zh": "文", "en": "Text"}
MEMBERS = people.Member.__table__  # type: ignore[attr-defined]
ROWS = post.Delivery.__table__  # type: ignore[attr-defined]
RESPONSES = tables.SurveyResponse.__table__  # type: ignore[attr-defined]
RECORDS = tables.SurveyRecord.__table__  # type: ignore[attr-defined]
STARS = Question("stars", QuestionKind.RATING, BOTH)
WORDS = Question("words", QuestionKind.TEXT, BOTH, required=False)
PLAIN = Definition("plain", BOTH, (STARS, WORDS), send_at=NOW, remind_days=(2, 5), reward=10)
SECRET = replace(PLAIN, key="secret", anonymous=True)


async def members(club: Club, count: int, *, agreed: bool = True, **soul: Any) -> list[int]:
    """Members with a chat, who have agreed to surveys, or not."""
    await settle(club, [Soul(**soul)] * count)
    ids = list(range(1, count + 1))

    def allow(work: Work) -> None:
        version = work.programmes.current().charter.version
        work.db.execute(MEMBERS.update().values(charter_version=version))
        same = {"purpose": "surveys", "given": agreed, "channel": "t", "changed_at": NOW}
        rows = [{"id": 10**6 + one, "member_id": one, **same} for one in ids]
        work.db.execute(insert(people.Consent.__table__), rows)  # type: ignore[attr-defined]

    await club.write(allow)
    return ids


async def saved(club: Club, definition: Definition) -> Wave:
    await club.write(lambda work: work.surveys.save(definition, club.clock()))
    return await newest(club, definition.key)


async def newest(club: Club, key: str) -> Wave:
    found: Wave = await club.read(lambda work: work.surveys.by_key(key))
    return found


async def steps(club: Club) -> int:
    """Lets surveys do what is due; how many steps it took."""
    done = 0
    while await club.read(lambda work: survey_steps.due(work, club.clock())):
        await club.write(lambda work: survey_steps.advance(work, club.clock()))
        done += 1
        assert done < 100, "surveys never come to rest"
    return done


async def finishes(club: Club, member_id: int, wave: Wave, words: str = "") -> None:
    """Answers everything."""
    me, now = Me(member_id, "en"), club.clock()

    def use(work: Work) -> None:
        surveys.begin(work, me, wave.id, now)
        survey_answers.answer(work, me, wave.id, "stars", 5, now)
        if words:
            survey_answers.answer(work, me, wave.id, "words", words, now)
        else:
            survey_answers.skip(work, me, wave.id, "words", now)

    await club.write(use)


async def begins(club: Club, member_id: int, wave: Wave) -> None:
    """Answers the first of two questions."""
    me, now = Me(member_id, "en"), club.clock()

    def use(work: Work) -> None:
        surveys.begin(work, me, wave.id, now)
        survey_answers.answer(work, me, wave.id, "stars", 4, now)

    await club.write(use)


async def written(club: Club, key: str = "") -> list[tuple[int, str, str]]:
    """Messages about surveys as (member, key, state), in order of writing."""
    wanted = select(ROWS.c.member_id, ROWS.c.message, ROWS.c.state).order_by(ROWS.c.id)
    rows = await club.read(lambda work: work.db.execute(wanted).all())
    return [
        (row[0], row[1]["key"], row[2])
        for row in rows
        if row[1].get("key", "").startswith(key or "survey_post.")
    ]


async def all_of(club: Club, table: Any) -> list[Any]:
    found: list[Any] = await club.read(lambda work: work.db.execute(select(table)).all())
    return found


async def response_of(club: Club, wave: Wave, member_id: int) -> Response | None:
    found: Response | None = await club.read(
        lambda work: work.survey_responses.of(wave, member_id)
    )
    return found


def at(club: Club, **by: float) -> datetime:
    club.clock.move(**by)
    return club.clock()


async def blocked(club: Club, member_id: int) -> None:
    table = chat.Address.__table__  # type: ignore[attr-defined]
    gone = table.update().where(table.c.member_id == member_id).values(blocked_at=NOW)
    await club.write(partial(_run, gone))


def _run(statement: Any, work: Work) -> None:
    work.db.execute(statement)

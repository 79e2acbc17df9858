"""How many answers to a survey are taken a second: each writes the answer, moves the member on and
reads the next question. Beside them the same two rows by the bare drivers."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from bench import seeding
from domain.surveys import Definition, Question, QuestionKind, Wave
from services import survey_answers
from services.surveys import Me
from storage import engines
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
QUESTIONS, AT_ONCE = 21, 50
_FROM = 1 << 55  # ids that nobody else makes
_ANSWER = (
    "INSERT INTO survey_answers (id, response_id, question, value) VALUES ({}, {}, 'bare', '5')"
)
_MOVE = "UPDATE survey_responses SET touched_at = touched_at + 1 WHERE id = {}"
Do = Callable[[int], Awaitable[None]]


def run(members: int) -> None:
    """So many members answer all but the last question."""
    console = Console(width=120)
    count = members * (QUESTIONS - 1)
    table = Table(title=f"{count:,} answers to a survey, {AT_ONCE} at once")
    for column in ("", "answers/s", "CPU ms/answer"):
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        for name, url in {
            "SQLite": f"sqlite:///{folder / 'answers.db'}",
            "PostgreSQL": server.url("postgres"),
        }.items():
            seeding.prepare(url, members, rewards=False)
            for who, row in asyncio.run(_measured(url, members)).items():
                table.add_row(f"{who} {name}", *row)
    console.print(table)


async def _measured(url: str, members: int) -> dict[str, tuple[str, str]]:
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: NOW))
    wave: Wave = await units.write(_survey)
    count = members * (QUESTIONS - 1)
    ours = await _rate(partial(_answer, units, wave, members), count)
    responses = await units.read(
        lambda work: [row[0] for row in work.db.exec_driver_sql("SELECT id FROM survey_responses")]
    )
    await units.close()
    bare = _sqlite if url.startswith("sqlite") else _postgres
    return {"memberbot": ours, "bare driver": await bare(url, responses, count)}


def _survey(work: Work) -> Wave:
    questions = tuple(
        Question(f"q{place}", QuestionKind.RATING, {"en": f"Question {place}"})
        for place in range(QUESTIONS)
    )
    work.surveys.save(Definition("bench", {"en": "Bench"}, questions), NOW)
    wave = work.surveys.by_key("bench")
    assert wave is not None
    return wave


async def _answer(units: Units, wave: Wave, members: int, number: int) -> None:
    """All members answer the first question, then all the second, and so on."""
    place, member = divmod(number, members)
    me = Me(member + 1, "en")

    def use(work: Work) -> object:
        return survey_answers.answer(work, me, wave.id, f"q{place}", 5, NOW)

    await units.write(use)


async def _rate(do: Do, count: int) -> tuple[str, str]:
    """Answers a second and milliseconds of this process's CPU each."""
    numbers = iter(range(count))

    async def some() -> None:
        for number in numbers:
            await do(number)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    return f"{count / seconds:,.0f}", f"{1000 * used / count:.3f}"


# -- the bare drivers -------------------------------------------------------------------


async def _sqlite(url: str, responses: list[int], count: int) -> tuple[str, str]:
    """One thread; as many answers share a COMMIT as wait at once."""
    db = engines.sqlite_module().connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"PRAGMA {pragma}")
    began, cpu = time.perf_counter(), time.process_time()
    for first in range(0, count, AT_ONCE):
        db.execute("BEGIN IMMEDIATE")
        for number in range(first, min(first + AT_ONCE, count)):
            response = _response(db, responses, number)
            db.execute(_MOVE.format("?"), (response,))
        db.execute("COMMIT")
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    db.close()
    return f"{count / seconds:,.0f}", f"{1000 * used / count:.3f}"


def _response(db: Any, responses: list[int], number: int) -> int:
    response = responses[number % len(responses)]
    question = f"bare{number // len(responses)}"
    statement = _ANSWER.replace("'bare'", "?").format("?", "?")
    db.execute(statement, (_FROM + number, response, question))
    return response


async def _postgres(url: str, responses: list[int], count: int) -> tuple[str, str]:
    """A pool of connections, a transaction for each answer."""
    pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
    statement = _ANSWER.replace("'bare'", "$3").format("$1", "$2")

    async def one(number: int) -> None:
        response = responses[number % len(responses)]
        async with pool.acquire() as db, db.transaction():
            question = f"bare{number // len(responses)}"
            await db.execute(statement, _FROM + number, response, question)
            await db.execute(_MOVE.format("$1"), response)

    rate = await _rate(one, count)
    await pool.close()
    return rate

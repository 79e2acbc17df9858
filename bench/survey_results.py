"""How long the results of a large survey take, counted anew and from kept counts, on PostgreSQL.

The answers are written by the database itself; the kept counts of all but the last are filled in
as the tally would, whose own speed is measured on that last part.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from bench import seeding
from domain.surveys import Definition, Option, Question, QuestionKind, Wave
from scheduler.moods import Moods
from services import survey_results
from storage import migrations
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared
from tests.support.postgres import PostgresServer

NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
QUESTIONS = 20
TALLIED = 5000
"""So many responses are left to be tallied by the worker."""
ROUNDS = 3

_KINDS = (QuestionKind.SINGLE, QuestionKind.RATING, QuestionKind.NPS, QuestionKind.MULTIPLE)
_VALUES = {
    QuestionKind.SINGLE: """'"' || chr(97 + (hash % 4)::int) || '"'""",
    QuestionKind.RATING: "(1 + hash % 5)::text",
    QuestionKind.NPS: "(hash % 11)::text",
    QuestionKind.MULTIPLE: """(ARRAY['["a"]','["a","b"]','["b","c"]','["c"]'])[1 + hash % 4]""",
    QuestionKind.TEXT: """(ARRAY['"服务很好"','"too slow"','"排队太久"'])[1 + hash % 3]""",
}
_RESPONSES = """
INSERT INTO survey_responses (id, survey_id, wave, wave_id, member_id, occasion, state, locale,
  level, path, seed, started_at, touched_at, finished_at, finished_on, tallied)
SELECT n, {survey}, 1, {wave}, NULL, '', 'finished', 'zh',
  (ARRAY['silver', 'gold', 'platinum', 'diamond'])[1 + n % 4], '[]', 0, {at}, {at}, {at},
  DATE '2026-05-20' - CASE WHEN n <= {kept} THEN (n % 60)::int ELSE 0 END, n <= {kept}
FROM generate_series(1, {count}) n
"""
_ANSWERS = """
INSERT INTO survey_answers (id, response_id, question, value)
SELECT {place} * 10000000::bigint + n, n, 'q{place}', {value}
FROM (SELECT n, (hashint4(n::int + {place}) & 1048575) AS hash
  FROM generate_series(1, {count}) n) g
"""
_COUNTS = """
INSERT INTO survey_counts (survey_id, wave, question, value, level, day, times)
SELECT {survey}, 1, question, each, level, finished_on, count(*)
FROM (SELECT a.question, r.level, r.finished_on, v.each FROM survey_answers a
  JOIN survey_responses r ON r.id = a.response_id AND r.tallied
  CROSS JOIN LATERAL unnest(CASE
    WHEN a.question = 'q20' THEN ARRAY['*', 'unsure']
    WHEN left(a.value, 1) = '['
      THEN ARRAY['*'] || ARRAY(SELECT jsonb_array_elements_text(a.value::jsonb))
    ELSE ARRAY['*', trim('"' FROM a.value)] END) AS v(each)) one
GROUP BY 3, 4, 5, 6
UNION ALL
SELECT {survey}, 1, '', '*', level, finished_on, count(*) FROM survey_responses WHERE tallied
GROUP BY level, finished_on
"""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one way to the results, and how many had finished by them."""

    seconds: list[float]
    finished: int


def run(responses: int) -> None:
    """Fills a database, then reads the results both ways and tallies the rest."""
    console = Console(width=120)
    with ExitStack() as stack:
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        url = server.url("postgres")
        asyncio.run(_measured(console, url, responses))


async def _measured(console: Console, url: str, responses: int) -> None:
    await asyncio.to_thread(migrations.upgrade, url)
    ids = Ids(lambda: int(time.time() * 1000))
    shared = Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: NOW)
    units = open_units(url, shared)
    wave: Wave = await units.write(_survey)
    console.print(f"writing {responses:,} responses with {QUESTIONS} answers each …")
    await _fill(url, wave, responses)
    table = Table(title=f"Results of {responses:,} responses with {QUESTIONS} questions")
    for column in ("PostgreSQL", "seconds", "finished"):
        table.add_column(column, justify="right" if column != "PostgreSQL" else "left")
    for name, raw in (("every answer counted anew", True), ("kept counts and the rest", False)):
        timed = await _timed(units, wave, raw=raw)
        table.add_row(name, f"{sorted(timed.seconds)[ROUNDS // 2]:.2f}", f"{timed.finished:,}")
    began = time.perf_counter()
    moods, done = Moods(units), 0
    while more := await moods.work(NOW):
        done += more
    seconds = time.perf_counter() - began
    table.add_row(f"tallying {done:,} of them", f"{seconds:.2f}", f"{done / seconds:,.0f}/s")
    timed = await _timed(units, wave, raw=False)
    table.add_row("kept counts alone", f"{sorted(timed.seconds)[1]:.2f}", f"{timed.finished:,}")
    console.print(table)
    await units.close()


def _survey(work: Any) -> Wave:
    options = tuple(Option(key, {"en": key}) for key in "abcd")
    questions = tuple(
        Question(f"q{place}", _kind(place), {"en": f"Question {place}"}, options)
        for place in range(1, QUESTIONS + 1)
    )
    work.surveys.save(Definition("bench", {"en": "Bench"}, questions), NOW)
    wave: Wave = work.surveys.by_key("bench")
    return wave


def _kind(place: int) -> QuestionKind:
    return QuestionKind.TEXT if place == QUESTIONS else _KINDS[place % len(_KINDS)]


async def _fill(url: str, wave: Wave, responses: int) -> None:
    db = await asyncpg.connect(url)
    of = {"survey": wave.survey_id, "wave": wave.id, "count": responses}
    of |= {"at": int(NOW.timestamp() * 1000), "kept": responses - TALLIED}
    await db.execute(_RESPONSES.format(**of))
    for place in range(1, QUESTIONS + 1):
        value = _VALUES[_kind(place)]
        await db.execute(_ANSWERS.format(place=place, value=value, count=responses))
    await db.execute(_COUNTS.format(**of))
    await db.execute("VACUUM ANALYZE survey_responses")
    await db.execute("VACUUM ANALYZE survey_answers")
    await db.execute("ANALYZE survey_counts")
    await db.close()


async def _timed(units: Units, wave: Wave, *, raw: bool) -> Timed:
    found, seconds = 0, []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        results = await units.read_long(
            lambda work: survey_results.of_wave(work, wave, NOW, raw=raw)
        )
        seconds.append(time.perf_counter() - began)
        found = results.finished or 0
    return Timed(seconds, found)

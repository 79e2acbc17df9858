"""schemathesis over the served document: every phase, every check, and it finds nothing.

Bounded here; `make fault` looks at more examples, and
`SCHEMATHESIS_SECONDS=600 pytest tests/api/test_schemathesis.py` goes on looking for ten minutes on
each database.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api import access
from api.pushing import SIGNATURE, TIMESTAMP
from services import webhooks, wrong_codes
from services.ports.club import Actor
from tests.api.signing import OPEN, SOURCE
from tests.api.support import Client, add_benefit, new_member
from tests.support.club import Club
from tests.support.databases import Kind

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "20"))
# The document is the same on both databases: the second one is asked less, unless told otherwise.
LONG = bool({"SCHEMATHESIS_EXAMPLES", "SCHEMATHESIS_SECONDS"} & set(os.environ))
SECOND = EXAMPLES if LONG else 10
SEED = os.environ.get("SCHEMATHESIS_SEED", "20260520")
SECONDS = int(os.environ.get("SCHEMATHESIS_SECONDS", "0"))
PATIENCE = 60 + 10 * EXAMPLES + 2 * SECONDS
ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).parent / "schemathesis"

# What fits the schema may still be refused by the club: 409 and 422 with a problem. Everything
# else is as schemathesis has it.
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "409", "422"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "413", "415", "422"]
"""


@pytest.fixture(autouse=True)
def a_wrong_key_for_every_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    """schemathesis tries the same wrong key on each of them within a minute, and codes of
    vouchers by the hundred; the limits have tests of their own."""
    monkeypatch.setattr(access, "MOST_WRONG", 1000)
    monkeypatch.setattr(wrong_codes, "locked", lambda tally: False)


@pytest.fixture
async def url(api: Client, club: Club) -> str:
    """Where the document is; the person and the orders of its examples are there."""
    await new_member(club, external_id="c-1001", charter_version=1)
    await api.buys(order_id="A-17", member="ext:c-1001")
    await api.buys(order_id="A-0", member="ext:c-1001", amount="90000.00", lines=...)
    await add_benefit(club)
    return str(api.server.make_url("/api/v1/openapi.json"))


async def look(folder: Path, url: str, kind: Kind, *options: str, **more: str) -> None:
    """Runs schemathesis; fails with what it found."""
    (folder / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    running = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        "run",
        url,
        "--checks=all",
        "--phases=examples,coverage,fuzzing,stateful",
        "--mode=all",
        f"--max-examples={EXAMPLES if kind == 'sqlite' else SECOND}",
        f"--seed={SEED}",
        "--generation-database=none",
        "--suppress-health-check=all",
        *([f"--max-time={SECONDS}"] if SECONDS else []),
        "--continue-on-failure",
        "--no-color",
        *options,
        cwd=folder,
        env={**os.environ, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert running.stdout is not None
    said = (await running.stdout.read()).decode(errors="replace")
    assert await running.wait() == 0, said[-20_000:]
    print(said[-3_000:])


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
async def test_schemathesis_finds_nothing(
    api: Client, database_kind: Kind, url: str, tmp_path: Path
) -> None:
    key = f"--header=Authorization: Bearer {api.key}"
    await look(tmp_path, url, database_kind, key, "--exclude-path-regex=^/webhooks/")


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
async def test_schemathesis_finds_nothing_behind_a_signature(
    club: Club, database_kind: Kind, url: str, tmp_path: Path
) -> None:
    club.clock.now = datetime.now(UTC)  # by which signatures are judged here
    made = await club.write(
        lambda work: webhooks.add(work, "shop", SOURCE, Actor("test"), club.clock())
    )
    await look(
        tmp_path,
        url,
        database_kind,
        "--include-path-regex=^/webhooks/",
        f"--header={TIMESTAMP}: {OPEN}",
        f"--header={SIGNATURE}: {OPEN}",
        SCHEMATHESIS_HOOKS="tests.api.signing",
        PYTHONPATH=str(ROOT),
        WEBHOOK_SECRET=made.secret,
    )

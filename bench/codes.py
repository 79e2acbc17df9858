"""How long a partner's codes take: a file of a million through `memberbot benefit codes`."""

from __future__ import annotations

import random
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import seeding
from bench.imports import _command
from bench.processes import ROOT
from tests.support.postgres import PostgresServer

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
BENEFIT = """
partners: [{key: cinema, zh: 影院, en: Cinema}]
benefits:
  - {key: ticket, kind: partner, name: {zh: 电影票, en: Ticket}, price: 100,
     imported_codes: true, partner: cinema}
"""


def run(codes: int) -> None:
    """Imports so many codes into both databases, and once more, and prints the table."""
    console = Console(width=120)
    table = Table(title=f"{codes:,} codes of a partner, all or nothing")
    for column in ("", "seconds", "codes/s", "memory MB", "the same file again, s"):
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        file = _file(folder, codes)
        urls = {"SQLite": f"sqlite:///{folder / 'codes.db'}", "PostgreSQL": server.url("postgres")}
        for name, url in urls.items():
            console.print(f"importing {codes:,} codes into {name} …")
            table.add_row(name, *_measured(url, folder, file, codes))
    console.print(table)


def _file(folder: Path, codes: int) -> Path:
    chance, file = random.Random(1), folder / "codes.txt"
    with file.open("w", encoding="utf-8") as out:
        for number in range(codes):
            rest = "".join(chance.choices(LETTERS, k=5))
            out.write(f"CINE{number:07d}{rest}\n")
    return file


def _measured(url: str, folder: Path, file: Path, codes: int) -> tuple[str, ...]:
    settings = {
        "MEMBERBOT_DATABASE_URL": url,
        "MEMBERBOT_DATA": str(folder),
        "MEMBERBOT_SECRET_KEY": seeding.SECRET_KEY,
    }
    benefit = folder / "benefit.yaml"
    benefit.write_text(BENEFIT, encoding="utf-8")
    _command(settings, "migrate")
    _command(settings, "programme", "publish", str(ROOT / "programmes" / "retail.yaml"))
    _command(settings, "benefit", "import", str(benefit))
    words = ("benefit", "codes", "ticket", str(file), "--wholesale", "12.50")
    done, again = _command(settings, *words), _command(settings, *words)
    if f"{codes} codes taken" not in done.said or "nothing changed" not in again.said:
        raise RuntimeError(f"{done.said}\n{again.said}")
    rate = f"{codes / done.seconds:,.0f}"
    return (f"{done.seconds:.1f}", rate, f"{done.memory:.0f}", f"{again.seconds:.1f}")

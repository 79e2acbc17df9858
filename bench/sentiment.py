"""How well and how fast the mood of texts is found, beside SnowNLP and VADER on the same texts.

The texts are those that tools/train_sentiment.py never trains on (tools/labelled.py, part `test`).
SnowNLP was trained by its makers on the very texts that it is asked here; ours were held out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.processes import ROOT
from services.sentiments import Label, score
from tools.labelled import FOLDER, Labelled, chinese, english

MOST = 2000
"""Texts of a source; SnowNLP takes many milliseconds a text."""
PEER = Path(__file__).parent / "peers" / "moods.py"


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody found: whether each text is positive, how sure, and how long it took."""

    positive: list[bool]
    sure: list[bool]
    seconds: float


def run() -> None:
    """Prints both tables: accuracy by source, messages a second and core."""
    console = Console(width=120)
    if not FOLDER.is_dir():
        console.print(f"the labelled texts are missing: make bench puts them into {FOLDER}")
        return
    table = Table(title="How texts sound: held-out texts with human labels")
    for column in ("texts", "of", "who", "right", "unsure", "right where sure", "texts/s/core"):
        table.add_column(column, justify="left" if column in ("texts", "who") else "right")
    for language, texts in (("zh", chinese()), ("en", english())):
        held_out = [one for one in texts if one.part == "test"]
        for source in sorted({one.source for one in held_out}):
            some = [one for one in held_out if one.source == source]
            some.sort(key=lambda one: zlib.crc32(one.text.encode()))
            _compared(table, language, source, some[:MOST])
    console.print(table)


def _compared(table: Table, language: str, source: str, texts: Sequence[Labelled]) -> None:
    peer = "SnowNLP" if language == "zh" else "VADER"
    for who, hear in (("memberbot", _ours), (peer, lambda some: _peer(peer, some))):
        table.add_row(f"{language}, {source}", f"{len(texts):,}", who, *_row(hear, texts))
    table.add_section()


def _row(
    hear: Callable[[Sequence[Labelled]], Heard], texts: Sequence[Labelled]
) -> tuple[str, str, str, str]:
    heard = hear(texts)
    right = [one.positive == found for one, found in zip(texts, heard.positive, strict=True)]
    sure = [ok for ok, known in zip(right, heard.sure, strict=True) if known]
    return (
        f"{sum(right) / len(right):.3f}",
        f"{1 - len(sure) / len(right):.0%}",
        f"{sum(sure) / len(sure):.3f}" if sure else "–",
        f"{len(texts) / heard.seconds:,.0f}",
    )


def _ours(texts: Sequence[Labelled]) -> Heard:
    score("很好"), score("warm up")
    began = time.process_time()
    moods = [score(one.text) for one in texts]
    seconds = time.process_time() - began
    return Heard(
        [mood.score > 500 for mood in moods],
        [mood.label is not Label.UNSURE for mood in moods],
        seconds,
    )


def _peer(name: str, texts: Sequence[Labelled]) -> Heard:
    """Asked in a process of its own (SnowNLP in the peers' environment), its start not counted.

    VADER's answer is its compound score: above 0 positive, and from -0.05 to 0.05, as it says
    itself, neither.
    """
    python = ROOT / ".venv/bench/bin/python" if name == "SnowNLP" else sys.executable
    done = subprocess.run(
        [python, PEER, name],
        input=json.dumps([one.text for one in texts]),
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
    )
    said = json.loads(done.stdout)
    return Heard(said["positive"], said["sure"], said["seconds"])

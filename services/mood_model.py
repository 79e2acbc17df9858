"""How positive a text sounds, by weights of its character or word groups.

The weights (mood_model.bin, made by tools/train_sentiment.py) lie in a table that a hash looks up;
short English texts get VADER's word list as well. Nothing is downloaded, nothing is random.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("mood_model.bin")
LONGEST: Final = 2000
"""So many characters of a text are read; a longer one has said how it feels by then."""
BUCKETS: Final = 1 << 18
_GROUPS: Final = (1, 2, 3)
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_NO_WORD: Final = re.compile(r"[\W_]+")
_WORD: Final = re.compile(r"[a-z0-9']+|[!?:;()=<>\-]+")


@dataclass(frozen=True, slots=True)
class Weights:
    """The table of one language, and how its sum becomes a probability.

    p = 1 / (1 + exp(-(slope · sum / √groups + lexicon · VADER + offset))). Below `low` a text is
    negative, above `high` positive, between them nobody is sure.
    """

    table: bytes
    slope: float
    lexicon: float
    offset: float
    low: float
    high: float


def language_of(text: str) -> str:
    """`zh` or `en` by the script; a Chinese sentence may hold a few Latin names."""
    han = len(_HAN.findall(text))
    return "zh" if han and han * 4 >= len(_LATIN.findall(text)) else "en"


def groups(text: str, language: str) -> set[int]:
    """The buckets of what a text is made of: one to three characters, or words and pairs."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    found = _of_characters(plain) if language == "zh" else _of_words(plain)
    return {zlib.crc32(one.encode("utf-8", "replace")) % BUCKETS for one in found}


def _of_characters(plain: str) -> set[str]:
    plain = _NO_WORD.sub(" ", plain).strip()
    return {plain[at : at + n] for n in _GROUPS for at in range(len(plain) - n + 1)}


def _of_words(plain: str) -> set[str]:
    words = _WORD.findall(plain)
    return {f"w {word}" for word in words} | {f"b {one} {two}" for one, two in pairwise(words)}


@lru_cache(maxsize=1)
def _lexicon() -> Any:
    from vader import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def lexicon(text: str) -> float:
    """VADER's compound score, from -1 to 1."""
    return float(_lexicon().polarity_scores(text[:LONGEST])["compound"])


def weighted(table: bytes, found: set[int]) -> float:
    """The sum of the groups' weights over the root of their number."""
    if not found:
        return 0.0
    total = sum(table[one] for one in found) - 128 * len(found)
    return total / math.sqrt(len(found))


def probability(weights: Weights, text: str, language: str) -> float:
    """How likely the text is positive, by what it was trained on."""
    known = weights.slope * weighted(weights.table, groups(text, language))
    if weights.lexicon:
        known += weights.lexicon * lexicon(text)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, known + weights.offset))))


def pack(version: str, weights: dict[str, Weights]) -> bytes:
    """The file of the weights: a line of JSON, then the tables one after the other."""
    names = ("slope", "lexicon", "offset", "low", "high")
    said = {name: {one: getattr(w, one) for one in names} for name, w in weights.items()}
    tables = b"".join(w.table for w in weights.values())
    head = json.dumps({"version": version, "languages": said}).encode()
    return head + b"\n" + zlib.compress(tables, 9)


@lru_cache(maxsize=1)
def load() -> tuple[str, dict[str, Weights]]:
    """The version and the weights by language; read once."""
    head, _, rest = FILE.read_bytes().partition(b"\n")
    said, tables = json.loads(head), zlib.decompress(rest)
    found = {}
    for place, (name, values) in enumerate(said["languages"].items()):
        found[name] = Weights(tables[place * BUCKETS : (place + 1) * BUCKETS], **values)
    return said["version"], found

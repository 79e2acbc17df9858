"""What free texts speak of: words without a dictionary, each once a text.

Chinese is cut at punctuation and at the characters that only hold sentences together; what is left
in short pieces is taken whole, of longer pieces every pair of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

SHORTEST: Final = 3
"""Letters of an English word that says something."""
WHOLE: Final = 4
"""Characters of a Chinese piece that is taken whole."""
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_WORD: Final = re.compile(r"[a-z][a-z'-]*[a-z]")
_BINDERS: Final = frozenset(
    "的了是我你您他她它们这那和与或就都也还又很太真最更比较非常不没有在到从对把被给让为因所以但而且"
    "如果吧吗呢啊呀哦嗯哈着过得地之其某每个只才再已将会能可要想说去来上下里中后前时候点些什么怎样么"
    "请谢一二三四五六七八九十几多少"
)
_STOP: Final = frozenset(
    (
        "a about after again all also am an and any are aren't as at be because been before "
        "being but by can can't cannot could couldn't did didn't do does doesn't doing don't "
        "down each even ever few for from further get got had hadn't has hasn't have haven't "
        "having he her here hers him his how i i'd i'll i'm i've if in into is isn't it it's "
        "its itself just let like lot made make many may me more most much my myself no nor "
        "not now of off on once one only or other our ours out over own please quite really "
        "same she should shouldn't so some still such than thank thanks that that's the their "
        "them then there there's these they they're this those though through to too under "
        "until up us use used very was wasn't we we're were weren't what when where which "
        "while who why will with won't would wouldn't yet you you're your yours "
    ).split()
)


def words(text: str) -> frozenset[str]:
    """The words that a text is about, in both languages."""
    plain = unicodedata.normalize("NFKC", text).lower()
    latin = (word.removesuffix("'s") for word in _WORD.findall(plain))
    found = {word for word in latin if len(word) >= SHORTEST and word not in _STOP}
    for run in _HAN.findall(plain):
        for piece in _pieces(run):
            found.update(_parts(piece))
    return frozenset(found)


def _pieces(run: str) -> list[str]:
    """A run of characters cut at those that bind."""
    return "".join(" " if one in _BINDERS else one for one in run).split()


def _parts(piece: str) -> Iterable[str]:
    if len(piece) < 2:
        return ()
    if len(piece) <= WHOLE:
        return (piece,)
    return (one + two for one, two in pairwise(piece))


def frequent(counts: Mapping[str, int], most: int, least: int = 1) -> list[tuple[str, int]]:
    """The words in most texts, the longer ones first among equals; a word is left out that stands
    in a longer one as often."""
    order = sorted(counts.items(), key=lambda one: (-one[1], -len(one[0]), one[0]))
    chosen: list[tuple[str, int]] = []
    for word, times in order:
        inside = any(word in other and times <= often for other, often in chosen)
        if times >= least and not inside:
            chosen.append((word, times))
            if len(chosen) == most:
                break
    return chosen

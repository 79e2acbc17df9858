"""What plain words sound like: words of complaints, and how alike two questions are."""

import unicodedata
from collections import Counter
from typing import Final

COMPLAINING: Final = (
    *("投诉", "差评", "太差", "很差", "差劲", "变质", "发霉", "异味", "馊", "酸的", "不新鲜"),
    *("难吃", "恶心", "坏了", "坏的", "破损", "破了", "态度不好", "态度差", "态度恶劣", "没人理"),
    *("不理人", "少给", "少发", "漏发", "发错", "送错", "多收", "乱收费", "骗人", "欺骗", "气死"),
    *("生气", "失望", "不满", "糟糕", "没收到", "还没到", "没到账", "虫子", "赔偿", "投訴"),
    *("complaint", "complain", "terrible", "awful", "horrible", "disgusting", "rude"),
    *("unacceptable", "disappointed", "disappointing", "angry", "furious", "broken", "damaged"),
    *("spoiled", "spoilt", "sour", "mouldy", "moldy", "stale", "rotten", "never arrived"),
    *("did not arrive", "didn't arrive", "has not arrived", "hasn't arrived", "wrong item"),
    *("wrong order", "overcharged", "charged twice", "worst", "scam", "ripped off", "dirty"),
    *("still waiting", "let down", "nobody answers", "not fresh", "cold food"),
)
"""What people write who are not content; a hit does no more than ask them."""
ALIKE: Final = 0.6
"""From this share of common letter pairs on (Dice) two questions are the same one."""
LEAST_PAIRS: Final = 3


def alikeness(one: str, other: str) -> float:
    """How alike two short texts are, 0 to 1: twice the letter pairs they share over all they
    have. 0 for texts too short to tell."""
    mine, theirs = _pairs(one), _pairs(other)
    if min(mine.total(), theirs.total()) < LEAST_PAIRS:
        return 0.0
    return 2 * (mine & theirs).total() / (mine.total() + theirs.total())


def _pairs(text: str) -> Counter[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(letter if letter.isalnum() else " " for letter in folded)
    words = letters.split()
    return Counter(word[at : at + 2] for word in words for at in range(len(word) - 1))

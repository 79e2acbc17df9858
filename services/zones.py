"""Time zones as people name them: a city in English or Chinese, or the IANA name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import ClassVar
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from domain.errors import Refused

LANGUAGES = ("zh_Hans_CN", "en")
LONGEST = 60
# Cities that share their country's one zone, as people here would type them.
_ALSO = {
    "Asia/Shanghai": "beijing|北京|shenzhen|深圳|guangzhou|广州|hangzhou|杭州|china|中国",
    "America/Los_Angeles": "san francisco|旧金山|seattle|西雅图",
    "America/New_York": "boston|波士顿|washington|华盛顿",
    "Asia/Hong_Kong": "hongkong|香港",
    "Europe/London": "england|uk|英国",
    "Asia/Tokyo": "japan|日本|osaka|大阪",
}


@dataclass(eq=False)
class UnknownZone(Refused):
    """No zone of that name."""

    text: str
    code: ClassVar[str] = "zone.unknown"


def find_zone(text: str) -> str:
    """`上海`, `London`, `asia/tokyo`, `New York` → the IANA name; raises UnknownZone."""
    name = _simple(text)
    if not name or len(name) > LONGEST or name not in _names():
        raise UnknownZone(text[:LONGEST])
    return _names()[name]


def region_of(zone: str) -> str:
    """The country (ISO 3166) of a zone: phones without a country code are read as its own."""
    return str(get_global("zone_territories").get(zone, "CN"))


def _simple(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text).casefold()
    folded = "".join(c for c in parts if not unicodedata.combining(c))
    return " ".join(folded.replace("_", " ").split()).removesuffix("市").removesuffix("时间")


@cache
def _names() -> dict[str, str]:
    """Every name we know of a zone: IANA names, their last part, cities in each language."""
    zones = sorted(zone for zone in available_timezones() if _is_place(zone))
    names = {_simple(zone): zone for zone in zones}
    for zone in zones:
        names.setdefault(_simple(zone.rpartition("/")[2]), zone)
    for language in LANGUAGES:
        places = Locale.parse(language).time_zones
        for zone in zones:
            if city := (places.get(zone) or {}).get("city"):
                names.setdefault(_simple(city), zone)
    for zone, words in _ALSO.items():
        for word in words.split("|"):
            names[_simple(word)] = zone
    return {**names, "utc": "UTC", "gmt": "UTC"}


def _is_place(zone: str) -> bool:
    return "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix", "right"))

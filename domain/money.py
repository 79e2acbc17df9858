"""Money as whole minor units and a currency, and reading amounts that people and tills write."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.errors import BadAmount, UnknownCurrency, WrongCurrency

# Digits after the decimal point where it is not two (ISO 4217).
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_EXPONENTS: Final = dict.fromkeys(_THREE.split(), 3) | dict.fromkeys(_NONE.split(), 0)
# A bound far above any real receipt, so that sums stay inside 63 bits in every database.
LARGEST_MINOR: Final = 10**13

_SIGNS: Final = "¥￥$€£"
_PLAIN = re.compile(r"(-?)(\d+)(?:\.(\d+))?")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency; raises UnknownCurrency for a wrong code."""
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise UnknownCurrency(currency)
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, 分) of one currency."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.plain()} {self.currency}"

    def plain(self) -> str:
        """The amount alone, as the API writes it: `128.50`, `-0.05`, `1280` for yen."""
        return plain(self.minor, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise WrongCurrency(other.currency, self.currency)
        return other


def plain(minor: int, currency: str) -> str:
    """Minor units as a decimal text without currency, exact."""
    places = exponent(currency)
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum; nothing at all is zero of the given currency."""
    return sum(amounts, start=Money(0, currency))


def parse_money(text: str, currency: str) -> Money:
    """Reads `128.5`, `1,280.00`, `¥128`, full-width digits; at most the currency's decimals.

    Raises BadAmount (unreadable, decimals, too_large). Negative amounts are read: whether they
    are allowed is the caller's rule. Zeros beyond the currency's decimals do no harm.
    """
    clean = unicodedata.normalize("NFKC", text).strip()
    if len(clean) > 40:
        raise BadAmount(text[:40], currency, "too_large")
    clean = clean.removesuffix(currency).removeprefix(currency).strip()
    clean = clean.removesuffix("元").strip() if currency == "CNY" else clean
    clean = clean.lstrip(_SIGNS).strip()
    return _from_digits(text, clean, currency)


def _from_digits(text: str, clean: str, currency: str) -> Money:
    places = exponent(currency)
    if _GROUPED.fullmatch(clean):
        clean = clean.replace(",", "")
    match = _PLAIN.fullmatch(clean)
    if match is None or not clean.isascii():
        raise BadAmount(text, currency, "unreadable")
    sign, whole, part = match[1], match[2], (match[3] or "").rstrip("0")
    if len(part) > places:
        raise BadAmount(text, currency, "decimals")
    minor = int(whole + part.ljust(places, "0"))
    if minor > LARGEST_MINOR:
        raise BadAmount(text, currency, "too_large")
    return Money(-minor if sign else minor, currency)

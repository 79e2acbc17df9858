"""Reading phone numbers as people type them; kept as E.164."""

from __future__ import annotations

import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from domain.errors import BadPhone

_REASONS = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.TOO_LONG: "too_long",
}
LONGEST = 40


def parse_phone(text: str, region: str = "CN") -> str:
    """`138 0013 8000`, `+86 138…`, full-width digits → `+8613800138000`; raises BadPhone.

    `region`: the country for numbers without one (ISO 3166, such as CN).
    """
    clean = unicodedata.normalize("NFKC", text).strip()
    if len(clean) > LONGEST:
        raise BadPhone(text[:LONGEST], "too_long")
    if any(c.isalpha() for c in clean):
        raise BadPhone(text)
    try:
        number = phonenumbers.parse(clean, region)
    except NumberParseException as error:
        raise BadPhone(text) from error
    if not phonenumbers.is_valid_number(number):
        reason = _REASONS.get(phonenumbers.is_possible_number_with_reason(number), "impossible")
        raise BadPhone(text, reason)
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def region_of(currency: str) -> str:
    """The country whose phone numbers may leave out their country code: that of the currency,
    none for the euro."""
    return "ZZ" if currency == "EUR" else currency[:2]

"""What a member may tell about themselves beside name, phone and birthday: reading and limits."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from domain.birthdays import Birthday
from domain.errors import Refused
from domain.members import Gender, Member
from domain.programme import PROFILE_FIELDS

LONGEST_CITY: Final = 40
GUARDIAN_AGE: Final = 14  # SEMANTICS: Members. Under 14 only with a guardian.
_CITY_MARKS: Final = " -'’.,·()（）/"
_GENDERS: Final = {
    Gender.FEMALE: "female woman f girl lady ms mrs she 女 女士 女性 女生 小姐",
    Gender.MALE: "male man m boy gentleman mr he 男 男士 男性 男生 先生",
    Gender.OTHER: "other diverse nonbinary non-binary x 其他 其它 别的",
}
_GENDER_WORDS: Final = {word: g for g, words in _GENDERS.items() for word in words.split()}


@dataclass(eq=False)
class BadCity(Refused):
    """reason: `empty`, `too_long` or `characters`."""

    longest: int
    reason: str
    code: ClassVar[str] = "city.bad"


@dataclass(eq=False)
class BadGender(Refused):
    """The words were none of those for female, male, other."""

    code: ClassVar[str] = "gender.bad"


@dataclass(eq=False)
class UnknownPreference(Refused):
    """None of the club's preferences."""

    code: ClassVar[str] = "preference.unknown"


@dataclass(eq=False)
class GuardianNeeded(Refused):
    """Who is under 14 tells a birthday only together with a guardian; `age` in full years."""

    birthday: str
    age: int
    code: ClassVar[str] = "guardian.needed"


def check_city(text: str) -> str:
    """A city in one line, trimmed; raises BadCity."""
    city = " ".join(unicodedata.normalize("NFC", text).split())
    if not city:
        raise BadCity(LONGEST_CITY, "empty")
    if len(city) > LONGEST_CITY:
        raise BadCity(LONGEST_CITY, "too_long")
    letters = [c for c in city if unicodedata.category(c)[0] in "LM"]
    if not letters or any(not _of_a_city(c) for c in city):
        raise BadCity(LONGEST_CITY, "characters")
    return city


def _of_a_city(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or character in _CITY_MARKS


def parse_gender(text: str) -> Gender:
    """A gender from a word in Chinese or English; raises BadGender."""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if word not in _GENDER_WORDS:
        raise BadGender()
    return _GENDER_WORDS[word]


def age_on(birthday: Birthday, today: date, born: date | None = None) -> int | None:
    """Full years on a day, None where the year is not known. `born`: the solar day of birth of a
    lunar birthday."""
    if birthday.year is None:
        return None
    year, month, day = birthday.year, birthday.month, birthday.day
    if born is not None:
        year, month, day = born.year, born.month, born.day
    return today.year - year - ((today.month, today.day) < (month, day))


def check_guardian(
    birthday: Birthday, today: date, *, guardian: bool, born: date | None = None
) -> None:
    """Raises GuardianNeeded for a child under 14 whose guardian has not agreed."""
    age = age_on(birthday, today, born)
    if age is not None and age < GUARDIAN_AGE and not guardian:
        raise GuardianNeeded(str(birthday), age)


def value_of(member: Member, field: str) -> object:
    """What is known of a profile field; empty if nothing."""
    if field not in PROFILE_FIELDS:
        raise ValueError(field)
    return getattr(member, field)


def missing(member: Member) -> tuple[str, ...]:
    """The profile fields of which nothing is known, in the order in which they are asked."""
    return tuple(field for field in PROFILE_FIELDS if not value_of(member, field))

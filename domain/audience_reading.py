"""Reading one condition: a fact, an operator, and values of the kind that the fact has."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from domain.audience_answers import Answers
from domain.audience_expressions import (
    FACTS,
    LARGEST,
    MOST_DAYS,
    QUINTILES,
    Condition,
    Expression,
    Fact,
    Kind,
    Not,
    Op,
)
from domain.audience_lexicon import Lexicon
from domain.audience_scanning import Table, expression_of, narrow
from domain.audience_terms import (
    AT_LEAST,
    AT_MOST,
    FACT_WORDS,
    IS,
    IS_NOT,
    LESS,
    MONTH_WORDS,
    MORE,
)

_FACTS: Final = Table(FACT_WORDS)
_MONTHS: Final = expression_of(MONTH_WORDS)
_LATELY: Final = re.compile(
    r"(?:近|最近|过去|in\s+the\s+(?:last|past)|in|within|last|past)(?=\s*\d)"
)
_WITHIN: Final = re.compile(
    r"within(?:\s+the\s+(?:last|past))?|in\s+the\s+(?:last|past)|近|最近|在(?=\s*\d)|过去"
)
_INSIDE: Final = re.compile("以内|之内|内|里")
_AGO: Final = re.compile(r"(?:以前|之前|前|ago(?![a-z]))")
_SINCE: Final = re.compile("起|以来|之后|之前|为止|止")
_MONTH: Final = re.compile(r"\d{1,2}(?!\d)")
_MONTH_SIGN: Final = re.compile("月份|月")
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")


class Conditions(Answers):
    """Reads conditions."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        super().__init__(text, lexicon)
        self._names: dict[str, tuple[re.Pattern[str], Mapping[str, tuple[str, ...]]]] = {}

    def condition(self) -> Expression:
        days = self.lately()
        return self.of(self.fact(), days)

    def lately(self) -> int | None:
        here = self.scan.at
        if self.scan.take(_LATELY):
            days = self._window()
            if days is not None:
                return days
        self.scan.at = here
        return None

    def _window(self) -> int | None:
        days = self.scan.days()
        if days is not None:
            self._limit(days)
            self.scan.take(_INSIDE)
        return days

    def _limit(self, days: int) -> None:
        if not 1 <= days <= MOST_DAYS:
            self.scan.refuse("days")

    def fact(self) -> str:
        fact = self.scan.word(_FACTS)
        if fact is None:
            side = 0 if _CHINESE.search(self.scan.text) else 1
            known = [words[side][0] for words in FACT_WORDS.values()]
            self.scan.refuse("fact", known, self.near())
        return fact

    def of(self, fact: str, days: int | None) -> Expression:
        what = FACTS[fact]
        if what.kind is Kind.FLAG:
            return Condition(fact, Op.ANY)
        if what.kind is Kind.ANSWER:
            return self.answer()
        if what.windowed and days is None:
            days = self._window_after()
        if days is not None and not what.windowed:
            self.scan.refuse("no_days", fact=fact)
        readers: Mapping[Kind, Callable[[str, Fact, int | None], Expression]] = {
            Kind.KEY: self._key,
            Kind.NUMBER: self._number,
            Kind.MONEY: self._number,
            Kind.DAY: self._day,
            Kind.MONTH: self._month,
        }
        return readers[what.kind](fact, what, days)

    def _window_after(self) -> int | None:
        here = self.scan.at
        if self.scan.sign("("):
            self.scan.take(_LATELY)
            days = self._window()
            if days is None:
                self.scan.refuse("days")
            if not self.scan.sign(")"):
                self.scan.refuse("close")
            return days
        found = self.lately()
        if found is None:
            self.scan.at = here
        return found

    # -- values that are names --

    def _key(self, fact: str, what: Fact, days: int | None) -> Expression:
        ranked = fact == "level"
        more = (AT_LEAST, AT_MOST, MORE, LESS) if ranked else ()
        sign = self.operator((IS, IS_NOT, *more), fact, IS)
        if sign in (IS, IS_NOT):
            found = Condition(fact, Op.IS, self._keys(fact), days)
            return Not(found) if sign == IS_NOT else found
        return self._level(sign)

    def _level(self, sign: str) -> Expression:
        here = self.scan.at
        levels, key = self.lexicon.levels, self._value("level")[0]
        if key not in levels:
            self.scan.at = here
            self.scan.refuse("value", levels, fact="level")
        rank = levels.index(key)
        several = {
            AT_LEAST: levels[rank:],
            MORE: levels[rank + 1 :],
            AT_MOST: levels[: rank + 1],
            LESS: levels[:rank],
        }[sign]
        if not several:
            self.scan.at = here
            self.scan.refuse("no_level", levels, fact="level")
        return Condition("level", Op.IS, several)

    def _keys(self, fact: str) -> tuple[str, ...]:
        bracket = self.scan.sign("([")
        found = list(self._value(fact))
        while self.goes_on(lambda: self.known(fact), bracket):
            found += self._value(fact)
        if bracket and not self.scan.sign(")"):
            self.scan.refuse("close")
        return tuple(dict.fromkeys(found))

    def _value(self, fact: str) -> tuple[str, ...]:
        here = self.scan.at
        found = self.known(fact)
        if found is not None:
            return found
        quoted = self.scan.quoted()
        near = quoted if quoted is not None else self.scan.bare()
        names = self.lexicon.names(fact)
        self.scan.at = here
        if quoted is not None and (kept := names.get(narrow(quoted))):
            self.scan.quoted()
            return kept
        self.scan.refuse("value", names, near, fact)

    def known(self, fact: str) -> tuple[str, ...] | None:
        """The value of the longest name that stands here, in quotes or not."""
        here = self.scan.at
        if fact not in self._names:
            names = self.lexicon.names(fact)
            self._names[fact] = (expression_of(names), {narrow(n): k for n, k in names.items()})
        pattern, keys = self._names[fact]
        quoted = self.scan.quoted()
        if quoted is not None:
            found = keys.get(narrow(quoted))
        else:
            match = self.scan.take(pattern)
            found = keys.get(match[0]) or keys.get(" ".join(match[0].split())) if match else None
        if found is None:
            self.scan.at = here
        return found

    # -- numbers, days, months --

    def _number(self, fact: str, what: Fact, days: int | None) -> Expression:
        sign = self.operator((IS, IS_NOT, AT_LEAST, AT_MOST, MORE, LESS), fact)
        here = self.scan.at
        money = self.scan.money_sign()
        digits = self.scan.number()
        if digits is None:
            self.scan.refuse("number", fact=fact)
        money = self.scan.money_sign() or money
        if money and fact == "purchases":
            fact, what = "spent", FACTS["spent"]
        self.scan.counted()
        value = self._whole(fact, what, digits, here)
        if sign in (IS, IS_NOT):
            values = [value]
            while self.goes_on(self.scan.number):
                more = self.scan.number() or ""
                values.append(self._whole(fact, what, more, here))
                self.scan.counted()
            same = Condition(fact, Op.IS, tuple(dict.fromkeys(values)), days)
            return Not(same) if sign == IS_NOT else same
        return self._compared(Condition(fact, Op.IS, (value,), days), sign, here)

    def _compared(self, same: Condition, sign: str, here: int) -> Condition:
        """More than 3 is at least 4: everything is counted in whole numbers."""
        value = int(same.values[0]) + {MORE: 1, LESS: -1}.get(sign, 0)
        low, high = _limits(same.fact)
        if not low <= value <= high:
            self.scan.at = here
            self.scan.refuse("amount", fact=same.fact)
        op = Op.AT_LEAST if sign in (AT_LEAST, MORE) else Op.AT_MOST
        return Condition(same.fact, op, (value,), same.days)

    def _whole(self, fact: str, what: Fact, digits: str, here: int) -> int:
        scale = self.lexicon.digits if what.kind is Kind.MONEY else 0
        low, high = _limits(fact)
        value = Decimal(digits or "-1").scaleb(scale)
        if value != value.to_integral_value() or not low <= value <= high:
            self.scan.at = here
            self.scan.refuse("amount", fact=fact)
        return int(value)

    def _day(self, fact: str, what: Fact, days: int | None) -> Expression:
        here = self.scan.at
        if self.scan.take(_WITHIN) and (found := self._window()) is not None:
            beyond = self.scan.take(_AGO)
            return Condition(fact, Op.BEYOND if beyond else Op.WITHIN, (found,))
        self.scan.at = here
        sign = self.operator((AT_LEAST, AT_MOST, MORE, LESS), fact, "")
        day = self.scan.day()
        ago = self.scan.days() if day is None else None
        if ago is not None:
            return self._relative(fact, sign, ago)
        if day is None or not sign:
            self.scan.at = here if day else self.scan.at
            self.scan.refuse("date", fact=fact)
        self.scan.take(_SINCE)
        return self._compared(Condition(fact, Op.AT_LEAST, (day.toordinal(),)), sign, here)

    def _relative(self, fact: str, sign: str, days: int) -> Condition:
        self._limit(days)
        inside = self.scan.take(_INSIDE)
        ago = self.scan.take(_AGO)
        beyond = ago if not sign else sign in (MORE, AT_LEAST)
        if inside or not beyond:
            return Condition(fact, Op.WITHIN, (days,))
        return Condition(fact, Op.BEYOND, (days,))

    def _month(self, fact: str, what: Fact, days: int | None) -> Expression:
        sign = self.operator((IS, IS_NOT), fact, IS)
        months = [self._one_month()]
        while self.goes_on(self._month_here):
            months.append(self._one_month())
        same = Condition(fact, Op.IS, tuple(dict.fromkeys(months)))
        return Not(same) if sign == IS_NOT else same

    def _one_month(self) -> int:
        month = self._month_here()
        if month is None:
            self.scan.refuse("month")
        return month

    def _month_here(self) -> int | None:
        named = self.scan.take(_MONTHS)
        if named:
            return MONTH_WORDS[" ".join(named[0].split())]
        here = self.scan.at
        digits = self.scan.take(_MONTH)
        if digits and 1 <= int(digits[0]) <= 12:
            self.scan.take(_MONTH_SIGN)
            return int(digits[0])
        self.scan.at = here
        return None


def _limits(fact: str) -> tuple[int, int]:
    if fact in QUINTILES:
        return 1, 5
    if fact == "age":
        return 0, 150
    return (0, LARGEST) if FACTS[fact].kind is not Kind.DAY else (1, 3652059)

"""The language of audiences: a text is read into an expression.

`level = gold and purchases(90d) >= 3 and not tag = staff`,
「等级 是 金卡 且 近90天消费 ≥ 3次 且 非(标签 = 员工)」. SEMANTICS: Campaigns, Audience.
"""

from typing import Final

from domain.audience_errors import AudienceEmpty, AudienceTooLarge
from domain.audience_expressions import (
    DEEPEST,
    FACTS,
    Both,
    Condition,
    Either,
    Expression,
    Kind,
    Not,
    Op,
    check,
    plain,
)
from domain.audience_lexicon import Lexicon
from domain.audience_reading import Conditions
from domain.audience_scanning import Table
from domain.audience_terms import (
    AND,
    BEFORE_WORDS,
    HAS,
    HAS_NOT,
    JOIN_WORDS,
    NEVER,
    NOT,
    OPERATOR_WORDS,
    OR,
)

LONGEST: Final = 4000
_OPERATORS: Final = Table(OPERATOR_WORDS)
_BEFORE: Final = Table(BEFORE_WORDS)
_JOINS: Final = Table(JOIN_WORDS)


def read(text: str, lexicon: Lexicon) -> Expression:
    """The expression that a text means. Raises AudienceEmpty, AudienceUnreadable with the place,
    AudienceTooLarge, SurveyIsAnonymous."""
    if len(text) > LONGEST:
        raise AudienceTooLarge("text", LONGEST)
    reader = _Reader(text, lexicon)
    if reader.scan.over:
        raise AudienceEmpty()
    expression = reader.any_of(1)
    if not reader.scan.over:
        reader.scan.refuse("too_many_brackets" if reader.scan.sees(reader.closing) else "join")
    expression = plain(expression)
    check(expression)
    return expression


class _Reader(Conditions):
    def closing(self) -> bool:
        return self.scan.sign(")")

    def any_of(self, depth: int) -> Expression:
        parts = [self._all_of(depth)]
        while self.joined(OR):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all_of(self, depth: int) -> Expression:
        parts = [self._one(depth)]
        while self.joined(AND) or self.scan.sign(",;，；"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _one(self, depth: int) -> Expression:
        if depth > 2 * DEEPEST:
            raise AudienceTooLarge("depth", DEEPEST)
        if self.scan.sign("("):
            inner = self.any_of(depth + 1)
            if not self.scan.sign(")"):
                self.scan.refuse("close")
            return inner
        return self._denied(depth) or self.condition()

    def _denied(self, depth: int) -> Expression | None:
        before = self.scan.word(_BEFORE)
        if before == NOT:
            return Not(self._one(depth + 1))
        if before == NEVER:
            return Not(Condition("last_purchase", Op.ANY))
        if before in (HAS, HAS_NOT):
            has = self._there()
            return has if before == HAS else Not(has)
        return None

    def _there(self) -> Expression:
        days = self.lately()
        fact = self.fact()
        if Op.ANY in FACTS[fact].ops and not self._value_follows(fact):
            return Condition(fact, Op.ANY)
        return self.of(fact, days)

    def _value_follows(self, fact: str) -> bool:
        if self.scan.sees(lambda: self.scan.word(_JOINS)):
            return False
        if self.scan.sees(lambda: self.scan.word(_OPERATORS), self.scan.quoted):
            return True
        return FACTS[fact].kind is Kind.KEY and self.scan.sees(lambda: self.known(fact))

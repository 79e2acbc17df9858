"""Reading one value after another: names of what there is, in lists, and answers to surveys."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from domain.audience_errors import SurveyIsAnonymous
from domain.audience_expressions import Condition, Expression, Not, Op
from domain.audience_lexicon import Asked, Lexicon, Survey
from domain.audience_scanning import Scanner, Table, expression_of, narrow
from domain.audience_terms import (
    AT_LEAST,
    AT_MOST,
    FACT_WORDS,
    IS,
    IS_NOT,
    JOIN_WORDS,
    LESS,
    MORE,
    OPERATOR_WORDS,
    OR,
)

Named = TypeVar("Named", bound=Survey | Asked | str)
_FACTS: Final = Table(FACT_WORDS)
_OPERATORS: Final = Table(OPERATOR_WORDS)
_JOINS: Final = Table(JOIN_WORDS)


class Reader:
    """A place in a text and what there is in the club."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.scan = Scanner(text)
        self.lexicon = lexicon

    def joined(self, join: str) -> bool:
        """Whether a word joins what follows in that way; it is taken."""
        here = self.scan.at
        if self.scan.word(_JOINS) == join:
            return True
        self.scan.at = here
        return False

    def fact_here(self) -> bool:
        """Whether a fact begins here, whatever else the word could be."""
        return self.scan.word(_FACTS) is not None

    def operator(self, allowed: tuple[str, ...], fact: str, default: str | None = None) -> str:
        """The operator that stands here, if it is allowed for the fact."""
        here = self.scan.at
        found = self.scan.word(_OPERATORS)
        if found in allowed:
            return found
        self.scan.at = here
        if found is None and default is not None:
            return default
        self.scan.refuse("operator" if len(allowed) > 2 else "equals", fact=fact)

    def goes_on(self, value: Callable[[], object], bracket: bool = False) -> bool:
        """Whether another value of a list follows; its separator is taken."""
        here = self.scan.at
        separated = self.scan.sign("、/,，|") or self.joined(OR)
        fact = not bracket and self.scan.sees(self.fact_here)
        if separated and (bracket or (not fact and self.scan.sees(self.scan.quoted, value))):
            return True
        self.scan.at = here
        return False

    def named(self, known: Mapping[str, Named], expected: str) -> Named:
        found = self.among(known)
        if found is None:
            self.scan.refuse(expected, known, self.near(), "answer")
        return found

    def among(self, known: Mapping[str, Named]) -> Named | None:
        here = self.scan.at
        quoted = self.scan.quoted()
        names = {narrow(name): one for name, one in known.items()}
        if quoted is not None:
            found = names.get(narrow(quoted))
        else:
            match = self.scan.take(expression_of(known))
            found = names.get(" ".join(match[0].split())) if match else None
        if found is None:
            self.scan.at = here
        return found

    def near(self) -> str:
        """The next word, which is not taken."""
        here = self.scan.at
        found = self.scan.quoted() or self.scan.bare()
        self.scan.at = here
        return found


class Answers(Reader):
    """`answer(survey.question) = option`."""

    def answer(self) -> Expression:
        survey, question = self._question()
        allowed = (IS, IS_NOT, AT_LEAST, AT_MOST, MORE, LESS) if question.numeric else (IS, IS_NOT)
        sign = self.operator(allowed, "answer")
        about = (survey.key, question.key)
        if sign not in (IS, IS_NOT):
            here = self.scan.at
            digits = self.scan.number()
            if digits is None or "." in digits:
                self.scan.at = here
                self.scan.refuse("number", fact="answer")
            self.scan.counted()
            value = int(digits) + {MORE: 1, LESS: -1}.get(sign, 0)
            op = Op.AT_LEAST if sign in (AT_LEAST, MORE) else Op.AT_MOST
            return Condition("answer", op, (*about, value))
        said = [self._said(question)]
        while self.goes_on(lambda: self._said_here(question)):
            said.append(self._said(question))
        same = Condition("answer", Op.IS, (*about, *dict.fromkeys(said)))
        return Not(same) if sign == IS_NOT else same

    def _question(self) -> tuple[Survey, Asked]:
        if not self.scan.sign("("):
            self.scan.refuse("open", fact="answer")
        survey = self.named(self.lexicon.surveys(), "survey")
        if survey.anonymous:
            raise SurveyIsAnonymous(survey.key)
        if not self.scan.sign("./:,，。·"):
            self.scan.refuse("question", survey.questions, fact="answer")
        question = self.named(survey.questions, "question")
        if not self.scan.sign(")"):
            self.scan.refuse("close")
        return survey, question

    def _said(self, question: Asked) -> str:
        found = self._said_here(question)
        if found is None:
            self.scan.refuse("answer", question.answers, self.near(), "answer")
        return found

    def _said_here(self, question: Asked) -> str | None:
        found = self.among(question.answers)
        if found is None and question.numeric and not question.answers:
            found = self.scan.number()
            self.scan.counted()
        return found

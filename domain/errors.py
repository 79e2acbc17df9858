"""Every refusal of the club: what was asked cannot be done, and the facts that explain it.

No wording lives here: `code` is the key of the text in templates/ and the problem type of the API.
"""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import ClassVar


class Refused(Exception):
    """Something asked for is refused and nothing has changed. Subclasses carry plain facts."""

    code: ClassVar[str] = "request.refused"

    def data(self) -> dict[str, object]:
        """The facts by name, as plain values for a template or a problem document."""
        if not is_dataclass(self):
            return {}
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.data().items())
        return f"{self.code}({facts})"


# -- amounts, numbers, phones, names, dates ---------------------------------------------


@dataclass(eq=False)
class BadAmount(Refused):
    """reason: `unreadable`, `decimals`, `negative`, `zero` or `too_large`."""

    text: str
    currency: str
    reason: str = "unreadable"
    code: ClassVar[str] = "amount.bad"


@dataclass(eq=False)
class UnknownCurrency(Refused):
    currency: str
    code: ClassVar[str] = "currency.unknown"


@dataclass(eq=False)
class WrongCurrency(Refused):
    given: str
    expected: str
    code: ClassVar[str] = "currency.wrong"


@dataclass(eq=False)
class BadNumber(Refused):
    """Not a member number. reason: `length`, `characters` or `check_digit`."""

    text: str
    reason: str
    code: ClassVar[str] = "member.bad_number"


@dataclass(eq=False)
class BadPhone(Refused):
    """reason: `unreadable`, `too_short`, `too_long`, `impossible`."""

    text: str
    reason: str = "unreadable"
    code: ClassVar[str] = "phone.bad"


@dataclass(eq=False)
class BadEmail(Refused):
    text: str
    code: ClassVar[str] = "email.bad"


@dataclass(eq=False)
class BadName(Refused):
    """reason: `empty`, `too_long` or `characters`."""

    text: str
    longest: int
    reason: str
    code: ClassVar[str] = "name.bad"


@dataclass(eq=False)
class BirthdayUnreadable(Refused):
    text: str
    code: ClassVar[str] = "birthday.unreadable"


@dataclass(eq=False)
class BirthdayUnclear(Refused):
    """Two readings are possible; `first` and `second` are `MM-DD` texts to choose from."""

    text: str
    first: str
    second: str
    code: ClassVar[str] = "birthday.unclear"


@dataclass(eq=False)
class BirthdayImpossible(Refused):
    """reason: `no_such_day`, `future` or `too_old`."""

    text: str
    reason: str
    code: ClassVar[str] = "birthday.impossible"


# -- members ----------------------------------------------------------------------------


@dataclass(eq=False)
class MemberNotFound(Refused):
    who: str
    code: ClassVar[str] = "member.not_found"


@dataclass(eq=False)
class NotJoined(Refused):
    code: ClassVar[str] = "member.not_joined"


@dataclass(eq=False)
class MemberFrozen(Refused):
    code: ClassVar[str] = "member.frozen"


@dataclass(eq=False)
class MemberClosed(Refused):
    code: ClassVar[str] = "member.closed"


# -- points -----------------------------------------------------------------------------


@dataclass(eq=False)
class NotEnoughPoints(Refused):
    """Whole points. `missing` is what is lacking to the price."""

    have: int
    price: int
    unit: str = "points"
    code: ClassVar[str] = "points.too_few"

    @property
    def missing(self) -> int:
        return self.price - self.have

    def data(self) -> dict[str, object]:
        return {"have": self.have, "price": self.price, "missing": self.missing, "unit": self.unit}


@dataclass(eq=False)
class KeyConflict(Refused):
    """The same idempotency key came before with other content."""

    key: str
    code: ClassVar[str] = "key.conflict"


@dataclass(eq=False)
class AdjustmentZero(Refused):
    code: ClassVar[str] = "adjustment.zero"


@dataclass(eq=False)
class AdjustmentNoReason(Refused):
    code: ClassVar[str] = "adjustment.no_reason"


@dataclass(eq=False)
class AdjustmentOverLimit(Refused):
    """Points: what was asked, the day's limit of this operator, what is used already."""

    asked: int
    limit: int
    used: int
    code: ClassVar[str] = "adjustment.over_limit"


@dataclass(eq=False)
class AlreadyReversed(Refused):
    posting_id: int
    code: ClassVar[str] = "posting.already_reversed"


@dataclass(eq=False)
class CannotReverse(Refused):
    """Some of what the posting gave is spent; `short` points are missing for a clean reversal."""

    posting_id: int
    short: int
    code: ClassVar[str] = "posting.cannot_reverse"


# -- purchases --------------------------------------------------------------------------


@dataclass(eq=False)
class PurchaseInvalid(Refused):
    """reason: `no_lines`, `negative`, `too_large`, `sum`, `quantity`, `order_id`, `source`,
    `in_future`; `line` counts from 1 and is 0 for the order as a whole."""

    reason: str
    line: int = 0
    given: str = ""
    expected: str = ""
    code: ClassVar[str] = "purchase.invalid"


@dataclass(eq=False)
class PurchaseTooEarly(Refused):
    day: date
    opened_on: date
    code: ClassVar[str] = "purchase.too_early"


@dataclass(eq=False)
class PurchaseNotFound(Refused):
    order_id: str
    code: ClassVar[str] = "purchase.not_found"


@dataclass(eq=False)
class RefundTooLarge(Refused):
    """`asked` and `left` as amounts such as `12.00`; `line` is 0 for the whole order."""

    asked: str
    left: str
    line: int = 0
    code: ClassVar[str] = "refund.too_large"


@dataclass(eq=False)
class RefundInvalid(Refused):
    """reason: `line`, `quantity`, `nothing`, `both`, `member` (the order is somebody else's)."""

    reason: str
    line: int = 0
    code: ClassVar[str] = "refund.invalid"


@dataclass(eq=False)
class AlreadyRefunded(Refused):
    order_id: str
    code: ClassVar[str] = "refund.already"


# -- programme --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file: where (`levels[3].any[1]`, counted from 1) and what to do about it.

    Line and column count from 1; 0 where they are not known.
    """

    path: str
    advice: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path or 'the file'}: {self.advice}"

    def within(self, file: str) -> str:
        """The sentence with file, line and column before it, as editors understand it."""
        return f"{file}:{self.line}:{self.column} {self}" if self.line else f"{file} {self}"


@dataclass(eq=False)
class ProgrammeInvalid(Refused):
    problems: tuple[Problem, ...]
    file: str = ""
    code: ClassVar[str] = "programme.invalid"

    def data(self) -> dict[str, object]:
        return {"problems": [str(problem) for problem in self.problems]}


@dataclass(eq=False)
class ProgrammeChanged(Refused):
    """This version is published already with other content; a version never changes."""

    version: int
    code: ClassVar[str] = "programme.changed"


# -- staff ------------------------------------------------------------------------------


@dataclass(eq=False)
class NotAllowed(Refused):
    permission: str
    code: ClassVar[str] = "staff.not_allowed"


@dataclass(eq=False)
class StoreNotFound(Refused):
    store: str
    code: ClassVar[str] = "store.not_found"


@dataclass(eq=False)
class ReasonMissing(Refused):
    """The change asks for a reason in words."""

    action: str
    code: ClassVar[str] = "reason.missing"

"""Codes guessed at the till by many at once, beside cashiers who sometimes mistype a good one.

The program's own checks and limits over tables in memory, under a clock that is moved.
"""

import heapq
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from domain.codes import BITS, MEMBER_BITS, make_code, make_member_code
from services import scanning, vouchers
from services.ports.club import Actor
from services.scanning import OWN, TOO_OFTEN

GUESSERS, CASHIERS = 200, 20
EVERY = 10.0
"""Seconds between two guesses of one of them."""
SERVED = 60.0
"""Seconds between two customers of a cashier."""
TYPOS = 0.08
AGAIN = 10.0
"""Seconds until a cashier types again what was refused."""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OWNER = 1
START = datetime(2026, 5, 20, tzinfo=UTC)


@dataclass
class Guessed:
    """What came of it. `hits` count what would have been found without the limit, too; `refused`
    are good codes that a cashier must type again later, `longest` the seconds one had to wait."""

    guesses: int = 0
    looked_up: int = 0
    hits: int = 0
    served: int = 0
    typos: int = 0
    refused: int = 0
    longest: float = 0.0
    alarms: int = 0
    days: float = 0.0

    def __add__(self, other: "Guessed") -> "Guessed":
        sums = {name: getattr(self, name) + getattr(other, name) for name in vars(self)}
        return Guessed(**{**sums, "longest": max(self.longest, other.longest)})


@dataclass
class WrongCodesInMemory:
    """services.ports.till.WrongCodes without a database."""

    tries: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    hours: dict[str, int] = field(default_factory=dict)
    alarmed: set[str] = field(default_factory=set)

    def spent(self, who: str, since: datetime) -> int:
        tries, first = self.tries.get(who, (0, since))
        return tries if first > since else 0

    def add(self, who: str, cost: int, now: datetime, since: datetime) -> int:
        tries, first = self.tries.get(who, (0, now))
        if first <= since:
            tries, first = 0, now
        self.tries[who] = tries + cost, first
        return self.spent(who, since)

    def hour(self, hour: str) -> int:
        return self.hours.get(hour, 0)

    def add_hour(self, hour: str) -> int:
        self.hours[hour] = self.hours.get(hour, 0) + 1
        return self.hours[hour]

    def alarm(self, hour: str) -> bool:
        fresh = hour not in self.alarmed
        self.alarmed.add(hour)
        return fresh


class _Hit(Exception):
    """Somebody who has no right to it found a code."""


class Simulation:
    """A till with so many vouchers and members' own codes, all of them valid for ever."""

    def __init__(self, seed: int, codes: int, member_codes: int, guessers: int = GUESSERS) -> None:
        self._chance = random.Random(seed)
        bits = self._chance.getrandbits
        self._vouchers = {make_code(bits(BITS)): OWNER for _ in range(codes)}
        self._members = {make_member_code(bits(MEMBER_BITS)) for _ in range(member_codes)}
        self._mine = list(self._vouchers)[:100]
        self._limits = WrongCodesInMemory()
        self._work: Any = self._made()
        self._locked_since: dict[int, float] = {}
        self._guessers = guessers
        self.result = Guessed()

    def _made(self) -> Any:
        def hit(code: str) -> None:
            if code in self._members:
                raise _Hit(code)

        def voucher(code: str) -> Any:
            found = self._vouchers.get(code)
            return SimpleNamespace(id=code, member_id=found) if found else None

        nothing = SimpleNamespace(add=lambda *_: None)
        nobody = SimpleNamespace(in_roles=lambda _: [])
        return SimpleNamespace(
            wrong_codes=self._limits,
            member_codes=SimpleNamespace(find=hit),
            vouchers=SimpleNamespace(by_code=voucher),
            audit=nothing,
            staff=nobody,
        )

    def run(self, guesses: int) -> Guessed:
        """Everybody in the order of time until so many codes were guessed."""
        turns = [(self._chance.random() * EVERY, n) for n in range(self._guessers + CASHIERS)]
        heapq.heapify(turns)
        at = 0.0
        while self.result.guesses < guesses:
            at, who = heapq.heappop(turns)
            wait = self._guess(who, at) if who < self._guessers else self._serve(who, at)
            heapq.heappush(turns, (at + wait, who))
        self.result.alarms = len(self._limits.alarmed)
        self.result.days = at / 86_400
        return self.result

    def _guess(self, who: int, at: float) -> float:
        code = self._guessed()
        self.result.guesses += 1
        try:
            found = self._scan(code, who, at, None)
            self.result.looked_up += found.wrong != TOO_OFTEN
            if found.wrong == TOO_OFTEN:
                self._without_limit(code)
        except (_Hit, AttributeError):  # a voucher that was found has none of a real one's fields
            self.result.hits += 1
        return EVERY

    def _without_limit(self, code: str) -> None:
        """Whether a code would have been found had nothing limited its guesser."""
        scanning._member_code(self._work, code)
        self.result.hits += vouchers.by_code(self._work, code)[0] is not None

    def _guessed(self) -> str:
        """Any letters, or a code whose checksum holds, or a good one with two letters changed."""
        draw = self._chance.random()
        if draw < 0.1:
            return "".join(self._chance.choices(LETTERS, k=16))
        if draw < 0.5:
            return make_code(self._chance.getrandbits(BITS))
        if draw < 0.9:
            return make_member_code(self._chance.getrandbits(MEMBER_BITS))
        good = wrong = self._chance.choice(self._mine)
        while wrong == good:
            wrong = self._mistyped(self._mistyped(good))
        return wrong

    def _mistyped(self, code: str) -> str:
        place = self._chance.randrange(len(code))
        other = self._chance.choice([c for c in LETTERS if c != code[place]])
        return code[:place] + other + code[place + 1 :]

    def _serve(self, who: int, at: float) -> float:
        """A cashier types a customer's code: perhaps wrongly, then again until it is taken."""
        code = self._chance.choice(self._mine)
        if who not in self._locked_since and self._chance.random() < TYPOS:
            self.result.typos += 1
            self._scan(self._mistyped(code), who, at, OWNER)
            return AGAIN
        found = self._scan(code, who, at, OWNER)
        if found.wrong == OWN:  # it was found
            self.result.served += 1
            self._waited(who, at)
            return SERVED
        assert found.wrong == TOO_OFTEN, found
        self.result.refused += 1
        self._locked_since.setdefault(who, at)
        return AGAIN

    def _waited(self, who: int, at: float) -> None:
        since = self._locked_since.pop(who, at)
        self.result.longest = max(self.result.longest, at - since)

    def _scan(self, code: str, who: int, at: float, own: int | None) -> scanning.Scan:
        staff = Actor(f"staff {who}", staff_id=who)
        now = START + timedelta(seconds=at)
        return scanning.scan(self._work, code, staff, now, own=own, at=f"chat {who}")


def simulate(seed: int, guesses: int, codes: int = 20_000, member_codes: int = 200) -> Guessed:
    """One simulation; codes that are valid at the time make hits likelier."""
    return Simulation(seed, codes, member_codes).run(guesses)

"""Taps that no button made: changed, borrowed, replayed and stale ones, and their effects."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import func, select, text

from bot.actions import Action, Signer
from handlers.routes import ROUTES
from storage.tables import metadata
from storage.work import Work
from tests.whole.cast import Cast, identities
from tests.whole.stack import Answer, Stack
from tests.whole.updates import Person

NO_EFFECT = ("inbox", "dead_letters", "conversations")
"""What came in and where a chat stands: nothing that anybody has."""
COMMANDS = "/start /points /benefits /vouchers /profile /settings /history /till /member".split()
DEPTH = 25
"""Buttons that are tapped for each person, to see more of them."""
LETTERS = "abcXYZ0189~|_-.é积\u202e\x00 "


class Real(NamedTuple):
    """A button that the bot has shown to somebody."""

    person: Person
    data: str


Mutate = Callable[["Hostile", Real], Real]


@dataclass
class Result:
    """What was sent, and what was found changed in the end."""

    sent: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.failed and not self.effects


@dataclass
class Hostile:
    """Whom there is, what was shown to them, what has been done already."""

    cast: Cast
    chance: random.Random
    real: list[Real]
    done: list[Real]
    updates: list[dict[str, Any]]
    ids: dict[str, list[str]]

    def someone_else(self, person: Person) -> Person:
        others = [one for one in self.cast.everybody if one.id != person.id]
        return self.chance.choice(others)

    def any_id(self) -> str:
        return self.chance.choice(self.ids[self.chance.choice(sorted(self.ids))] or ["1"])


async def begin(cast: Cast, seed: int) -> Hostile:
    """Looks around as everybody, then does some things once, to be replayed."""
    real: list[Real] = []
    for person in cast.everybody:
        real += await _shown(person)
    done, updates = await _some_effects(cast)
    ids = await identities(cast.stack)
    return Hostile(cast, random.Random(seed), real, done, updates, ids)


async def _shown(person: Person) -> list[Real]:
    """The buttons that a person finds by the commands and behind harmless buttons."""
    found: dict[str, None] = {}
    answers: list[Answer] = [await person.says(command) for command in COMMANDS]
    tapped: set[str] = set()
    while answers:
        found |= {
            str(one["callback_data"]): None
            for answer in answers
            for one in answer.buttons
            if "callback_data" in one
        }
        fresh = [data for data in found if not _nonce(data) and data not in tapped]
        fresh = fresh[: DEPTH - len(tapped)]
        tapped |= set(fresh)
        answers = [await person.stack.post(person.tap(data)) for data in fresh]
    return [Real(person, data) for data in found]


def _nonce(data: str) -> str:
    return data.split("~")[1] if data.count("~") == 3 else ""


async def _some_effects(cast: Cast) -> tuple[list[Real], list[dict[str, Any]]]:
    """A member redeems and marks things and gives one back; how all of that was said."""
    member, stack = cast.member, cast.stack
    benefits = (await identities(stack))["benefits"]
    done: list[Real] = []
    updates: list[dict[str, Any]] = []

    async def does(intent: str, *args: str) -> None:
        data = stack.tap(intent, *args, user=member.id, nonce=f"did{len(done)}")
        update = member.tap(data)
        await stack.post(update)
        done.append(Real(member, data))
        updates.append(update)

    for benefit in benefits:
        await does("benefit.redeem", benefit)
        await does("benefit.mark", benefit)
    for voucher in await _vouchers(cast, member):
        await does("voucher.cancel", voucher)
    return done, updates


async def _vouchers(cast: Cast, person: Person) -> list[str]:
    of = {"of": await person.member_id()}
    asked = text("SELECT id FROM vouchers WHERE member_id = :of")
    return [str(x) for x in await cast.stack.read(lambda w: w.db.execute(asked, of).scalars())]


# -- what is done to them ---------------------------------------------------------------


def flipped(world: Hostile, real: Real) -> Real:
    place = world.chance.randrange(len(real.data))
    other = chr(ord(real.data[place]) ^ 1 << world.chance.randrange(7))
    return Real(real.person, real.data[:place] + other + real.data[place + 1 :])


def replaced(world: Hostile, real: Real) -> Real:
    place = world.chance.randrange(len(real.data))
    other = world.chance.choice(LETTERS)
    length = world.chance.randrange(2)
    return Real(real.person, real.data[:place] + other + real.data[place + length :])


def borrowed(world: Hostile, real: Real) -> Real:
    return Real(world.someone_else(real.person), real.data)


def truncated(world: Hostile, real: Real) -> Real:
    return Real(real.person, real.data[: world.chance.randrange(len(real.data))])


def lengthened(world: Hostile, real: Real) -> Real:
    return Real(real.person, real.data + world.chance.choice(LETTERS) * world.chance.randint(1, 9))


def versioned(world: Hostile, real: Real) -> Real:
    return Real(real.person, world.chance.choice(["0", "2", "", "11"]) + real.data[1:])


def another_intent(world: Hostile, real: Real) -> Real:
    intent = world.chance.choice(ROUTES).intent
    path, _, rest = real.data[1:].partition("~")
    args = path.split("|")[1:]
    return Real(real.person, f"1{'|'.join([intent, *args])}~{rest}")


def another_thing(world: Hostile, real: Real) -> Real:
    path, _, rest = real.data[1:].partition("~")
    return Real(real.person, f"1{path.split('|')[0]}|{world.any_id()}~{rest}")


def another_nonce(world: Hostile, real: Real) -> Real:
    parts = real.data.split("~")
    parts[min(1, len(parts) - 1)] = f"n{world.chance.randrange(10**6)}"
    return Real(real.person, "~".join(parts))


def borrowed_signature(world: Hostile, real: Real) -> Real:
    other = world.chance.choice(world.real)
    body, _, _ = real.data.rpartition("~")
    return Real(real.person, f"{body}~{other.data.rpartition('~')[2]}")


def forged(world: Hostile, real: Real) -> Real:
    """Signed with a key of one's own."""
    action = Action("benefit.redeem", (world.any_id(),), "f", 0)
    signed = Signer(world.chance.randbytes(32)).pack(action, str(real.person.id))
    return Real(real.person, signed)


def garbage(world: Hostile, real: Real) -> Real:
    length = world.chance.randrange(80)
    return Real(real.person, "".join(world.chance.choices(LETTERS, k=length)))


def repeated(world: Hostile, real: Real) -> Real:
    """What was done is asked for once more, by a new update."""
    return world.chance.choice(world.done)


def of_another(world: Hostile, real: Real) -> Real:
    """Well signed, for a thing of somebody else."""
    intents = [one.intent for one in ROUTES if one.intent.startswith("voucher.")]
    theirs = world.chance.choice(world.ids["theirs"])
    member = world.cast.member
    intent, nonce = world.chance.choice(intents), f"o{world.chance.randrange(10**6)}"
    return Real(member, world.cast.stack.tap(intent, theirs, user=member.id, nonce=nonce))


def too_late(world: Hostile, real: Real) -> Real:
    """Well signed, of an offer that is over."""
    member, nonce = world.cast.member, f"l{world.chance.randrange(10**6)}"
    over = world.chance.choice(world.ids["benefits"])
    return Real(member, world.cast.stack.tap("benefit.redeem", over, user=member.id, nonce=nonce))


TAMPERED: tuple[Mutate, ...] = (
    *(flipped, replaced, borrowed, truncated, lengthened, versioned, another_intent),
    *(another_thing, another_nonce, borrowed_signature, forged, garbage),
    *(repeated, of_another, too_late),
)


async def _all_sent(stack: Stack) -> None:
    """Waits until nothing that is due is left: what the sender does meanwhile is no effect."""
    rows = metadata.tables["deliveries"].c

    def left(work: Work) -> int:
        due = select(func.count()).where(
            rows.state.in_(("pending", "claimed", "sending")), rows.due_at <= work.shared.clock()
        )
        return int(work.db.execute(due).scalar_one())

    for _ in range(100):
        if not await stack.read(left):
            return
        await asyncio.sleep(0.1)


async def run(world: Hostile, count: int) -> Result:
    """Sends so many of them, replays of whole updates among them, and looks what has changed."""
    stack, result = world.cast.stack, Result()
    await _end_all_offers(world)
    genuine = {(real.person.id, real.data) for real in world.real}
    await _all_sent(stack)
    before = await stack.everything(*NO_EFFECT)
    for number in range(count):
        if number % 16 == 0:
            kind, update = "replayed update", world.chance.choice(world.updates)
        else:
            mutate = TAMPERED[number % len(TAMPERED)]
            made = mutate(world, world.chance.choice(world.real))
            if (made.person.id, made.data.replace("\x00", "")) in genuine:
                continue  # PostgreSQL keeps no NUL, so none comes in
            kind, update = mutate.__name__, made.person.tap(made.data)
        answer = await stack.post(update)
        result.sent[kind] += 1
        if answer.status != 200:
            result.failed.append(f"{kind}: {answer.status} to {update}")
    await _all_sent(stack)
    after = await stack.everything(*NO_EFFECT)
    result.effects = [
        f"{name}: {row[:300]}" for name in after for row in after[name] ^ before[name]
    ]
    return result


async def _end_all_offers(world: Hostile) -> None:
    """From here on nothing can be redeemed, and what the victim has is known."""
    over = text("UPDATE benefits SET redeem_until = 1")

    def end(work: Work) -> None:
        work.db.execute(over)
        work.benefits.touch()

    await world.cast.stack.write(end)
    world.ids["theirs"] = await _vouchers(world.cast, world.cast.victim)

"""A short version of `make fault`'s guessed codes."""

import random
from datetime import timedelta

from domain.wrong_codes import WITHIN
from storage.work import Work
from tests.proof import guessing
from tests.proof.guessing import START, Simulation, WrongCodesInMemory
from tests.support.club import Club

GUESSES = 20_000


def test_guessed_codes_hit_nothing_and_lock_no_honest_cashier_out_for_long() -> None:
    found = guessing.simulate(1, GUESSES)
    assert found.hits == 0
    assert 0 < found.looked_up < GUESSES / 2
    assert found.alarms
    assert found.typos
    assert found.served
    assert found.longest <= WITHIN.total_seconds()


def test_cashiers_alone_are_hardly_ever_asked_to_wait() -> None:
    found = Simulation(2, 2_000, 20, guessers=1).run(3_000)
    assert found.typos > 100
    assert found.alarms == 0
    assert found.refused == 0


def test_a_code_that_is_guessed_would_be_noticed() -> None:
    world = Simulation(3, 100, 10)
    world._guessed = lambda: world._mine[0]  # type: ignore[method-assign]
    assert world.run(50).hits == 50


async def test_the_tables_in_memory_count_as_those_of_the_database(club: Club) -> None:
    chance = random.Random(4)

    def both(work: Work) -> None:
        memory, now = WrongCodesInMemory(), START
        for _ in range(150):
            now += timedelta(seconds=chance.randrange(400))
            who, cost = chance.choice("ab"), chance.randint(1, 2)
            since, hour = now - WITHIN, f"{now:%dT%H}"
            told = [
                (
                    one.spent(who, since),
                    one.add(who, cost, now, since),
                    one.hour(hour),
                    one.add_hour(hour),
                    one.alarm(hour),
                )
                for one in (memory, work.wrong_codes)
            ]
            assert told[0] == told[1]

    await club.write(both)

"""The budget: bulk keeps to its rate, replies go first, a chat gets one message a second."""

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from scheduler.budget import HEADROOM, HORIZON, Budget


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_bulk_keeps_to_its_rate_over_a_minute() -> None:
    time = Time()
    budget = Budget(25, time)
    moments = []
    for tick in range(600):
        time.now = 100 + tick / 10
        for number in range(budget.room(bulk=True)):
            wait = budget.reserve(f"{tick}-{number}", bulk=True)
            assert wait is not None
            moments.append(time.now + wait)
    assert 60 * 25 - 25 <= len(moments) <= 60 * 25 + 25
    assert most_in_a_second(moments) <= 26


def test_replies_are_never_starved_by_bulk() -> None:
    time = Time()
    budget = Budget(25, time)
    for _ in range(budget.room(bulk=True)):
        budget.reserve("bulk", bulk=False)
    for tick in range(50):
        time.now = 100 + tick / 10
        for number in range(budget.room(bulk=True)):
            budget.reserve(f"b{tick}-{number}", bulk=True)
        wait = budget.reserve(f"r{tick}", bulk=False)
        assert wait is not None
        assert wait < 0.7


def test_many_replies_push_bulk_aside() -> None:
    time = Time()
    budget = Budget(25, time)
    bulk = 0
    for tick in range(100):
        time.now = 100 + tick / 10
        for number in range(3):  # thirty a second
            assert budget.reserve(f"r{tick}-{number}", bulk=False) is not None
        room = budget.room(bulk=True)
        for number in range(min(room, 1)):
            budget.reserve(f"b{tick}-{number}", bulk=True)
            bulk += 1
    assert bulk < 25 * 10 / 2


def test_a_chats_turns_are_a_second_apart_and_the_far_ones_are_refused() -> None:
    budget = Budget(25, Time())
    waits = [budget.reserve("mei", bulk=False) for _ in range(5)]
    assert waits[0] == 0
    near = [wait for wait in waits if wait is not None]
    assert len(near) == 3
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(near))
    assert near[-1] <= HORIZON
    assert budget.wait_of("mei") > HORIZON
    assert budget.wait_of("li") == 0


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 0.5)), max_size=300))
def test_no_second_holds_more_than_the_whole_budget(asked: list[tuple[bool, float]]) -> None:
    time = Time()
    budget = Budget(25, time)
    moments = []
    for number, (bulk, passes) in enumerate(asked):
        if budget.room(bulk=bulk) > 0:
            wait = budget.reserve(str(number), bulk=bulk)
            if wait is not None:
                moments.append(time.now + wait)
        time.now += passes / 10
    assert most_in_a_second(moments) <= 25 + HEADROOM + 1


def most_in_a_second(moments: list[float]) -> int:
    """The most messages in any second that begins with one of them."""
    ordered = sorted(moments)
    most: Counter[int] = Counter()
    for place, start in enumerate(ordered):
        most[place] = sum(1 for at in ordered[place : place + 40] if at - start < 1)
    return max(most.values(), default=0)

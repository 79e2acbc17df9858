"""The budget: bulk keeps to its rate, replies go first, a chat gets one message a second."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Rendered
from scheduler.budget import CHAT_SECONDS, HEADROOM, Budget, Track
from scheduler.line import MOST_PER_CHAT, Flight, Line
from services.ports.post import OPTIONAL, REPLY, SERVICE
from tests.support.post import waiting


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def line_of(budget: Budget) -> Line:
    def show(_flight: Flight) -> bool:
        return True

    return Line(budget, show)


class Run:
    """A line with its budget, in a time of its own; every start is noted."""

    def __init__(self, rate: float, paid: float = 0.0) -> None:
        self.time = Time()
        self.budget = Budget(rate, self.time, paid)
        self.line = line_of(self.budget)
        self.started: list[tuple[float, Flight]] = []
        self.number = 0

    def add(self, lane: int, chat: str = "", *, paid: bool = False) -> bool:
        self.number += 1
        return self.line.add(waiting(self.number, lane, chat or f"c{self.number}", paid=paid))

    def pass_time(self, seconds: float, *, answer_at_once: bool = True) -> None:
        """Starts what may start, as the pacer does, until so much time has passed."""
        end = self.time.now + seconds
        most = dict.fromkeys(Track, 100)
        while self.time.now < end:
            for flight in self.line.pick(self.time.now + 0.015, most):
                opens = self.budget.opens(flight.track, flight.row.chat)
                self.time.now = max(self.time.now, flight.at, opens)
                self.budget.start(flight.track, flight.row.chat)
                self.started.append((self.time.now, flight))
                if answer_at_once:
                    self.line.done(flight, sent=True)
            moment = self.line.next(most)
            self.time.now = min(max(moment or end, self.time.now + 0.001), end)

    def moments(self, *tracks: Track) -> list[float]:
        return [at for at, flight in self.started if flight.track in tracks]


def test_bulk_has_its_rate_and_no_second_has_more() -> None:
    run = Run(30)
    for _ in range(2000):
        run.add(OPTIONAL)
    run.pass_time(60)
    moments = run.moments(Track.BULK)
    assert 0.99 * 60 * 30 <= len(moments) <= 60 * 30
    assert most_in_a_second(moments) == 30


def test_what_stood_still_is_not_made_up_for_in_a_burst() -> None:
    run = Run(30)
    for _ in range(200):
        run.add(SERVICE)
    run.pass_time(1)
    run.time.now += 5  # the process was asleep
    run.pass_time(3)
    assert most_in_a_second(run.moments(Track.BULK)) <= 30


def test_replies_are_never_starved_by_bulk() -> None:
    run = Run(25)
    for _ in range(500):
        run.add(OPTIONAL)
    run.pass_time(2)
    for _ in range(20):
        asked = run.time.now
        run.add(REPLY)
        run.pass_time(0.25)
        assert run.moments(Track.REPLIES)[-1] - asked < 0.25
    assert len(run.moments(Track.REPLIES)) == 20


def test_many_replies_push_bulk_aside() -> None:
    run = Run(25)
    for _ in range(300):
        run.add(OPTIONAL)
    for _ in range(100):
        for _ in range(3):  # thirty a second
            run.add(REPLY)
        run.pass_time(0.1)
    assert len(run.moments(Track.REPLIES)) >= 295
    assert len(run.moments(Track.BULK)) < 25 * 10 / 2


def test_paid_messages_go_at_their_own_rate_beside_the_others() -> None:
    run = Run(30, paid=200)
    for number in range(900):
        run.add(OPTIONAL, paid=number % 3 != 0)
    run.pass_time(2)
    assert 390 <= len(run.moments(Track.PAID)) <= 420
    assert most_in_a_second(run.moments(Track.PAID)) <= 200
    assert 58 <= len(run.moments(Track.BULK)) <= 60


def test_without_a_paid_rate_paid_messages_go_as_the_others() -> None:
    run = Run(30)
    for _ in range(100):
        run.add(OPTIONAL, paid=True)
    run.pass_time(1)
    assert len(run.moments(Track.BULK)) <= 30


def test_a_chats_turns_are_a_second_apart_in_order_and_the_far_ones_are_refused() -> None:
    run = Run(25)
    taken = [run.add(REPLY, "mei") for _ in range(5)]
    assert taken == [True] * MOST_PER_CHAT + [False] * 2
    run.pass_time(4)
    moments = run.moments(Track.REPLIES)
    assert [flight.row.id for _, flight in run.started] == [1, 2, 3]
    assert all(b - a >= CHAT_SECONDS for a, b in pairwise(moments))
    assert run.add(REPLY, "mei")


def test_a_chat_whose_message_is_on_its_way_waits() -> None:
    run = Run(25)
    run.add(REPLY, "mei")
    run.add(REPLY, "mei")
    run.add(REPLY, "li")
    run.pass_time(5, answer_at_once=False)
    assert [flight.row.chat for _, flight in run.started] == ["mei", "li"]
    run.line.done(run.started[0][1], sent=True)
    run.pass_time(1)
    assert [flight.row.chat for _, flight in run.started] == ["mei", "li", "mei"]


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 2), st.integers(0, 2)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_chat_keeps_its_order_however_few_may_start(steps: list[tuple[int, float, int]]) -> None:
    run = Run(2)
    for chat, passes, most in steps:
        run.add(REPLY, f"c{chat}")
        run.time.now += passes
        for flight in run.line.pick(run.time.now, dict.fromkeys(Track, most)):
            run.budget.start(flight.track, flight.row.chat)
            run.started.append((run.time.now, flight))
            run.line.done(flight, sent=True)
    for chat in range(3):
        ids = [flight.row.id for _, flight in run.started if flight.row.chat == f"c{chat}"]
        assert ids == sorted(ids)


def test_who_waits_for_a_picture_is_not_overtaken_in_their_chat() -> None:
    run = Run(25)

    def show(flight: Flight) -> bool:
        photo = "card:1" if flight.row.id < 3 else ""
        flight.message = Rendered("x", "en", "x", photo=photo)
        return True

    run.line = Line(run.budget, show)
    for chat in ("li", "mei", "mei"):
        run.add(REPLY, chat)
    run.pass_time(1, answer_at_once=False)
    assert [flight.row.id for _, flight in run.started] == [1]
    run.line.done(run.started[0][1], sent=True)
    run.pass_time(3)
    assert [flight.row.id for _, flight in run.started] == [1, 2, 3]


def test_what_waits_for_a_chat_is_dropped_but_not_what_is_on_its_way() -> None:
    run = Run(25)
    for lane in (OPTIONAL, OPTIONAL, REPLY):
        run.add(lane, "mei")
    run.add(OPTIONAL, "li")
    run.pass_time(0.5, answer_at_once=False)
    assert [flight.row.id for _, flight in run.started] == [3, 4]
    assert [row.id for row in run.line.drop("mei", replies=False)] == [1, 2]
    assert run.line.drop("mei", replies=True) == []
    assert run.add(REPLY, "mei")
    assert (len(run.line), run.line.stock(Track.REPLIES)) == (1, 1)
    assert [row.id for row in run.line.drop("mei", replies=True)] == [5]
    run.line.done(run.started[0][1], sent=True)
    assert (len(run.line), run.line.stock(Track.REPLIES)) == (0, 0)
    assert [run.add(REPLY, "mei") for _ in range(4)] == [True] * MOST_PER_CHAT + [False]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([1.0, 7.5, 30.0]),
    st.lists(
        st.tuples(st.sampled_from([REPLY, OPTIONAL]), st.integers(0, 40), st.floats(0, 0.7)),
        max_size=60,
    ),
)
def test_no_second_holds_more_than_the_budget(
    rate: float, asked: list[tuple[int, int, float]]
) -> None:
    run = Run(rate)
    for lane, chat, passes in asked:
        for _ in range(4):
            run.add(lane, f"{lane}-{chat}" if chat < 5 else "")
        run.time.now += passes  # busy with something else
        run.pass_time(passes)
    run.pass_time(3)
    assert most_in_a_second(run.moments(*Track)) <= rate + HEADROOM
    assert most_in_a_second(run.moments(Track.BULK)) <= max(rate, 1)
    chats: dict[str, list[float]] = {}
    for at, flight in run.started:
        chats.setdefault(flight.row.chat, []).append(at)
    for moments in chats.values():
        assert all(b - a >= CHAT_SECONDS for a, b in pairwise(moments))


def most_in_a_second(moments: list[float]) -> int:
    """The most messages in any second that begins with one of them."""
    most = end = 0
    for place, start in enumerate(moments):
        while end < len(moments) and moments[end] < start + 1:
            end += 1
        most = max(most, end - place)
    return most


def test_a_group_gets_at_most_twenty_messages_in_any_minute() -> None:
    run = Run(20.0)
    for _ in range(90):
        for _ in range(2):
            run.add(REPLY, "-1001")
        run.pass_time(2.0)
    moments = run.moments(Track.REPLIES)
    assert len(moments) > 40
    assert all(later - first > 60.0 for first, later in zip(moments, moments[20:], strict=False))


def test_an_album_counts_for_all_its_pictures() -> None:
    time = Time()
    budget = Budget(20.0, time)
    budget.start(Track.REPLIES, "-1001", 10)
    time.now += 1.0
    budget.start(Track.REPLIES, "-1001", 10)
    assert budget.wait_of("-1001") > 58.0
    budget.start(Track.REPLIES, "1001", 30)
    assert budget.wait_of("1001") <= CHAT_SECONDS

"""How near a ticket's deadline is: what the desk is told, and when."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from domain.service_rules import Promise, Service


class Clock(StrEnum):
    """Which of a ticket's two clocks: the next answer, or the whole matter."""

    ANSWER = "answer"
    RESOLVE = "resolve"


class Stage(IntEnum):
    """What is told of a deadline, each once: who holds the ticket is reminded, the second group
    is told before it is missed, and once more when it is."""

    REMIND = 1
    ESCALATE = 2
    LATE = 3


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many business minutes before a deadline each stage comes."""

    remind: int
    escalate: int


def ahead(service: Service, promise: Promise, clock: Clock) -> Ahead:
    """As the programme says; of a short promise the reminder comes at half of it at the latest
    and the escalation at a quarter, or they would come with the ticket itself."""
    minutes = promise.answer if clock is Clock.ANSWER else promise.resolve
    return Ahead(
        min(service.remind_minutes, minutes // 2), min(service.escalate_minutes, minutes // 4)
    )

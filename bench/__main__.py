"""`make bench`: every figure beside its peers in the same run, medians of several rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click

from bench import (
    audience,
    audit,
    catalogue,
    codes,
    due,
    earn,
    expanding,
    imports,
    insight,
    nightly,
    points,
    recommend,
    redeem,
    redirect,
    replies,
    sending,
    sentiment,
    survey_answers,
    survey_results,
    ticket_queue,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says. `full`: the sizes of the aims, which take long."""

    members: int
    seconds: float
    rounds: int
    full: bool


def _replies(asked: Asked) -> None:
    replies.run(asked.members, asked.seconds, asked.rounds)


def _earn(asked: Asked) -> None:
    earn.run(asked.members // 10, asked.seconds / 2, asked.rounds)


def _points(asked: Asked) -> None:
    points.run(5_000_000 if asked.full else 500_000)


def _audit(asked: Asked) -> None:
    audit.run(10_000_000 if asked.full else 500_000)


def _imports(asked: Asked) -> None:
    imports.run()


def _night(asked: Asked) -> None:
    due = 100_000 if asked.full else 10_000
    nightly.night((due, 10 * due), due)


def _redeem(asked: Asked) -> None:
    redeem.run(asked.members // 10, asked.seconds, asked.rounds)


def _catalogue(asked: Asked) -> None:
    catalogue.run(1_000_000 if asked.full else 100_000)


def _codes(asked: Asked) -> None:
    codes.run(1_000_000 if asked.full else 100_000)


def _expand(asked: Asked) -> None:
    expanding.run(1_000_000 if asked.full else 100_000)


def _recommend(asked: Asked) -> None:
    recommend.run()


def _sending(asked: Asked) -> None:
    count = 20_000 if asked.full else 5_000
    sending.run(count, asked.rounds, 60.0 if asked.full else 15.0)


def _due(asked: Asked) -> None:
    due.run((100_000, 1_000_000, 5_000_000) if asked.full else (100_000,))


def _sentiment(asked: Asked) -> None:
    sentiment.run()


def _results(asked: Asked) -> None:
    survey_results.run(1_000_000 if asked.full else 100_000)


def _queue(asked: Asked) -> None:
    ticket_queue.run(1_000_000 if asked.full else 100_000)


def _audience(asked: Asked) -> None:
    audience.run(1_000_000 if asked.full else 100_000)


def _insight(asked: Asked) -> None:
    insight.run(1_000_000 if asked.full else 100_000)


def _survey(asked: Asked) -> None:
    survey_answers.run(1000 if asked.full else 200)


def _redirect(asked: Asked) -> None:
    redirect.run(asked.members // 10, asked.seconds / 2, asked.rounds)


PARTS: dict[str, Callable[[Asked], None]] = {
    "replies": _replies,
    "earn": _earn,
    "points": _points,
    "audit": _audit,
    "imports": _imports,
    "night": _night,
    "redeem": _redeem,
    "catalogue": _catalogue,
    "codes": _codes,
    "expand": _expand,
    "recommend": _recommend,
    "sending": _sending,
    "due": _due,
    "sentiment": _sentiment,
    "survey": _survey,
    "results": _results,
    "queue": _queue,
    "audience": _audience,
    "insight": _insight,
    "redirect": _redirect,
}


@click.command()
@click.option("--members", default=100_000, show_default=True, help="Members in the database.")
@click.option("--seconds", default=8.0, show_default=True, help="Length of a round.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each figure.")
@click.option("--full", is_flag=True, help="The sizes of the aims; takes long.")
@click.option("--only", type=click.Choice(list(PARTS)), help="Only this part.")
def main(members: int, seconds: float, rounds: int, full: bool, only: str | None) -> None:
    """Prints how many replies, purchases, redemptions and messages a second there are, how reads
    and the audit take a long ledger, what an import, a night, a catalogue and a partner's codes
    take, and which order of benefits finds most."""
    asked = Asked(members, seconds, rounds, full)
    for name, run in PARTS.items():
        if only in (None, name):
            run(asked)


if __name__ == "__main__":
    main()

"""`memberbot event …`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click

from app.commands.common import ACTOR, changed, seen, table
from app.commands.content import FILE, import_file, print_example
from app.failures import Failed
from app.wiring import Club
from domain.dates import zone_of
from domain.events import Event, Place
from domain.refusals import EventOver
from services import events
from storage.work import Work

COUNTED: Final = (
    *("invited", "yes", "maybe", "no", "waiting", "offered", "guests"),
    *("came", "heads", "no_shows", "kept"),
)
T = TypeVar("T")


@click.group()
def event() -> None:
    """What members are invited to, written as a YAML file."""


@event.command("import")
@click.argument("file", type=FILE)
def import_(file: Path) -> None:
    """Add or change the events in FILE: all of them or none.

    Importing the same file again changes nothing. Staff invite in the chat with /events.
    """
    from services.content import import_events

    import_file(file, import_events)


@event.command()
def example() -> None:
    """Print a complete, valid event file with comments."""
    print_example("events")


@event.command("list")
def list_() -> None:
    """The events to come, with their numbers."""
    rows = seen(_rows)
    table(("id", "key", "starts", "seats", "yes", "waiting"), rows, "no event is to come")


def _rows(work: Work, club: Club) -> list[tuple[str, ...]]:
    return [_row(work, one) for one in events.upcoming(work, club.clock.now())]


def _row(work: Work, one: Event) -> tuple[str, ...]:
    told = events.concerned(work, one)
    starts = f"{one.starts_at.astimezone(zone_of(one.zone)):%Y-%m-%d %H:%M} {one.zone}"
    return str(one.id), one.key, starts, _seats(one), str(told["yes"]), str(told["waiting"])


def _seats(one: Event) -> str:
    return "no limit" if one.capacity is None else f"{one.taken} of {one.capacity}"


@event.command()
@click.argument("key")
def show(key: str) -> None:
    """How the event KEY stands: answers, seats, who came, and its invitations."""
    figures, waves = _of(key, _standing)
    table(("what", "number"), figures, "")
    click.echo()
    table(("invites from", "whom", "at most", "invited", "state"), waves, "no invitations")


def _standing(work: Work, one: Event) -> tuple[list[tuple[str, str]], list[tuple[str, ...]]]:
    stands = events.standing(work, one.id)
    figures = [(name, str(stands.counts.get(name, 0))) for name in COUNTED]
    waves: list[tuple[str, ...]] = [
        (
            f"{wave.due_at.astimezone(zone_of(one.zone)):%Y-%m-%d %H:%M}",
            wave.written or "everybody it is for",
            str(wave.most or ""),
            str(wave.invited),
            str(wave.state),
        )
        for wave in stands.waves
    ]
    return [("seats", _seats(one)), *figures], waves


@event.command()
@click.argument("key")
def guests(key: str) -> None:
    """Who answered the event KEY: member number, name, answer, guests, how many came."""
    rows = _of(key, lambda work, one: [_guest(guest) for guest in events.all_guests(work, one.id)])
    table(("member", "name", "answer", "guests", "came"), rows, "nobody has answered")


def _guest(one: events.Guest) -> tuple[str, ...]:
    part = one.part
    waits = str(part.place) if part.place in (Place.WAITING, Place.OFFERED) else ""
    said = waits or str(part.answer) or "-"
    return one.number, one.name, said, str(part.guests), str(part.came)


@event.command()
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def cancel(key: str, *, yes: bool) -> None:
    """Call off the event KEY: who said yes, waits or said maybe is told; deposits go back."""
    told = _of(key, lambda work, one: sum(events.concerned(work, one).values()))
    if not yes:
        click.confirm(f"Call off {key} and tell {told} members?", abort=True)

    def use(work: Work, club: Club) -> None:
        events.cancel(work, _found(work, key).id, ACTOR, club.clock.now())

    try:
        changed(use)
    except EventOver as error:
        raise Failed(f"{key} is over; it cannot be called off any more") from error
    click.echo(f"{key} is called off; {told} members are told")


def _of(key: str, use: Callable[[Work, Event], T]) -> T:
    return seen(lambda work, _: use(work, _found(work, key)))


def _found(work: Work, key: str) -> Event:
    found = work.events.by_key(key)
    if found is None:
        raise Failed(f'there is no event {key}; "memberbot event list" shows those to come')
    return found

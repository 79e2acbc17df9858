"""`memberbot event …`."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.content import FILE, import_file, print_example


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

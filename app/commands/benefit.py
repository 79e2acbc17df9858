"""`memberbot benefit …`."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.content import FILE, import_file, print_example


@click.group()
def benefit() -> None:
    """What members can have for their points, written as a YAML file."""


@benefit.command("import")
@click.argument("file", type=FILE)
def import_(file: Path) -> None:
    """Add or change the benefits in FILE: all of them or none.

    Importing the same file again changes nothing.
    """
    from services.content import import_benefits

    import_file(file, import_benefits)


@benefit.command()
def example() -> None:
    """Print a complete, valid benefit file with comments."""
    print_example("benefits")

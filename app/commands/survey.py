"""`memberbot survey …`."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.content import FILE, import_file, print_example
from app.commands.survey_results import mood, results


@click.group()
def survey() -> None:
    """Questions to members and their answers."""


@survey.command("import")
@click.argument("file", type=FILE)
def import_(file: Path) -> None:
    """Add or change the surveys in FILE: all of them or none.

    Importing the same file again changes nothing. A question that has answers cannot change.
    """
    from services.survey_files import import_surveys

    import_file(file, import_surveys)


@survey.command()
def example() -> None:
    """Print a complete, valid survey file with comments."""
    print_example("surveys")


survey.add_command(results)
survey.add_command(mood)

"""`memberbot survey …`."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.common import seen, table
from app.commands.content import FILE, import_file, print_example


@click.group()
def survey() -> None:
    """Questions to members and their answers."""


@survey.command("import")
@click.argument("file", type=FILE)
def import_(file: Path) -> None:
    """Add or change the surveys in FILE: all of them or none.

    Importing the same file again changes nothing. A question that has answers cannot change.
    """
    from services.content import import_surveys

    import_file(file, import_surveys)


@survey.command()
@click.argument("key")
def results(key: str) -> None:
    """Show how often each answer to the survey KEY was given."""
    from app.failures import Failed
    from domain.survey_errors import SurveyNotFound
    from services import surveys

    try:
        found = seen(lambda work, _: surveys.results(work, key))
    except SurveyNotFound as error:
        known = seen(lambda work, _: [one.key for one in work.surveys.all()])
        raise Failed(
            f"there is no survey {key}; there are: {', '.join(known) or 'none'}"
        ) from error
    click.echo(found.question.texts.get("en") or next(iter(found.question.texts.values())))
    rows = [
        [one.value, str(one.times), f"{one.times / found.total:.0%}" if found.total else "–"]
        for one in found.counts
    ]
    table(["ANSWER", "TIMES", "SHARE"], rows, "")
    mean = f", {found.mean:.2f} on average" if found.mean is not None else ""
    click.echo(f"{found.total} answered{mean}")


@survey.command()
def example() -> None:
    """Print a complete, valid survey file with comments."""
    print_example("surveys")

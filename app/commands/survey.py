"""`memberbot survey …`."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands import survey_rounds
from app.commands.content import FILE, import_file, print_example
from app.commands.survey_results import mood, results


@click.group()
def survey() -> None:
    """Questions to members and their answers."""


@survey.command("import")
@click.argument("file", type=FILE)
@click.option("--key", default="", help="Of a SurveyJS file: its key here, else its name.")
@click.option("--one-language", is_flag=True, help="SurveyJS: take texts without translation.")
@click.option(
    "--anonymous/--named",
    default=None,
    help="SurveyJS: whether nobody can tell who answered what; a known survey keeps what it is.",
)
@click.option(
    "--reward",
    type=click.IntRange(0, 10**6),
    default=None,
    help="SurveyJS: in points; a known survey keeps its own.",
)
def import_(
    file: Path, key: str, one_language: bool, anonymous: bool | None, reward: int | None
) -> None:
    """Add or change the surveys in FILE: all of them or none.

    Importing the same file again changes nothing. A question that has answers cannot change. A
    FILE that ends with .json is read as one survey of SurveyJS; what cannot be asked here is
    listed and left out.
    """
    from services.survey_files import import_surveys

    if file.suffix.lower() == ".json":
        survey_rounds.import_json(file, key, one_language, anonymous, reward)
        return
    survey_rounds.warn([one.key for one in import_file(file, import_surveys)])


@survey.command()
def example() -> None:
    """Print a complete, valid survey file with comments."""
    print_example("surveys")


survey.add_command(results)
survey.add_command(mood)
for command in survey_rounds.COMMANDS:
    survey.add_command(command)

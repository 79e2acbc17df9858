"""What the commands for files of benefits, surveys and events share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from app.commands.common import ACTOR, changed
from app.failures import Failed
from domain.refusals import ContentInvalid
from services.content_files import Done
from services.ports.club import Actor
from storage.work import Work

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXAMPLES = Path(__file__).parent.parent / "examples"
LARGEST = 16 * 1024 * 1024
WORDS = {"added": "added", "changed": "changed", "same": "there already, nothing changed"}

Import = Callable[[Work, str, Actor, datetime], list[Done]]


def import_file(file: Path, use: Import) -> list[Done]:
    """Imports a file in one transaction and says what became of each entry; every mistake is a
    line on stderr and nothing is taken."""
    text = read(file)
    with faults_of(file):
        done = changed(lambda work, club: use(work, text, ACTOR, club.clock.now()))
    say(done)
    return done


@contextmanager
def faults_of(file: Path) -> Iterator[None]:
    """Shows every mistake in a file as a line on stderr; then the command fails."""
    try:
        yield
    except ContentInvalid as error:
        for problem in error.problems:
            click.echo(f"memberbot: {problem.within(str(file))}", err=True)
        click.echo("memberbot: nothing was taken", err=True)
        raise click.exceptions.Exit(1) from error


def say(done: Iterable[Done]) -> None:
    """What became of each entry."""
    for entry in done:
        click.echo(f"{entry.key}: {WORDS[entry.outcome]}")


def read(file: Path) -> str:
    """The text of a file; raises Failed if it is too large or no UTF-8."""
    raw = file.read_bytes()
    if len(raw) > LARGEST:
        raise Failed(f"{file}: larger than 16 MB; split it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failed(f"{file}: is not UTF-8; save it as UTF-8") from error


def print_example(name: str) -> None:
    """Prints a complete, valid file with comments."""
    click.echo((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), nl=False)

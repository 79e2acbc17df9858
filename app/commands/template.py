"""`memberbot template …`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.commands.common import ACTOR, changed, seen, table, with_club
from app.commands.content import faults_of, read, say
from app.failures import Failed
from app.wiring import Club

SOURCE = click.Path(exists=True, path_type=Path)
TARGET = click.Path(path_type=Path)
LANGUAGE = click.Choice(["zh", "en"])


@click.group()
def template() -> None:
    """The club's own words for messages to members."""


@template.command("list")
def list_() -> None:
    """List the messages that may be put into the club's own words, and which version is in use."""
    from services import wordings
    from templates import contract

    found = seen(lambda work, _club: wordings.listed(work))
    rows = [
        (one.key, contract.title("en", one.key), str(one.version) if one.version else "shipped")
        for one in found
    ]
    table(("key", "message", "version"), rows, "There are none.")


@template.command()
@click.argument("target", type=TARGET)
def export(target: Path) -> None:
    """Write the words in use to TARGET: a .yaml file, or a folder with a file for each noun.

    Messages that still have the shipped words stand there as comments.
    """
    from domain.wordings import REPLACEABLE
    from services import wording_files, wordings
    from templates import catalogue

    keys = [key for group in REPLACEABLE.values() for key in group]
    used = seen(
        lambda work, _club: {
            key: found for key in keys if (found := wordings.in_use(work, key)) is not None
        }
    )
    nouns: dict[str, dict[str, dict[str, str]]] = {}
    for key in keys:
        texts = {name: catalogue.sources(name)[key] for name in catalogue.LANGUAGES}
        nouns.setdefault(key.partition(".")[0], {})[key] = texts
    files = {noun: wording_files.written(noun, used, shipped) for noun, shipped in nouns.items()}
    if target.suffix in (".yaml", ".yml"):
        target.write_text("\n".join(files.values()), encoding="utf-8")
    else:
        target.mkdir(parents=True, exist_ok=True)
        for noun, text in files.items():
            (target / f"{noun}.yaml").write_text(text, encoding="utf-8")
    click.echo(f"{len(used)} of {len(keys)} messages have words of the club; written to {target}")


@template.command("import")
@click.argument("source", type=SOURCE)
def import_(source: Path) -> None:
    """Take the words in SOURCE into use, a .yaml file or a folder of them: all or none.

    Messages that SOURCE does not name stay as they are; one that is null gets the shipped words
    back. The same words again change nothing.
    """
    files = _tried(source)
    done = changed(
        lambda work, club: [
            one for file in files for one in file.take(work, ACTOR, club.clock.now())
        ]
    )
    say(done)


@template.command()
@click.argument("source", type=SOURCE, required=False)
def check(source: Path | None) -> None:
    """Find what is wrong with the words in SOURCE, or with those in use; nothing is changed."""
    if source is not None:
        count = sum(len(file.entries) for file in _tried(source))
        click.echo(f"{count} messages: nothing is wrong")
        return
    from services import wordings

    used = seen(
        lambda work, _club: {
            one.key: found.content
            for one in wordings.listed(work)
            if (found := wordings.in_use(work, one.key)) is not None
        }
    )
    faults = _faults(list(used.items()))
    for key, fault, sentence in faults:
        line = f", line {fault.line}" if fault.line else ""
        click.echo(f"memberbot: {key} ({fault.place or 'all'}{line}): {sentence}", err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(f"{len(used)} messages in the club's own words: nothing is wrong")


@template.command()
@click.argument("key")
@click.option("--lang", type=LANGUAGE, default="en", show_default=True, help="In which language.")
@click.option("--shipped", is_flag=True, help="The shipped words, not those in use.")
def preview(key: str, lang: str, shipped: bool) -> None:
    """Show the message KEY as members see it, with each of its samples."""
    from bot.markup import plain_text
    from bot.messages import Reply
    from services import wordings
    from templates import contract

    async def main(club: Club) -> list[Any]:
        def used(work: Any) -> Any:
            wordings.check_key(key)
            return None if shipped else wordings.in_use(work, key)

        found = await club.units.read(used)
        words = found.content if found else None
        return [
            club.renderer.render(Reply(key, values), lang, "", 0, words)
            for values in contract.samples(key)
        ]

    for number, message in enumerate(with_club(main)):
        if number:
            click.echo("---")
        click.echo(plain_text(message.text))
        for button in (button for row in message.rows for button in row):
            click.echo(f"[{button.label}]" + (f" {button.url}" if button.url else ""))
        if message.photo:
            click.echo(f"(picture {message.photo})")


def _tried(source: Path) -> list[Any]:
    """The files of a source, whose words have all been tried; else says what is wrong and ends."""
    from services.wording_files import WordingFile

    paths = sorted(source.glob("*.y*ml")) if source.is_dir() else [source]
    if not paths:
        raise Failed(f"{source}: holds no .yaml file")
    files = []
    for path in paths:
        with faults_of(path):
            file = WordingFile(read(path))
            words = [(one.key, one.words) for one in file.entries if one.words is not None]
            if found := _faults(words):
                raise file.invalid(found)
            files.append(file)
    return files


def _faults(words: Sequence[tuple[str, Any]]) -> list[tuple[str, Any, str]]:
    """What is wrong with words, each with its message key and in a sentence."""
    from app.trying import Trying

    async def main() -> list[tuple[str, Any, str]]:
        trying = Trying()
        return [
            (key, fault, _sentence(fault))
            for key, content in words
            for fault in await trying.faults(key, content)
        ]

    return asyncio.run(main())


def _sentence(fault: Any) -> str:
    from bot.markup import plain_text
    from templates import catalogue

    text = catalogue.compiled("en")["wording.fault"].render(one=fault.data())
    return plain_text(text.strip())

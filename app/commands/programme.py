"""`memberbot programme …`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from app.commands.common import seen, table, with_club
from app.failures import Failed
from app.settings import PROGRAMMES
from app.wiring import Club

if TYPE_CHECKING:
    from app.publishing import Published

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])
EXAMPLES = sorted(path.stem for path in PROGRAMMES.glob("*.yaml"))


@click.group()
def programme() -> None:
    """The club's rules: points, levels, rewards, written as one YAML file."""


@programme.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Check a programme file and list everything that is wrong with it."""
    from app.programme_words import read

    found = read(file)
    click.echo(f"{file} is good: {found.name('en')}, version {found.version}")


@programme.command()
@click.argument("file", type=FILE)
@click.option("--by", default="", metavar="NAME", help="The operator who asks for it.")
def publish(file: Path, by: str) -> None:
    """Publish a programme file as a new version; a published version never changes.

    Where an approver or owner is linked to a chat, they are sent the result of the dry run and
    the version is published by their yes; --by NAME cannot say it themselves. Otherwise it is
    published at once. Publishing the same file again changes nothing.
    """
    from app import programme_words, publishing
    from app.progress import bar

    found = programme_words.read(file)

    async def run(club: Club) -> publishing.Published:
        with bar(file.name) as report:
            return await publishing.publish(club, found, by, report)

    for line in _said(found.version, with_club(run)):
        click.echo(line)


def _said(version: int, done: Published) -> Iterator[str]:
    if done.request is not None:
        yield f"version {version} waits for the yes of {' or '.join(done.asked)}"
        yield "They see what changes and the dry run in their chat; one yes publishes it."
        yield "What is waiting: memberbot programme requests"
    elif not done.new:
        yield f"version {version} was published before; nothing changed"
    else:
        yield f"version {version} is published and holds from now on"
        other = f"nobody but {done.alone}" if done.alone else "nobody"
        yield f"{other} is linked to a chat who could approve it first. To add somebody:"
        yield "  memberbot operator add NAME --role approver"


@programme.command()
def requests() -> None:
    """List the versions that wait for an approver's yes."""
    from services import publishing

    waiting, zone = seen(
        lambda work, club: (
            publishing.requests(work, club.clock.now()),
            ZoneInfo(work.programmes.current().zone),
        )
    )
    rows = [
        (
            one.subject_id,
            one.asker,
            f"{one.asked_at.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{one.expires_at.astimezone(zone):%Y-%m-%d %H:%M}",
            str(one.payload["fingerprint"])[:12],
        )
        for one in waiting
    ]
    heads = ("version", "asked by", "on", "until", "content")
    table(heads, rows, "no version is waiting")


@programme.command()
@click.argument("file", type=FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Every detail as JSON.")
def show(file: Path | None, as_json: bool) -> None:
    """Show the rules of a FILE in words; without it those that hold now."""
    import orjson

    from app import programme_words
    from domain import programme_json

    found = programme_words.read(file) if file else seen(lambda work, _: work.programmes.current())
    if as_json:
        click.echo(orjson.dumps(programme_json.to_json(found), option=orjson.OPT_INDENT_2))
        return
    for line in programme_words.lines(found):
        click.echo(line)


@programme.command()
@click.argument("before", type=FILE, metavar="A")
@click.argument("after", type=FILE, metavar="B", required=False)
def diff(before: Path, after: Path | None) -> None:
    """Say in words what changes from programme file A to B.

    Without B: what publishing A would change in the rules that hold now.
    """
    from app import programme_changes, programme_words

    one = programme_words.read(before)
    if after is None:
        old, new = seen(lambda work, _: work.programmes.current()), one
    else:
        old, new = one, programme_words.read(after)
    for line in programme_changes.lines(old, new):
        click.echo(line)


@programme.command()
@click.argument("file", type=FILE)
@click.option("--from", "first", type=DAY, help="Count points from this day; levels: all days.")
@click.option("--to", "last", type=DAY, help="The last day; today if not given.")
@click.option("--csv", type=NEW_FILE, help="Write who would stand elsewhere to this file.")
def simulate(file: Path, first: datetime | None, last: datetime | None, csv: Path | None) -> None:
    """Replay the club's own purchases under the rules of FILE, beside those that hold now.

    Says who would rise and fall, and the points of each month. Nothing is written but the CSV
    file; the bot goes on working. Check-ins, surveys and what was spent are taken as they were.
    """
    from app import programme_words, simulating
    from app.progress import bar

    found = programme_words.read(file)
    if first and last and last < first:
        raise Failed("--to is before --from; swap them")

    async def run(club: Club) -> simulating.Simulated:
        with bar(file.name) as report:
            begin, end = (day.date() if day else None for day in (first, last))
            return await simulating.simulate(club, found, begin, end, csv, report)

    done = with_club(run)
    for line in simulating.lines(done):
        click.echo(line)
    if csv:
        click.echo(f"\nwho would stand elsewhere: {csv}")


@programme.command()
@click.argument("name", type=click.Choice(EXAMPLES), default="retail")
def example(name: str) -> None:
    """Print a complete, valid programme file with comments."""
    click.echo((PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8"), nl=False)

"""`memberbot audience …`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from app.commands.common import ACTOR, changed, seen, table
from app.wiring import Club
from domain.audience_expressions import Expression
from storage.work import Work

OUT = click.Path(dir_okay=False, path_type=Path)
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="en", help="Of the words.")
PAGE = 2000


@click.group()
def audience() -> None:
    """Who is meant: conditions over members, saved under a name.

    CONDITIONS are written as in the chat, for example: level = gold and purchases(90d) >= 3
    """


@audience.command("list")
def list_() -> None:
    """List the saved audiences."""
    rows = [
        (
            one.name,
            "" if one.members is None else f"{one.members:,}",
            "followed" if one.followed else "",
            one.tag and f"tag {one.tag}",
            one.written,
        )
        for one in seen(lambda work, _: work.saved_audiences.all())
    ]
    heads = ("name", "members", "", "", "conditions")
    table(heads, rows, "none yet: memberbot audience save NAME CONDITIONS")


@audience.command()
@click.argument("conditions")
def count(conditions: str) -> None:
    """Count the members whom CONDITIONS mean."""
    from services import audiences

    def use(work: Work, club: Club) -> audiences.Counted:
        now = club.clock.now()
        return audiences.count(work, audiences.read(work, conditions, now), now)

    found = seen(use)
    click.echo(f"{found.members:,} of {found.all_members:,} members ({found.percent} %)")
    click.echo(f"{found.reachable:,} of them agreed to promotions and can be reached")


@audience.command()
@click.argument("conditions")
@LANG
def explain(conditions: str, lang: str) -> None:
    """Say what CONDITIONS were understood as, so that it reads back to the same."""
    from services import audiences

    def use(work: Work, club: Club) -> str:
        found = audiences.read(work, conditions, club.clock.now())
        return audiences.written(work, found, lang)

    click.echo(seen(use))


@audience.command()
@click.argument("conditions")
def sample(conditions: str) -> None:
    """Show the numbers of a few members whom CONDITIONS mean."""
    from services import audiences

    def use(work: Work, club: Club) -> list[audiences.Sampled]:
        now = club.clock.now()
        return audiences.sample(work, audiences.read(work, conditions, now), now)

    rows = [(one.number, one.level) for one in seen(use)]
    table(("number", "level"), rows, "nobody fits at the moment")


@audience.command()
@click.argument("name")
@click.argument("conditions")
@click.option("--replace", is_flag=True, help="Change the one of that name.")
@LANG
def save(name: str, conditions: str, replace: bool, lang: str) -> None:
    """Save CONDITIONS under NAME. The same again changes nothing."""
    from services import audiences, saved_audiences

    def use(work: Work, club: Club) -> str:
        now = club.clock.now()
        found = audiences.read(work, conditions, now)
        written = audiences.written(work, found, lang)
        saved = saved_audiences.save(
            work, name, found, written, actor=ACTOR, now=now, replaced=replace
        )
        return f"{saved.name}: {saved.written}"

    click.echo(changed(use))


@audience.command()
@click.argument("name")
@click.option("--tag", default="", help="Whoever is in it carries this tag.")
@click.option("--stop", is_flag=True, help="Follow it no longer; its tag goes.")
def follow(name: str, tag: str, stop: bool) -> None:
    """Write down from now on who enters and leaves the audience NAME, each night."""
    from services import saved_audiences

    def begin(work: Work, club: Club) -> int:
        now, found = club.clock.now(), saved_audiences.find(work, name)
        if stop:
            saved_audiences.unfollow(work, found.id, ACTOR, now)
        else:
            saved_audiences.follow(work, found.id, tag or found.tag, ACTOR, now)
        return found.id

    audience_id, after = changed(begin), None if stop else 0
    while after is not None:
        after = changed(partial(_compare, audience_id, after))
    found = seen(lambda work, _: saved_audiences.get(work, audience_id))
    state = "followed" if found.followed else "not followed"
    click.echo(f"{found.name}: {state}, {found.members or 0:,} members")


def _compare(audience_id: int, after: int, work: Work, club: Club) -> int | None:
    from services import saved_audiences

    return saved_audiences.compare(work, audience_id, after, club.clock.now())


@audience.command()
@click.argument("name")
def close(name: str) -> None:
    """Close the saved audience NAME; its tag goes from its members."""
    from services import saved_audiences

    def use(work: Work, club: Club) -> str:
        found = saved_audiences.find(work, name)
        return saved_audiences.close(work, found.id, ACTOR, club.clock.now()).name

    click.echo(f"closed: {changed(use)}")


@audience.command()
@click.argument("name")
@click.option("--days", default=30, type=click.IntRange(1, 3660), show_default=True)
@click.option("--csv", "file", type=OUT, help="Write who it was to this file, too.")
def moves(name: str, days: int, file: Path | None) -> None:
    """Show how many entered and left the followed audience NAME, day by day."""
    from services import saved_audiences

    def use(work: Work, club: Club) -> list[tuple[str, str, str]]:
        found, now = saved_audiences.find(work, name), club.clock.now()
        if file:
            with file.open("w", encoding="utf-8-sig", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(("day", "number", "entered"))
                for one in saved_audiences.moved(work, found.id, days, now):
                    day = date.fromordinal(one.day).isoformat()
                    writer.writerow((day, one.number, "in" if one.entered else "out"))
        by_day = saved_audiences.moves(work, found.id, days, now)
        return [
            (date.fromordinal(one.day).isoformat(), str(one.entered), str(one.left))
            for one in by_day
        ]

    table(("day", "in", "out"), seen(use), "nobody came or went in that time")


@audience.command()
@click.argument("conditions")
@click.argument("file", type=OUT)
def members(conditions: str, file: Path) -> None:
    """Write the numbers of all members whom CONDITIONS mean to FILE (CSV)."""
    from services import audiences

    def use(work: Work, club: Club) -> int:
        now = club.clock.now()
        expression = audiences.read(work, conditions, now)
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer, written = csv.writer(out), 0
            writer.writerow(("number", "level"))
            for number, level in _all(work, expression, now):
                writer.writerow((number, level))
                written += 1
        return written

    click.echo(f"{seen(use):,} members written to {file}")


def _all(work: Work, expression: Expression, now: datetime) -> Iterator[tuple[str, str]]:
    from services.audience_scope import as_kept, asked_at

    when, whole, after = asked_at(work, now), as_kept(work, expression), 0
    while found := work.audiences.some(whole, when, after, PAGE):
        yield from ((one.number, one.level) for one in found)
        after = found[-1].id

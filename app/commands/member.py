"""`memberbot member …`."""

from __future__ import annotations

import click

from app.commands.common import ACTOR, changed, seen, table
from app.wiring import Club
from storage.work import Work


@click.group()
def member() -> None:
    """Single members: levels given by hand, what happened to a level, tags."""


@member.command()
@click.argument("number")
@click.argument("level", required=False)
@click.option("--until", help="Last day, such as 2026-12-31, or +3 for three months from today.")
@click.option("--reason", required=True, help="Why; kept in the audit log.")
@click.option("--end", "ending", is_flag=True, help="End what was given before its day.")
def level(number: str, level: str | None, until: str | None, reason: str, ending: bool) -> None:
    """Give the member with NUMBER a LEVEL by hand, or end it; the member is told.

    The level that purchases bring goes on beside it, and the higher of the two counts.
    """
    from services import finding, level_giving

    if ending is bool(level) or bool(level) is not bool(until):
        raise click.UsageError("give LEVEL and --until, or --end alone")
    if ending:
        now = changed(
            lambda work, club: level_giving.end(
                work,
                finding.find(work, number).id,
                reason=reason,
                actor=ACTOR,
                now=club.clock.now(),
            )
        )
        click.echo(f"ended; the member is {now.key} now")
        return
    given = changed(
        lambda work, club: level_giving.give(
            work,
            finding.find(work, number).id,
            level or "",
            level_giving.last_day(work, until or "", club.clock.now()),
            reason=reason,
            actor=ACTOR,
            now=club.clock.now(),
        )
    )
    click.echo(f"given: {given.level} until {given.until}")


@member.command()
@click.argument("number")
@click.argument("name")
@click.option("--take", is_flag=True, help="Take it away instead.")
def tag(number: str, name: str, take: bool) -> None:
    """Give the member with NUMBER the tag NAME."""
    from services import finding, tags

    def use(work: Work, club: Club) -> str:
        member_id, now = finding.find(work, number).id, club.clock.now()
        act = tags.take if take else tags.give
        act(work, member_id, name, ACTOR, now)
        return ", ".join(one.name for one in tags.of(work, member_id))

    click.echo(f"tags: {changed(use) or 'none'}")


@member.command()
@click.argument("number")
def levels(number: str) -> None:
    """Show what happened to a member's level, newest first."""
    from services import finding, level_history

    lines = seen(
        lambda work, _: (
            level_history.page(
                work, finding.find(work, number).id, 0, size=level_history.EVERYTHING
            ).lines
        )
    )
    rows = [
        (f"{one.day}", one.event.value, one.level, f"until {one.until}" if one.until else "")
        for one in lines
    ]
    table(("day", "event", "level", ""), rows, "nothing happened to this member's level yet")

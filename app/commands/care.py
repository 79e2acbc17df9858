"""`memberbot care …`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from app.care_plan import MOST_LOOKED_AT, Plan, each, text
from app.commands.common import table, with_club
from app.csv_file import written
from app.failures import Failed
from app.wiring import Club
from services.care_calendar import Planned

HEADS = ("day", "time", "zone", "rule", "member", "language", "remarks", "message")
SAYINGS = {
    "frozen": "membership frozen: not sent",
    "no_address": "no chat linked: nothing is sent, a gift is booked",
    "unreachable": "cannot be reached (blocked or gone): not sent",
    "no_consent": "no consent: not sent; a gift comes with a receipt",
    "already_given": "has had it already: not sent",
    "cooldown": "too soon after the last one: not sent",
    "often_enough": "has had it often enough: not sent",
    "no_gift": "no gift with it: birthday told or changed too late",
    "no_name": "no name: the text does without",
    "no_zone": "no time zone set: the club's is used",
    "quiet": "quiet hours: goes later",
    "other_language": "no words in the member's language: the other one is used",
    "budget": "the week's messages may be used up",
    "lunar": "birthday by the lunar calendar",
    "feb29_before": "born on 29 February: greeted on the 28th",
    "feb29_after": "born on 29 February: greeted on 1 March",
}


@click.group()
def care() -> None:
    """Care: what members will get by themselves. Its rules stand in the programme."""


@care.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@click.option("--rule", "only", default="", help="Only the rule of this key.")
@click.option(
    "--csv",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every message to this file.",
)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Of details.")
@click.option("--size", type=click.IntRange(0, 1000), default=20, show_default=True)
def calendar(days: int, only: str, file: Path | None, page: int, size: int) -> None:
    """Show who will get what in the days to come, rendered, with what speaks against it.

    First a table of days and rules, then the messages one by one, --size on a --page. What comes
    when it happens (a new level, back in stock) cannot be told beforehand, and what members do
    meanwhile may change the rest.
    """

    async def use(club: Club) -> None:
        plan, shown = Plan(), _Shown(page, size)
        with ExitStack() as stack:
            out = stack.enter_context(written(file, HEADS)) if file else None
            async for one in each(club, plan, days, only, club.clock.now()):
                if shown.wants():
                    shown.keep(one, await text(club, one))
                if out is not None:
                    out.write(_row(one, await text(club, one)))
        _say(plan, shown, file)

    try:
        with_club(use)
    except LookupError as error:
        raise Failed(f"the programme has no rule {only}") from error


class _Shown:
    """One page of messages, kept while all pass by."""

    def __init__(self, page: int, size: int) -> None:
        self.page = page
        self.size = size
        self.seen = 0
        self.kept: list[tuple[Planned, str]] = []

    def wants(self) -> bool:
        """Whether the next one belongs to the page."""
        self.seen += 1
        return (self.page - 1) * self.size < self.seen <= self.page * self.size

    def keep(self, one: Planned, words: str) -> None:
        self.kept.append((one, words))


def _say(plan: Plan, shown: _Shown, file: Path | None) -> None:
    rows = [
        (
            f"{line.day}",
            line.rule.key,
            f"{line.count:,}",
            f"{line.blocked:,}",
            f"{line.remarked:,}",
        )
        for line in plan.lines
    ]
    table(("day", "rule", "messages", "not sent", "remarked"), rows, "nothing is due")
    if plan.cut:
        click.echo(
            f"of a rule on a day {MOST_LOOKED_AT:,} were looked at; the others are only counted"
        )
    for code, count in plan.remarks.most_common():
        click.echo(f"{count:>9,}  {SAYINGS.get(code, code)}")
    for one, words in shown.kept:
        _show(one, words)
    if shown.kept and shown.seen > shown.page * shown.size:
        click.echo(f"\npage {shown.page}; the next one: --page {shown.page + 1}")
    if file:
        click.echo(f"{shown.seen:,} rows: {file}")


def _show(one: Planned, words: str) -> None:
    at = one.at.astimezone(ZoneInfo(one.zone))
    click.echo(f"\n{at:%Y-%m-%d %H:%M} {one.zone}  {one.rule.key}  {one.number}  ({one.locale})")
    for code in one.warnings:
        click.echo(f"  ! {SAYINGS.get(code, code)}")
    for line in (words or "(these words do not render)").splitlines():
        click.echo(f"  | {line}".rstrip())


def _row(one: Planned, words: str) -> tuple[str, ...]:
    at = one.at.astimezone(ZoneInfo(one.zone))
    remarks = "; ".join(SAYINGS.get(code, code) for code in one.warnings)
    where = (f"{at:%Y-%m-%d}", f"{at:%H:%M}", one.zone)
    return (*where, one.rule.key, one.number, one.locale, remarks, words)

"""`memberbot campaign …`."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from app.commands.campaign_list import list_
from app.commands.campaign_results import results
from app.commands.common import ACTOR, changed, seen, with_club
from app.commands.content import FILE, faults_of, print_example, read
from app.failures import Failed
from app.wiring import Club
from domain.money import plain
from services.audiences import Counted
from services.campaign_files import CampaignFile
from services.ports.club import Actor, Operator
from storage.work import Work

NUMBER = click.argument("number", type=int, metavar="ID")
BY = click.option("--by", default="", help="The operator who does it, by name.")
WORDS = {
    "draft": "a draft",
    "in_review": "waits for a second operator's yes, under /approvals",
    "approved": "approved",
    "scheduled": "planned",
    "running": "being sent",
    "paused": "paused",
    "finished": "finished",
    "cancelled": "stopped",
}


@click.group()
def campaign() -> None:
    """Messages to many members, without the chat."""


campaign.add_command(results)
campaign.add_command(list_)


@campaign.command()
@click.argument("file", type=FILE)
@BY
@click.option("--again", is_flag=True, help="Send a file that was started before once more.")
@click.option("--partly", is_flag=True, help="Go on without lines of the list that name nobody.")
@click.option("--anyway", is_flag=True, help="Although lines of its checklist are open.")
@click.option("--yes-all", is_flag=True, help="Although its conditions mean nearly everybody.")
def start(file: Path, by: str, again: bool, partly: bool, anyway: bool, yes_all: bool) -> None:
    """Start the campaign in FILE: all mistakes are told before anything is sent.

    To more members than the programme's second_above it goes only after another operator's yes in
    the chat. The same file again sends nothing again.
    """
    from app.picture_files import beside

    with faults_of(file):
        given = CampaignFile(read(file), beside(file.parent))
        for letter in given.letters:
            if faults := _faults(given.words(letter)):
                raise given.faulty(faults)

    async def use(club: Club) -> tuple[Any, Any]:
        found = await club.units.read_long(given.read_list)
        if found is not None:
            _say_list(found)

        if not yes_all:
            _check_share(await club.units.read_long(partial(_too_many, given, club)))

        def begin(work: Work) -> Any:
            actor, address_id = _who(work, by)
            now = club.clock.now()
            nonce = secrets.token_hex(8) if again else ""
            return given.start(
                work,
                found,
                actor=actor,
                address_id=address_id,
                now=now,
                again=nonce,
                partly=partly,
                anyway=anyway,
            )

        made = await club.units.write(begin)
        return made, await club.units.read_long(partial(_estimate, campaign_id=made.id, club=club))

    made, estimate = with_club(use)
    click.echo(f"{made.id}: {WORDS[made.state]}")
    for line in _estimated(*estimate):
        click.echo(line)


def _too_many(given: CampaignFile, club: Club, work: Work) -> Counted | None:
    return given.too_many(work, club.clock.now())


def _check_share(counted: Counted | None) -> None:
    if counted is not None:
        raise Failed(
            f"the audience means {counted.members:,} of {counted.all_members:,} members"
            f" ({counted.percent} %); if that is right, add --yes-all"
        )


@campaign.command()
@NUMBER
def show(number: int) -> None:
    """Show how far the campaign ID is."""
    from services import campaigns

    def use(work: Work, club: Club) -> tuple[Any, ZoneInfo]:
        return campaigns.progress(work, number, club.clock.now()), _zone(work)

    for line in _progress(*seen(use)):
        click.echo(line)


@campaign.command()
@NUMBER
@BY
def pause(number: int, by: str) -> None:
    """Let nothing more of it leave until it is resumed."""
    from services import campaigns

    _do(campaigns.pause, number, by)


@campaign.command()
@NUMBER
@BY
def resume(number: int, by: str) -> None:
    """Go on with it."""
    from services import campaigns

    _do(campaigns.resume, number, by)


@campaign.command()
@NUMBER
@BY
def cancel(number: int, by: str) -> None:
    """End it for good: what has not left stays."""
    from services import campaigns

    _do(campaigns.stop, number, by)


@campaign.command()
@NUMBER
@BY
def retry(number: int, by: str) -> None:
    """Try those again that were refused or given up; never what may have been sent."""
    from services import campaigns

    _do(campaigns.retry_failed, number, by)


@campaign.command()
@NUMBER
@click.option(
    "--csv", "target", type=click.Path(dir_okay=False, path_type=Path), help="Who got it, to FILE."
)
@BY
def report(number: int, target: Path | None, by: str) -> None:
    """Show what became of it; with --csv also of each recipient.

    Numbers and names are masked, unless --by names an operator whose role may see them (owner).
    Cells that a spreadsheet would run are made harmless, and every export is in the audit.
    """
    from services import campaigns

    def use(work: Work, club: Club) -> tuple[Any, ZoneInfo]:
        return campaigns.progress(work, number, club.clock.now()), _zone(work)

    found, zone = seen(use)
    for line in _progress(found, zone):
        click.echo(line)
    for reason, count in found.reasons:
        click.echo(f"  {reason}: {count}")
    if target is not None:
        click.echo(f"{_written(number, target, by)} rows: {target}")


@campaign.command()
def example() -> None:
    """Print a complete, valid campaign file with comments."""
    print_example("campaign")


# -- what they share ---------------------------------------------------------------------


def _do(use: Callable[..., Any], number: int, by: str) -> None:
    def change(work: Work, club: Club) -> Any:
        return use(work, number, _who(work, by)[0], club.clock.now())

    click.echo(f"{number}: {WORDS[changed(change).state]}")


def _who(work: Work, by: str) -> tuple[Actor, int]:
    """Who does it, and the chat that hears of it: the command line's has none."""
    if not by:
        return ACTOR, 0
    found: Operator | None = work.staff.by_name(by)
    if found is None or not found.active:
        raise Failed(f"there is no operator {by}; see: memberbot operator list")
    return Actor(found.name, found.id, found.store_id), found.address_id or 0


def _written(number: int, target: Path, by: str) -> int:
    from app.csv_file import written
    from services import campaigns

    async def use(club: Club) -> int:
        def begin(work: Work) -> bool:
            now = club.clock.now()
            return campaigns.begin_report(work, number, _who(work, by)[0], now)

        whole = await club.units.write(begin)
        with written(target, campaigns.HEADS) as out:

            def copy(work: Work) -> int:
                count = 0
                for row in campaigns.recipients_csv(work, number, whole=whole):
                    out.write(row)
                    count += 1
                return count

            return await club.units.read_long(copy)

    return with_club(use)


def _estimate(work: Work, *, campaign_id: int, club: Club) -> Any:
    from services import campaigns

    found = campaigns.estimate(work, campaign_id, club.clock.now())
    return found, work.programmes.current().currency


def _estimated(found: Any, currency: str) -> Iterator[str]:
    languages = ", ".join(f"{name} {count}" for name, count in sorted(found.by_language.items()))
    yield f"recipients: {found.count}" + (f" ({languages})" if languages else "")
    if found.letters:
        yield "texts: " + ", ".join(f"{letter} {n}" for letter, n in found.letters.items())
    if found.held:
        yield f"held out: {found.held}"
    if found.gift is not None:
        yield f"the gifts cost about {plain(found.gift.total_minor, currency)} {currency}"
    if found.over_budget:
        yield f"over the contact budget, so skipped: {found.over_budget}"
    if found.no_address:
        yield f"cannot be reached: {found.no_address}"
    if found.no_consent:
        yield f"have not agreed to promotions: {found.no_consent}"
    yield f"takes about {_span(found.seconds)}"
    if found.stars:
        yield f"costs about {found.stars} Stars"


def _progress(now: Any, zone: ZoneInfo) -> Iterator[str]:
    yield f"{now.campaign_id}: {WORDS[now.state]}" + (f" ({now.reason})" if now.reason else "")
    if now.send_at is not None:
        yield f"at: {_at(now.send_at, zone)}"
    yield f"planned: {now.planned}" + (" so far" if now.filling else "")
    for name in ("sent", "waiting", "unreachable", "failed", "skipped", "unknown"):
        yield f"{name}: {getattr(now, name)}"
    if now.rate:
        yield f"rate: {now.rate:.1f} a second"
    if now.seconds:
        yield f"left: {_span(now.seconds)}"


def _say_list(found: Any) -> None:
    click.echo(f"list: {found.lines} lines, {found.found} members, {found.doubled} doubled")
    for line, text in found.unknown[:20]:
        click.echo(f"memberbot: line {line} names no member, or two: {text}", err=True)
    if (more := len(found.unknown) - 20) > 0:
        click.echo(f"memberbot: and {more} more", err=True)


def _faults(words: dict[str, Any]) -> list[tuple[Any, str]]:
    from app.commands.template import _sentence
    from app.trying import Trying

    async def main() -> list[tuple[Any, str]]:
        found = await Trying().faults("campaign:0", words)
        return [(fault, _sentence(fault)) for fault in found]

    return asyncio.run(main())


def _zone(work: Work) -> ZoneInfo:
    return ZoneInfo(work.programmes.current().zone)


def _at(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def _span(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"

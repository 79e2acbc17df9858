"""`memberbot insight …`."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.commands.common import ACTOR, changed, seen, table, with_club
from app.failures import Failed
from app.wiring import Club
from domain.dates import local_day
from domain.insight_errors import InsightInFuture, InsightTooOld, NoInsight
from domain.money import Money
from services import insight as nights
from services import insight_reading
from storage.work import Work

DAY = click.DateTime(["%Y-%m-%d"])
AXES = {"stage": "Stages", "segment": "RFM classes", "pyramid": "Pyramid"}


@click.group()
def insight() -> None:
    """RFM classes, stages of the lifecycle and the pyramid. Their rules stand in the programme."""


@insight.command()
@click.option("--date", "day", type=DAY, help="Reference date; yesterday if left out.")
def run(day: datetime | None) -> None:
    """Compute the insights of a day now, as the night does. Doing it again changes nothing."""

    async def main(club: Club) -> tuple[date, int]:
        now = club.clock.now()
        asked = await club.units.read(partial(_day, day=day, now=now))
        steps, more = 0, True
        while more:
            looked = await club.units.read_long(partial(nights.look, day=asked))
            step = partial(nights.step, day=asked, now=now, looked=looked)
            more = await club.units.write(step)
            steps += 1
        return asked, steps

    try:
        asked, steps = with_club(main)
    except InsightInFuture as error:
        raise Failed(f"{error.day} has not come yet; today is {error.today}") from error
    except InsightTooOld as error:
        raise Failed(
            f"{error.newest} has been computed already, and {error.day} would put members back;"
            f" write --date {error.newest} or a later day"
        ) from error
    click.echo(f"insights of {asked} computed, in {steps} short transactions")


def _day(work: Work, day: datetime | None, now: datetime) -> date:
    if not work.programmes.newest():
        raise Failed("there is no programme yet: memberbot programme publish")
    today = local_day(now, work.programmes.current().zone)
    asked = day.date() if day else today - timedelta(days=1)
    nights.check(work, asked, now)
    return asked


@insight.command()
@click.option("--date", "day", type=DAY, help="What was kept of the newest night up to this day.")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Of charts."
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the charts to this file (.png); that is in the audit.",
)
def show(day: datetime | None, lang: str, picture: Path | None) -> None:
    """Show how many members are in each class, where the classes begin, and who moved."""
    try:
        data = seen(lambda work, club: insight_reading.overview(work, day.date() if day else None))
    except NoInsight as error:
        raise Failed("nothing has been computed yet: memberbot insight run") from error
    _print(data)
    if picture:
        picture.write_bytes(changed(partial(_drawn, data=data, lang=lang)))
        click.echo(f"written: {picture}")


def _drawn(work: Work, club: Club, data: dict[str, Any], lang: str) -> bytes:
    from templates.sheets import insight as sheet

    insight_reading.exported(work, "png", ACTOR, club.clock.now())
    return sheet.made(club.renderer.words, json.dumps(data).encode(), lang)


def _print(data: dict[str, Any]) -> None:
    beside = f", changes since {data['before']}" if data["before"] else ""
    click.echo(f"{data['day']}: {data['members']} members{beside}\n")
    for axis, title in AXES.items():
        table((title, "members", "%", "change"), _rows(data["axes"][axis]), "")
        click.echo()
    _cuts(data["cuts"], data)
    moves = [(f"{m['before']} -> {m['after']}", str(m["count"])) for m in data["moves"]]
    if moves:
        click.echo()
        table(("Moved", "members"), moves, "")


def _rows(lines: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            one["key"],
            str(one["count"]),
            str(one["share"]),
            "" if one["change"] is None else f"{one['change']:+d}",
        )
        for one in lines
    ]


def _cuts(cuts: dict[str, Any], data: dict[str, Any]) -> None:
    """Where each fifth ends: whoever has the value of a cut point is below it."""
    if not cuts["r"]:
        click.echo(f"nobody bought anything in {data['window']} days")
        return
    money = [_money(one) for one in cuts["m"]]
    rows = [
        ("R", "days since the last purchase", *(str(value) for value in cuts["r"])),
        ("F", f"purchases in {data['window']} days", *(str(value) for value in cuts["f"])),
        ("M", f"spent in {data['window']} days", *money),
    ]
    table(("", f"of {cuts['buyers']} buyers", "1|2", "2|3", "3|4", "4|5"), rows, "")
    click.echo(f"A from {_money(cuts['a'])}, B from {_money(cuts['b'])}, C the other buyers")


def _money(one: dict[str, Any]) -> str:
    return str(Money(one["minor"], one["currency"]))

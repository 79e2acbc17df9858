"""`memberbot ticket report`: how the service desk did."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.commands.common import seen, table
from app.wiring import Club
from storage.work import Work

DAY = click.DateTime(["%Y-%m-%d"])
OUT = click.Path(dir_okay=False, path_type=Path)
HEADS = ("", "tickets", "half in", "90% in", "in time", "settled", "90% in", "in time", "stars")


@click.group()
def ticket() -> None:
    """Complaints, suggestions and questions."""


@ticket.command()
@click.option("--from", "first", type=DAY, help="First local day; 30 days up to the last.")
@click.option("--until", "last", type=DAY, help="Last local day; today if left out.")
@click.option("--csv", "file", type=OUT, help="Write every figure to this file, too.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Of the file.")
def report(first: datetime | None, last: datetime | None, file: Path | None, lang: str) -> None:
    """Report what came to the desk, how soon it was answered and settled, and how content
    members were, beside as many days before. Times are minutes in which the desk is open."""
    from services import ticket_report, ticket_report_plain

    def use(work: Work, club: Club) -> tuple[dict[str, Any], bytes]:
        days = [day.date() if day else None for day in (first, last)]
        try:
            found = ticket_report.report(work, club.clock.now(), *days)
        except ValueError as error:
            raise click.BadParameter("the first day comes after the last") from error
        data = ticket_report_plain.plain(found)
        return data, _table(club, data, lang) if file else b""

    data, content = seen(use)
    click.echo(f"{data['first']} to {data['last']}")
    table(HEADS, [_row(name, one) for name, one in _lines(data)], "")
    for cause in data["causes"]:
        click.echo(f"{cause['times']} × {cause['key']}: {'; '.join(cause['improvements']) or '–'}")
    for one in data["goodwill"]:
        click.echo(
            f"goodwill of {one['staff'] or '?'}: {one['points']} points, {one['vouchers']}"
            " vouchers"
        )
    for one in data["repeated"]:
        click.echo(f"complained {one['times']} times in 90 days: {one['name']} {one['number']}")
    faq = data["faq"]
    click.echo(f"FAQ: {faq['shown']} shown, {faq['helped']} helped, {faq['asked']} asked a person")
    if file:
        _write(file, content)
        click.echo(f"written to {file}")


def _lines(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    groups = [(f"{one['by']} {one['key'] or '–'}", one["figures"]) for one in data["groups"]]
    return [("all", data["now"]), ("before", data["before"]), *groups]


def _row(name: str, one: dict[str, Any]) -> tuple[str, ...]:
    found = ("tickets", "answer_median", "answer_p90", "answered_in_time", "settle_median")
    rest = ("settle_p90", "settled_in_time", "stars")
    shares = ("answered_in_time", "settled_in_time")
    cells = [
        "–" if one[what] is None else f"{one[what]}{'%' if what in shares else ''}"
        for what in (*found, *rest)
    ]
    return (name, *cells)


def _table(club: Club, data: dict[str, Any], lang: str) -> bytes:
    from templates.sheets import desk_report

    content = json.dumps({**data, "form": "csv"}, ensure_ascii=False).encode()
    return desk_report.made(club.renderer.words, content, lang)


def _write(file: Path, content: bytes) -> None:
    half = file.with_name(f"{file.name}.part")
    try:
        half.write_bytes(content)
        os.replace(half, file)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error

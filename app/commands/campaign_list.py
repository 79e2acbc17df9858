"""`memberbot campaign list`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from app.commands.campaign_results import OUT, write_file
from app.commands.common import ACTOR, changed, seen, table
from app.wiring import Club
from domain.money import plain
from services import campaign_listing
from storage.work import Work
from templates.sheets import campaigns as sheet


@click.command("list")
@click.option("--most", default=20, show_default=True, help="How many are shown.")
@click.option("--csv", "figures", type=OUT, help="Write all with their key figures to this file.")
@click.option("--xlsx", type=OUT, help="The same as an Excel file.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
def list_(most: int, figures: Path | None, xlsx: Path | None, lang: str) -> None:
    """List the newest campaigns: how far each is, its goal and its cost.

    A file holds all that are no drafts; every file is in the audit.
    """
    lines, zone = seen(lambda work, club: _lines(work, club, most))
    heads = ("id", "kind", "state", "at", "sent", "goal", "cost", "about")
    table(heads, [_row(one, zone, lang) for one in lines], "There are none.")
    for form, path in (("csv", figures), ("xlsx", xlsx)):
        if path is not None:
            _export(form, path, lang)


def _lines(work: Work, club: Club, most: int) -> tuple[list[dict[str, Any]], ZoneInfo]:
    zone = ZoneInfo(work.programmes.current().zone)
    now = club.clock.now()
    return campaign_listing.page(work, campaign_listing.ANYBODY, 0, now, most).lines, zone


def _row(one: dict[str, Any], zone: ZoneInfo, lang: str) -> tuple[str, ...]:
    at: datetime = one["at"]
    goal, cost = one["goal"], _of(one["cost"], one["budget"])
    planned = "" if one["planned"] is None else f"{one['planned']:,}"
    return (
        one["id"],
        one["kind"],
        one["state"],
        f"{at.astimezone(zone):%Y-%m-%d %H:%M}",
        planned if one["sent"] is None else f"{one['sent']:,} / {planned}",
        f"{goal['kind']} {_of(goal['reached'], goal['target'])} {goal['status']}" if goal else "",
        cost,
        one["name"] or one["about"].get(lang) or next(iter(one["about"].values()), ""),
    )


def _of(value: Any, whole: Any) -> str:
    """`12 / 40`, also of amounts."""
    if value is None and whole is None:
        return ""
    return f"{_said(value)} / {_said(whole)}" if whole is not None else _said(value)


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return plain(value["minor"], value["currency"])
    return "?" if value is None else f"{value:,}"


def _export(form: str, path: Path, lang: str) -> None:
    def note(work: Work, club: Club) -> Any:
        campaign_listing.note(work, form, ACTOR, club.clock.now())
        return club.renderer.words

    words = changed(note)
    data = seen(lambda work, club: campaign_listing.table(work, club.clock.now()))
    content = json.dumps({**data, "form": form}).encode()
    write_file(path, sheet.made(words, content, lang))
    click.echo(f"written: {path} ({len(data['rows'])} campaigns)")

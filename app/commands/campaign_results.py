"""`memberbot campaign results`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from app.commands.common import ACTOR, changed, seen, table
from app.failures import Failed
from app.wiring import Club
from domain.campaign_errors import CampaignNotFound
from services import campaign_figures, campaign_result_files, campaign_settling
from storage.work import Work
from templates.sheets import outcome as sheet
from templates.sheets.statement import Words

OUT = click.Path(dir_okay=False, path_type=Path)
_WHOLE = ("members", "xlsx")


@click.command()
@click.argument("number", type=int, metavar="ID")
@click.option("--csv", "figures", type=OUT, help="Write the figures to this file.")
@click.option("--xlsx", type=OUT, help="Write figures and members to this file.")
@click.option("--picture", type=OUT, help="Write the charts to this file (.png).")
@click.option("--members", type=OUT, help="Write who got it and what they did to this file (CSV).")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
def results(
    number: int,
    figures: Path | None,
    xlsx: Path | None,
    picture: Path | None,
    members: Path | None,
    lang: str,
) -> None:
    """Show what the campaign ID brought, against those who were held out, with intervals of 95 %.

    Every file that is written is in the audit; members are named in it in full.
    """
    wanted = {"csv": figures, "xlsx": xlsx, "png": picture, "members": members}
    try:
        words, data = seen(lambda work, club: (club.renderer.words, _data(work, club, number)))
    except CampaignNotFound as error:
        raise Failed(f"there is no campaign {number}; see: memberbot campaign list") from error
    _print(words, data, lang)
    for form, path in wanted.items():
        if path is not None:
            _export(data, form, path, lang)
            click.echo(f"written: {path}")


def _data(work: Work, club: Club, number: int) -> dict[str, Any]:
    data = campaign_settling.shown(work, number, club.clock.now())
    return {**data, "rows": campaign_figures.rows(data), "members": []}


def _export(data: dict[str, Any], form: str, path: Path, lang: str) -> None:
    number = int(data["campaign_id"])

    def note(work: Work, club: Club) -> Any:
        campaign_settling.export(work, number, form, ACTOR, club.clock.now())
        return club.renderer.words

    def members(work: Work, club: Club) -> list[list[Any]]:
        now = club.clock.now()
        return list(campaign_result_files.members(work, number, now, whole=True))

    words = changed(note)
    named = seen(members) if form in _WHOLE else []
    content = json.dumps({**data, "members": named, "form": form}).encode()
    write_file(path, sheet.made(words, content, lang))


def write_file(path: Path, content: bytes) -> None:
    """A file that appears whole; raises ClickException where it cannot be written."""
    half = path.with_name(f"{path.name}.part")
    try:
        half.write_bytes(content)
        os.replace(half, path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error


def _print(words: Words, data: dict[str, Any], lang: str) -> None:
    until = data["until"]
    when = "being sent" if until is None else f"{'over' if data['over'] else 'counting'}: {until}"
    click.echo(f"{data['name'] or data['campaign_id']}: {when}, {data['window_days']} days each")
    heads, *rows = sheet.figures(words, data, lang)
    table(heads, [[_cell(cell) for cell in row] for row in rows], "")
    if contest := data["contest"]:
        known = f"{contest['winner']} wins" if contest["winner"] else "not known which text wins"
        more = f", about {contest['needed']:,} more members each" if contest["needed"] else ""
        click.echo(f"by {contest['by']}: {known}{more}")


def _cell(cell: Any) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}"

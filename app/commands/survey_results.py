"""`memberbot survey results` and `memberbot survey mood`."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.commands.common import ACTOR, changed, seen, table
from app.failures import Failed
from app.wiring import Club
from domain.mood_errors import NoMood
from domain.survey_errors import SurveyNotFound
from services import sentiments, survey_plain, survey_results
from services.survey_results import Results
from storage.work import Work
from templates.sheets import results as sheet
from templates.sheets.statement import Words

OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("key")
@click.option("--wave", type=click.IntRange(1), help="Which wave; the newest if left out.")
@click.option("--csv", type=OUT, help="Write the figures to this file.")
@click.option("--xlsx", type=OUT, help="Write figures and the newest texts to this file.")
@click.option("--picture", type=OUT, help="Write the charts to this file (.png).")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@click.option("--raw", is_flag=True, help="Count every answer anew, not the kept counts.")
def results(
    key: str,
    wave: int | None,
    csv: Path | None,
    xlsx: Path | None,
    picture: Path | None,
    lang: str,
    raw: bool,
) -> None:
    """Show what the survey KEY found: counts, averages, NPS, CSAT, words, with intervals of 95 %.

    Of an anonymous survey nothing is shown that fewer than five have said. Every file that is
    written is in the audit.
    """
    files = {form: path for form, path in (("csv", csv), ("xlsx", xlsx), ("png", picture)) if path}
    data = _counted(key, wave, raw=raw)
    _print(data, lang)
    if data["early"] and files:
        raise Failed("nothing was written: there are no results yet")
    for form, path in files.items():
        words, content = changed(partial(_taken, key=key, wave=wave, form=form, raw=raw))
        _write(path, sheet.made(words, content, lang))
        click.echo(f"written: {path}")


@click.command()
@click.argument("kind", type=click.Choice(sentiments.KINDS))
@click.argument("subject")
@click.argument("label", type=click.Choice([str(one) for one in sentiments.Label]))
def mood(kind: str, subject: str, label: str) -> None:
    """Say how a text sounds where the machine was wrong: of a ticket_message, a survey_answer or
    a survey_record, whose SUBJECT is its id."""

    def use(work: Work, club: Club) -> None:
        sentiments.correct(work, kind, subject, label, ACTOR, club.clock.now())

    try:
        changed(use)
    except NoMood as error:
        raise Failed(f"nobody has listened to {kind} {subject} yet, or it is gone") from error
    click.echo(f"{kind} {subject} sounds {label} now")


def _counted(key: str, wave: int | None, *, raw: bool) -> dict[str, Any]:
    def use(work: Work, club: Club) -> dict[str, Any]:
        return _plain(work, _results(work, club, key, wave, raw=raw))

    try:
        return seen(use)
    except SurveyNotFound as error:
        known = seen(lambda work, _: [one.key for one in work.surveys.all()])
        which = f"{key}, wave {wave}" if wave else key
        there = ", ".join(known) or "none"
        raise Failed(f"there is no survey {which}; there are: {there}") from error


def _results(work: Work, club: Club, key: str, wave: int | None, *, raw: bool = False) -> Results:
    return survey_results.results(work, key, wave, club.clock.now(), raw=raw)


def _plain(work: Work, found: Results) -> dict[str, Any]:
    return survey_plain.plain(found, work.programmes.current())


def _taken(
    work: Work, club: Club, *, key: str, wave: int | None, form: str, raw: bool
) -> tuple[Words, bytes]:
    """What a file is made of, noted in the audit; it is drawn outside of the transaction."""
    found = _results(work, club, key, wave, raw=raw)
    survey_results.export(work, found.wave, form, ACTOR, found.at)
    data = _plain(work, found)
    content = json.dumps({**data, "rows": survey_plain.rows(data), "form": form})
    return club.renderer.words, content.encode()


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(f"{path.name}.part")
    try:
        half.write_bytes(content)
        os.replace(half, path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error


def _print(data: dict[str, Any], lang: str) -> None:
    if data["early"]:
        click.echo(
            f"{_said(data['names'], lang)}, wave {data['wave']}: {data['finished']} finished"
        )
        click.echo("anonymous: results are shown once it is closed (memberbot survey close KEY)")
        return
    finished = "fewer than 5" if data["finished"] is None else data["finished"]
    click.echo(f"{_said(data['names'], lang)}, wave {data['wave']}: {finished} finished")
    for number, one in enumerate(data["questions"], 1):
        click.echo(f"\n{number}. {_said(one['texts'], lang)}")
        if one["hidden"]:
            click.echo("fewer than 5 answered; of an anonymous survey that is not shown")
            continue
        _print_question(one, lang)


def _print_question(one: dict[str, Any], lang: str) -> None:
    for name, form in (("nps", "{:+.0f}"), ("mean", "{:.2f}"), ("csat", "{:.0%}")):
        if one[name]:
            value, *ends = one[name]
            between = " to ".join(form.format(end) for end in ends if end is not None)
            bounds = f" ({between})" if between else ""
            answered = "" if one["answered"] is None else f", {one['answered']} answered"
            click.echo(f"{name} {form.format(value)}{bounds}{answered}")
    shown = [
        [
            _said(choice["names"], lang) if choice["names"] else choice["value"],
            "<5" if choice["times"] is None else str(choice["times"]),
            _percent(choice["share"]),
        ]
        for choice in one["choices"]
    ]
    if shown:
        table(["ANSWER", "TIMES", "SHARE (95 %)"], shown, "")
    if one["spread_hidden"]:
        click.echo("some numbers were given by fewer than 5: how many gave which is not shown")
    if one["moods"]:
        click.echo(", ".join(f"{label} {times}" for label, times in one["moods"].items()))
    if one["words"]:
        click.echo("words: " + ", ".join(f"{word} {times}" for word, times in one["words"]))


def _percent(share: list[float] | None) -> str:
    return "–" if share is None else f"{share[0]:.0%} ({share[1]:.0%} to {share[2]:.0%})"


def _said(names: dict[str, str], lang: str) -> str:
    return names.get(lang) or next(iter(names.values()), "")

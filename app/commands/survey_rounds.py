"""`memberbot survey list`, `progress`, `invite`, `close`, `wave`, `extend` and `discard`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from app.commands.common import ACTOR, changed, seen, table
from app.commands.content import faults_of, read, say
from app.failures import Failed
from app.wiring import Club
from domain.dates import zone_of
from domain.survey_errors import SurveyNotFound
from domain.survey_wave_errors import NothingToDecide, WaveClosed, WaveFollowed
from domain.surveys import Wave
from services import survey_waves
from services.content_files import Done
from services.survey_waves import Standing
from services.surveyjs import LeftOut
from storage.work import Work

T = TypeVar("T")
KEY = click.argument("key")


@click.command("list")
def list_() -> None:
    """Show every survey: its round, its state, who was reached and has finished."""

    def look(work: Work, club: Club) -> list[list[str]]:
        return [_line(one, club.clock.now()) for one in survey_waves.standings(work)]

    heads = ["SURVEY", "ROUND", "STATE", "REACHED", "STARTED", "FINISHED", "RATE", "UNTIL"]
    table(heads, seen(look), "There is no survey; import some with: memberbot survey import FILE")


@click.command()
@KEY
def progress(key: str) -> None:
    """Show how far the survey KEY is, round by round."""

    def look(work: Work, club: Club) -> list[list[str]]:
        newest = survey_waves.by_key(work, key)
        waves = work.surveys.waves(newest.survey_id)
        return [_line(survey_waves.standing(work, one), club.clock.now()) for one in waves]

    with _known(key):
        found = seen(look)
    heads = ["SURVEY", "ROUND", "STATE", "REACHED", "STARTED", "FINISHED", "RATE", "UNTIL"]
    table(heads, found, "")


@click.command()
@KEY
def invite(key: str) -> None:
    """Send the invitations to the survey KEY now, to whoever of its audience has none yet."""
    _do(key, lambda work, wave, now: survey_waves.send_now(work, wave, ACTOR, now))
    click.echo("The invitations leave within a minute; consent, quiet hours and the weekly limit")
    click.echo("hold as always. See how it goes: memberbot survey progress " + key)


@click.command()
@KEY
def close(key: str) -> None:
    """End the survey KEY now. Anonymous answers are released an hour later."""
    _do(key, lambda work, wave, now: survey_waves.close(work, wave, ACTOR, now))
    click.echo(f"{key} has ended.")


@click.command()
@KEY
def wave(key: str) -> None:
    """Open the next round of the survey KEY; who has answered before may answer again."""
    opened = _do(key, lambda work, wave, now: survey_waves.open_next(work, wave, ACTOR, now))
    click.echo(f"Round {opened.wave} of {key} is open.")


@click.command()
@KEY
@click.option("--days", type=click.IntRange(1, 366), default=survey_waves.MORE_DAYS)
def extend(key: str, days: int) -> None:
    """Give the anonymous survey KEY more time, as too few have answered it."""

    def use(work: Work, _newest: Wave, now: datetime) -> datetime:
        return survey_waves.extend(work, survey_waves.to_decide(work, key), ACTOR, now, days)

    until = _do(key, use)
    zone = seen(lambda work, _: work.programmes.current().zone)
    click.echo(f"{key} is open until {_local(until, zone)}.")


@click.command()
@KEY
def discard(key: str) -> None:
    """Delete the anonymous answers to the survey KEY that are too few to be released."""

    def use(work: Work, _newest: Wave, now: datetime) -> int:
        return survey_waves.discard(work, survey_waves.to_decide(work, key), ACTOR, now)

    gone = _do(key, use)
    click.echo(f"{gone} {'answer' if gone == 1 else 'answers'} deleted.")


COMMANDS = (list_, progress, invite, close, wave, extend, discard)


# -- files of SurveyJS -------------------------------------------------------------------


def import_json(
    file: Path, key: str, one_language: bool, anonymous: bool | None, reward: int | None
) -> None:
    """Imports a file of SurveyJS and says what of it was left out."""
    from services.surveyjs_files import import_surveyjs

    text = read(file)

    def use(work: Work, club: Club) -> tuple[Done, tuple[LeftOut, ...]]:
        return import_surveyjs(
            work,
            text,
            key or file.stem,
            ACTOR,
            club.clock.now(),
            one_language=one_language,
            anonymous=anonymous,
            reward=reward,
        )

    with faults_of(file):
        done, left_out = changed(use)
    say([done])
    for one in left_out:
        click.echo(f"left out: {one}")
    warn([done.key])


def warn(keys: list[str]) -> None:
    """Says what the authors of these surveys should know."""
    from services.surveyjs_files import warnings

    for wave_ in seen(lambda work, _: work.surveys.all()):
        if wave_.key in keys:
            for warning in warnings(wave_.definition):
                click.echo(f"note: {warning}", err=True)


# -- parts -------------------------------------------------------------------------------


def _do(key: str, use: Callable[[Work, Wave, datetime], T]) -> T:
    with _known(key):
        return changed(
            lambda work, club: use(work, survey_waves.by_key(work, key), club.clock.now())
        )


@contextmanager
def _known(key: str) -> Iterator[None]:
    try:
        yield
    except SurveyNotFound as error:
        known = seen(lambda work, _: [one.key for one in work.surveys.all()])
        raise Failed(
            f"there is no survey {key}; there are: {', '.join(known) or 'none'}"
        ) from error
    except WaveClosed as error:
        raise Failed(f"{key} has ended or waits for a decision; see: memberbot survey list") from (
            error
        )
    except WaveFollowed as error:
        raise Failed(
            f"the next round of {key} is open, so this one gets no more time; delete its few "
            f"answers with: memberbot survey discard {key}"
        ) from error
    except NothingToDecide as error:
        raise Failed(f"there is nothing to decide about {key}; see: memberbot survey list") from (
            error
        )


def _line(one: Standing, now: datetime) -> list[str]:
    wave_, counts = one.wave, one.progress
    rate = f"{one.rate} %" if one.rate is not None else "–"
    until = _local(wave_.closes_at, "UTC") + " UTC" if wave_.closes_at else "–"
    state = "open" if wave_.is_open(now) else str(wave_.state)
    numbers = (counts.reached, counts.started, counts.finished)
    return [wave_.key, str(wave_.wave), state, *(str(number) for number in numbers), rate, until]


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(UTC if zone == 'UTC' else zone_of(zone)):%Y-%m-%d %H:%M}"

"""`memberbot post …`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from app.commands.common import ACTOR, changed, seen, table
from app.failures import Failed
from services import posted
from services.posted import Standing
from services.suppressions import Told
from storage.work import Work

HOLDS = {
    "": "sending as usual",
    "on": "on hold: only replies and service messages leave; go on with: memberbot hold off",
    "restored": "on hold after a restored backup: only new replies leave; check that everything is"
    " there, then: memberbot hold off, and: memberbot post unknown",
}
LANES = ("replies", "service", "care, broadcasts")
ID = click.argument("delivery_id", metavar="[ID]", type=int, required=False)
CAMPAIGN = click.option("--campaign", type=int, help="All unclear ones of this campaign.")


@click.group()
def post() -> None:
    """What waits to be sent, what is unclear or failed. Hold it with: memberbot hold on."""


@post.command()
def status() -> None:
    """Show how sending stands."""
    found, zone = seen(
        lambda work, club: (
            posted.standing(work, club.clock.now()),
            ZoneInfo(work.programmes.current().zone),
        )
    )
    for line in _lines(found, zone):
        click.echo(line)


def _lines(found: Standing, zone: ZoneInfo) -> list[str]:
    waiting = [f"{LANES[lane.lane]}: {lane.count:,} waiting" for lane in found.lanes]
    lag = [f"the oldest has waited {found.lag} s"] if found.lanes else []
    floods = [
        f"{channel} asked us to slow down until {until.astimezone(zone):%H:%M:%S}"
        for channel, until in found.floods
    ]
    return [
        HOLDS[found.hold],
        *(waiting or ["nothing waits"]),
        *lag,
        f"for a later hour: {found.later:,}",
        f"sent in the last minute: {found.per_minute:,}",
        *floods,
        f"unclear: {found.unknown:,}" + ("; see: memberbot post unknown" * bool(found.unknown)),
        *(f"failed lately: {count:,}  {reason}" for reason, count in found.dead),
    ]


@post.command()
@click.option("--campaign", type=int, help="Only those of this campaign.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True)
def unknown(campaign: int | None, most: int) -> None:
    """List messages of which nobody knows whether they arrived, the newest first."""
    (found, count), zone = seen(
        lambda work, _: (
            posted.unknown(work, campaign, most),
            ZoneInfo(work.programmes.current().zone),
        )
    )
    rows = [_row(one, zone) for one in found]
    table(("id", "what", "member", "when", "why"), rows, "nothing is unclear")
    if count > len(found):
        click.echo(f"{count - len(found):,} more; see: --most")


def _row(one: Told, zone: ZoneInfo) -> tuple[str, ...]:
    line = one.line
    what = f"campaign {line.campaign_id}" if line.campaign_id else line.rule or line.key
    return (str(line.id), what, one.number, _local(line.at, zone), line.reason)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


@post.command()
@ID
@CAMPAIGN
def resend(delivery_id: int | None, campaign: int | None) -> None:
    """Send an unclear message again, or all of a campaign; a member may get it twice."""
    _one_of(delivery_id, campaign)
    if delivery_id is not None:
        again = changed(lambda work, club: _again(work, delivery_id, club.clock.now()))
        click.echo("it is sent again" if again else _decided(delivery_id))
        return
    assert campaign is not None
    total = 0
    while done := changed(
        lambda work, club: posted.send_all_again(work, campaign, ACTOR, club.clock.now())
    ):
        total += done
    click.echo(f"{total:,} are sent again")


def _again(work: Work, delivery_id: int, now: datetime) -> bool:
    return posted.send_again(work, delivery_id, ACTOR, now)


@post.command()
@ID
@CAMPAIGN
def forget(delivery_id: int | None, campaign: int | None) -> None:
    """Leave an unclear message, or all of a campaign, as it is: not listed any more."""
    _one_of(delivery_id, campaign)
    if delivery_id is not None:
        left = changed(
            lambda work, club: posted.let_be(work, delivery_id, ACTOR, club.clock.now())
        )
        click.echo("it is left as it is" if left else _decided(delivery_id))
        return
    assert campaign is not None
    count = changed(lambda work, club: posted.let_all_be(work, campaign, ACTOR, club.clock.now()))
    click.echo(f"{count:,} are left as they are")


def _one_of(delivery_id: int | None, campaign: int | None) -> None:
    if (delivery_id is None) is (campaign is None):
        raise click.UsageError("give an ID, or --campaign ID")


def _decided(delivery_id: int) -> str:
    raise Failed(f"{delivery_id} is not unclear (any more); see: memberbot post unknown")

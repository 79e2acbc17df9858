"""`memberbot send-due`."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

import click

from app.clock import real_now
from app.commands.common import with_club
from app.failures import Failed
from app.serving import make_worker
from app.wiring import Club
from bot.channel import Channel
from bot.telegram.startup import offline
from scheduler.worker import Worker


@dataclass(frozen=True, slots=True)
class Done:
    """What one run did. `held`: another process is the sender of an account."""

    jobs: int
    sent: int
    failed: int
    held: bool


@click.command("send-due")
@click.option(
    "--now",
    "at",
    metavar="ISO",
    help="Act as if it were this time, such as 2026-05-20T09:00:00+08:00.",
)
@click.option("--simulate", is_flag=True, help="Allow a time that has not come yet.")
def send_due(at: str | None, simulate: bool) -> None:
    """Run whatever is due once, in order, and exit: for cron and for tests.

    That is each night's expiry, level review, overdue holds, waiting purchases, reminders and
    seal, then birthdays, what broadcasts still owe, and sending. With a time that has not come yet
    everything on the way there really happens, each thing at its own moment; only the club's clock
    is not moved.
    """
    moment = _moment(at) if at else None

    async def main(club: Club) -> Done:
        return await _run(club, moment, simulate)

    done = with_club(main)
    click.echo(
        f"{done.jobs} {'job' if done.jobs == 1 else 'jobs'} run,"
        f" {done.sent} {'message' if done.sent == 1 else 'messages'} sent"
        + (f", {done.failed} not sent (see: memberbot check)" if done.failed else "")
    )
    if done.held:
        click.echo("Another process is sending for this bot; it sends the rest.")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter(
            f"{text!r} is no time with an offset; write it like 2026-05-20T09:00:00+08:00",
            param_hint="--now",
        )
    return moment


async def _run(club: Club, at: datetime | None, simulate: bool) -> Done:
    latest = max(real_now(), club.clock.now())
    if at and at > latest and not simulate:
        raise Failed(f"{at.isoformat()} has not come yet; add --simulate to act as if it had")
    async with AsyncExitStack() as stack:
        worker = make_worker(club, await _channels(club, stack))
        club.shared.after_commit = worker.push
        stack.push_async_callback(worker.stop)
        jobs, sent = await _due(club, worker, at)
        counts = [sender.carrier.counts for sender in worker.senders]
        return Done(
            jobs,
            sent,
            sum(count.dead + count.unknown for count in counts),
            any(not sender.lease.fence for sender in worker.senders),
        )


async def _due(club: Club, worker: Worker, at: datetime | None) -> tuple[int, int]:
    async def move(to: datetime) -> None:
        # This process's clock only: the club goes on in its own time.
        club.clock.offset = to - real_now()

    if at and at > club.clock.now():
        return await worker.travel(at, move)
    if at:
        await move(at)
    jobs = await worker.run_due(club.clock.now())
    return jobs, await worker.drain()


async def _channels(club: Club, stack: AsyncExitStack) -> list[Channel]:
    token = club.settings.telegram_token
    if token is None:
        return []
    channel = offline(token.get_secret_value(), api_url=club.settings.telegram_api_url)
    await channel.client.open()
    stack.push_async_callback(channel.client.close_pools)
    return [channel]

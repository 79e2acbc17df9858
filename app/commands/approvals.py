"""`memberbot approvals …`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from app.commands.common import seen, table
from domain.approvals import Approval


@click.group()
def approvals() -> None:
    """Changes that wait for a second person. They decide in their chat, under /approvals."""


@approvals.command("list")
def list_() -> None:
    """List the requests that wait, the oldest first."""
    from services import approvals as requests

    waiting, zone = seen(
        lambda work, club: (
            requests.waiting(work, club.clock.now()),
            ZoneInfo(work.programmes.current().zone),
        )
    )
    rows = [_row(one, zone) for one in waiting]
    table(("id", "what", "about", "asked by", "until", "needs"), rows, "nothing is waiting")


def _row(one: Approval, zone: ZoneInfo) -> tuple[str, ...]:
    about = f"{one.subject_kind} {one.subject_id}"
    until = f"{one.expires_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return (str(one.id), one.kind, about, one.asker, until, one.permission)

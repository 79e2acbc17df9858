"""`memberbot group …`."""

from __future__ import annotations

import click

from app.commands.common import seen, table


@click.group()
def group() -> None:
    """The staff's groups where tickets are answered."""


@group.command("list")
def list_() -> None:
    """List the groups, what they are for, and what is wrong with them.

    A group is linked by writing /desk in it, and let go by /desk off.
    """
    rows = [
        (
            one.name,
            one.chat,
            one.purpose,
            "topics" if one.topics else "cards",
            one.problem or "works",
        )
        for one in seen(lambda work, _: work.staff_groups.all())
    ]
    none = "no groups yet: add the bot to a group of your staff and write /desk there"
    table(("group", "chat", "for", "tickets as", "state"), rows, none)

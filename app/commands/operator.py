"""`memberbot operator …`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from app.commands.common import ACTOR, changed, seen, table
from domain.staff import ROLES
from services.handing_over import HandedOver
from services.staffing import Invited

ROLE = click.Choice(ROLES)


@click.group()
def operator() -> None:
    """The people behind the counter and the desk: roles, stores, chats."""


@operator.command()
@click.argument("name")
@click.option("--role", type=ROLE, required=True)
@click.option("--store", help="Code of the store where the operator works.")
def add(name: str, role: str, store: str | None) -> None:
    """Add an operator and print the code that links their chat, once, within 24 hours."""
    from services import staffing

    _tell(
        changed(lambda work, club: staffing.add(work, name, role, store, ACTOR, club.clock.now()))
    )


@operator.command()
@click.argument("name")
def code(name: str) -> None:
    """Print a fresh link code for an operator, as for a new phone."""
    from services import staffing

    _tell(changed(lambda work, club: staffing.invite(work, name, ACTOR, club.clock.now())))


def _tell(invited: Invited) -> None:
    click.echo(f"operator {invited.operator.name} ({invited.operator.role})")
    click.echo("They send this to the bot, once, within 24 hours:")
    click.echo(f"  {invited.start}")


@operator.command("list")
def list_() -> None:
    """List all operators."""
    from services import staffing, stores

    operators, codes = seen(
        lambda work, _: (
            staffing.all_operators(work),
            {store.id: store.code for store in stores.all_stores(work)},
        )
    )
    rows = [
        (
            one.name,
            one.role,
            codes.get(one.store_id or 0, ""),
            "linked" if one.address_id else "not linked",
            "" if one.active else "disabled",
        )
        for one in operators
    ]
    none = "no operators yet; add one with: memberbot operator add NAME --role owner"
    table(("name", "role", "store", "chat", ""), rows, none)


@operator.command()
@click.argument("name")
@click.option("--role", type=ROLE, required=True)
@click.option("--store", help="Code of the store where the operator works; none without it.")
def role(name: str, role: str, store: str | None) -> None:
    """Give an operator another role."""
    from services import staffing

    now = changed(
        lambda work, club: staffing.set_role(work, name, role, store, ACTOR, club.clock.now())
    )
    click.echo(f"operator {now.name} is {now.role} now")


@operator.command()
@click.argument("name")
@click.option("--hand-over-to", default="", help="Operator who takes over their work.")
def disable(name: str, hand_over_to: str) -> None:
    """Take an operator's access away at once and hand over their work.

    Their tickets, drafts of campaigns, open requests and the members they look after by name go to
    the operator of --hand-over-to, who is told. Without one, or where that one's role does not
    allow it, tickets return to the queue.
    """
    from services import staffing

    gone, handed = changed(
        lambda work, club: staffing.disable(work, name, hand_over_to, ACTOR, club.clock.now())
    )
    click.echo(f"operator {gone.name} is disabled and their chat is no longer linked")
    for line in _handed(handed):
        click.echo(f"  {line}")


def _handed(handed: HandedOver) -> Iterator[str]:
    """What became of the work, line by line."""
    to = f"to {handed.heir}"
    moved = (
        (len(handed.tickets), "ticket", "tickets", f"{to}: {_numbers(handed.tickets)}"),
        (handed.drafts, "draft of a campaign", "drafts of campaigns", to),
        (handed.requests, "open request", "open requests", to),
        (handed.members, "member with a named service person", "members with a named one", to),
        (len(handed.queued), "ticket", "tickets", f"back in the queue: {_numbers(handed.queued)}"),
        (
            handed.left_drafts,
            "draft of a campaign",
            "drafts of campaigns",
            "left without a person",
        ),
        (handed.left_requests, "open request", "open requests", "left; nobody is told the answer"),
        (handed.freed, "member", "members", "without a named service person for now"),
    )
    known = [(count, one, many, where) for count, one, many, where in moved if count]
    for count, one, many, where in known:
        yield f"{count} {one if count == 1 else many} {where}"
    if not known:
        yield "there was nothing to hand over"


def _numbers(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))

"""`memberbot operator …`."""

from __future__ import annotations

import click

from app.commands.common import ACTOR, changed, seen, table
from domain.staff import ROLES
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
    """Take an operator's access away at once."""
    from services import staffing

    gone = changed(
        lambda work, club: staffing.disable(work, name, hand_over_to, ACTOR, club.clock.now())
    )
    click.echo(f"operator {gone.name} is disabled and their chat is no longer linked")

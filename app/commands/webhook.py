"""`memberbot webhook …`."""

from __future__ import annotations

import click

from app.commands.common import ACTOR, changed, seen, table


@click.group()
def webhook() -> None:
    """Secrets of shops that push their purchases, signed, to /api/v1/webhooks/SOURCE."""


@webhook.command()
@click.argument("name")
@click.option("--source", required=True, help="The till or shop, as its purchases name it.")
def add(name: str, source: str) -> None:
    """Make a secret and print it. It is shown this once.

    A source may have several secrets at once: to change one, add another under a new NAME, let
    the shop sign with it, then revoke the old one.
    """
    from services import webhooks

    made = changed(lambda work, club: webhooks.add(work, name, source, ACTOR, club.clock.now()))
    click.echo(made.secret)
    hint = (
        "This is the only time the secret is shown. Sign `timestamp.body` with it (HMAC-SHA256):"
        " docs/reference/api.md"
    )
    click.echo(hint, err=True)


@webhook.command("list")
def list_() -> None:
    """List all webhooks; the secrets cannot be shown."""
    from services import webhooks

    rows = [
        (
            one.name,
            one.source,
            f"{one.made_at:%Y-%m-%d}",
            f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "",
        )
        for one in seen(lambda work, _: webhooks.all_webhooks(work))
    ]
    none = "no webhooks yet; make one with: memberbot webhook add NAME --source pos-1"
    table(("name", "source", "made", ""), rows, none)


@webhook.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke the webhook of that name at once; its secret is forgotten."""
    from services import webhooks

    gone = changed(lambda work, club: webhooks.revoke(work, name, ACTOR, club.clock.now()))
    click.echo(f"webhook {gone.name} is revoked")

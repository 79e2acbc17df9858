"""`memberbot api-key …`."""

from __future__ import annotations

import click

from app.commands.common import ACTOR, changed, seen, table
from services.api_keys import SCOPES


@click.group("api-key")
def api_key() -> None:
    """Keys for tills, shops and partners that call /api/v1."""


@api_key.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What the key may do; give it several times for several scopes.",
)
def add(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it. It is shown this once; only its hash is kept."""
    from services import api_keys

    made = changed(lambda work, club: api_keys.add(work, name, scopes, ACTOR, club.clock.now()))
    click.echo(made.text)
    hint = "This is the only time the key is shown. Send it as: Authorization: Bearer KEY"
    click.echo(hint, err=True)


@api_key.command("list")
def list_() -> None:
    """List all keys by name and prefix; the keys themselves are not kept."""
    from services import api_keys

    rows = [
        (
            key.name,
            f"mb_{key.prefix}_…",
            " ".join(key.scopes),
            f"{key.made_at:%Y-%m-%d}",
            f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "",
        )
        for key in seen(lambda work, _: api_keys.all_keys(work))
    ]
    none = "no keys yet; make one with: memberbot api-key add NAME --scope purchases:write"
    table(("name", "key", "scopes", "made", ""), rows, none)


@api_key.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke the key of that name or prefix at once."""
    from services import api_keys

    prefix = name.removeprefix("mb_").partition("_")[0]
    wanted = prefix if name.startswith("mb_") else name
    gone = changed(lambda work, club: api_keys.revoke(work, wanted, ACTOR, club.clock.now()))
    click.echo(f"key {gone.name} is revoked")

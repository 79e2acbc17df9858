"""`memberbot audit`."""

from __future__ import annotations

import click

from app import auditing, progress
from app.commands.common import with_club
from app.failures import Failed
from app.wiring import Club
from services.ports.proofs import Proof


@click.command()
def audit() -> None:
    """Prove the ledger: every invariant with its count; exit code 1 if any fails."""
    failed = 0
    for proof in with_club(_proofs):
        mark = "ok   " if proof.holds else "WRONG"
        click.echo(f"{mark}  {proof.name} ({proof.checked} checked)")
        if not proof.holds:
            failed += 1
            some = ", ".join(proof.examples)
            click.echo(f"       {proof.wrong} break it, such as: {some}", err=True)
    if failed:
        raise Failed(f"{failed} invariants are broken; restore a backup or ask for help")


async def _proofs(club: Club) -> list[Proof]:
    with progress.bar("the ledger") as report:
        return await auditing.prove(club, lambda done, of: report("audit", done, of))

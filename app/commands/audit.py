"""`memberbot audit`."""

from __future__ import annotations

import click

from app import auditing, progress
from app.commands.common import with_club
from app.failures import Failed
from app.wiring import Club
from domain.seals import Seal
from services.ports.proofs import Proof


@click.command()
@click.option("--seal", "digest", help="A digest printed earlier: is it still part of the chain?")
def audit(digest: str | None) -> None:
    """Prove the ledger: every invariant with its count; exit code 1 if any fails.

    Prints the digest of the newest seal, which stands for the whole ledger: keep it elsewhere.
    """
    failed = 0
    found, last, known = with_club(lambda club: proofs(club, digest))
    for proof in found:
        mark = "ok   " if proof.holds else "WRONG"
        click.echo(f"{mark}  {proof.name} ({proof.checked} checked)")
        if not proof.holds:
            failed += 1
            some = ", ".join(proof.examples)
            click.echo(f"       {proof.wrong} break it, such as: {some}", err=True)
    if last is not None:
        click.echo(f"seal {last.number} of {last.day}: {last.digest}")
    if not known:
        raise Failed("the seal with that digest is not there: what it covered was cut off")
    if failed:
        raise Failed(f"{failed} invariants are broken; restore a backup or ask for help")


async def proofs(club: Club, digest: str | None) -> tuple[list[Proof], Seal | None, bool]:
    """The proofs, the newest seal, and whether the seal asked for is there."""
    with progress.bar("the ledger") as report:
        proved = await auditing.prove(club, lambda done, of: report("audit", done, of))
    last = await club.units.read_long(lambda work: work.seals.last())
    asked = digest.strip().lower() if digest else ""
    found = await club.units.read_long(lambda work: work.seals.by_digest(asked)) if asked else last
    return proved, last, not asked or found is not None

"""`make bench`: every figure beside its peers in the same run, medians of several rounds."""

from __future__ import annotations

import click

from bench import imports, replies


@click.command()
@click.option("--members", default=100_000, show_default=True, help="Members in the database.")
@click.option("--seconds", default=8.0, show_default=True, help="Length of a round.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each figure.")
@click.option("--only", type=click.Choice(["replies", "imports"]), help="Only this part.")
def main(members: int, seconds: float, rounds: int, only: str | None) -> None:
    """Prints how many replies a second the bot gives, and what an import takes."""
    if only != "imports":
        replies.run(members, seconds, rounds)
    if only != "replies":
        imports.run()


if __name__ == "__main__":
    main()

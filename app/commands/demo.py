"""`memberbot demo`."""

from __future__ import annotations

from pathlib import Path

import click

from app.running import run

HOME = Path("data") / "demo"


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=HOME,
    show_default=True,
    help="Folder of the demo's database.",
)
@click.option("--fresh", is_flag=True, help="Forget the earlier demo and begin anew.")
@click.option(
    "--everything", is_flag=True, help="Import all 2,469 households instead of 250 (minutes)."
)
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
def demo(port: int, data: Path, fresh: bool, everything: bool, no_browser: bool) -> None:
    """Start the seeded club with a chat page in the browser; no token, no server to install.

    The club is a grocer's with a year of purchases behind it; its clock starts on 2 January 2018
    and the page can move it forward.
    """
    from app import demo as seeded

    wanted = seeded.Wanted(port, data, fresh, everything, browser=not no_browser)
    run(seeded.run_demo(wanted))

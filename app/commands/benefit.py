"""`memberbot benefit …`."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.common import ACTOR, changed
from app.commands.content import FILE, faults_of, print_example, read, say


@click.group()
def benefit() -> None:
    """What members can have for their points, written as a YAML or CSV file."""


@benefit.command("import")
@click.argument("file", type=FILE)
def import_(file: Path) -> None:
    """Add or change the benefits in FILE: all of them or none.

    Importing the same file again changes nothing; vouchers that were issued before keep what they
    were promised. Pictures are named as files beside FILE.

    A CSV file has a benefit in each row. Columns: key,name_zh,name_en,price (required), kind,
    terms_zh,terms_en,category,picture,level_prices,stock,per_member,per,levels,early_hours,
    visible_from,visible_until,redeem_from,redeem_until,valid_days,cancel_hours,giftable,
    ready_days,offer_hours,imported_codes,partner,amount,percent,minimum,most,by_level. Several
    levels stand as silver;gold, several values as silver=100;gold=80.
    """
    from app.picture_files import beside
    from services.benefit_files import read_table, read_yaml

    with faults_of(file):
        picture = beside(file.parent)
        table = file.suffix.lower() == ".csv"
        taken = read_table(file, picture) if table else read_yaml(read(file), picture)
        done = changed(lambda work, club: taken.take(work, ACTOR, club.clock.now()))
        say(done)


@benefit.command()
def example() -> None:
    """Print a complete, valid benefit file with comments."""
    print_example("benefits")

"""`memberbot benefit …`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from app.commands.common import ACTOR, changed, seen, table, with_club
from app.commands.content import FILE, faults_of, print_example, read, say
from app.commands.imports import refused_rows
from app.failures import Failed
from app.progress import bar
from app.wiring import Club
from domain.errors import BadAmount
from domain.money import parse_money, plain


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
    ready_days,offer_hours,imported_codes,partner,goods,amount,percent,minimum,most,by_level.
    Several levels stand as silver;gold, several values as silver=100;gold=80.
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


@benefit.command("list")
def list_() -> None:
    """List all benefits with their prices, what is left and how many wait."""
    from services import stocking

    found, _ = seen(lambda work, _: stocking.page(work, 0, 1_000_000))
    rows = [
        (
            *(one.benefit.key, one.benefit.kind, str(one.benefit.price)),
            "unlimited" if one.benefit.stock is None else str(one.benefit.stock),
            *(str(one.waiting), "stopped" if one.benefit.stopped else ""),
        )
        for one in found
    ]
    none = "no benefits yet; see: memberbot benefit example"
    table(("key", "kind", "points", "left", "waiting", ""), rows, none)


@benefit.command()
@click.argument("key")
def stop(key: str) -> None:
    """Let nobody redeem the benefit KEY from now on. Vouchers that are out stay valid."""
    from services import stocking

    found = changed(
        lambda work, club: stocking.stop(
            work, stocking.by_key(work, key).id, ACTOR, club.clock.now()
        )
    )
    wait = f"; {found.waiting} wait for it" if found.waiting else ""
    click.echo(f"{key} is stopped{wait}")


@benefit.command()
@click.argument("key")
def start(key: str) -> None:
    """Let the benefit KEY be redeemed again."""
    from services import stocking

    changed(
        lambda work, club: stocking.start(
            work, stocking.by_key(work, key).id, ACTOR, club.clock.now()
        )
    )
    click.echo(f"{key} can be redeemed again")


@benefit.command(context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("number")
def stock(key: str, number: str) -> None:
    """Give the benefit KEY more stock (+20), less (-5), or say how many are left (=40).

    What comes goes first to those who wait for it.
    """
    from services import stocking

    found = re.fullmatch(r"([+=-])(\d{1,9})", number)
    if not found:
        raise click.UsageError(f"{number} is no change of a stock; write +20, -5 or =40")
    sign, count = found[1], int(found[2])

    def use(work: Any, club: Club) -> stocking.Stocked:
        one, now = stocking.by_key(work, key), club.clock.now()
        if sign == "=":
            return stocking.set_left(work, one.id, count, ACTOR, now)
        return stocking.change(work, one.id, count if sign == "+" else -count, ACTOR, now)

    done = changed(use)
    click.echo(f"{key}: {done.benefit.stock} left, {done.waiting} waiting")


@benefit.command()
@click.argument("key")
@click.argument("file", type=FILE)
@click.option("--wholesale", default="0", help="What we pay the partner for each, such as 12.50.")
@click.option("--batch", default="", help="A name for these codes; else the file's.")
def codes(key: str, file: Path, wholesale: str, batch: str) -> None:
    """Take the codes in FILE for the benefit KEY: all of them or none.

    One code per line, or CSV with the column `code`. The stock rises by the codes. The same file
    again changes nothing, and completes an import that broke.
    """
    from app.importing import import_codes
    from services.importing.codes import Delivery

    async def use(club: Club) -> str:
        currency = (await club.units.read(lambda work: work.programmes.current())).currency
        delivery = Delivery(key, batch or file.stem, _price(wholesale, currency))
        with bar(file.name) as progress:
            done = await import_codes(
                club.units, file, delivery, ACTOR, club.clock.now(), progress=progress
            )
        if done.known:
            return f"batch {delivery.batch} is there already; nothing changed"
        each = f" at {plain(delivery.wholesale_minor, currency)} {currency}"
        return f"{done.codes} codes taken for {key} as batch {delivery.batch}{each}"

    with refused_rows(file):
        click.echo(with_club(use))


@benefit.command("drop-codes")
@click.argument("batch")
def drop_codes(batch: str) -> None:
    """Forget the codes of BATCH, whose import broke. A complete batch stays as it is."""
    from services import stocking

    kept = changed(lambda work, club: stocking.drop_codes(work, batch, ACTOR, club.clock.now()))
    click.echo(f"batch {batch} is dropped; {kept} codes were kept of it")


def _price(text: str, currency: str) -> int:
    """An amount in minor units; raises Failed."""
    try:
        minor = parse_money(text, currency).minor
    except BadAmount as error:
        raise Failed(f"{text} is no amount in {currency}; write it as 12.50") from error
    if minor < 0:
        raise Failed(f"{text} is below zero; write what one code costs us")
    return minor

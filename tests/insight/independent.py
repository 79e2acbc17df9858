"""The same figures computed another way: with polars, by ranks instead of cut points."""

from __future__ import annotations

from typing import Any

import polars as pl

CLASSES = {
    "HHH": "key_value",
    "HLH": "key_develop",
    "LHH": "key_keep",
    "LLH": "key_retain",
    "HHL": "general_value",
    "HLL": "general_develop",
    "LHL": "general_keep",
    "LLL": "general_retain",
}


def insights(
    members: pl.DataFrame, purchases: pl.DataFrame, day: int, rules: Any
) -> dict[int, dict[str, Any]]:
    """`members`: id, joined (an ordinal). `purchases`: member, day, minor; only those that count.
    Rows by member: facts, quintiles, class, stage, reason, grade."""
    past = purchases.filter(pl.col("day") <= day)
    inside = past.filter(pl.col("day") > day - rules.window_days)
    whole = past.group_by("member").agg(
        first_day=pl.col("day").min(), last_day=pl.col("day").max(), times=pl.len()
    )
    window = inside.group_by("member").agg(frequency=pl.len(), monetary=pl.col("minor").sum())
    table = (
        members.join(whole, left_on="id", right_on="member", how="left")
        .join(window, left_on="id", right_on="member", how="left")
        .with_columns(pl.col("times", "frequency", "monetary").fill_null(0).cast(pl.Int64))
    )
    buyers = _quintiles(table.filter(pl.col("frequency") > 0))
    table = _graded(table.join(buyers, on="id", how="left"), rules.pyramid)
    table = _named(table.with_columns(pl.col("r", "f", "m").fill_null(0)), rules)
    table = _staged(table, day, rules)
    return {row["id"]: row for row in table.to_dicts()}


def _quintiles(buyers: pl.DataFrame) -> pl.DataFrame:
    """By rank: the fifth in which the first of those with the same value stands."""
    count = buyers.height
    axes = {"r": "last_day", "f": "frequency", "m": "monetary"}
    fifths = [
        (((pl.col(value).rank("min").cast(pl.Int64) - 1) * 5) // max(count, 1) + 1).alias(axis)
        for axis, value in axes.items()
    ]
    return buyers.select("id", *fifths)


def _named(table: pl.DataFrame, rules: Any) -> pl.DataFrame:
    highs = [
        pl.when(pl.col(axis) >= rules.high_from).then(pl.lit("H")).otherwise(pl.lit("L"))
        for axis in ("r", "f", "m")
    ]
    named = pl.concat_str(highs).replace_strict(CLASSES)
    bought = pl.col("frequency") > 0
    return table.with_columns(segment=pl.when(bought).then(named).otherwise(pl.lit("none")))


def _graded(table: pl.DataFrame, pyramid: Any) -> pl.DataFrame:
    total = table["monetary"].sum()
    more = (
        table.group_by("monetary")
        .agg(same=pl.col("monetary").sum())
        .sort("monetary", descending=True)
        .with_columns(before=pl.col("same").cum_sum() - pl.col("same"))
    )
    grades = (
        pl.when(pl.col("monetary") <= 0)
        .then(pl.lit("D"))
        .when(pl.col("before") * 100 < pyramid.a * total)
        .then(pl.lit("A"))
        .when(pl.col("before") * 100 < pyramid.b * total)
        .then(pl.lit("B"))
        .otherwise(pl.lit("C"))
    )
    return table.join(more.select("monetary", grades.alias("pyramid")), on="monetary", how="left")


def _staged(table: pl.DataFrame, day: int, rules: Any) -> pl.DataFrame:
    span = pl.col("last_day") - pl.col("first_day")
    gap = pl.when(pl.col("times") > 2).then((span / (pl.col("times") - 1)).ceil())
    never = pl.col("last_day").is_null()
    silence = day - pl.coalesce("last_day", "joined")

    def beyond(quiet: Any) -> pl.Expr:
        usual = (gap * quiet.percent / 100).ceil().fill_null(0)
        return silence > pl.max_horizontal(usual, pl.lit(quiet.days, pl.Float64))

    silent = pl.when(never).then(pl.lit("never")).otherwise(pl.lit("silent"))
    new = day - pl.col("joined") <= rules.introduced.days
    few = pl.col("times") < rules.introduced.purchases
    often = pl.col("frequency") >= rules.mature.purchases
    stages = [
        (beyond(rules.lost), "lost", silent),
        (beyond(rules.declining), "declining", silent),
        (new, "introduced", pl.lit("new")),
        (few, "introduced", pl.lit("few")),
        (often, "mature", pl.lit("regular")),
    ]
    stage, reason = pl.lit("growing"), pl.lit("building")
    for when, name, why in reversed(stages):
        stage = pl.when(when).then(pl.lit(name)).otherwise(stage)
        reason = pl.when(when).then(why).otherwise(reason)
    return table.with_columns(stage=stage, reason=reason)

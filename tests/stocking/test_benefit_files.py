"""Files of benefits: every field, YAML and CSV, pictures; all or nothing."""

import csv
import io
from pathlib import Path
from struct import pack
from typing import Any
from zlib import compress, crc32

import pytest
from PIL import Image

from app.picture_files import beside
from domain.refusals import ContentInvalid
from services import benefit_files, benefits
from services.content_files import Done
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import Club
from tests.support.threads import give

ACTOR = Actor("cli")
NAMES = "name: {zh: 名, en: Name}"
EVERYTHING = """
categories:
  - {key: treats, zh: 好吃的, en: Treats}
partners:
  - {key: cinema, zh: 影院, en: Cinema}
benefits:
  - key: cake
    kind: gift
    name: {zh: 蛋糕, en: Cake}
    terms: {zh: 当日, en: Same day}
    category: treats
    goods: ["4011", "4012"]
    price: 300
    level_prices: {gold: 200}
    stock: 12
    per_member: 2
    per: month
    levels: [silver, gold]
    early_hours: {gold: 48}
    visible: {from: 2026-05-01, until: 2026-12-31}
    redeemable: {from: 2026-06-01, until: 2026-12-31}
    valid_days: 14
    cancel_hours: 24
    giftable: true
    ready_days: 2
    offer_hours: 12
  - key: film
    kind: partner
    name: {zh: 电影票, en: Film}
    price: 500
    partner: cinema
    imported_codes: true
  - key: ten-off
    kind: discount
    name: {zh: 减十元, en: Ten off}
    price: 100
    detail: {amount: "10.00", minimum: "50", by_level: {gold: "15.00"}}
"""
CELLS = {
    "cake": {
        "kind": "gift",
        "name_zh": "蛋糕",
        "name_en": "Cake",
        "terms_zh": "当日",
        "terms_en": "Same day",
        "category": "treats",
        "goods": "4011;4012",
        "price": "300",
        "level_prices": "gold=200",
        "stock": "12",
        "per_member": "2",
        "per": "month",
        "levels": "silver;gold",
        "early_hours": "gold=48",
        "visible_from": "2026/5/1",
        "visible_until": "2026-12-31",
        "redeem_from": "2026/6/1",
        "redeem_until": "2026-12-31",
        "valid_days": "14",
        "cancel_hours": "24",
        "giftable": "是",
        "ready_days": "2",
        "offer_hours": "12",
    },
    "film": {
        "kind": "partner",
        "name_zh": "电影票",
        "name_en": "Film",
        "price": "500",
        "imported_codes": "yes",
        "partner": "cinema",
    },
    "ten-off": {
        "kind": "discount",
        "name_zh": "减十元",
        "name_en": "Ten off",
        "price": "100",
        "amount": "10.00",
        "minimum": "50",
        "by_level": "gold=15.00",
    },
}


def table(path: Path, encoding: str) -> None:
    columns = ["key", *{name: None for cells in CELLS.values() for name in cells}]
    with path.open("w", encoding=encoding, newline="") as file:
        rows = csv.DictWriter(file, columns)
        rows.writeheader()
        rows.writerows({"key": key, **cells} for key, cells in CELLS.items())


async def takes(club: Club, text: str, folder: Path = Path()) -> list[Done]:
    file = benefit_files.read_yaml(text, beside(folder))
    done: list[Done] = await club.write(lambda work: file.take(work, ACTOR, club.clock()))
    return done


async def takes_table(club: Club, path: Path) -> list[Done]:
    file = benefit_files.read_table(path, beside(path.parent))
    done: list[Done] = await club.write(lambda work: file.take(work, ACTOR, club.clock()))
    return done


async def refused(club: Club, text: str, folder: Path = Path()) -> list[str]:
    """What is told of a faulty file, of which nothing is taken."""
    before = await everything(club)
    with pytest.raises(ContentInvalid) as caught:
        await takes(club, text, folder)
    assert await everything(club) == before
    return [problem.within("f.yaml") for problem in caught.value.problems]


async def everything(club: Club) -> list[Any]:
    def use(work: Work) -> list[Any]:
        tables = ("benefits", "benefit_categories", "partners", "pictures", "audit")
        return [
            sorted(map(repr, work.db.exec_driver_sql(f"SELECT * FROM {table}").all()))
            for table in tables
        ]

    found: list[Any] = await club.read(use)
    return found


def drawn(folder: Path, name: str, kind: str = "PNG", size: tuple[int, int] = (640, 480)) -> None:
    Image.new("RGB", size, (200, 80, 40)).save(folder / name, kind)


async def test_every_field_is_taken_and_the_same_file_again_changes_nothing(club: Club) -> None:
    assert {one.outcome for one in await takes(club, EVERYTHING)} == {"added"}
    cake, film, off = await club.read(lambda work: work.benefits.all())
    assert (cake.category, cake.per_member, str(cake.per), cake.levels) == (
        *("treats", 2, "month"),
        ("silver", "gold"),
    )
    assert (dict(cake.level_prices), dict(cake.early_hours)) == ({"gold": 200}, {"gold": 48})
    assert (cake.cancel_hours, cake.giftable, cake.ready_days, cake.offer_hours) == (
        24,
        True,
        2,
        12,
    )
    assert (film.partner, film.imported_codes, film.stock) == ("cinema", True, 0)
    assert off.detail == {
        "amount_minor": 1000,
        "minimum_minor": 5000,
        "by_level": {"gold": 1500},
    }
    before = await everything(club)
    assert {one.outcome for one in await takes(club, EVERYTHING)} == {"same"}
    assert await everything(club) == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_table_says_the_same_as_the_yaml_file(
    lite: Club, tmp_path: Path, encoding: str
) -> None:
    await takes(lite, EVERYTHING)
    from_yaml = await lite.read(lambda work: work.benefits.all())
    path = tmp_path / "benefits.csv"
    table(path, encoding)
    await takes_table(lite, path)
    assert await lite.read(lambda work: work.benefits.all()) == from_yaml
    assert {one.outcome for one in await takes_table(lite, path)} == {"same"}


def one(*parts: str, price: str = "price: 1") -> str:
    return f"benefits:\n  - {{key: a, {', '.join((NAMES, price, *parts))}}}\n"


BAD = [
    (one("stock: -1"), "benefits[1].stock: must be 0 or more"),
    (one("kind: donation", price="price: 0"), "price: a donation must cost points"),
    (
        one("kind: credit", "detail: {amount: '5'}", "level_prices: {gold: 0}"),
        "level_prices: a credit must cost points",
    ),
    (
        one("redeemable: {from: 2026-02-02, until: 2026-02-01}"),
        "redeemable: ends before it begins",
    ),
    (one("levels: [vip]"), "levels: vip is no level; there are"),
    (one("level_prices: {vip: 2}"), "level_prices: vip is no level"),
    (one("early_hours: {vip: 2}", "redeemable: {from: 2026-02-02}"), "early_hours: vip is no"),
    (one("early_hours: {gold: 2}"), "early_hours: needs redeemable with from"),
    (
        one("kind: discount", "detail: {amount: '5', by_level: {vip: '6'}}"),
        "detail.by_level: vip is no level",
    ),
    (one("category: shoes"), "category: shoes is no category; there are none yet"),
    (one("partner: cinema"), "partner: cinema is no partner; there are none yet; add it with"),
    (one("kind: partner"), "partner: is missing"),
    (one("kind: donation", "cancel_hours: 1"), "cancel_hours: a donation counts as soon"),
    (one("kind: donation", "giftable: true"), "giftable: a donation counts as soon"),
    (one("ready_days: 5", "valid_days: 5"), "ready_days: must be less than valid_days"),
    (one("ready_days: 30"), "ready_days: must be less than valid_days"),
    (one("imported_codes: true", "stock: 5"), "stock: is counted from the imported codes"),
    (one("imported_codes: true", "giftable: true"), "giftable: a partner's code"),
    (one("picture: ../secret.png"), "picture: ../secret.png cannot be read"),
    (one() + one().partition("\n")[2], "f.yaml:3:6 benefits[2].key: a is there twice"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
async def test_what_is_wrong_is_said_with_its_place_and_nothing_is_taken(
    lite: Club, text: str, said: str
) -> None:
    told = await refused(lite, text)
    assert any(said in sentence for sentence in told), told
    assert all(sentence.startswith("f.yaml:") for sentence in told)


async def test_a_benefit_cannot_turn_to_codes_of_a_partner_later(club: Club) -> None:
    await takes(club, one())
    told = await refused(club, one("imported_codes: true"))
    assert any("imported_codes: cannot change any more" in sentence for sentence in told)


BAD_ROWS = [
    ("a,名,Name,x", "row 2, price: must be a whole number"),
    ("a,名,Name,", "row 2, price: is missing"),
    ("A!,名,Name,1", "row 2, key: must be a short key"),
    ("a,名,,1", "row 2, name_en: is missing"),
    ("a,名,Name,1\na,名,Name,2", "row 3, key: a is there twice"),
    ("a,名,Name,1,1", "row 2: has 5 cells where the header has 4"),
    ("", "needs at least 1 rows"),
]


@pytest.mark.parametrize(("rows", "said"), BAD_ROWS)
async def test_faulty_rows_are_named_by_line_and_column(
    lite: Club, tmp_path: Path, rows: str, said: str
) -> None:
    path = tmp_path / "b.csv"
    path.write_text(f"key,name_zh,name_en,price\n{rows}\n", encoding="utf-8")
    with pytest.raises(ContentInvalid) as caught:
        await takes_table(lite, path)
    told = [str(problem) for problem in caught.value.problems]
    assert any(said in sentence for sentence in told), told
    assert await lite.read(lambda work: work.benefits.all()) == []


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("giftable", "perhaps", "giftable: must be yes or no"),
        ("visible_from", "1.5.26", "visible_from: must be a date"),
        ("visible_from", "2026-02-30", "visible_from: there is no day 2026-02-30"),
        ("level_prices", "gold", "level_prices: must be written as silver=100;gold=80"),
        ("early_hours", "gold=x", "early_hours: must be a whole number"),
        ("shoes", "1", "shoes: is no column"),
        ("percent", "0", "percent: must be 1 or more"),
    ],
)
async def test_faulty_cells_say_how_they_are_written(
    lite: Club, tmp_path: Path, column: str, cell: str, said: str
) -> None:
    path = tmp_path / "b.csv"
    kind = "discount" if column == "percent" else "gift"
    path.write_text(
        f"key,kind,name_zh,name_en,price,{column}\na,{kind},名,Name,1,{cell}\n", encoding="utf-8"
    )
    with pytest.raises(ContentInvalid) as caught:
        await takes_table(lite, path)
    told = [str(problem) for problem in caught.value.problems]
    assert any(said in sentence for sentence in told), told


async def test_a_change_leaves_what_was_issued_and_what_has_gone_as_it_was(club: Club) -> None:
    await takes(club, one("stock: 3", "cancel_hours: 5"))
    mei = await club.person().joins()
    await give(club, mei, 500)
    member = await mei.member_id()
    (tea,) = await club.read(lambda work: work.benefits.all())
    redeemed = await club.write(
        lambda work: benefits.redeem(work, member, tea.id, key="k", now=club.clock())
    )
    changed = one("stock: 9", price="price: 7").replace("en: Name", "en: Other")
    await club.write(lambda work: work.benefits.stop(tea.id, True))
    assert (await takes(club, changed))[0].outcome == "changed"
    (after,) = await club.read(lambda work: work.benefits.all())
    assert (after.stock, after.price, after.stopped) == (8, 7, True)
    kept = await club.read(lambda work: work.vouchers.get(redeemed.voucher.id))
    assert (kept.names["en"], kept.price, kept.promise["cancel_hours"]) == ("Name", 1, 5)
    assert "more than that have gone" in (await refused(club, one("stock: 0")))[0]


# -- pictures ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_beside_the_file_is_kept_small_and_clean(
    club: Club, tmp_path: Path, kind: str
) -> None:
    image = Image.new("RGB", (2000, 1000), (200, 80, 40))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a phone"  # turned by a quarter, made by
    image.save(tmp_path / "cake.jpg", kind, exif=exif)
    text = one("picture: cake.jpg")
    assert (await takes(club, text, tmp_path))[0].outcome == "added"
    assert (await takes(club, text, tmp_path))[0].outcome == "same"
    (benefit,) = await club.read(lambda work: work.benefits.all())
    media_type, content = await club.read(lambda work: work.pictures.content(benefit.picture))
    kept = Image.open(io.BytesIO(content))
    assert (media_type, kept.format, kept.size) == ("image/jpeg", "JPEG", (640, 1280))
    assert not kept.getexif()
    drawn(tmp_path, "cake.jpg")
    assert (await takes(club, text, tmp_path))[0].outcome == "changed"


def _bomb(path: Path) -> None:
    """A small file whose head promises 3.6 thousand million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))

    head = pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", compress(bytes(1000))), chunk(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def _moving(path: Path) -> None:
    first, *more = (Image.new("RGB", (300, 300), color) for color in ("red", "blue"))
    first.save(path, "WEBP", save_all=True, append_images=more)


BAD_PICTURES = {
    "none.png": ("cannot be read; put it beside this file", lambda path: None),
    "words.png": ("is no PNG, JPEG or WebP", lambda path: path.write_text("hello")),
    "moving.webp": ("moves; take a still picture", _moving),
    "tiny.png": ("has fewer than 300 pixels", lambda p: drawn(p.parent, p.name, size=(299, 800))),
    "wide.png": ("has more than 4096 pixels", lambda p: drawn(p.parent, p.name, size=(4097, 300))),
    "bomb.png": ("has more than 4096 pixels", _bomb),
    "large.png": ("is larger than 5 MB", lambda path: path.write_bytes(b"\x89PNG" * 1500000)),
    "gif.png": ("is no PNG, JPEG or WebP", lambda p: drawn(p.parent, p.name, kind="GIF")),
}


@pytest.mark.parametrize("name", BAD_PICTURES)
async def test_what_is_no_fit_picture_is_named_and_nothing_is_taken(
    lite: Club, tmp_path: Path, name: str
) -> None:
    said, make = BAD_PICTURES[name]
    make(tmp_path / name)
    told = await refused(lite, one(f"picture: {name}"), tmp_path)
    assert told == [f"f.yaml:2:39 benefits[1].picture: {name} {said}"] or said in told[0]


async def test_a_damaged_picture_is_named(lite: Club, tmp_path: Path) -> None:
    drawn(tmp_path, "half.png")
    whole = (tmp_path / "half.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    told = await refused(lite, one("picture: half.png"), tmp_path)
    assert "half.png is damaged" in told[0]

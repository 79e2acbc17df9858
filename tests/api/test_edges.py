"""The edge of the API: odd JSON, odd headers, packed bodies. Told as problems, quick, no 500."""

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest

from api.web import LARGEST_BODY
from storage.work import Work
from tests.api.support import Client, purchase, refund
from tests.support.club import Club


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is refused here never reaches a database: one kind is enough."""
    return sqlite_url


async def counted(club: Club) -> int:
    def count(work: Work) -> int:
        return int(work.db.exec_driver_sql("SELECT count(*) FROM purchases").scalar_one())

    return int(await club.read(count))


def with_number(text: str) -> bytes:
    """An order whose quantity is written so."""
    return json.dumps(purchase()).replace('"quantity": 1', f'"quantity": {text}').encode()


# -- numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1.0", "1e0", "10E-1", "0.1e1"])
async def test_a_whole_number_may_be_written_in_any_way(api: Client, text: str) -> None:
    assert (await api.post("/purchases", raw=with_number(text))).status == 201


FRACTIONS = ["1.5", "1e-1", "-1", "-1e0", "1e7", "1e308", "1e309", "-1e400"]
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "true", '"1"', "null", "[1]"]
LONG = ["9" * 19, "9" * 400, "9" * 4000]


@pytest.mark.parametrize("text", [*FRACTIONS, *NO_NUMBERS, *LONG], ids=lambda text: text[:12])
async def test_no_other_number_is_taken(api: Client, club: Club, text: str) -> None:
    answer = await api.post("/purchases", raw=with_number(text))
    assert (answer.status, answer.code) == (400, "request.invalid")
    assert answer.places == ["/lines/0/quantity"]
    assert await counted(club) == 0


@pytest.mark.parametrize("text", ["01", "+1", ".5", "1.", "0x1", "1_000", "1e", "١", "- 1"])
async def test_what_is_no_json_number_is_no_json(api: Client, club: Club, text: str) -> None:
    answer = await api.post("/purchases", raw=with_number(text))
    assert (answer.status, answer.code) == (400, "request.not_json")


@pytest.mark.parametrize("text", ["128.5", "NaN", "1e2", "9" * 400, "-0", "true", "{}", "[]"])
async def test_money_is_no_json_number(api: Client, club: Club, text: str) -> None:
    raw = json.dumps(purchase(lines=...)).replace('"128.50"', text).encode()
    answer = await api.post("/purchases", raw=raw)
    assert (answer.status, answer.code, answer.places) == (400, "request.invalid", ["/amount"])


async def test_a_number_of_a_megabyte_is_not_read(api: Client) -> None:
    answer = await api.post("/purchases", raw=with_number("9" * 900_000))
    assert (answer.status, answer.code) == (400, "request.not_json")


# -- names and texts --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"amount": "128.50"}]', '"amount": "128.50", "amount": "128.50"}]', "/amount"),
        ('"source": "pos-1"', '"source": "pos-2", "source": "pos-1"', "/source"),
        ('"source": "pos-1"', '"source": "pos-1", "sourc\\u0065": "pos-2"', "/source"),
        ('"currency": "CNY"', '"currency": "CNY", "currency": "CNY"', "/currency"),
    ],
)
async def test_a_name_stands_once(api: Client, club: Club, old: str, new: str, place: str) -> None:
    raw = json.dumps(purchase()).replace(old, new, 1).encode()
    answer = await api.post("/purchases", raw=raw)
    assert (answer.status, answer.code, answer.places) == (400, "request.invalid", [place])
    assert answer.body["errors"][0]["detail"] == "Give it once only."
    assert await counted(club) == 0


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ude00\\ud83d", "a\\ud83db"])
async def test_half_a_pair_is_no_text(api: Client, club: Club, half: str) -> None:
    raw = json.dumps(purchase()).replace("Tea", half).encode()
    assert (await api.post("/purchases", raw=raw)).code == "request.not_json"
    pair = json.dumps(purchase()).replace("Tea", "\\ud83d\\ude00").encode()
    assert (await api.post("/purchases", raw=pair)).status == 201


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf{}",
        json.dumps(purchase()).encode("utf-16"),
        json.dumps(purchase(source="中文"), ensure_ascii=False).encode("gb18030"),
        json.dumps(purchase()).encode() + b"\0",
        b"\0" + json.dumps(purchase()).encode(),
        b"/* order */" + json.dumps(purchase()).encode(),
        json.dumps(purchase()).encode()[:-1] + b",}",
        json.dumps(purchase()).encode() * 2,
    ],
    ids=["bom", "utf-16", "gb18030", "nul", "nul-first", "comment", "comma", "twice"],
)
async def test_what_is_not_one_json_text_is_refused(api: Client, club: Club, raw: bytes) -> None:
    assert (await api.post("/purchases", raw=raw)).code == "request.not_json"
    assert await counted(club) == 0


@pytest.mark.parametrize("depth", [50, 500, 5_000, 100_000])
@pytest.mark.parametrize("kind", ["list", "object"])
async def test_nesting_is_refused_at_any_depth(
    api: Client, club: Club, depth: int, kind: str
) -> None:
    inner = "[" * depth + "]" * depth
    if kind == "object":
        inner = '{"a":' * depth + "1" + "}" * depth
    for where in ("lines", "source", "tip"):
        raw = json.dumps(purchase(**{where: "HERE"})).replace('"HERE"', inner).encode()
        answer = await api.post("/purchases", raw=raw)
        assert answer.status in (400, 413)
    assert await counted(club) == 0


# -- packed bodies ----------------------------------------------------------------------


def bomb(size: int) -> bytes:
    """So many zero bytes, packed a thousandfold."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = b" " * (1 << 20)
    return b"".join(packer.compress(chunk) for _ in range(size >> 20)) + packer.flush()


async def test_a_bomb_goes_off_in_nobodys_memory(api: Client) -> None:
    packed = bomb(400 << 20)
    assert len(packed) < LARGEST_BODY
    tracemalloc.start()
    answer = await api.post("/purchases", raw=packed, headers={"Content-Encoding": "gzip"})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status in (400, 413)
    assert peak < 80 << 20
    assert (await api.buys()).status == 201


async def test_a_packed_order_is_read(api: Client) -> None:
    raw = gzip.compress(json.dumps(purchase()).encode())
    answer = await api.post("/purchases", raw=raw, headers={"Content-Encoding": "gzip"})
    assert answer.status == 201


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
async def test_what_is_packed_badly_is_refused(api: Client, club: Club, packing: str) -> None:
    raw = gzip.compress(json.dumps(purchase()).encode())
    for broken in (raw[:-40], raw[:5], b"\x1f\x8b" + raw[9:], raw[3:]):
        headers = {"Content-Encoding": packing}
        answer = await api.post("/purchases", raw=broken, headers=headers)
        assert 400 <= answer.status < 500
    assert await counted(club) == 0


# -- every write is a problem document when it fails ------------------------------------

WRITES: list[tuple[str, Any]] = [
    ("/purchases", purchase()),
    ("/purchases/A-17/refunds", refund()),
    ("/members", {"rules_accepted": True}),
    ("/members/ext:c-1/adjustments", {"points": 1, "reason": "x"}),
    ("/members/ext:c-1/redemptions", {"benefit": "x"}),
    ("/webhooks/pos-1/purchases", purchase()),
    ("/webhooks/pos-1/refunds", refund()),
]


@pytest.mark.parametrize(("path", "body"), WRITES, ids=[path for path, _ in WRITES])
async def test_each_write_tells_the_same_faults_alike(api: Client, path: str, body: Any) -> None:
    raw = json.dumps(body).encode()
    plain = await api.post(path, raw=raw, headers={"Content-Type": "text/plain"}, once="k")
    assert (plain.status, plain.code) == (415, "request.media_type")
    large = await api.post(path, raw=b" " * (LARGEST_BODY + 1), once="k")
    assert (large.status, large.code) == (413, "request.too_large")
    other = await api.call("PATCH", path, body)
    assert (other.status, other.code) == (405, "request.method")
    assert other.headers["Allow"] == "POST"
    nothing = await api.post(f"{path}/a/b/c/d", body)
    assert (nothing.status, nothing.code) == (404, "request.not_found")
    language = await api.post(
        path, raw=b" " * (LARGEST_BODY + 1), once="k", headers={"Accept-Language": "zh-CN"}
    )
    assert language.headers["Content-Language"] == "zh"


@pytest.mark.parametrize("path", ["/members", "/members/ext:c-1/adjustments"])
async def test_a_write_without_an_id_of_its_own_needs_a_key_of_one(api: Client, path: str) -> None:
    answer = await api.post(path, {"rules_accepted": True})
    assert (answer.status, answer.places) == (400, ["Idempotency-Key"])

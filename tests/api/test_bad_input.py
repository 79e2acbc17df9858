"""Broken, hostile and mistaken requests: each is told what is wrong, nothing changes, no 500."""

import gzip
import json
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from api.web import LARGEST_BODY, add_routes
from bot.state import StoreUnavailable
from storage.work import Work
from tests.api.support import PROBLEM, Client, purchase
from tests.support.club import Clock, Club


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is refused here never reaches a database: one kind is enough."""
    return sqlite_url


async def _purchases(club: Club) -> int:
    def count(work: Work) -> int:
        return int(work.db.exec_driver_sql("SELECT count(*) FROM purchases").scalar_one())

    return int(await club.read(count))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1,",
        b"nul",
        b"'a'",
        b'{"a":1} {}',
        b"\xff\xfe",
        b'{"source": "\xed\xa0\x80"}',
        b'{"source": "\\ud800"}',
        b'{"source": "\\udfff\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        "\ufeff{}".encode(),
        b'{"a": 1e}',
    ],
    ids=range(14),
)
async def test_what_is_no_json_is_refused(api: Client, raw: bytes) -> None:
    answer = await api.post("/purchases", raw=raw)
    assert (answer.status, answer.code) == (400, "request.not_json")


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"text"', b"1", b"true", b"NaN"])
async def test_the_body_is_an_object(api: Client, raw: bytes) -> None:
    answer = await api.post("/purchases", raw=raw)
    assert (answer.status, answer.code) == (400, "request.invalid")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"tip": 1}, "/tip"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"source": ...}, "/source"),
        ({"source": ""}, "/source"),
        ({"source": None}, "/source"),
        ({"source": 5}, "/source"),
        ({"source": "x" * 101}, "/source"),
        ({"source": "a\u0000b"}, "/source"),
        ({"source": "a\nb"}, "/source"),
        ({"order_id": "a\u007fb"}, "/order_id"),
        ({"member": ""}, "/member"),
        ({"member": 123456788}, "/member"),
        ({"occurred_at": "2026-05-19T12:00:00"}, "/occurred_at"),
        ({"occurred_at": "2026-05-19"}, "/occurred_at"),
        ({"occurred_at": "2026-05-19 12:00:00+08:00"}, "/occurred_at"),
        ({"occurred_at": "2026-05-19T12:00:00+08:00\n"}, "/occurred_at"),
        ({"occurred_at": 1779163200}, "/occurred_at"),
        ({"currency": "cny"}, "/currency"),
        ({"currency": "CNY\n"}, "/currency"),
        ({"amount": 128.5}, "/amount"),
        ({"amount": "-1.00"}, "/amount"),
        ({"amount": "1,280.00"}, "/amount"),
        ({"amount": "¥5"}, "/amount"),
        ({"amount": "1e3"}, "/amount"),
        ({"amount": "١٢"}, "/amount"),
        ({"amount": "NaN"}, "/amount"),
        ({"amount": " 1.00"}, "/amount"),
        ({"amount": "9" * 400}, "/amount"),
        ({"lines": {}}, "/lines"),
        ({"lines": [5]}, "/lines/0"),
        ({"lines": [{"amount": "1.00", "price": 1}]}, "/lines/0/price"),
        ({"lines": [{"quantity": 1}]}, "/lines/0/amount"),
        ({"lines": [{"amount": "1", "quantity": -1}]}, "/lines/0/quantity"),
        ({"lines": [{"amount": "1", "quantity": 1.5}]}, "/lines/0/quantity"),
        ({"lines": [{"amount": "1", "quantity": "1"}]}, "/lines/0/quantity"),
        ({"lines": [{"amount": "1", "quantity": True}]}, "/lines/0/quantity"),
        ({"lines": [{"amount": "1", "quantity": 2**63}]}, "/lines/0/quantity"),
        ({"lines": [{"amount": "1", "quantity": 10**30}]}, "/lines/0/quantity"),
        ({"lines": [{"amount": "1"}] * 1001}, "/lines"),
    ],
)
async def test_each_fault_is_told_with_its_place(
    api: Client, club: Club, changes: dict[str, Any], place: str
) -> None:
    answer = await api.buys(**changes)
    assert (answer.status, answer.code) == (400, "request.invalid")
    assert answer.places == [place]
    assert answer.body["errors"][0]["detail"].endswith(".")
    assert await _purchases(club) == 0


async def test_all_faults_are_told_at_once(api: Client) -> None:
    answer = await api.buys(source=1, amount=2, tip=3, lines=[{"sku": 4}])
    assert set(answer.places) == {
        "/source",
        "/amount",
        "/tip",
        "/lines/0/sku",
        "/lines/0/amount",
    }


async def test_faults_are_listed_up_to_twenty(api: Client) -> None:
    answer = await api.buys(**{f"name{n}": n for n in range(100)})
    assert len(answer.places) == 20


async def test_problems_are_told_in_chinese_to_who_asks(api: Client) -> None:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
    answer = await api.post("/purchases", purchase(amount="-1"), headers=headers)
    assert answer.headers["Content-Language"] == "zh"
    assert answer.body["title"] == "请求不符合格式要求"
    assert "十进制" in answer.body["errors"][0]["detail"] or "须匹配" in str(answer.body)
    answer = await api.buys(amount="-1")
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/json; charset=gb18030",
        "",
    ],
)
async def test_other_media_types_are_refused(api: Client, kind: str) -> None:
    raw = json.dumps(purchase()).encode()
    answer = await api.post("/purchases", raw=raw, headers={"Content-Type": kind})
    assert (answer.status, answer.code) == (415, "request.media_type")


async def test_json_with_its_charset_is_read(api: Client) -> None:
    raw = json.dumps(purchase()).encode()
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    assert (await api.post("/purchases", raw=raw, headers=headers)).status == 201


async def test_a_body_above_a_megabyte_is_refused(api: Client, club: Club) -> None:
    body = purchase(source="x" * LARGEST_BODY)
    answer = await api.post("/purchases", body)
    assert (answer.status, answer.code) == (413, "request.too_large")


async def test_a_body_that_grows_above_a_megabyte_is_refused(api: Client) -> None:
    packed = gzip.compress(json.dumps(purchase(source="x" * 5 * LARGEST_BODY)).encode())
    answer = await api.post("/purchases", raw=packed, headers={"Content-Encoding": "gzip"})
    assert (answer.status, answer.code) == (413, "request.too_large")


async def test_what_is_not_packed_as_it_says_is_refused(api: Client) -> None:
    answer = await api.post(
        "/purchases", raw=b"not gzip at all", headers={"Content-Encoding": "gzip"}
    )
    assert answer.status == 400


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/nothing",
        "/members",
        "/members/1/2/3",
        "/purchases/A-17",
        "/openapi.yaml",
        "/%00",
    ],
)
async def test_what_is_not_there_is_a_problem(api: Client, path: str) -> None:
    answer = await api.get(str(api.server.make_url("/api/v1")) + path)
    assert "aiohttp" not in answer.headers["Server"]
    assert answer.code in ("request.not_found", "request.method")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/purchases", "POST"),
        ("DELETE", "/members/1", "GET"),
        ("PUT", "/members", "POST"),
        ("PATCH", "/benefits", "GET"),
        ("TRACE", "/benefits", "GET"),
    ],
)
async def test_other_methods_are_a_problem(
    api: Client, method: str, path: str, allowed: str
) -> None:
    answer = await api.call(method, path)
    assert (answer.status, answer.code) == (405, "request.method")
    assert answer.headers["Allow"] == allowed


async def test_a_database_that_cannot_commit_is_told_as_503() -> None:
    class Broken:
        async def read(self, use: Any) -> Any:
            raise StoreUnavailable

        write = read

    answer = await _answer_of(Broken())
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert (await answer.json(content_type=None))["code"] == "club.unavailable"


async def test_what_breaks_shows_no_internals(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def read(self, use: Any) -> Any:
            raise RuntimeError("select secret from table")

        write = read

    answer = await _answer_of(Broken())
    assert answer.status == 500
    assert answer.headers["Content-Type"].startswith(PROBLEM)
    text = await answer.text()
    assert json.loads(text)["code"] == "club.failed"
    assert "secret" not in text
    assert "select secret from table" in caplog.text


async def _answer_of(units: Any) -> Any:
    app = web.Application()
    add_routes(app, units, Clock(), unavailable=StoreUnavailable)
    async with TestServer(app) as server, ClientSession() as session:
        url = server.make_url("/api/v1/benefits")
        async with session.get(url, headers={"Authorization": "Bearer x"}) as answer:
            await answer.read()
            return answer

"""A client of the API, and what tests send with it."""

import io
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from api.table import OPERATIONS, SIGNED, problems
from domain.benefits import Benefit
from domain.members import Member, MemberState
from services import api_keys, joining
from services.api_keys import SCOPES
from services.ports.club import Actor
from storage.work import Work
from tests.support.club import NOW, Club

ROOT = "/api/v1"
PROBLEM = "application/problem+json"


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The problem's code."""
        assert self.headers["Content-Type"].startswith(PROBLEM), self.body
        assert self.body["status"] == self.status
        assert self.body["type"] == f"urn:memberbot:problem:{self.body['code']}"
        return str(self.body["code"])

    @property
    def places(self) -> list[str]:
        """Where the faults are."""
        return [
            fault.get("pointer") or fault.get("parameter") or fault.get("header") or ""
            for fault in self.body.get("errors", [])
        ]


def _is_listed(method: str, path: str, content: Any) -> None:
    """Whatever an operation refuses with is among the problems that its document lists."""
    for operation in (*OPERATIONS, *SIGNED):
        shape = re.sub(r"{\w+}", "[^/]+", ROOT + operation.path)
        if operation.method == method and re.fullmatch(shape, path) and "code" in content:
            code = content["code"]
            assert code.count(".") == 0 or code in problems(operation), (operation.name, code)


class Client:
    """Calls the API of one server with a key."""

    def __init__(self, session: ClientSession, server: TestServer, key: str) -> None:
        self.session, self.server, self.key = session, server, key

    def with_key(self, key: str) -> "Client":
        return Client(self.session, self.server, key)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        once: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if once is not None:
            sent["Idempotency-Key"] = once
        sent.update(headers or {})
        if body is not None:
            raw = json.dumps(body).encode()
        more: dict[str, Any] = {}
        if raw is not None:
            more = {"data": io.BytesIO(raw)}
            sent.setdefault("Content-Type", "application/json")
        url = self.server.make_url(ROOT + path) if path.startswith("/") else path
        async with self.session.request(method, url, headers=sent, **more) as answer:
            is_json = answer.content_type.endswith("json")
            content = await answer.json(content_type=None) if is_json else await answer.text()
            _is_listed(method, answer.url.raw_path, content)
            return Answered(answer.status, answer.headers, content)

    async def get(self, path: str, **more: Any) -> Answered:
        return await self.call("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Answered:
        return await self.call("POST", path, body, **more)

    async def buys(self, **changes: Any) -> Answered:
        return await self.post("/purchases", purchase(**changes))


async def new_key(club: Club, *scopes: str) -> str:
    """A key with these scopes, with all of them if none is named."""
    name = f"till {secrets.token_hex(4)}"
    made = await club.write(
        lambda work: api_keys.add(work, name, scopes or SCOPES, Actor("test"), club.clock())
    )
    return str(made.text)


async def new_member(club: Club, **values: Any) -> Member:
    """A member without points."""

    def add(work: Work) -> Member:
        fields = {"level": "member", "joined_at": NOW, **values}
        return joining.add_member(work, Member(work.random_id(), "", MemberState.ACTIVE, **fields))

    member = await club.write(add)
    assert isinstance(member, Member)
    return member


async def add_benefit(club: Club, key: str = "free-tea", price: int = 100, **more: Any) -> Benefit:
    """A gift to have for points."""

    def save(work: Work) -> Benefit:
        names = {"zh": "一杯茶", "en": "A cup of tea"}
        benefit = Benefit(work.new_id(), key, "gift", names, price, 30, **more)
        work.benefits.save(benefit, key, club.clock())
        return next(one for one in work.benefits.all() if one.key == key)

    benefit = await club.write(save)
    assert isinstance(benefit, Benefit)
    return benefit


def purchase(**changes: Any) -> dict[str, Any]:
    """A purchase of 128.50 yuan; names given as None stay in, `...` leaves one out."""
    body = {
        "source": "pos-1",
        "order_id": "A-17",
        "member": None,
        "occurred_at": "2026-05-19T12:00:00+08:00",
        "currency": "CNY",
        "amount": "128.50",
        "lines": [{"sku": "1", "name": "Tea", "quantity": 1, "amount": "128.50"}],
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


def refund(**changes: Any) -> dict[str, Any]:
    """The whole of a purchase back."""
    body = {
        "source": "pos-1",
        "refund_id": "R-1",
        "occurred_at": "2026-05-19T15:00:00+08:00",
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}

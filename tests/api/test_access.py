"""Who may do what: every operation with every scope, wrong keys, wrong tries."""

from typing import Any

import pytest

from api.operations import Operation
from api.table import OPERATIONS
from services import api_keys
from services.api_keys import SCOPES
from services.ports.club import Actor
from tests.api.support import ROOT, Client, new_key, new_member
from tests.support.club import Club

CELLS = [(operation, scope) for operation in OPERATIONS for scope in SCOPES]


def _path(operation: Operation) -> str:
    return operation.path.replace("{id}", "ext:nobody").replace("{order_id}", "none")


def _body(operation: Operation) -> Any:
    return next(iter(operation.examples.values()), None)


async def _state(club: Club) -> list[Any]:
    tables = ("members", "purchases", "postings", "vouchers", "audit", "answers")
    return list(
        await club.read(
            lambda work: [
                work.db.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                for table in tables
            ]
        )
    )


def test_every_operation_names_a_scope_that_exists() -> None:
    assert {operation.scope for operation in OPERATIONS} <= set(SCOPES)
    assert len(CELLS) == len(OPERATIONS) * len(SCOPES)


@pytest.mark.parametrize("operation", OPERATIONS, ids=[one.name for one in OPERATIONS])
async def test_each_scope_opens_its_own_operations_only(
    api: Client, club: Club, operation: Operation
) -> None:
    for scope in (scope for one, scope in CELLS if one is operation):
        client = api.with_key(await new_key(club, scope))
        before = await _state(club)
        answer = await client.call(
            operation.method, _path(operation), _body(operation), once="cell-1"
        )
        if scope == operation.scope:
            assert answer.status not in (401, 403)
            continue
        assert (answer.status, answer.code) == (403, "key.scope")
        assert answer.body["data"] == {"scope": operation.scope}
        assert f'scope="{operation.scope}"' in answer.headers["WWW-Authenticate"]
        assert await _state(club) == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=[one.name for one in OPERATIONS])
async def test_nothing_opens_without_a_key(api: Client, operation: Operation) -> None:
    answer = await api.with_key("").call(operation.method, _path(operation), _body(operation))
    assert (answer.status, answer.code) == (401, "key.missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token abc", "bearer"],
)
async def test_what_is_no_bearer_key_is_none(api: Client, header: str) -> None:
    answer = await api.with_key("").get("/benefits", headers={"Authorization": header})
    assert (answer.status, answer.code) == (401, "key.missing")


async def test_wrong_keys_open_nothing(api: Client) -> None:
    good = api.key
    mark, prefix, secret = good.split("_")
    wrong = [
        f"{mark}_{prefix}_{secret[:-1]}",
        f"{mark}_{prefix}_{secret}0",
        f"{mark}_{prefix}_{secret[:-1]}g",
        f"{mark}_{prefix}_",
        f"{mark}_{prefix}",
        f"xx_{prefix}_{secret}",
        f"{mark}_0000000000_{secret}",
        good.upper(),
        "a" * 5000,
        "_",
    ]
    for key in wrong:
        answer = await api.with_key(key).get("/benefits")
        assert (answer.status, answer.code) == (401, "key.unknown"), key
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert (await api.get("/benefits")).status == 200


async def test_the_scheme_is_read_in_any_case(api: Client) -> None:
    headers = {"Authorization": f"bEARER  {api.key}"}
    assert (await api.with_key("").get("/benefits", headers=headers)).status == 200


async def test_a_revoked_key_is_dead_at_once(api: Client, club: Club) -> None:
    made = await club.write(
        lambda work: api_keys.add(work, "old", ("benefits:read",), Actor("test"), club.clock())
    )
    old = api.with_key(made.text)
    assert (await old.get("/benefits")).status == 200
    await club.write(lambda work: api_keys.revoke(work, "old", Actor("test"), club.clock()))
    assert (await old.get("/benefits")).code == "key.unknown"


async def test_two_keys_live_side_by_side_for_rotation(api: Client, club: Club) -> None:
    other = api.with_key(await new_key(club))
    first = await api.buys()
    again = await other.buys()
    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body


async def test_wrong_tries_for_one_key_are_limited_and_others_go_on(
    api: Client, club: Club
) -> None:
    mark, prefix, _ = api.key.split("_")
    for _ in range(10):
        assert (await api.with_key(f"{mark}_{prefix}_guess").get("/benefits")).status == 401
    stopped = await api.with_key(f"{mark}_{prefix}_guess").get("/benefits")
    assert (stopped.status, stopped.code) == (429, "key.too_many_tries")
    assert 0 < int(stopped.headers["Retry-After"]) <= 60
    other = api.with_key(await new_key(club))
    assert (await other.get("/benefits")).status == 200
    club.clock.move(minutes=1)
    assert (await api.get("/benefits")).status == 200


async def test_the_document_needs_no_key(api: Client) -> None:
    answer = await api.with_key("").get("/openapi.json")
    assert (answer.status, answer.body["openapi"]) == (200, "3.1.0")


async def test_keys_stand_in_no_answer(api: Client, club: Club) -> None:
    await new_member(club)
    for answer in (
        await api.get("/members/1"),
        await api.with_key(api.key + "x").get("/benefits"),
        await api.get(f"/{api.key}"),
    ):
        assert api.key not in str(answer.body)


async def test_changes_are_audited_under_the_name_of_the_key(api: Client, club: Club) -> None:
    answer = await api.post("/members", {"rules_accepted": True, "name": "Ann"}, once="a-1")
    number = answer.body["number"]
    await api.post(f"/members/{number}/adjustments", {"points": 5, "reason": "sorry"}, once="a-2")

    def read(work: Any) -> list[tuple[str, str]]:
        member_id = work.members.by_number(number)
        rows = work.audit.about(("member", member_id))
        return [(row["action"], row["staff_name"]) for row in rows]

    found = await club.read(read)
    assert [action for action, _ in found] == ["points.adjust", "member.add"]
    assert all(name.startswith("api:till ") for _, name in found)


def test_the_root_is_that_of_the_contract() -> None:
    from api.operations import ROOT as MOUNTED

    assert MOUNTED == ROOT

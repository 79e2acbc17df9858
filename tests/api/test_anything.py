"""Anything at all is sent to both databases, and nothing breaks."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.requests import Purchase
from domain.members import Member
from tests.api.support import Client, purchase

_ODD = st.sampled_from(
    [None, True, -1, 0, 2**63, -(2**63) - 1, 1e308, "", "\u0000", "\U0010ffff", "٣", [], {}]
)
_ANY = st.recursive(
    _ODD | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
_NAMES = st.sampled_from([*Purchase.model_fields, "tip"])


async def test_nothing_that_is_sent_breaks_the_server(api: Client, member: Member) -> None:
    bodies: list[Any] = []

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(_NAMES, _ANY, max_size=3) | _ANY)
    def collect(value: Any) -> None:
        bodies.append(purchase() | value if isinstance(value, dict) else value)

    collect()
    for number, body in enumerate(bodies):
        if isinstance(body, dict) and body.get("order_id") == "A-17":
            body["order_id"] = f"F-{number}"
        raw = json.dumps(body).encode()
        for path in ("/purchases", "/purchases/A-17/refunds", "/members"):
            answer = await api.post(path, raw=raw, once=f"k-{number}")
            assert answer.status in (200, 201, 400, 404, 409, 422), (path, body, answer.body)
            if answer.status >= 400:
                assert answer.code

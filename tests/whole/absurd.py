"""What people really send, and worse: texts, and updates that are broken in every way."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

TEXTS = (
    "{{7*7}}",
    "{{ ''.__class__.__mro__ }}{% for x in range(9**9) %}a{% endfor %}",
    "'; DROP TABLE members; --",
    "<b>&</a><script>alert(1)</script>",
    "<b>unclosed <i>tags &amp; &lt;",
    "%s %d %(x)s {0} {name!r}",
    "مرحبا \u202eevil\u202c \u2066x\u2069",
    "\u200b\u200c\u200d\ufeff",
    "\u0000\u0001\u001f\u007f",
    "😀" * 2048,
    "很" * 4096,
    "&" * 4096,
    "a\n" * 2000,
    "👩‍👩‍👧‍👦🏳️‍🌈🇨🇳",
    "e" + "\u0301" * 500,
    "\ud83d",
    "|~|~|~",
    "../../../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "9" * 300,
    "-1",
    "1e309",
    "٣٤٥",
    "½",
    "²",
    "１２３",
    "0",
    "2026-02-30",
    "29 Feb",
    "99999-99-99",
    "+999999999999999999999",
    "/",
    "//",
    "/start op_" + "x" * 60,
    "/start v_",
    "/start \ud800",
    "/points@whole_bot now",
    "/" + "x" * 4000,
    "/award " + "9" * 100,
    "/member %",
    "/merge ' OR 1=1",
    "/till \u0000",
    "/language xx",
    " ",
    "?",
)

VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    2**64,
    10**400,
    1.5,
    1e308,
    "",
    "x",
    "\ud83d",
    "\u0000",
    "x" * 5000,
    [],
    [None],
    [[]],
    {},
    {"id": None},
    {"id": "7"},
    {"id": 2**70, "is_bot": 0, "first_name": 3},
)

RAW = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    b'{"update_id": NaN}',
    b"[" * 5000,
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b'{"update_id": 1e999}',
    b'{"update_id": 5, "update_id": 6}',
    b'"\\ud800"',
    b"\xef\xbb\xbf{}",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for key, part in inside:
        yield (*path, key)
        yield from places(part, (*path, key))


def broken(update: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The update with one to three places missing, replaced or renamed."""
    made = copy.deepcopy(update)
    for _ in range(chance.randint(1, 3)):
        known = list(places(made))
        if not known:
            break
        *path, last = chance.choice(known)
        parent = made
        for key in path:
            parent = parent[key]
        what = chance.random()
        if what < 0.3:
            del parent[last]
        elif what < 0.4 and isinstance(last, str):
            parent[f"{last}_new"] = parent.pop(last)
        else:
            parent[last] = copy.deepcopy(chance.choice(VALUES))
    return made

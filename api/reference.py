"""The page about the API in docs/reference, written from the table of operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from api import advice, problems, pushing, wording
from api.checking import ONCE
from api.operations import ROOT, Operation
from api.table import OPERATIONS, SIGNED
from api.table import problems as problems_of

MADE: Final = "<!-- Written by `make docs` from the code; do not edit by hand. -->"
_KEYED: Final = {"": "", "may": "optional", "must": "required"}

_START: Final = f"""\
# The API

{MADE}

For tills, shops and partners: JSON over HTTP under `{ROOT}`. The OpenAPI 3.1 document is served at
`GET {ROOT}/openapi.json` and needs no key; this page is its short form.

## A first purchase

Make a key, it is shown this once:

```sh
memberbot api-key add "Till 1" --scope purchases:write --scope members:write --scope members:read
export KEY=mb_…
export API=http://127.0.0.1:8080{ROOT}
```

Make a member of somebody who has accepted the club rules at the counter:

```sh
curl -s $API/members -H "Authorization: Bearer $KEY" -H "Idempotency-Key: $(uuidgen)" \\
  --json '{{"rules_accepted": true, "name": "Li Wei", "phone": "+8613800138000"}}'
```

Book what they buy, then look at their points:

```sh
curl -s $API/purchases -H "Authorization: Bearer $KEY" --json '{{
  "source": "pos-1", "order_id": "A-17", "member": "phone:+8613800138000",
  "occurred_at": "2026-01-31T12:00:00+08:00", "currency": "CNY", "amount": "128.50",
  "lines": [{{"sku": "4711", "name": "Green tea", "category": "tea", "amount": "128.50"}}]}}'

curl -s $API/members/phone:+8613800138000/points -H "Authorization: Bearer $KEY"
```

Refund one line of it, or everything by leaving out `lines`:

```sh
curl -s $API/purchases/A-17/refunds -H "Authorization: Bearer $KEY" --json '{{
  "source": "pos-1", "refund_id": "R-1", "occurred_at": "2026-02-01T10:00:00+08:00",
  "lines": [{{"line": 1, "quantity": 1}}]}}'
```

The same with httpie: `http $API/benefits "Authorization: Bearer $KEY"`.

## Push without a key

A shop that pushes what it sells signs each request instead of having a key. Make a secret for it,
it is shown this once:

```sh
memberbot webhook add "Web shop" --source shop-1
```

It sends the body of a purchase to `POST {ROOT}/webhooks/shop-1/purchases`, and that of a refund,
with `order_id` in it, to `POST {ROOT}/webhooks/shop-1/refunds`; `source` in the body is the one
of the path. Two headers sign it:

| header | holds |
|---|---|
| `{pushing.TIMESTAMP}` | the time in Unix seconds, within five minutes of the real one |
| `{pushing.SIGNATURE}` | `sha256=` and the HMAC-SHA256 of time, dot, body, in small hex |

```sh
export SECRET=mbw_…
export BODY='{{"source": "shop-1", "order_id": "A-18", "phone": "+8613800138000",
  "occurred_at": "2026-01-31T12:00:00+08:00", "currency": "CNY", "amount": "20.00"}}'
export TIME=$(date +%s)
export SIGNED=$(printf '%s.%s' "$TIME" "$BODY" \\
  | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
curl -s $API/webhooks/shop-1/purchases -H "Content-Type: application/json" \\
  -H "{pushing.TIMESTAMP}: $TIME" -H "{pushing.SIGNATURE}: sha256=$SIGNED" --data-raw "$BODY"
```

The body is signed byte for byte as it is sent. A request that is sent again, by the shop or by
somebody who has recorded it, gets the stored answer and books nothing. A missing, wrong or old
signature is answered 401, in the same words for each of these. To change a secret, add another
one for the same source under a new name, let the shop sign with it, then revoke the old one:
`memberbot webhook revoke NAME`.

## Rules for all operations

- **Keys.** `Authorization: Bearer KEY`. A key opens the scopes it was made with and nothing else;
  several keys may live side by side, so that one can be changed for another without a gap. After
  ten wrong tries for one key within a minute that caller waits.
- **Once.** A write is done once per `{ONCE}` (1 to 200 visible ASCII characters): the same again
  gets the stored answer with `Idempotent-Replayed: true`, other content 409. A refused write
  leaves its key free. Purchases and refunds have ids of their own, `source` with `order_id` or
  `refund_id`; the same again is answered 200 with the stored body.
- **Members** are named by member number, or by `phone:…`, `email:…`, `telegram:…` (user id),
  `ext:…` (your own id of them). Give phones with their country code. Answers show phones and
  e-mail addresses masked.
- **Values.** Amounts are decimal texts in the currency's digits (`"128.50"`), times RFC 3339 with
  an offset, ids texts, points whole numbers. Unknown names are refused. A body has at most 1 MB,
  an order at most 1,000 lines.
- **Pages.** A list that goes on has `next`: give it back as `before`.
- **Errors** are problem documents (RFC 9457, `application/problem+json`): `type` and `code` for
  programs, `title` and `detail` for people (Chinese with `Accept-Language: zh`), `data` with the
  facts, `errors` with each fault's `pointer` (JSON Pointer into the body), `parameter` or
  `header`. 400 does not fit the schema; 422 fits it and cannot be taken; 409 stands against what
  is there; 503 is worth sending again as it is. Whatever is refused has changed nothing.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_START, *_operations(), "", *_details(), *_problems()]) + "\n"


def _operations() -> Iterator[str]:
    yield "## Operations"
    yield ""
    yield f"| operation | does | scope | `{ONCE}` |"
    yield "|---|---|---|---|"
    for one in (*OPERATIONS, *SIGNED):
        scope = f"`{one.scope}`" if one.scope else "signature"
        yield f"| {_called(one)} | {one.summary} | {scope} | {_KEYED[one.keyed] or '–'} |"
    yield f"| `GET {ROOT}/openapi.json` | The OpenAPI document | no key needed | – |"


def _details() -> Iterator[str]:
    shared = _shared()
    for one in (*OPERATIONS, *SIGNED):
        own = ", ".join(f"`{code}`" for code in problems_of(one) if code not in shared)
        yield f"### {one.summary}"
        yield ""
        yield f"{_called(one)} – {one.about}"
        yield ""
        if one.body is not None:
            yield f"Body: {_names(one)}."
        yield f"Answers {' or '.join(map(str, one.replies))}."
        if own:
            yield f"Refuses with {own}."
        yield ""


def _called(operation: Operation) -> str:
    return f"`{operation.method} {ROOT}{operation.path}`"


def _names(operation: Operation) -> str:
    assert operation.body is not None
    fields = operation.body.model_fields.items()
    return ", ".join(f"**`{n}`**" if field.is_required() else f"`{n}`" for n, field in fields)


def _problems() -> Iterator[str]:
    yield "## Problems"
    yield ""
    yield f"`type` is `{problems.TYPE}` and the code."
    yield ""
    yield "| code | status | means | what to do |"
    yield "|---|---|---|---|"
    for code, status in problems.STATUS.items():
        what = advice.DETAILS[code][0].replace("|", "\\|")
        yield f"| `{code}` | {status} | {wording.title(code, 'en')} | {what} |"
    shared = _shared()
    listed = ", ".join(f"`{code}`" for code in problems.STATUS if code in shared)
    yield ""
    yield f"Every operation may answer with {listed}."


def _shared() -> set[str]:
    """The problems that every operation may answer with."""
    return set.intersection(*(set(problems_of(one)) for one in OPERATIONS))

"""A hook of schemathesis: signs what it pushes to webhooks, as a shop would."""

import os
import time
from typing import Any

import requests
import schemathesis
from requests.auth import AuthBase

from api.pushing import SIGNATURE, TIMESTAMP
from services.webhooks import sign

SOURCE = "pos-1"
OPEN = "to-be-signed"
SECRET = os.environ.get("WEBHOOK_SECRET", "")


class Signed(AuthBase):
    """Signs the very bytes that are sent, unless the headers are being tried themselves."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if any(request.headers.get(name) != OPEN for name in (TIMESTAMP, SIGNATURE)):
            return request
        body = request.body or b""
        raw = body if isinstance(body, bytes) else str(body).encode()
        stamp = str(int(time.time()))
        request.headers[TIMESTAMP] = stamp
        request.headers[SIGNATURE] = sign(SECRET, stamp, raw)
        return request


@schemathesis.hook
def before_call(
    _context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]
) -> None:
    """Only the one source has a secret."""
    case.path_parameters["source"] = SOURCE
    kwargs["auth"] = Signed()

"""The environment's HTTP proxy for a URL, looked up once per server."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for a URL's server; none for this very machine."""
    scheme, _, rest = url.partition("://")
    return _proxy(scheme, rest.partition("/")[0])


@lru_cache(maxsize=64)
def _proxy(scheme: str, server: str) -> str | None:
    try:
        host = urlsplit(f"//{server}").hostname or ""
    except ValueError:
        return None
    if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
        return None
    return getproxies().get(scheme)

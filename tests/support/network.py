"""A guard that lets this process talk to loopback addresses and Unix sockets only."""

import ipaddress
import sys
from typing import Any

# Names that resolve without asking anybody, and the addresses that servers bind to.
_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}


class NetworkReached(RuntimeError):
    """A test tried to talk to another machine."""


def is_local(host: object) -> bool:
    """Tell whether `host` (a name, an address, or nothing) stays on this machine."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name.lower() in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(event: str, host: object) -> None:
    raise NetworkReached(f"{event} to {host!r}: tests may reach this machine only")


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        # Internet addresses are tuples; a Unix socket's is a path.
        if isinstance(address, tuple) and not is_local(address[0]):
            _refuse(event, address[0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not is_local(arguments[0]):
        _refuse(event, arguments[0])


def guard_network() -> None:
    """Install the guard. It cannot be removed: an audit hook stays as long as the process.

    It sees everything that goes through Python's own sockets. Loops written in C (uvloop) do not,
    so tests run on asyncio's own loop.
    """
    sys.addaudithook(_watch)

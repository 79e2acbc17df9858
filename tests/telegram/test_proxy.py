"""The environment's proxy is used for the Bot API and never for this very machine."""

from collections.abc import Iterator

import pytest

from bot.telegram import proxy
from bot.telegram.proxy import proxy_for


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    proxy._proxy.cache_clear()
    yield
    proxy._proxy.cache_clear()


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("https://api.telegram.org/bot1:x/getMe", "http://proxy.example:3128"),
        ("https://api.telegram.org:8443/x", "http://proxy.example:3128"),
        ("https://inside.example/bot1:x/getMe", None),
        ("http://127.0.0.1:8081/bot1:x/getMe", None),
        ("http://localhost/bot", None),
        ("http://[::1]:8081/bot", None),
        ("http://[bad/bot", None),
    ],
)
def test_only_other_machines_are_asked_through_the_proxy(url: str, used: str | None) -> None:
    assert proxy_for(url) == used

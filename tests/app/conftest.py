"""What several tests of the composition root need."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import demo, demo_club
from app.demo_data import Files
from tests.app.pace import QUICK
from tests.app.tiny_demo import tiny


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The demo with a tiny club and a quick post, and this process's log and collector
    as they were."""

    async def files(folder: Path, everything: bool) -> Files:
        return tiny(folder)

    monkeypatch.setattr(demo_club, "_files", files)
    monkeypatch.setattr(demo, "settle_memory", gc.collect)
    for module, name, value in QUICK:
        monkeypatch.setattr(module, name, value)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)

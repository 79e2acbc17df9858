"""The file that says who got a message."""

import json
from typing import Any

import pytest

from app import recipient_file
from templates.render import Renderer


@pytest.mark.parametrize(
    ("locale", "head", "row"),
    [
        ("en", "member number,name,state", "0012,'=1+1,not sent,stopped by an operator,2026"),
        ("zh", "会员号,姓名,状态", "0012,'=1+1,未发送,已停止发送,2026"),
    ],
)
def test_it_is_in_the_readers_words_and_safe_to_open(locale: str, head: str, row: str) -> None:
    renderer = Renderer(lambda *_: "", lambda _: dict[str, Any]())
    rows = [["0012", "=1+1", "skipped", "stopped", "2026"], ["0013", "Mei", "sent", "", "2026"]]
    text = recipient_file.table(renderer.words, json.dumps(rows).encode(), locale).decode()
    lines = text.splitlines()
    assert lines[0].startswith("\ufeff" + head)
    assert lines[1] == row
    assert len(lines) == 3

"""A member's own data: everything that is held about them, as a JSON file."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from services.ports import Work

FORMAT: Final = 1


def export(work: Work, member_id: int, now: datetime) -> dict[str, Any]:
    """All that is held about a member (SEMANTICS: Members, my data), merged memberships too."""
    programme = work.programmes.current()
    return {
        "format": FORMAT,
        "club": dict(programme.names),
        "made_at": now.isoformat(),
        "member_number": work.members.get(member_id).shown_number,
        **work.mydata.export(work.mydata.memberships(member_id)),
    }


def file(work: Work, member_id: int, now: datetime) -> tuple[str, bytes]:
    """The export as a file: its name and its content, UTF-8."""
    content = export(work, member_id, now)
    name = f"member-{work.members.get(member_id).number}-{now:%Y-%m-%d}.json"
    return name, json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "replace")

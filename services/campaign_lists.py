"""Uploaded lists of who gets a campaign: read outside of every transaction, then kept.

A line names a member by number, phone, e-mail, `ext:…` or `telegram:…`; of a table the first cell
that names somebody counts. No line is dropped silently.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from domain.campaign_errors import ListEmpty, ListHasUnknown, ListTooLong, ListUnreadable
from domain.campaigns import Audience, AudienceKind
from domain.errors import Refused
from services.campaign_drafts import changed, find
from services.matching import parse_email, parse_member
from services.phones import parse_phone, region_of
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from services.ports.sales import Claim

LONGEST: Final = 200_000
SHOWN: Final = 20
_BATCH: Final = 500
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_HEADS: Final = frozenset(
    {
        *("number", "member", "member number", "phone", "mobile", "email", "e-mail", "ext"),
        *("external_id", "external id", "会员号", "会员卡号", "卡号", "手机", "手机号", "邮箱"),
    }
)


@dataclass(frozen=True, slots=True)
class ListReport:
    """What a list is. `unknown`: line number and text of those that name nobody or are
    unclear; `doubled`: lines that name somebody again."""

    member_ids: tuple[int, ...]
    lines: int
    unknown: tuple[tuple[int, str], ...] = ()
    doubled: int = 0

    @property
    def found(self) -> int:
        return len(self.member_ids)


def read_list(work: Work, content: bytes | str) -> ListReport:
    """Finds the members that a text or a CSV file names; reads only.

    Raises ListUnreadable, ListEmpty, ListTooLong.
    """
    lines = list(_lines(_text(content)))
    if not lines:
        raise ListEmpty()
    if len(lines) > LONGEST:
        raise ListTooLong(LONGEST)
    members: dict[int, None] = {}
    unknown: list[tuple[int, str]] = []
    doubled = 0
    for first in range(0, len(lines), _BATCH):
        some = lines[first : first + _BATCH]
        for (number, cells), member_id in zip(some, _found(work, some), strict=True):
            if member_id is None:
                unknown.append((number, " ".join(cells)[:60]))
            elif member_id in members:
                doubled += 1
            else:
                members[member_id] = None
    if len(unknown) == len(lines) == 1 and _is_head(lines[0][1]):
        raise ListEmpty()
    return ListReport(tuple(members), len(lines), tuple(unknown), doubled)


def take_list(
    work: Work, campaign_id: int, report: ListReport, *, actor: Actor, now: datetime
) -> Campaign:
    """Makes the members of a list the audience. With lines that name nobody it is not sent until
    `accept_list` says to go on without them. Raises ListEmpty if it names nobody at all."""
    if not report.member_ids:
        raise ListHasUnknown(len(report.unknown), 0) if report.unknown else ListEmpty()
    members = sorted(report.member_ids)
    facts = {
        "found": len(members),
        "lines": report.lines,
        "unknown": len(report.unknown),
        "doubled": report.doubled,
        "hash": sha256(",".join(map(str, members)).encode()).hexdigest(),
    }
    audience = Audience(AudienceKind.LIST).dump()
    campaign = changed(work, campaign_id, actor, now, audience=audience, content={"list": facts})
    work.campaigns.put_list(campaign_id, members)
    return campaign


def accept_list(work: Work, campaign_id: int, *, actor: Actor, now: datetime) -> Campaign:
    """Goes on without the lines of the list that name nobody."""
    facts = find(work, campaign_id).content.get("list", {})
    return changed(work, campaign_id, actor, now, content={"list": {**facts, "partly": True}})


# -- reading -----------------------------------------------------------------------------


def _text(content: bytes | str) -> str:
    if isinstance(content, str):
        return content
    if b"\x00" in content:
        raise ListUnreadable()
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListUnreadable()


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with their numbers; empty ones and the heads of columns are left out."""
    head = True
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip().lstrip("'") for cell in _cells(line)]
        cells = [cell for cell in cells if cell]
        if not cells:
            continue
        if not (head and _is_head(cells)):
            yield number, cells
        head = False


def _cells(line: str) -> list[str]:
    try:
        first = next(csv.reader(io.StringIO(line)), [])
    except csv.Error:
        return [line]
    return [
        part for cell in first for part in cell.replace("，", ",").replace(";", ",").split(",")
    ]


def _is_head(cells: Sequence[str]) -> bool:
    return any(cell.casefold() in _HEADS for cell in cells)


def _found(work: Work, lines: Sequence[tuple[int, list[str]]]) -> list[int | None]:
    """The member of each line; one statement for each way to name one."""
    region = region_of(work.programmes.current().currency)
    claims = [[claim for cell in cells for claim in _claims(cell, region)] for _, cells in lines]
    known = work.purchases.match([claim for some in claims for claim in some])
    return [next((known[one] for one in some if one in known), None) for some in claims]


def _claims(cell: str, region: str) -> Iterator[Claim]:
    """What a cell may be; a column of names or remarks is none of it."""
    if "@" in cell:
        yield from _one("email", cell)
    elif ":" in cell or "：" in cell:
        try:
            yield parse_member(cell.replace("：", ":"), region)
        except Refused:
            return
    elif cell[:1].isdigit() or cell[:1] in "+(":
        with suppress(Refused):
            yield parse_member(cell, region)
        with suppress(Refused):
            yield Claim("phone", parse_phone(cell, region))
    yield Claim("external", cell)


def _one(kind: str, cell: str) -> Iterator[Claim]:
    try:
        yield Claim(kind, parse_email(cell))
    except Refused:
        return

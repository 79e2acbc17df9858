"""Uploaded lists of who gets a campaign: read outside of every transaction, then kept.

A line names a member by number, phone, e-mail, `ext:…` or `telegram:…`. Of a table with heads only
the columns count whose heads are known; a bare external id counts in a list of one column or under
a head that says so. A line whose cells name different members is unclear. No line is dropped
silently.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
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
ANY: Final = ""
_EXTERNAL: Final = "external"
_HEADS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("number", "member", "member number", "会员", "会员号"), ANY),
    **dict.fromkeys(("会员卡号", "会员编号", "卡号"), ANY),
    **dict.fromkeys(("phone", "mobile", "phone number", "手机", "手机号", "手机号码"), "phone"),
    **dict.fromkeys(("email", "e-mail", "邮箱", "电子邮箱"), "email"),
    **dict.fromkeys(("ext", "external_id", "external id", "外部编号"), _EXTERNAL),
}
_BETWEEN: Final = (",", ";", "\t", "，")
_NOTHING: Final = " '\"" + "".join(_BETWEEN)
Cell = tuple[str, str]
"""What its column says that a cell is (ANY: what it looks like), and its text."""


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
        for line, member_id in zip(some, _found(work, some), strict=True):
            if member_id is None:
                unknown.append((line.number, line.text[:60]))
            elif member_id in members:
                doubled += 1
            else:
                members[member_id] = None
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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a list: its number, how it reads, and the cells that may name somebody."""

    number: int
    text: str
    cells: tuple[Cell, ...]


def _lines(text: str) -> Iterator[_Line]:
    """Lines that hold something, without the heads of columns."""
    filled = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip().strip(_NOTHING)
    ]
    if not filled:
        return
    by = next((mark for mark in _BETWEEN if mark in filled[0][1]), ",")
    names = [_HEADS.get(cell.casefold()) for cell in _split(filled[0][1], by)]
    heads = [(at, kind) for at, kind in enumerate(names) if kind is not None]
    if not heads:
        yield from _listed(filled)
        return
    if names == [ANY]:
        heads.append((0, _EXTERNAL))
    for number, line in filled[1:]:
        row = _split(line, by)
        cells = tuple((kind, row[at]) for at, kind in heads if at < len(row))
        yield _Line(number, " ".join(filter(None, row)), cells)


def _listed(filled: Sequence[tuple[int, str]]) -> Iterator[_Line]:
    """Lines of what has no heads."""
    found = [(number, _cells(line)) for number, line in filled]
    kinds = (ANY, _EXTERNAL) if all(len(texts) == 1 for _, texts in found) else (ANY,)
    for number, texts in found:
        cells = tuple((kind, text) for text in texts for kind in kinds)
        yield _Line(number, " ".join(texts), cells)


def _cells(line: str) -> list[str]:
    """The filled cells of a line that belongs to no table."""
    texts = _split(line, _BETWEEN[0])
    for mark in _BETWEEN[1:]:
        texts = [
            part for text in texts for part in (_split(text, mark) if mark in text else [text])
        ]
    return [text for text in texts if text]


def _split(line: str, by: str) -> list[str]:
    try:
        row = next(csv.reader(io.StringIO(line), delimiter=by), [])
    except csv.Error:
        row = [line]
    return [cell.strip().lstrip("'").strip() for cell in row]


def _found(work: Work, lines: Sequence[_Line]) -> list[int | None]:
    """The member of each line, None for nobody or several; one statement for each way to name
    one."""
    region = region_of(work.programmes.current().currency)
    claims = [[one for cell in line.cells for one in _claims(*cell, region)] for line in lines]
    known = work.purchases.match([claim for some in claims for claim in some])
    named = [{known[one] for one in some if one in known} for some in claims]
    return [next(iter(members)) if len(members) == 1 else None for members in named]


def _claims(kind: str, text: str, region: str) -> Iterator[Claim]:
    """What a cell may be; a column of names or remarks is none of it."""
    text = text.replace("：", ":")
    with suppress(Refused):
        if kind == _EXTERNAL and text:
            yield Claim(kind, text.removeprefix("ext:").strip())
        elif ":" in text:
            yield parse_member(text, region)
        elif kind == "email" or "@" in text:
            yield Claim("email", parse_email(text))
        elif kind == "phone":
            yield Claim("phone", parse_phone(text, region))
        elif text[:1].isdigit() or text.startswith(("+", "(")):
            with suppress(Refused):
                yield parse_member(text, region)
            yield Claim("phone", parse_phone(text, region))

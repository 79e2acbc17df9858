"""`/statement`: the months there are, and a PDF whose sums are those of the ledger."""

import io
import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bot.channel import Rejected
from bot.messages import Document
from domain.points import Unit
from domain.purchases import Line
from scheduler.making import MakingChannel
from services import ledger, purchases, statements
from storage.tables import post
from storage.work import Work
from templates.sheets import statement
from tests.purchases.support import order
from tests.support.club import NOW, Club, Person, programme

pytestmark = pytest.mark.slow
_files = post.File.__table__  # type: ignore[attr-defined]


@pytest.fixture
async def club(database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, programme()).open()
    yield opened
    await opened.close()


async def _busy(club: Club, locale: str) -> Person:
    """A member who has bought and paid something in two months."""
    person = await club.person("Mei", locale).joins()
    member_id = await person.member_id()
    number = (await club.read(lambda work: work.members.get(member_id))).number
    for place, days in enumerate((0, 1, 25)):
        club.clock.now = NOW + timedelta(days=days)
        await club.write(lambda work, n=place: _buys(work, number, n))
    await club.write(
        lambda work: ledger.spend(
            work, member_id, 80, key="p", source=("benefit", 1), now=club.clock.now
        )
    )
    return person


def _buys(work: Work, number: str, place: int) -> None:
    from services.booking import Incoming
    from services.ports.sales import Claim

    bought = order(f"A-{place}", Line(10_000 + place), at=work.shared.clock())
    purchases.book(work, Incoming(bought, (Claim("number", number),)), work.shared.clock())


async def _file(club: Club) -> Document:
    wanted = select(_files.c.name, _files.c.content, _files.c.maker)
    rows = await club.read(lambda work: work.db.execute(wanted).all())
    return Document(*rows[-1])


def _texts(club: Club, document: Document, locale: str) -> str:
    made = statement.pdf(club.renderer.words, document.content, locale)
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh", ("积分对账单", "期初", "期末", "兑换权益")),
        ("en", ("Statement of points", "Balance")),
    ],
)
async def test_a_month_comes_as_a_pdf_whose_sums_are_the_ledgers(
    club: Club, locale: str, words: tuple[str, ...]
) -> None:
    person = await _busy(club, locale)
    shown = await person.says("/statement")
    assert len([key for row in shown.rows for key in row if "2026" in key.label]) == 2
    await person.taps("statement.send", "2026-06")
    document = await _file(club)
    data = json.loads(document.content)
    member_id = await person.member_id()
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, club.clock.now))
    assert data["closing"] == has.available + has.pending - has.debt
    assert data["opening"] + sum(line["change"] for line in data["lines"]) == data["closing"]
    assert data["opening"] + data["given"] - data["taken"] - data["expired"] == data["closing"]
    assert [month["closing"] for month in data["months"]][-2:] == [data["opening"], has.available]
    text = _texts(club, document, locale)
    for word in (*words, f"{data['opening']:,}", f"{data['closing']:,}", "A-2", "−80"):
        assert word in text


async def test_a_month_before_joining_or_none_at_all_shows_the_months_there_are(
    club: Club,
) -> None:
    person = await _busy(club, "en")
    for wrong in ("2026-04", "1999-13", "x", "2027-01", ""):
        answer = await person.says(f"/statement {wrong}".strip())
        assert "Choose a month" in answer.text
    member_id = await person.member_id()
    with pytest.raises(LookupError):
        await club.read(
            lambda w: statements.statement(w, member_id, date(2026, 4, 1), club.clock.now)
        )


async def test_what_expired_since_the_last_night_is_on_the_statement_already(club: Club) -> None:
    person = await _busy(club, "en")
    member_id = await person.member_id()
    club.clock.now = datetime(2027, 7, 1, 0, 0, tzinfo=NOW.tzinfo)
    made = await club.read(
        lambda w: statements.statement(w, member_id, date(2027, 7, 1), club.clock.now)
    )
    assert (made.closing, made.unposted) == (0, made.opening)
    assert made.expired == made.opening > 0


async def test_a_statement_of_very_many_postings_has_pages(club: Club) -> None:
    person = await _busy(club, "en")
    await person.says("/statement")
    await person.taps("statement.send", "2026-06")
    document = await _file(club)
    data = json.loads(document.content)
    data["lines"] *= 200
    content = json.dumps(data).encode()
    made = statement.pdf(club.renderer.words, content, "en")
    assert len(PdfReader(io.BytesIO(made)).pages) > 5


class _Kept:
    """A channel that keeps what is sent."""

    name, account, capabilities = "telegram", "42", None

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def send(
        self, chat: str, message: Any, document: Document | None = None, *, paid: bool = False
    ) -> str:
        self.sent.append(document)
        return "1"


async def test_a_file_is_made_when_it_is_sent_and_one_that_cannot_be_is_refused(
    club: Club,
) -> None:
    kept: Any = _Kept()
    makers = {
        "loud": lambda content, locale: content.upper(),
        "statement": partial(statement.pdf, club.renderer.words),
    }
    channel = MakingChannel(kept, makers)
    person = await club.person("Mei", "en").joins()
    message = person.seen[-1]
    await channel.send("1", message, Document("a.txt", b"x", "loud"))
    await channel.send("1", message, Document("b.txt", b"y"))
    assert [one.content for one in kept.sent] == [b"X", b"y"]
    for broken in (Document("c.pdf", b"{}", "statement"), Document("d.pdf", b"{}", "nobody")):
        with pytest.raises(Rejected):
            await channel.send("1", message, broken)

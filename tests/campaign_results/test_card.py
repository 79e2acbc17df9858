"""The card of what a campaign brought and its files."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from bot.markup import plain_text
from storage.tables.club import Audit
from storage.tables.post import File
from templates.sheets import outcome
from tests.campaign_results.conftest import BEGAN, CAMPAIGN, DAY, Part, campaign
from tests.support.club import Club, Person
from tests.support.threads import operator

BOUGHT = ((2, 100_00, 0, "booked"),)
FILES = File.__table__  # type: ignore[attr-defined]
AUDIT = Audit.__table__  # type: ignore[attr-defined]


async def groups(club: Club, **fields: Any) -> None:
    """Two texts, of which B is clicked more, and some held out who buy less."""
    parts = [
        Part("A", clicked=("benefits",) * (n < 6), bought=BOUGHT * (n < 20)) for n in range(60)
    ]
    parts += [
        Part("B", clicked=("benefits",) * (n < 40), bought=BOUGHT * (n < 25)) for n in range(60)
    ]
    parts += [Part(held=True, bought=BOUGHT * (n < 2)) for n in range(40)]
    parts += [Part("A", state="skipped", reason="contact_budget")]
    await campaign(club, parts, **{"plan": {"goal": {"kind": "clicked", "target": 40}}, **fields})


async def opened(club: Club, person: Person) -> Any:
    """The card, by the button that the author is told with."""
    payload = club.signer.pack(_action("campaign.results", str(CAMPAIGN)), person.user)
    return await _tap(person, payload)


def _action(intent: str, *args: str) -> Any:
    from bot.actions import Action

    return Action(intent, args, "", 0)


async def _tap(person: Person, payload: str) -> Any:
    from bot.messages import Kind

    return await person.sends(Kind.TAP, payload=payload, message="1", callback="c")


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "en",
            ("Goal reached: 46 members clicked, aim 40", "Compared with 40 held out", "B wins"),
        ),
        ("zh", ("已达成目标：点击会员 46，目标 40", "与未发送的 40 位对照会员相比", "B 胜出")),
    ],
)
async def test_the_card_says_what_it_brought(
    club: Club, locale: str, said: tuple[str, ...]
) -> None:
    await groups(club)
    ann = await operator(club, locale=locale)
    text = plain_text((await opened(club, ann)).text)
    for one in said:
        assert one in text


async def test_before_the_window_is_over_nobody_wins(club: Club) -> None:
    await groups(club)
    club.clock.now = BEGAN + 2 * DAY
    ann = await operator(club)
    text = (await opened(club, ann)).text
    assert "Counting until" in text
    assert "It is decided when the count is over" in text


async def test_of_few_nothing_is_claimed(club: Club) -> None:
    parts = [Part(bought=BOUGHT), Part(bought=BOUGHT), Part(held=True)]
    await campaign(club, parts)
    text = (await opened(club, await operator(club))).text
    assert "Too few members or purchases to compare" in text


@pytest.mark.parametrize("form", ["png", "xlsx", "csv", "members"])
async def test_files_are_made_and_noted(club: Club, form: str) -> None:
    await groups(club)
    ann = await operator(club)
    await opened(club, ann)
    assert (await ann.taps("campaign.results_file", str(CAMPAIGN), form)).key == "outcome.coming"
    kept = await club.read(lambda work: work.db.execute(select(FILES)).mappings().one())
    for locale in ("zh", "en"):
        made = outcome.made(club.renderer.words, kept["content"], locale)
        start = {"png": b"\x89PNG", "xlsx": b"PK", "csv": b"\xef\xbb\xbf"}.get(
            form, b"\xef\xbb\xbf"
        )
        assert made.startswith(start)
    wanted = select(AUDIT.c.detail).where(AUDIT.c.action == "campaign.export")
    assert (await club.read(lambda work: work.db.execute(wanted).scalar_one()))["form"] == form


async def test_members_are_masked_in_files_for_who_may_not_see_them(club: Club) -> None:
    await groups(club)
    ann = await operator(club, role="operator")
    await opened(club, ann)
    await ann.taps("campaign.results_file", str(CAMPAIGN), "members")
    kept = await club.read(lambda work: work.db.execute(select(FILES)).mappings().one())
    made = outcome.made(club.renderer.words, kept["content"], "en").decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(made)))
    assert head[:4] == ["Member number", "Name", "Text", "State"]
    assert len(rows) == 161
    assert all(row[0].startswith("••••") for row in rows)
    assert {row[3] for row in rows} == {"sent", "held out, to compare", "not sent"}
    assert sum(float(row[9]) for row in rows) == 4700.0


async def test_an_old_button_of_a_campaign_that_is_not_there_is_answered(club: Club) -> None:
    ann = await operator(club)
    payload = club.signer.pack(_action("campaign.results", "12"), ann.user)
    assert (await _tap(ann, payload)).key == "campaign.not_found"


async def test_members_do_not_see_it(club: Club) -> None:
    await groups(club)
    mei = await club.person("Mei", "en").joins()
    payload = club.signer.pack(_action("campaign.results", str(CAMPAIGN)), mei.user)
    answer = await _tap(mei, payload)
    assert "held out" not in answer.text
